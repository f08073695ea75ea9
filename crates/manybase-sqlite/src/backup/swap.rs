//! A file takes the place of another one that is in use.
//!
//! Two things can go wrong with names under SQLite: a `-wal` that belongs to the old file is played into the new one, and a
//! connection to the old file goes on writing where nobody looks. So the file is had alone first, which no connection in
//! WAL mode lets happen; its log is written into it and gone; and it stays locked until the names have changed. Who has it
//! open with a rollback journal and does nothing is not seen: SQLite refuses his next write, because the file has moved.
//!
//! The new file is renamed over the old one, which has a second name by then: at no moment is there no database.

use super::settle::{io, is_there, sync_names, there};
use crate::config::Config;
use crate::error;
use manybase_driver::backup::{Progress, Reporter, Step};
use manybase_driver::{Error, ErrorKind, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

pub(super) const RESTORING: &str = ".restoring-";
const BEFORE: &str = ".before-";

/// The name that the old one gets.
pub(super) fn kept(path: &Path, stamp: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!("{BEFORE}{stamp}"));
    name.into()
}

/// A file that nobody else is connected to, without a log beside it.
pub(super) struct Alone {
    raw: Connection,
    place: String,
    /// It had a log, and gets one again if nothing comes of it.
    wal: bool,
}

impl Alone {
    pub(super) fn with(path: &Path, config: &Config) -> Result<Self> {
        let place = path.display().to_string();
        let found = path
            .symlink_metadata()
            .map_err(|error| io("read", path, &error))?;
        if found.is_symlink() {
            let what =
                format!("{place} is a link, and would be replaced instead of the file that it leads to");
            return Err(Error::new(ErrorKind::Unsupported, what).with_help("name the file itself"));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let fail = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                let what = format!("others are connected to {place}");
                Error::new(ErrorKind::InUse, what).with_help(
                    "stop the programs that use it (`lsof` or `fuser` name them) and close connections of this one, then do it again",
                )
            }
            _ => error::failed(error, None, &place),
        };
        let raw = Connection::open_with_flags(path, flags).map_err(fail)?;
        raw.busy_timeout(config.lock_timeout).map_err(fail)?;
        let mut alone = Self {
            raw,
            place: place.clone(),
            wal: false,
        };
        let raw = &alone.raw;
        let text = |sql: &str| raw.query_row(sql, [], |row| row.get::<_, String>(0));
        text("PRAGMA locking_mode = EXCLUSIVE").map_err(fail)?;
        raw.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))
            .map_err(fail)?;
        let wal = text("PRAGMA journal_mode").map_err(fail)? == "wal";
        if wal {
            text("PRAGMA journal_mode = DELETE").map_err(fail)?;
        }
        let begun = raw.execute_batch("BEGIN EXCLUSIVE").map_err(fail);
        alone.wal = wal;
        begun.map(|()| alone)
    }

    /// The names have changed: the file stays as it is.
    fn moved(mut self) {
        self.wal = false;
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if !self.wal {
            return;
        }
        let back = self
            .raw
            .execute_batch("ROLLBACK; PRAGMA locking_mode = NORMAL")
            .and_then(|()| {
                self.raw
                    .query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))
            });
        if let Err(error) = back {
            tracing::warn!(target: "manybase::sqlite", place = %self.place, %error, "the file is left with a rollback journal");
        }
    }
}

/// `new` becomes `live`, which becomes `kept`.
pub(super) fn swap(live: &Path, new: &Path, kept: &Path, config: &Config, report: &Reporter) -> Result<()> {
    report.tell(&Progress::of(Step::Swap, 0));
    if is_there(kept) {
        return Err(there(kept));
    }
    let alone = Alone::with(live, config)?;
    let old = live.metadata().map_err(|error| io("read", live, &error))?;
    same_owner(&old, new)?;
    // Later they would be names of the one that is kept.
    for path in second_names(live) {
        fs::remove_file(&path).map_err(|error| io("remove", &path, &error))?;
    }
    if fs::hard_link(live, kept).is_ok() {
        report.tell(&Progress::of(Step::Swap, 1));
        if let Err(error) = fs::rename(new, live) {
            let failed = io("rename to", live, &error);
            fs::remove_file(kept).map_err(|error| io("remove", kept, &error))?;
            return Err(failed);
        }
    } else {
        // A file system without links: for a moment there is nothing under the name.
        fs::rename(live, kept).map_err(|error| io("rename to", kept, &error))?;
        report.tell(&Progress::of(Step::Swap, 1));
        if let Err(error) = fs::rename(new, live) {
            let failed = io("rename to", live, &error);
            fs::rename(kept, live).map_err(|error| io("rename to", live, &error))?;
            return Err(failed);
        }
    }
    alone.moved();
    sync_names(live)
}

/// Whoever could use the old file can use the new one.
fn same_owner(old: &Metadata, new: &Path) -> Result<()> {
    let fail = |error| io("give its owner and rights to", new, &error);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        let found = new.metadata().map_err(fail)?;
        if (found.uid(), found.gid()) != (old.uid(), old.gid()) {
            chown(new, Some(old.uid()), Some(old.gid())).map_err(fail)?;
        }
    }
    fs::set_permissions(new, old.permissions()).map_err(fail)
}

/// What interrupted restores have left beside a file.
pub(super) fn left(live: &Path) -> Vec<String> {
    let mut found = beginning(live, RESTORING);
    found.extend(second_names(live));
    found
        .iter()
        .map(|path| format!("{}: remove the file", path.display()))
        .collect()
}

/// Names that the file was to have when a swap was interrupted.
fn second_names(live: &Path) -> Vec<PathBuf> {
    let mut found = beginning(live, BEFORE);
    found.retain(|path| same_file(live, path));
    found
}

/// Files beside this one whose names are its own with this behind.
fn beginning(live: &Path, end: &str) -> Vec<PathBuf> {
    let Some(name) = live.file_name() else {
        return Vec::new();
    };
    let begin = [name.as_encoded_bytes(), end.as_bytes()].concat();
    let above = live.parent().filter(|parent| *parent != Path::new(""));
    let entries = fs::read_dir(above.unwrap_or(Path::new(".")));
    let entries = entries.into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(&begin));
    let mut found: Vec<_> = ours.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Two names of one file: the swap was interrupted before the new one had taken the place.
#[cfg(unix)]
fn same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| {
        path.symlink_metadata()
            .ok()
            .map(|found| (found.dev(), found.ino()))
    };
    id(one).is_some() && id(one) == id(other)
}

#[cfg(not(unix))]
fn same_file(_: &Path, _: &Path) -> bool {
    false
}
