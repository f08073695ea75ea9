//! From a copy to a database with a name.

use super::task::{Stop, stopped};
use manybase_driver::backup::{Progress, Reporter, Step};
use manybase_driver::{Error, ErrorKind, Result};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const CHUNK: usize = 1 << 20;
/// What SQLite has beside a file.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

pub(super) fn io(what: &str, path: &Path, error: &io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::AlreadyExists => return there(path),
        io::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
        _ => ErrorKind::Database,
    };
    Error::new(kind, format!("can't {what} {}: {error}", path.display()))
}

pub(super) fn there(path: &Path) -> Error {
    let what = format!("{} is there, and nothing is restored over it", path.display());
    Error::new(ErrorKind::Exists, what)
        .with_help("restore to another name, or say that it takes the place of this one (`swap`, --swap)")
}

fn beside(path: &Path) -> impl Iterator<Item = PathBuf> {
    BESIDE.into_iter().map(move |end| {
        let mut name = OsString::from(path);
        name.push(end);
        name.into()
    })
}

/// Also when only a journal is there: SQLite would play it into the new file.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok() || beside(path).any(|path| path.symlink_metadata().is_ok())
}

/// Copies the file of a backup.
pub(super) fn restore(from: &Path, to: &Path, bytes: u64, report: &Reporter, stop: &Stop) -> Result<()> {
    if is_there(to) {
        return Err(there(to));
    }
    let above = to.parent().filter(|parent| *parent != Path::new(""));
    if let Some(parent) = above.filter(|parent| !parent.is_dir()) {
        let what = format!("the directory {} does not exist", parent.display());
        return Err(Error::new(ErrorKind::Connect, what).with_help("create it, or correct the path"));
    }
    let mut source = File::open(from).map_err(|error| io("read", from, &error))?;
    let mut target = File::create_new(to).map_err(|error| io("make", to, &error))?;
    let mut chunk = vec![0; CHUNK];
    let mut done = 0;
    loop {
        if stopped(stop) {
            return Err(Error::new(ErrorKind::Cancelled, "the restore was cancelled"));
        }
        let read = source
            .read(&mut chunk)
            .map_err(|error| io("read", from, &error))?;
        if read == 0 {
            break;
        }
        target
            .write_all(&chunk[..read])
            .map_err(|error| io("write", to, &error))?;
        done += read as u64;
        report.tell(&Progress {
            total: Some(bytes),
            ..Progress::of(Step::Restore, done)
        });
    }
    target.sync_all().map_err(|error| io("write", to, &error))
}

/// Gives a checked file its name, unless somebody else has taken it.
pub(super) fn settle(from: &Path, to: &Path) -> Result<()> {
    if is_there(to) {
        return Err(there(to));
    }
    // A link fails where a rename would replace.
    match fs::hard_link(from, to) {
        Ok(()) => remove(from)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(there(to)),
        // A file system without links.
        Err(_) => fs::rename(from, to).map_err(|error| io("rename to", to, &error))?,
    }
    sync_names(to)
}

/// Puts the names of a file's directory onto the disk.
pub(super) fn sync_names(of: &Path) -> Result<()> {
    let parent = match of.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let synced = File::open(parent).and_then(|directory| directory.sync_all());
    synced.map_err(|error| io("write", parent, &error))
}

/// Removes a file and what SQLite has beside it.
pub(super) fn remove(path: &Path) -> Result<()> {
    for path in std::iter::once(path.to_owned()).chain(beside(path)) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io("remove", &path, &error));
            }
            _ => {}
        }
    }
    Ok(())
}
