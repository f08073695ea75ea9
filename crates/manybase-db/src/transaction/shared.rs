//! What a transaction and its nested ones have in common.

use super::TransactionSettings;
use super::after::Waiting;
use super::branches::{Branch, Branches};
use super::levels::Levels;
use crate::atomic::Expected;
use crate::lease::{Attached, Deadline, Savepoints, Work};
use crate::{Db, Error, ErrorKind, Result, Route, atomic};
use manybase_driver::{Access, Pool, TransactionOptions, fault};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedMappedMutexGuard, OwnedMutexGuard};
use tokio::time::Instant;

/// How long a transaction over several databases may take when nothing else is said. One on a single database has
/// no limit of its own: that database sees its deadlocks.
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) struct Shared {
    pub(super) db: Db,
    pub(super) scope: Option<Arc<str>>,
    /// The connections that it may work on, where they were said.
    pub(super) only: Option<Arc<[Arc<str>]>>,
    pub(super) settings: TransactionSettings,
    pub(super) branches: Branches,
    pub(crate) levels: Levels,
    /// What waits for the end.
    pub(super) waiting: Waiting,
    /// Held while a branch begins, which depends on those that have begun.
    pub(super) enlisting: tokio::sync::Mutex<()>,
    /// The transaction's name, once a branch needed it at its beginning.
    pub(super) expected: Mutex<Option<Expected>>,
    pub(super) root: u64,
    since: Instant,
    over: AtomicBool,
}

/// The work on a connection, and where on its session.
pub(super) struct Lent {
    pub(super) work: OwnedMappedMutexGuard<Option<Work>, Work>,
    pub(super) attached: Option<Attached>,
}

impl Shared {
    /// With the tag of its outermost level.
    pub(super) fn new(
        db: Db,
        scope: Option<Arc<str>>,
        only: Option<Arc<[Arc<str>]>>,
        settings: TransactionSettings,
    ) -> (Self, u64) {
        let (levels, root) = Levels::new();
        let shared = Self {
            db,
            scope,
            only,
            settings,
            branches: Branches::default(),
            levels,
            waiting: Waiting::default(),
            enlisting: tokio::sync::Mutex::default(),
            expected: Mutex::default(),
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
    ) -> Result<Lent> {
        let pool = self.pick(route)?;
        let name = pool.name().clone();
        let lent = async {
            drop(self.levels.usable(depth, tag)?);
            if self.settings.read_only && access == Access::Write {
                let error = Error::new(ErrorKind::ReadOnly, "a write in a read-only transaction");
                return Err(error.with_help("leave out `read_only()`, or write outside of it"));
            }
            self.in_time()?;
            let branch = self.branch(pool).await?;
            let mut work = wait(&branch).await?;
            // Again: a nested one may have been opened in the meantime.
            let owners = self.levels.check(depth, tag)?;
            work.trim(&owners).await?;
            work.check()?;
            if access == Access::Write {
                self.writes(&branch)?;
            }
            for owner in owners.get(work.depth()..).unwrap_or_default() {
                work.open(*owner, TransactionOptions::default(), Savepoints::Required)
                    .await?;
            }
            let attached = branch.attached.clone();
            work.focus(attached.as_ref().map(|attached| &attached.schema))
                .await?;
            if self.spans() {
                fault::point("work-before");
                work.set_deadline(Some(self.deadline()));
            }
            Ok(Lent { work, attached })
        };
        lent.await.map_err(|error| error.with_connection(name))
    }

    /// Notes that a branch is written. Two that can only be the home can't both be.
    fn writes(&self, branch: &Arc<Branch>) -> Result<()> {
        if branch.wrote() {
            return Ok(());
        }
        if branch.role.is_one_phase() {
            let other = self
                .branches
                .all()
                .into_iter()
                .find(|other| other.wrote() && other.role.is_one_phase() && !other.is_with(branch));
            if let Some(other) = other {
                let reason = branch.reason.as_ref().or(other.reason.as_ref());
                return Err(atomic::two_homes(other.pool.name(), branch.pool.name(), reason));
            }
        }
        branch.set_wrote();
        Ok(())
    }

    /// Whether it is on more than one session.
    pub(super) fn spans(&self) -> bool {
        self.branches.span()
    }

    fn deadline(&self) -> Deadline {
        let limit = self.settings.timeout.unwrap_or(LIMIT);
        let at = self.since.checked_add(limit);
        Deadline {
            at: at.unwrap_or_else(|| self.since + LIMIT),
            limit,
        }
    }

    fn in_time(&self) -> Result<()> {
        let limited = self.settings.timeout.is_some() || self.spans();
        match limited && self.since.elapsed() > self.deadline().limit {
            true => Err(self.deadline().error()),
            false => Ok(()),
        }
    }

    /// One event for each transaction that did anything.
    pub(super) fn tell(&self, outcome: &str) {
        if self.over.swap(true, Ordering::AcqRel)
            || !tracing::enabled!(target: "manybase::transaction", tracing::Level::DEBUG)
        {
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
        if !self.waiting.is_empty() {
            drop(self.told());
        }
    }
}

/// The branch's work, when nobody else has it.
pub(super) async fn wait(branch: &Branch) -> Result<OwnedMappedMutexGuard<Option<Work>, Work>> {
    if let Ok(work) = branch.work.clone().try_lock_owned() {
        return lent(work);
    }
    let limit = branch.pool.options().acquire_timeout;
    match tokio::time::timeout(limit, branch.work.clone().lock_owned()).await {
        Ok(work) => lent(work),
        Err(_) => Err(Error::new(
            ErrorKind::PoolTimeout,
            format!("the transaction's connection was in use for {limit:.1?} by another statement of the same transaction"),
        )
        .with_help("end a lease before the next statement, or raise `acquire_timeout` of this connection")),
    }
}

fn lent(work: OwnedMutexGuard<Option<Work>>) -> Result<OwnedMappedMutexGuard<Option<Work>, Work>> {
    OwnedMutexGuard::try_map(work, Option::as_mut)
        .map_err(|_| Error::new(ErrorKind::Transaction, "the transaction is over"))
}
