//! What a transaction and its nested ones have in common.

use super::TransactionSettings;
use super::branches::{Branch, Branches};
use super::levels::Levels;
use super::misuse;
use crate::lease::{Savepoints, Work};
use crate::{Db, Error, ErrorKind, Result, Route};
use manybase_driver::{Access, Pool, TransactionOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::{OwnedMappedMutexGuard, OwnedMutexGuard};

pub(crate) struct Shared {
    pub(super) db: Db,
    scope: Option<Arc<str>>,
    settings: TransactionSettings,
    pub(super) branches: Branches,
    pub(super) levels: Levels,
    root: u64,
    since: Instant,
    over: AtomicBool,
}

/// How a transaction ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Commit,
    Rollback,
}

impl Shared {
    /// With the tag of its outermost level.
    pub(super) fn new(db: Db, scope: Option<Arc<str>>, settings: TransactionSettings) -> (Self, u64) {
        let (levels, root) = Levels::new();
        let shared = Self {
            db,
            scope,
            settings,
            branches: Branches::default(),
            levels,
            root,
            since: Instant::now(),
            over: AtomicBool::new(false),
        };
        (shared, root)
    }

    /// The pool that a route leads to. What the transaction works on already stays good when the registry changes.
    pub(super) fn pick(&self, route: Route<'_>) -> Result<Pool> {
        let own = route.named().or(self.scope.as_deref());
        match own.and_then(|name| self.branches.pool(name)) {
            Some(pool) => Ok(pool),
            None => self.db.pick(route, self.scope.as_deref()),
        }
    }

    /// The branch's work for a level, begun if need be, with a savepoint for each level.
    pub(super) async fn work(
        &self,
        route: Route<'_>,
        access: Access,
        depth: usize,
        tag: u64,
    ) -> Result<OwnedMappedMutexGuard<Option<Work>, Work>> {
        let pool = self.pick(route)?;
        let name = pool.name().clone();
        let lent = async {
            self.levels.check(depth, tag)?;
            if self.settings.read_only && access == Access::Write {
                let error = Error::new(ErrorKind::ReadOnly, "a write in a read-only transaction");
                return Err(error.with_help("leave out `read_only()`, or write outside of it"));
            }
            self.in_time()?;
            let branch = self.branches.enter(pool, route.model)?;
            let mut work = wait(&branch).await?;
            // Again: a nested one may have been opened in the meantime.
            let owners = self.levels.check(depth, tag)?;
            if work.is_none() {
                *work = Some(self.begin(&branch).await?);
            }
            let mut work = OwnedMutexGuard::try_map(work, Option::as_mut)
                .map_err(|_| Error::driver("a transaction has lost its connection"))?;
            work.trim(&owners).await?;
            work.check()?;
            for owner in owners.get(work.depth()..).unwrap_or_default() {
                work.open(*owner, TransactionOptions::default(), Savepoints::Required)
                    .await?;
            }
            Ok(work)
        };
        lent.await.map_err(|error| error.with_connection(name))
    }

    async fn begin(&self, branch: &Branch) -> Result<Work> {
        let pool = &branch.pool;
        self.db.check_open(pool.name())?;
        misuse::check(&self.db, pool.name())?;
        let access = match self.settings.read_only {
            true => Access::Read,
            false => Access::Write,
        };
        let session = pool.acquire(access).await?;
        let mut work = Work::new(pool, session);
        work.open(self.root, self.settings.options(), Savepoints::Required)
            .await?;
        branch.set_begun(true);
        Ok(work)
    }

    fn in_time(&self) -> Result<()> {
        match self.settings.timeout {
            Some(limit) if self.since.elapsed() > limit => Err(too_late(limit)),
            _ => Ok(()),
        }
    }

    /// Ends it on every connection.
    pub(super) async fn finish(&self, ending: Ending) -> Result<()> {
        let mut result = Ok(());
        for branch in self.branches.all() {
            // Taken out, so that a future that is dropped here leaves nothing behind.
            let Some(mut work) = branch.work.lock().await.take() else {
                continue;
            };
            branch.set_begun(false);
            let ended = match ending {
                Ending::Commit => match work.trim(&[self.root]).await {
                    Ok(()) => work.keep().await,
                    Err(error) => Err(error),
                },
                Ending::Rollback => work.undo_all().await,
            };
            if let Err(error) = ended {
                result = Err(error.with_connection(branch.pool.name().clone()));
            }
        }
        self.tell(match (ending, &result) {
            (_, Err(_)) => "failed",
            (Ending::Commit, Ok(())) => "committed",
            (Ending::Rollback, Ok(())) => "rolled back",
        });
        result
    }

    /// One event for each transaction that did anything.
    fn tell(&self, outcome: &str) {
        if self.over.swap(true, Ordering::AcqRel) {
            return;
        }
        for connection in self.branches.names() {
            let took = self.since.elapsed();
            tracing::debug!(target: "manybase::transaction", connection = &*connection, outcome, ?took, "transaction over");
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.tell("dropped");
    }
}

async fn wait(branch: &Branch) -> Result<OwnedMutexGuard<Option<Work>>> {
    let limit = branch.pool.options().acquire_timeout;
    match tokio::time::timeout(limit, branch.work.clone().lock_owned()).await {
        Ok(work) => Ok(work),
        Err(_) => Err(Error::new(
            ErrorKind::PoolTimeout,
            format!("the transaction's connection was in use for {limit:.1?} by another statement of the same transaction"),
        )
        .with_help("end a lease before the next statement, or raise `acquire_timeout` of this connection")),
    }
}

pub(super) fn too_late(limit: std::time::Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the transaction took longer than {limit:.1?}"),
    )
    .with_help("raise its `timeout`, or do less in it")
}
