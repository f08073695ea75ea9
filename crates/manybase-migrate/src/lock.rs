//! One runner at a time.

use crate::Problem;
use crate::history::truth;
use crate::set::upkeep;
use manybase_db::{Access, Db, Error, ErrorKind, Executor, Lease, Result, Route};
use manybase_sql::upkeep::SessionLock;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The lock of whoever changes the structure.
const NAME: &str = "manybase_migrate";
/// The lock of the session that does the work, which a server may go on with when its client is dead.
pub(crate) const WORK: &str = "manybase_migrate_work";

/// How often to look whether it is free.
const GLANCE: Duration = Duration::from_millis(100);

/// Held over a whole run, by one of three means: a lock of a session of its own, a lock of the operating system on a file
/// beside the database, or nothing for a database that lives in this process, where each migration's transaction is
/// the lock.
pub(crate) enum Lock<'a> {
    Session {
        lease: Box<Lease<'a>>,
        texts: SessionLock,
    },
    File {
        file: File,
        path: PathBuf,
    },
    Nothing,
}

impl<'a> Lock<'a> {
    /// Waits for it. `waiting` is told once, when somebody else has it.
    pub(crate) async fn take(
        db: &'a Db,
        connection: &'a str,
        limit: Duration,
        waiting: impl Fn(),
    ) -> Result<Self> {
        if let Some(path) = db.connection(connection)?.driver().lock_file() {
            let file = patiently(limit, &waiting, || try_file(&path)).await;
            let file = file.map_err(|error| error.with_connection(connection))?;
            return Ok(Self::File { file, path });
        }
        let route = Route {
            using: Some(connection),
            ..Route::default()
        };
        let mut lease = db.lease(route, Access::Write).await?;
        let Some(lock) = upkeep(lease.dialect()).lock else {
            return Ok(Self::Nothing);
        };
        let texts = lock(NAME);
        take_on(&mut lease, &texts, limit, &waiting).await?;
        let lease = Box::new(lease);
        Ok(Self::Session { lease, texts })
    }

    /// An error when it is no longer ours.
    pub(crate) async fn check(&mut self) -> Result<()> {
        let Self::Session { lease, texts } = self else {
            return Ok(());
        };
        let connection = lease.connection().clone();
        match truth(lease, &texts.held).await {
            Ok(true) => Ok(()),
            _ => Err(Error::from(Problem::LockLost).with_connection(connection)),
        }
    }

    /// Gives it back; false when it was no longer ours.
    pub(crate) async fn release(self) -> bool {
        match self {
            Self::Session { mut lease, texts } => truth(&mut lease, &texts.release).await.unwrap_or(false),
            Self::File { file, path } => {
                // While it is locked, so that nobody can have taken it in between.
                let _ = std::fs::remove_file(path);
                drop(file);
                true
            }
            Self::Nothing => true,
        }
    }
}

/// Takes a session's lock, and waits for it.
pub(crate) async fn take_on(
    lease: &mut Lease<'_>,
    texts: &SessionLock,
    limit: Duration,
    waiting: &impl Fn(),
) -> Result<()> {
    let begun = Instant::now();
    let mut told = false;
    while !truth(lease, &texts.take).await? {
        if begun.elapsed() >= limit {
            return Err(taken(limit).with_connection(lease.connection().clone()));
        }
        if !std::mem::replace(&mut told, true) {
            waiting();
        }
        tokio::time::sleep(GLANCE).await;
    }
    Ok(())
}

async fn patiently<T>(
    limit: Duration,
    waiting: &impl Fn(),
    take: impl Fn() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        if let Some(taken) = take()? {
            return Ok(taken);
        }
        if begun.elapsed() >= limit {
            return Err(taken(limit));
        }
        if !std::mem::replace(&mut told, true) {
            waiting();
        }
        tokio::time::sleep(GLANCE).await;
    }
}

fn taken(limit: Duration) -> Error {
    Error::new(
        ErrorKind::LockTimeout,
        format!("somebody else runs migrations here, still after {limit:.0?}"),
    )
    .with_help("wait until that is over and run this again; --lock-timeout sets how long to wait")
}

/// `None` when somebody else has it.
fn try_file(path: &PathBuf) -> Result<Option<File>> {
    let failed = |error: std::io::Error| {
        let what = format!("the lock file {} can't be used: {error}", path.display());
        Error::new(ErrorKind::Database, what).with_help("migrations need to write beside the database")
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    // Whoever had it before has removed it meanwhile: what we have is no longer what others find there.
    Ok(is_there(&file, path).then_some(file))
}

#[cfg(unix)]
fn is_there(file: &File, path: &PathBuf) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |found: std::io::Result<std::fs::Metadata>| found.ok().map(|found| (found.dev(), found.ino()));
    id(file.metadata()) == id(std::fs::metadata(path))
}

/// Elsewhere a file that somebody has open can't be removed.
#[cfg(not(unix))]
fn is_there(_file: &File, _path: &PathBuf) -> bool {
    true
}
