//! From a live file to a copy.

use super::task::{Stop, stopped};
use super::{FAMILY, content};
use crate::config::{Config, Mode, Place};
use crate::error;
use manybase_driver::backup::{BackedUp, Depth, Progress, Reporter, Step};
use manybase_driver::{Access, Error, ErrorKind, Result};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Between two looks at the sign to stop: 1 MiB with the usual pages.
const PAGES: i32 = 256;
/// While somebody has the file for himself, which is short in WAL mode.
const WAIT: Duration = Duration::from_millis(5);

pub(super) fn fail(error: rusqlite::Error, config: &Config) -> Error {
    error::failed(error, None, &config.place)
}

/// A connection with all that the driver registers, without the driver's clock: a backup takes as long as it takes.
pub(super) fn open(config: &Arc<Config>, mode: Mode, stop: &Stop) -> Result<Connection> {
    let config = Arc::new(config.at(config.place.clone(), mode));
    let core = crate::open::open(&config, Access::Read)?;
    core.learn()?;
    let mut raw = core.raw;
    let stop = stop.clone();
    let set = raw
        .progress_handler(10_000, Some(move || stop.load(Ordering::Relaxed)))
        .and_then(|()| raw.busy_timeout(config.lock_timeout));
    set.map_err(|error| fail(error, &config))?;
    Ok(raw)
}

/// Writes the copy and says what is in it.
pub(super) fn back_up(
    config: &Arc<Config>,
    to: &Path,
    compact: bool,
    report: &Reporter,
    stop: &Stop,
) -> Result<BackedUp> {
    let mode = match config.mode {
        Mode::Read => Mode::Read,
        // Not created if it has gone meanwhile.
        Mode::Write | Mode::Create => Mode::Write,
    };
    let source = open(config, mode, stop)?;
    let mut settings = BTreeMap::new();
    let journal: String = pragma(&source, "journal_mode", config)?;
    settings.insert("journal_mode".to_owned(), journal);
    match compact {
        true => vacuum(&source, to, config)?,
        false => pages(&source, to, config, report, stop)?,
    }
    drop(source);

    let copy = Arc::new(config.at(Place::File(to.to_owned()), Mode::Read));
    let raw = open(&copy, Mode::Read, stop)?;
    let damage = content::integrity(&raw, &copy)?;
    if let Some(first) = damage.first() {
        let what = format!("{}: the database is damaged: {first}", config.place);
        return Err(Error::new(ErrorKind::Database, what)
            .with_help("`PRAGMA integrity_check` lists all; restore an older backup, or rebuild the index"));
    }
    let orphans = content::orphans(&raw, &copy)?;
    settings.insert("foreign_key_violations".to_owned(), orphans.to_string());
    let mut gaps = Vec::new();
    if orphans > 0 {
        let rows = match orphans {
            1 => "1 row refers".to_owned(),
            _ => format!("{orphans} rows refer"),
        };
        gaps.push(format!(
            "{rows} to rows that are not there, in the database as in its backup"
        ));
    }
    let mut point = BTreeMap::new();
    for name in ["schema_version", "user_version"] {
        let value: i64 = pragma(&raw, name, &copy)?;
        point.insert(name.to_owned(), value.to_string());
    }
    Ok(BackedUp {
        family: FAMILY.to_owned(),
        product: "SQLite".to_owned(),
        version: rusqlite::version().to_owned(),
        method: if compact { "VACUUM INTO" } else { "backup API" }.to_owned(),
        tables: content::tables(&raw, Depth::Content, &copy, report)?,
        point,
        settings,
        gaps,
        ..BackedUp::default()
    })
}

fn pragma<T: rusqlite::types::FromSql>(raw: &Connection, name: &str, config: &Config) -> Result<T> {
    raw.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
        .map_err(|error| fail(error, config))
}

fn vacuum(source: &Connection, to: &Path, config: &Config) -> Result<()> {
    let name = to.to_str().ok_or_else(|| {
        Error::config(format!(
            "the path {} is not UTF-8, which SQLite wants",
            to.display()
        ))
    })?;
    // The connection is a reader's, and this writes only to another file.
    source
        .execute_batch("PRAGMA query_only = 0")
        .and_then(|()| source.execute("VACUUM INTO ?1", [name]))
        .map(drop)
        .map_err(|error| fail(error, config))
}

fn pages(source: &Connection, to: &Path, config: &Config, report: &Reporter, stop: &Stop) -> Result<()> {
    let fail = |error| fail(error, config);
    source
        .execute_batch("BEGIN; SELECT COUNT(*) FROM sqlite_schema")
        .map_err(fail)?;
    let size: u64 = pragma::<i64>(source, "page_size", config)?.unsigned_abs();
    let mut copy = Connection::open(to).map_err(fail)?;
    {
        let backup = Backup::new(source, &mut copy).map_err(fail)?;
        let deadline = Instant::now() + config.lock_timeout;
        loop {
            if stopped(stop) {
                return Err(Error::new(ErrorKind::Cancelled, "the backup was cancelled"));
            }
            match backup.step(PAGES).map_err(fail)? {
                StepResult::Done => break,
                StepResult::More => {}
                // Busy or locked, and what SQLite may add.
                _ if Instant::now() >= deadline => {
                    let what = format!(
                        "the database was locked for more than {:.1?}",
                        config.lock_timeout
                    );
                    return Err(Error::new(ErrorKind::LockTimeout, what)
                        .with_help("run it when nobody has the file for himself"));
                }
                _ => std::thread::sleep(WAIT),
            }
            let now = backup.progress();
            let [all, left] = [now.pagecount, now.remaining].map(|pages| u64::from(pages.unsigned_abs()));
            report.tell(&Progress {
                total: Some(all * size),
                ..Progress::of(Step::Copy, all.saturating_sub(left) * size)
            });
        }
    }
    // It has the source's mode in its header, and would leave two files beside it when somebody looks at it.
    let mode: String = copy
        .query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))
        .map_err(fail)?;
    debug_assert_eq!(mode, "delete");
    source.execute_batch("COMMIT").map_err(fail)
}
