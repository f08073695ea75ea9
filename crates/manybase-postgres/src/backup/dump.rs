//! From a live database to files.

use super::session::Session;
use super::{FAMILY, tools};
use crate::PostgresDriver;
use manybase_driver::backup::{
    BackedUp, BackupJob, BackupOptions, Depth, Progress, Reporter, Step, Tool, quoted_list,
};
use manybase_driver::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// The dump's directory in the backup's.
pub(super) const DIRECTORY: &str = "dump";
const GLANCE: Duration = Duration::from_millis(250);
/// As many tables at once as do a server no harm.
const JOBS: usize = 4;

const SETTINGS: &str = "SELECT pg_catalog.pg_encoding_to_char(d.encoding)::text, d.datcollate::text, d.datctype::text, \
     to_jsonb(d) ->> 'datlocprovider', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') \
     FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";
const POINT: &str = "SELECT pg_catalog.pg_export_snapshot()::text, \
     (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() \
      ELSE pg_catalog.pg_current_wal_lsn() END)::text, pg_catalog.pg_current_snapshot()::text";
/// What they hold is not dumped.
const CALCULATED: &str = "SELECT n.nspname::text || '.' || c.relname::text FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' ORDER BY 1";
const FOREIGN: &str = "SELECT n.nspname::text || '.' || c.relname::text FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f' ORDER BY 1";
const OWN_SETTINGS: &str = "SELECT split_part(unnest(s.setconfig), '=', 1) FROM pg_catalog.pg_db_role_setting s \
     JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase WHERE d.datname = pg_catalog.current_database() ORDER BY 1";

pub(super) fn jobs(options: &BackupOptions) -> usize {
    match options.jobs {
        0 => std::thread::available_parallelism().map_or(1, |cores| cores.get().min(JOBS)),
        jobs => jobs,
    }
}

pub(super) async fn back_up(driver: &PostgresDriver, job: BackupJob<'_>) -> Result<BackedUp> {
    let mut session = Session::begin(driver).await?;
    let (path, tool_version) = tools::fitting("pg_dump", &session.version, job.options).await?;
    let at = session.one(POINT).await?;
    session.lock().await?;
    let mut at = at.into_iter();
    let Some(snapshot) = at.next().flatten() else {
        return Err(Error::driver("the server has given no name for its snapshot"));
    };
    let names = ["lsn", "snapshot"].map(str::to_owned);
    let point: BTreeMap<_, _> = names.into_iter().zip(at.flatten()).collect();
    let settings = settings(&mut session).await?;
    let mut gaps = gaps(&mut session).await?;

    let to = job.directory.join(DIRECTORY);
    let (mut command, secret) = tools::command(path, &tool_version, driver)?;
    command
        .args(["--format=directory", "--no-password", "--no-sync"])
        .arg(format!("--jobs={}", jobs(job.options)))
        .arg(format!("--snapshot={snapshot}"))
        .arg(option("--file=", &to)?);
    if let Some(limit) = driver.options().lock_timeout {
        command.arg(format!("--lock-wait-timeout={}", limit.as_millis().max(1)));
    }
    let tool = Tool::start(command, secret)?;
    let watched = async {
        let mut ended = std::pin::pin!(tool.end());
        loop {
            tokio::select! {
                done = &mut ended => return done,
                () = tokio::time::sleep(GLANCE) => job.report.tell(&Progress::of(Step::Copy, size(&to))),
            }
        }
    };
    // Only one of the two tells how far it is.
    let silent = Reporter::default();
    let (warnings, tables) = tokio::try_join!(watched, session.tables(Depth::Content, &silent))?;
    gaps.extend(warnings);
    job.report.tell(&Progress::of(Step::Copy, size(&to)));
    Ok(BackedUp {
        family: FAMILY.to_owned(),
        product: "PostgreSQL".to_owned(),
        version: session.version.clone(),
        method: "pg_dump".to_owned(),
        tool: Some(tool_version),
        point,
        settings,
        tables,
        in_doubt: std::mem::take(&mut session.in_doubt),
        gaps,
    })
}

/// An option whose value is a path.
pub(super) fn option(name: &str, path: &Path) -> Result<String> {
    let path = path.to_str().ok_or_else(|| {
        let what = format!("the path {} is not UTF-8", path.display());
        Error::new(ErrorKind::Unsupported, what).with_help("take another directory")
    })?;
    Ok(format!("{name}{path}"))
}

async fn settings(session: &mut Session) -> Result<BTreeMap<String, String>> {
    let names = ["encoding", "collate", "ctype", "locale_provider", "locale"];
    let row = session.one(SETTINGS).await?;
    let known = names.into_iter().zip(row);
    Ok(known
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect())
}

/// What a dump of one database leaves out.
async fn gaps(session: &mut Session) -> Result<Vec<String>> {
    let mut gaps = Vec::new();
    let foreign = session.names(FOREIGN).await?;
    if !foreign.is_empty() {
        gaps.push(format!("the rows of foreign tables: {}", quoted_list(&foreign)));
    }
    let calculated = session.names(CALCULATED).await?;
    if !calculated.is_empty() {
        gaps.push(format!(
            "what materialized views hold, which a restore calculates anew: {}",
            quoted_list(&calculated)
        ));
    }
    let own = session.names(OWN_SETTINGS).await?;
    if !own.is_empty() {
        gaps.push(format!(
            "settings of the database and of roles in it (ALTER DATABASE … SET): {}",
            quoted_list(&own)
        ));
    }
    Ok(gaps)
}

/// What is in a directory so far.
fn size(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Some(entry.metadata().ok()?.len()))
        .sum()
}
