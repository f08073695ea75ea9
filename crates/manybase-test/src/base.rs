//! Where files of tests lie, and who clears up after whom.
//!
//! ```text
//! <base>/templates/<hash>/   built once, used by all test programs that want the same
//! <base>/runs/<id>/          of one process, which holds its `lock`; databases of servers are noted in `databases`
//! <base>/kept/<name>/        what failed tests have left
//! ```
//!
//! A process that dies lets go of its lock, so that the next one knows and clears up.

use crate::hosts;
use manybase_driver::{Error, ErrorKind, Result};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

/// Templates that nobody has used for so long are removed.
const TEMPLATES: Duration = Duration::from_secs(7 * 24 * 3600);
/// What a failed test has left is removed after this.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// What has to be free in memory, or files go to the directory for temporary ones.
const ROOM: u64 = 128 << 20;
/// Another place for all of it.
const BASE: &str = "MANYBASE_TEST_DIR";
const NOTES: &str = "databases";

/// The files of this process. They go with the next process that looks, once this one has ended.
pub(crate) struct Run {
    pub(crate) base: PathBuf,
    pub(crate) dir: PathBuf,
    /// Unique, of letters and digits.
    pub(crate) id: String,
    _lock: File,
}

pub(crate) fn io(doing: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let what = format!("could not {doing} {}", path.display());
    move |error| Error::new(ErrorKind::Config, format!("{what}: {error}"))
}

/// This process's, made when a test first asks.
pub(crate) fn run() -> Result<&'static Run> {
    static RUN: OnceLock<Result<Run>> = OnceLock::new();
    RUN.get_or_init(Run::begin).as_ref().map_err(Clone::clone)
}

fn base() -> Result<PathBuf> {
    let own = format!("manybase-test-{}", rustix::process::getuid().as_raw());
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |stat| stat.f_bavail * stat.f_frsize);
    let base = match std::env::var_os(BASE).filter(|dir| !dir.is_empty()) {
        Some(dir) => PathBuf::from(dir),
        None if room >= ROOM && rustix::fs::access(memory, rustix::fs::Access::WRITE_OK).is_ok() => {
            memory.join(own)
        }
        None => std::env::temp_dir().join(own),
    };
    make(&base)?;
    let owner = std::fs::metadata(&base).map_err(io("look at", &base))?.uid();
    if owner != rustix::process::getuid().as_raw() {
        let what = format!("{} belongs to somebody else", base.display());
        return Err(Error::config(what).with_help(format!("name another directory in {BASE}")));
    }
    base.canonicalize().map_err(io("look at", &base))
}

/// Makes a directory that nobody else can read, unless it is there.
pub(crate) fn make(dir: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(io("make", dir))
}

/// A file that processes lock.
pub(crate) fn lock_file(path: &Path) -> Result<File> {
    let options = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    options.map_err(io("open", path))
}

impl Run {
    fn begin() -> Result<Self> {
        let base = base()?;
        for dir in ["templates", "runs", "kept"] {
            make(&base.join(dir))?;
        }
        // One at a time: what is just being made must not look as if it were left behind.
        let reaping = lock_file(&base.join("lock"))?;
        reaping.lock().map_err(io("lock", &base))?;
        let id = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();
        let dir = base.join("runs").join(&id);
        make(&dir)?;
        let lock = lock_file(&dir.join("lock"))?;
        lock.lock().map_err(io("lock", &dir))?;
        let run = Self {
            base,
            dir,
            id,
            _lock: lock,
        };
        run.reap();
        Ok(run)
    }

    /// Removes what dead processes and failed tests have left. What can't be removed is left to the next one.
    fn reap(&self) {
        for dir in entries(&self.base.join("runs")) {
            let dead =
                dir != self.dir && lock_file(&dir.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok());
            if dead {
                remove(&dir);
            }
        }
        for (place, limit) in [("templates", TEMPLATES), ("kept", KEPT)] {
            for dir in entries(&self.base.join(place)) {
                if age(&dir).is_some_and(|age| age > limit) {
                    remove(&dir);
                }
            }
        }
    }

    /// Notes a database on a server that outlives the process, before it is made.
    pub(crate) fn note(dir: &Path, variable: &str, database: &str) -> Result<()> {
        let path = dir.join(NOTES);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let mut file = file.map_err(io("open", &path))?;
        file.write_all(format!("{variable}\t{database}\n").as_bytes())
            .map_err(io("write", &path))
    }

    /// Takes a note away, once the database is dropped.
    pub(crate) fn forget(dir: &Path, database: &str) {
        let path = dir.join(NOTES);
        let Ok(text) = std::fs::read_to_string(&path) else {
            return;
        };
        let rest = text
            .lines()
            .filter(|line| !line.ends_with(&format!("\t{database}")));
        let _ = std::fs::write(&path, rest.map(|line| format!("{line}\n")).collect::<String>());
    }

    /// A directory for what a failed test leaves.
    pub(crate) fn keep(&self, name: &str) -> Result<PathBuf> {
        let dir = self.base.join("kept").join(format!("{name}-{}", self.id));
        make(&dir)?;
        Ok(dir)
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(dir).into_iter().flatten().flatten();
    found
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

/// Since it was used last.
fn age(dir: &Path) -> Option<Duration> {
    let modified = std::fs::metadata(dir)
        .and_then(|metadata| metadata.modified())
        .ok()?;
    SystemTime::now().duration_since(modified).ok()
}

/// Marks a directory as just used.
pub(crate) fn touch(dir: &Path) {
    let _ = File::open(dir).and_then(|dir| dir.set_modified(SystemTime::now()));
}

/// The databases first: without the notes nobody would know of them.
fn remove(dir: &Path) {
    let notes = std::fs::read_to_string(dir.join(NOTES)).unwrap_or_default();
    let mut all = true;
    for line in notes.lines() {
        if let Some((variable, database)) = line.split_once('\t') {
            all &= hosts::remove_noted(variable, database);
        }
    }
    if all {
        let _ = std::fs::remove_dir_all(dir);
    }
}
