//! Who makes a scratch database on a server, and drops it: a task with a session of its own.
//!
//! The session has a lock as long as the database is there, so that others see that somebody uses it. A process that is
//! killed leaves the database without the lock, and the next run on the same database drops it. The name of a scratch
//! database says for which database it is, because locks are seen there and not everywhere on the server.

use crate::history::{Rows, truth};
use crate::runner::Ground;
use crate::set::{hash, upkeep};
use manybase_db::{Error, ErrorKind, Lease, Result};
use manybase_driver::Statement;
use manybase_sql::{Dialect, SqlWriter};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const PREFIX: &str = "manybase_replay_";

/// Dropped without [`Keeper::remove`], the database is dropped too, when nobody waits for it.
pub(super) struct Keeper {
    name: String,
    done: oneshot::Sender<()>,
    work: JoinHandle<Result<()>>,
}

impl Keeper {
    /// Makes a database, after those are gone that nobody uses any more.
    pub(super) async fn make(ground: Ground, address: &str) -> Result<Self> {
        let prefix = format!("{PREFIX}{}_", &hash([address])[..8]);
        let key = key();
        let name = format!("{prefix}{key}");
        let (ready, made) = oneshot::channel();
        let (done, told) = oneshot::channel();
        let place = Place {
            prefix,
            key,
            name: name.clone(),
        };
        let work = tokio::spawn(async move {
            let ended = place.keep(&ground, ready, told).await;
            ground.close().await;
            ended
        });
        match made.await {
            Ok(()) => Ok(Self { name, done, work }),
            Err(_) => match work.await {
                Ok(Err(error)) => Err(error),
                _ => Err(unfinished()),
            },
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Drops it.
    pub(super) async fn remove(self) -> Result<()> {
        drop(self.done);
        self.work.await.unwrap_or_else(|_| Err(unfinished()))
    }
}

struct Place {
    prefix: String,
    key: String,
    name: String,
}

impl Place {
    async fn keep(
        &self,
        ground: &Ground,
        ready: oneshot::Sender<()>,
        told: oneshot::Receiver<()>,
    ) -> Result<()> {
        let mut lease = ground.lease().await?;
        self.reap(&mut lease).await;
        let lock = upkeep(lease.dialect())
            .lock
            .map(|lock| lock(&lock_name(&self.key)));
        if let Some(lock) = &lock {
            truth(&mut lease, &lock.take).await?;
        }
        let quoted = quoted(lease.dialect(), &self.name)?;
        let made = lease.script(format!("CREATE DATABASE {quoted}")).await;
        made.map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => error.with_help(
                "migrations are replayed in a scratch database: the account must be able to make one",
            ),
            _ => error,
        })?;
        if ready.send(()).is_ok() {
            // Told, or nobody is there any more: both is the end.
            let _ = told.await;
        }
        let dropped = lease.script(format!("DROP DATABASE {quoted}")).await;
        if let Some(lock) = &lock {
            let _ = truth(&mut lease, &lock.release).await;
        }
        dropped
    }

    /// Drops what processes have left behind that died. What does not work is for the next run.
    async fn reap(&self, lease: &mut Lease<'_>) {
        let upkeep = upkeep(lease.dialect());
        let (Some(databases), Some(lock)) = (upkeep.databases, upkeep.lock) else {
            return;
        };
        let rows = Rows::new(|row| Ok(row.str(0)?.unwrap_or_default().to_owned()));
        let Ok(found) = lease
            .query(Statement::write(databases, vec![]).once(), rows)
            .await
        else {
            return;
        };
        for name in found.kept {
            let Some(key) = name.strip_prefix(&self.prefix) else {
                continue;
            };
            let lock = lock(&lock_name(key));
            if !truth(lease, &lock.take).await.unwrap_or(false) {
                continue;
            }
            let gone = match quoted(lease.dialect(), &name) {
                Ok(quoted) => lease.script(format!("DROP DATABASE IF EXISTS {quoted}")).await,
                Err(error) => Err(error),
            };
            match gone {
                Ok(()) => {
                    tracing::info!(target: "manybase::migrate", %name, "a scratch database that was left behind is gone")
                }
                Err(error) => {
                    tracing::debug!(target: "manybase::migrate", %name, %error, "could not drop what was left behind")
                }
            }
            let _ = truth(lease, &lock.release).await;
        }
    }
}

/// One that nobody else has, and short enough for a lock.
fn key() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let unique = uuid::Uuid::new_v4().simple().to_string();
    format!("{}{count:x}", &unique[..16])
}

fn lock_name(key: &str) -> String {
    format!("mb_{key}")
}

fn quoted(dialect: &dyn Dialect, name: &str) -> Result<String> {
    Ok(SqlWriter::render(dialect, |w| w.identifier(name))?.sql)
}

fn unfinished() -> Error {
    Error::new(
        ErrorKind::Closed,
        "the scratch database was not finished: the program is about to end",
    )
}
