//! That somebody uses a temporary database: a lock in the database beside which it is made.
//!
//! The lock goes with its session, so that a database without it was left behind by a process that was killed. The next
//! verification on the same connection removes it.

use crate::target;
use manybase_db::{Access, Db, Executor, Lease, Route};
use manybase_driver::backup::Backups;
use manybase_driver::{FirstSink, Flow, Result, Row, Sink, Statement};
use manybase_sql::upkeep::{SessionLock, Upkeep};
use sha2::{Digest, Sha256};

/// What drivers call the database of [`Backups::scratch`].
const PREFIX: &str = "manybase_verify_";

pub(crate) struct Claim<'d> {
    lease: Lease<'d>,
    lock: Option<SessionLock>,
    unique: String,
}

impl<'d> Claim<'d> {
    /// Removes what nobody uses, and says that this one is used.
    pub(crate) async fn take(db: &'d Db, connection: &'d str, backups: &dyn Backups) -> Result<Self> {
        let route = Route {
            using: Some(connection),
            ..Route::default()
        };
        let mut lease = db.lease(route, Access::Write).await?;
        let upkeep = (lease.dialect().catalog()).map_or(&Upkeep::NONE, |catalog| catalog.upkeep());
        // Locks are seen in one database, and not on the whole server.
        let place = Sha256::digest(db.connection(connection)?.address().as_bytes());
        let place: String = place.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        if let (Some(databases), Some(lock)) = (upkeep.databases, upkeep.lock) {
            reap(&mut lease, backups, databases, lock, &place).await;
        }
        let unique = format!("{place}{}", crate::unique());
        let lock = upkeep.lock.map(|lock| lock(&lock_name(&unique)));
        if let Some(lock) = &lock {
            truth(&mut lease, &lock.take).await?;
        }
        Ok(Self { lease, lock, unique })
    }

    /// What no two of them share.
    pub(crate) fn unique(&self) -> &str {
        &self.unique
    }

    pub(crate) async fn release(mut self) {
        if let Some(lock) = &self.lock {
            // With an error the session goes, and the lock with it.
            let _ = truth(&mut self.lease, &lock.release).await;
        }
    }
}

/// What can't be removed is for the next one.
async fn reap(
    lease: &mut Lease<'_>,
    backups: &dyn Backups,
    databases: &str,
    lock: fn(&str) -> SessionLock,
    place: &str,
) {
    let Ok(found) = lease
        .query(Statement::read(databases, vec![]).once(), Names(Vec::new()))
        .await
    else {
        return;
    };
    for name in found.0 {
        let Some(unique) = name
            .strip_prefix(PREFIX)
            .filter(|unique| unique.starts_with(place))
        else {
            continue;
        };
        let lock = lock(&lock_name(unique));
        if !truth(lease, &lock.take).await.unwrap_or(false) {
            continue;
        }
        if let Err(error) = remove(backups, unique).await {
            tracing::debug!(target: "manybase::snapshot", %name, %error, "could not remove what was left behind");
        }
        let _ = truth(lease, &lock.release).await;
    }
}

async fn remove(backups: &dyn Backups, unique: &str) -> Result<()> {
    let left = backups.scratch(unique)?;
    target::backups(&*left)?.discard().await
}

fn lock_name(unique: &str) -> String {
    format!("mb_{unique}")
}

async fn truth(lease: &mut Lease<'_>, sql: &str) -> Result<bool> {
    let sink = FirstSink::new(|row: &dyn Row| Ok(row.bool(0)?.unwrap_or(false)));
    let asked = lease.query(Statement::write(sql, vec![]).once(), sink).await?;
    Ok(asked.value.unwrap_or(false))
}

struct Names(Vec<String>);

impl Sink for Names {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.0.extend(row.str(0)?.map(str::to_owned));
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        self.0.clear();
        true
    }
}
