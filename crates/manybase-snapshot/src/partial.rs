//! A backup while it is written: under another name, until it is whole.

use crate::files;
use manybase_driver::{Error, ErrorKind, Result};
use std::fs::{self, DirBuilder, File};
use std::path::{Path, PathBuf};

/// Held by who writes it. A partial backup whose lock nobody holds is a leftover.
pub(crate) const LOCK: &str = "lock";
const MARK: &str = ".partial-";

/// Removed when it is dropped, unless it has become a backup.
pub(crate) struct Partial {
    path: PathBuf,
    target: PathBuf,
    _lock: File,
    kept: bool,
}

fn there(target: &Path) -> Error {
    let what = format!("{} is there, and no backup is written over it", target.display());
    Error::new(ErrorKind::Exists, what).with_help("name another directory, or remove that one")
}

impl Partial {
    /// Makes its directory beside the target's, and those above.
    pub(crate) fn make(target: &Path) -> Result<Self> {
        let absolute = std::path::absolute(target).map_err(|error| files::io("find", target, &error))?;
        let (Some(parent), Some(name)) = (
            absolute.parent(),
            absolute.file_name().and_then(|name| name.to_str()),
        ) else {
            let what = format!("{} can't be the directory of a backup", target.display());
            return Err(Error::config(what).with_help("name one that is not there yet"));
        };
        if absolute.symlink_metadata().is_ok() {
            return Err(there(target));
        }
        fs::create_dir_all(parent).map_err(|error| files::io("make", parent, &error))?;
        let path = parent.join(format!(".{name}{MARK}{}", crate::unique()));
        builder()
            .create(&path)
            .map_err(|error| files::io("make", &path, &error))?;
        let lock = File::create_new(path.join(LOCK)).and_then(|lock| lock.lock().map(|()| lock));
        let lock = lock.map_err(|error| {
            let _ = fs::remove_dir_all(&path);
            files::io("lock", &path, &error)
        })?;
        let partial = Self {
            path,
            target: absolute,
            _lock: lock,
            kept: false,
        };
        let data = partial.data();
        builder()
            .create(&data)
            .map_err(|error| files::io("make", &data, &error))?;
        Ok(partial)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the database's own files go.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// It is whole, and gets its name.
    pub(crate) fn finish(mut self) -> Result<()> {
        let lock = self.path.join(LOCK);
        fs::remove_file(&lock).map_err(|error| files::io("remove", &lock, &error))?;
        files::sync(&self.path)?;
        if self.target.symlink_metadata().is_ok() {
            return Err(there(&self.target));
        }
        // Of two who come here at once one fails: a directory with something in it is not replaced.
        fs::rename(&self.path, &self.target).map_err(|error| files::io("rename to", &self.target, &error))?;
        self.kept = true;
        match self.target.parent() {
            Some(parent) => files::sync(parent),
            None => Ok(()),
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            let path = self.path.display();
            tracing::warn!(target: "manybase::snapshot", %path, %error, "a partial backup is left behind");
        }
    }
}

/// Others have no business in it: a backup holds all that the database holds.
fn builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Whether a name is that of a partial backup.
pub(crate) fn is_partial(name: &str) -> bool {
    name.starts_with('.') && name.contains(MARK)
}

/// Whether somebody writes it right now.
pub(crate) fn is_running(path: &Path) -> bool {
    // Without a lock it was interrupted at its very beginning or end.
    File::open(path.join(LOCK)).is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)))
}
