//! Opening a file and making a connection of it.

use crate::company::{self, Present};
use crate::config::{Config, Mode, Place};
use crate::core::Core;
use crate::log::Log;
use crate::watch::{STEPS, Watch};
use crate::{error, functions};
use manybase_driver::{Access, Error, ErrorKind, Result};
use rusqlite::config::DbConfig;
use rusqlite::hooks::Action;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Opens a connection. Blocks.
pub(crate) fn open(config: &Arc<Config>, access: Access) -> Result<Core> {
    if let Place::File(path) = &config.place {
        look(path, config.mode)?;
    }
    // Only on the spot there is none.
    opened(config, access, false)?.ok_or_else(|| Error::driver("the file was not opened"))
}

/// Opens a connection where the caller is, who must not be held up. `None` where that would have to wait, or fails:
/// [`open`] does it then, or says what is wrong.
pub(crate) fn open_on_the_spot(config: &Arc<Config>, access: Access) -> Option<Core> {
    let quick = match &config.place {
        Place::Memory => config.image.is_none(),
        Place::File(path) => company::has_any(path) || is_quick(path),
    };
    match quick {
        true => opened(config, access, true).ok().flatten(),
        false => None,
    }
}

/// A log that is no longer is read within some milliseconds, should a crash have left it behind.
const SHORT_LOG: u64 = 8 << 20;

/// A file that is there, with nothing beside it that would have to be put right first, and take long. Behind a symbolic
/// link it can't be told: the names are made from the file's own.
fn is_quick(path: &Path) -> bool {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        std::fs::metadata(name).map_or(0, |found| found.len())
    };
    path.symlink_metadata().is_ok_and(|found| found.is_file())
        && beside("-journal") == 0
        && beside("-wal") <= SHORT_LOG
}

/// `None` if it had to wait, on the spot.
fn opened(config: &Arc<Config>, access: Access, on_the_spot: bool) -> Result<Option<Core>> {
    let fail = |error| error::refused(error, &config.place);
    let mut raw = match &config.place {
        Place::Memory => in_memory(config.image.as_deref())?,
        Place::File(path) => Connection::open_with_flags(path, flags(config.mode)).map_err(fail)?,
    };
    let watch = Watch::new(
        raw.get_interrupt_handle(),
        config.statement_timeout,
        config.lock_timeout,
    );
    let watch = Arc::new(watch);
    if on_the_spot {
        // So that it gives up where it would have to wait for a lock.
        watch.start_on_the_spot();
    }
    let inserted = Arc::new(AtomicBool::new(false));
    hooks(&mut raw, &watch).map_err(fail)?;
    raw.set_prepared_statement_cache_capacity(config.statement_cache);
    functions::register_order(&raw).map_err(fail)?;

    // As SQLite comes, a column in double quotes that does not exist turns into a string.
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, config.foreign_keys),
    ] {
        raw.set_db_config(setting, on).map_err(fail)?;
    }
    let is_file = matches!(config.place, Place::File(_));
    // It also is where the operating system lets nobody write.
    let protected = is_file && raw.is_readonly(rusqlite::MAIN_DB).map_err(fail)?;
    let reader = protected || access == Access::Read && is_file;
    let (mut wal, mut looked) = (false, false);
    if reader && !protected && config.wal() && is_open(config) {
        // Nobody can change the mode meanwhile. Reads the schema, which is slower while a statement is prepared to be kept:
        // SQLite then takes each bit of memory from the system.
        wal = true;
        looked = raw.table_exists(Some("main"), "sqlite_schema").map_err(fail)?;
    } else if is_file && !protected {
        match journal(&raw, config, on_the_spot).map_err(fail)? {
            Some(found) => wal = found,
            None => return Ok(None),
        }
        looked = true;
    }
    let log = Log::new(config.wal_autocheckpoint);
    if !reader {
        notice(&mut raw, &inserted).map_err(fail)?;
        if wal {
            log.watch(&mut raw).map_err(fail)?;
        }
    }
    if !looked {
        // The first look into the file: it may be no database at all.
        raw.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))
            .map_err(fail)?;
    }
    raw.execute_batch(&settings(config, reader)).map_err(fail)?;
    watch.finish();
    let mut core = Core::new(
        raw,
        watch,
        inserted,
        reader,
        config.clone(),
        !is_file || config.commits_quickly(wal),
        log,
    );
    if let Place::File(path) = &config.place
        && wal
    {
        core.present = Some(Present::new(path));
    }
    Ok(Some(core))
}

/// An empty database, or a copy of a file.
fn in_memory(image: Option<&Path>) -> Result<Connection> {
    let refused = |error, place: &Path| error::refused(error, &place.display());
    let mut raw = Connection::open_in_memory().map_err(|error| refused(error, Path::new(":memory:")))?;
    let Some(image) = image else { return Ok(raw) };
    look(image, Mode::Read)?;
    let unread = |error: std::io::Error| {
        Error::new(
            ErrorKind::Connect,
            format!("the image {} can't be read: {error}", image.display()),
        )
    };
    let mut file = std::fs::File::open(image).map_err(unread)?;
    let size = file.metadata().map_err(unread)?.len();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    raw.deserialize_read_exact(rusqlite::MAIN_DB, &mut file, size, false)
        .map_err(|error| refused(error, image))?;
    Ok(raw)
}

fn hooks(raw: &mut Connection, watch: &Arc<Watch>) -> rusqlite::Result<()> {
    let progress = watch.clone();
    raw.progress_handler(STEPS, Some(move || progress.progress()))?;
    let busy = watch.clone();
    raw.busy_handler(Some(move |count| busy.busy(count)))
}

/// Takes note of inserted rows.
fn notice(raw: &mut Connection, inserted: &Arc<AtomicBool>) -> rusqlite::Result<()> {
    // SQLite keeps the last row number for ever, also past an upsert that updated and past tables that have none.
    let inserted = inserted.clone();
    raw.update_hook(Some(move |action, _: &str, _: &str, _| {
        if action == Action::SQLITE_INSERT {
            inserted.store(true, Ordering::Relaxed);
        }
    }))
}

pub(crate) fn flags(mode: Mode) -> OpenFlags {
    // One thread at a time uses it, so SQLite need not lock by itself. Not SQLITE_OPEN_URI: a path is a path.
    OpenFlags::SQLITE_OPEN_NO_MUTEX
        | match mode {
            Mode::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Mode::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Mode::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        }
}

/// SQLite says no more than "unable to open database file"; here is what it means.
pub(crate) fn look(path: &Path, mode: Mode) -> Result<()> {
    let refuse = |what: String, help: &str| Err(Error::new(ErrorKind::Connect, what).with_help(help));
    if path.is_dir() {
        return refuse(format!("{} is a directory", path.display()), "name a file in it");
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.is_dir()) {
        return refuse(
            format!("the directory {} does not exist", parent.display()),
            "create it, or correct the path",
        );
    }
    if mode != Mode::Create && !path.exists() {
        return refuse(
            format!("the file {} does not exist", path.display()),
            "open it with mode=rwc to create it",
        );
    }
    Ok(())
}

/// Whether this process has a connection in WAL mode to the file.
fn is_open(config: &Config) -> bool {
    matches!(&config.place, Place::File(path) if company::has_any(path))
}

/// The first statement that reads the file. Whether it is in WAL mode then; `None` if that would have to be waited for,
/// on the spot.
///
/// Switching to WAL takes the file for itself for a moment, without asking the busy handler. When several
/// connections open a new file at once, all but one have to try again.
fn journal(raw: &Connection, config: &Config, on_the_spot: bool) -> rusqlite::Result<Option<bool>> {
    let wanted = config.journal_mode.as_deref().unwrap_or("wal");
    let current = || raw.query_row("PRAGMA journal_mode", [], |row| row.get::<_, String>(0));
    if on_the_spot {
        let as_wanted = current()?.eq_ignore_ascii_case(wanted);
        return Ok(as_wanted.then(|| wanted == "wal"));
    }
    let deadline = Instant::now() + config.connect_timeout;
    let mut overtaken = 0;
    loop {
        let now = current().and_then(|mode| match mode.eq_ignore_ascii_case(wanted) {
            true => Ok(mode),
            false => raw.query_row(&format!("PRAGMA journal_mode = {wanted}"), [], |row| row.get(0)),
        });
        match now {
            Ok(mode) => {
                if !mode.eq_ignore_ascii_case(wanted) {
                    tracing::warn!(target: "manybase::sqlite", place = %config.place, wanted, got = mode, "journal mode refused");
                }
                return Ok(Some(mode.eq_ignore_ascii_case("wal")));
            }
            Err(error) => {
                let locked = matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
                );
                overtaken += u32::from(!locked);
                let again = locked || overtaken <= OVERTAKEN && was_overtaken(&error);
                if !again || Instant::now() >= deadline {
                    return Err(error);
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }
}

/// How often another connection may be faster. The same codes can mean that the disk is broken.
const OVERTAKEN: u32 = 5;

/// After a crash each file that took part in a transaction of several is rolled back by whoever reads it first, who
/// then looks whether the others are done and deletes the super-journal. Two who do so at once find that a journal is
/// gone which was there a moment ago. Their own file is rolled back by then.
fn was_overtaken(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(code, Some(ffi::SQLITE_IOERR_DELETE_NOENT | ffi::SQLITE_CANTOPEN))
}

fn settings(config: &Config, reader: bool) -> String {
    let mut sql = String::with_capacity(128);
    let mut set = |name: &str, value: &str| {
        for part in ["PRAGMA ", name, " = ", value, ";"] {
            sql.push_str(part);
        }
    };
    set("synchronous", config.synchronous());
    for (name, value) in &config.pragmas {
        set(name, value);
    }
    if reader {
        set("query_only", "1");
    }
    sql
}
