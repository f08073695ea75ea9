//! From a live database to a file.

use super::admin::Admin;
use super::options;
use super::packed::Packer;
use super::reader::Reader;
use super::tools::Server;
use crate::MysqlDriver;
use manybase_driver::backup::{
    BackedUp, BackupJob, BackupOptions, Progress, Reporter, Step, TableState, Tool, quoted_list, tool_version,
};
use manybase_driver::{Error, ErrorKind, Result};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

const CHUNK: usize = 256 * 1024;

/// Tables that a transaction does not hold still.
const RESTLESS: &str = "SELECT table_name FROM information_schema.tables WHERE table_schema = ? \
     AND table_type = 'BASE TABLE' AND engine NOT IN ('InnoDB', 'ROCKSDB') ORDER BY table_name";
/// The tool writes six digits of them.
const FLOATS: &str = "SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns c \
     WHERE table_schema = ? AND data_type = 'float' AND (SELECT t.table_type FROM information_schema.tables t \
     WHERE t.table_schema = c.table_schema AND t.table_name = c.table_name) <> 'VIEW' ORDER BY 1";
const VERSIONED: &str = "SELECT table_name FROM information_schema.tables WHERE table_schema = ? \
     AND table_type = 'SYSTEM VERSIONED' ORDER BY table_name";

pub(super) async fn back_up(driver: &MysqlDriver, job: BackupJob<'_>) -> Result<BackedUp> {
    let mut admin = Admin::dial(driver).await?;
    let server = admin.flavor;
    let database = driver.database()?;
    let settings = admin.settings(database).await?;
    let mut gaps = gaps(&mut admin, database).await?;
    let before = admin.in_doubt().await;
    let path = server.dump(job.options)?;
    let tool = tool_version(&path).await?;
    let mut more = vec!["--routines", "--triggers", "--events"];
    let no_position = match server {
        Server::MariaDb => admin.no_position().await?,
        // Its tool would lock the whole server for it.
        Server::MySql => Some("mysqldump would stop all writers for it".to_owned()),
    };
    match no_position {
        None => more.push("--master-data=2"),
        Some(why) => gaps.push(format!("where in the binary log it is: {why}")),
    }
    let mut dump = Dump::new(driver, server, path.clone(), &more)?;
    let (reader, warnings) = dump.run(Some(job.directory), job.report).await?;
    gaps.extend(warnings);
    let mut in_doubt = Vec::new();
    for listed in [before, admin.in_doubt().await] {
        match listed {
            Ok(listed) => in_doubt.extend(listed),
            // The user may not ask.
            Err(error) if !error.is_connection_lost() => {
                let gap =
                    "whether transactions were prepared and not finished: the user may not ask".to_owned();
                if !gaps.contains(&gap) {
                    gaps.push(gap);
                }
            }
            Err(error) => return Err(error),
        }
    }
    in_doubt.sort();
    in_doubt.dedup();
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(BackedUp {
        family: server.family().to_owned(),
        product: server.product().to_owned(),
        version: admin.version.clone(),
        method: name,
        tool: Some(tool),
        tables: reader.tables(),
        point: reader.point,
        settings,
        in_doubt,
        gaps,
    })
}

async fn gaps(admin: &mut Admin, database: &str) -> Result<Vec<String>> {
    let mut gaps = Vec::new();
    for (sql, what) in [
        (
            RESTLESS,
            "the same moment for tables whose engine has no transactions",
        ),
        (
            FLOATS,
            "digits of FLOAT columns behind the sixth, which the tool does not write",
        ),
        (VERSIONED, "the history of tables WITH SYSTEM VERSIONING"),
    ] {
        let names = admin.names(sql, database).await?;
        if !names.is_empty() {
            gaps.push(format!("{what}: {}", quoted_list(&names)));
        }
    }
    Ok(gaps)
}

/// The tables of a database, as a dump has them.
pub(super) async fn again(
    driver: &MysqlDriver,
    options: &BackupOptions,
    report: &Reporter,
) -> Result<Vec<TableState>> {
    let server = Admin::dial(driver).await?.flavor;
    let mut dump = Dump::new(driver, server, server.dump(options)?, &["--skip-triggers"])?;
    Ok(dump.run(None, report).await?.0.tables())
}

struct Dump {
    command: Option<Command>,
    options: String,
    secret: Option<manybase_driver::Secret>,
}

impl Dump {
    fn new(driver: &MysqlDriver, server: Server, path: std::path::PathBuf, more: &[&str]) -> Result<Self> {
        let mut command = Command::new(path);
        // Through a pipe: no file with a password is ever there.
        command.arg(options::argument(Path::new("/dev/stdin")));
        command.args([
            "--single-transaction",
            "--quick",
            "--hex-blob",
            "--no-tablespaces",
            "--default-character-set=utf8mb4",
            "--max-allowed-packet=1G",
        ]);
        if server == Server::MySql {
            command.args(["--set-gtid-purged=OFF", "--column-statistics=0"]);
        }
        command.args(more).arg("--").arg(driver.database()?);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        Ok(Self {
            command: Some(command),
            options: options::text(driver, server, driver.is_encrypted()),
            secret: driver.parts().password.clone(),
        })
    }

    /// Runs it, into a file of a directory or only past the reader.
    async fn run(&mut self, to: Option<&Path>, report: &Reporter) -> Result<(Reader, Vec<String>)> {
        let Some(command) = self.command.take() else {
            return Err(Error::driver("a dump runs once"));
        };
        let fail = |error: std::io::Error| {
            Error::new(ErrorKind::Database, format!("the dump can't be written: {error}"))
                .with_help("check the room on the disk")
        };
        let mut file = match to {
            Some(directory) => Some(Packer::create(directory).await.map_err(fail)?),
            None => None,
        };
        let mut tool = Tool::start(command, self.secret.clone())?;
        let (Some(mut stdin), Some(mut stdout)) = (tool.stdin(), tool.stdout()) else {
            return Err(Error::driver("the tool has no pipes"));
        };
        let mut reader = Reader::new();
        let done = AtomicU64::new(0);
        let pass = async {
            // If it does not read them, it says why by itself.
            let _ = stdin.write_all(self.options.as_bytes()).await;
            drop(stdin);
            let mut chunk = vec![0; CHUNK];
            loop {
                let read = stdout.read(&mut chunk).await.map_err(fail)?;
                if read == 0 {
                    break;
                }
                reader.feed(&chunk[..read]);
                if let Some(file) = &mut file {
                    file.write(&chunk[..read]).await.map_err(fail)?;
                }
                let done = done.fetch_add(read as u64, Ordering::Relaxed) + read as u64;
                report.tell(&Progress::of(
                    if to.is_some() { Step::Copy } else { Step::Tables },
                    done,
                ));
            }
            match file {
                Some(file) => file.end().await.map_err(fail),
                None => Ok(()),
            }
        };
        let ((), warnings) = tokio::try_join!(pass, tool.end())?;
        match reader.complete {
            true => Ok((reader, warnings)),
            false => Err(Error::new(
                ErrorKind::Database,
                "the tool has stopped before the end of its dump",
            )),
        }
    }
}
