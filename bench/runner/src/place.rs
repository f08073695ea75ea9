//! Where the data lies: a file, or a database on a throwaway server, for each contender, with the same content.

use std::path::Path;
use std::process::{Command, Stdio};

use bench_common::{Database, Result};
use manybase_testkit::{Mariadb, Postgres};
use tempfile::TempDir;

use crate::compile::Programs;
use crate::contender::Name;

/// The processor of servers, where it is not that of contenders.
const SERVERS: &str = "1";

pub enum Place {
    Sqlite(TempDir),
    Postgres(Postgres, Vec<manybase_testkit::Database>),
    Mariadb(Mariadb, Vec<manybase_testkit::Database>),
}

impl Place {
    pub fn new(database: Database) -> Result<Self> {
        Ok(match database {
            Database::Sqlite => Self::Sqlite(tempfile::Builder::new().prefix("bench").tempdir()?),
            Database::Postgres => Self::Postgres(Postgres::start()?, Vec::new()),
            Database::Mariadb => Self::Mariadb(Mariadb::start()?, Vec::new()),
        })
    }

    /// Keeps a server on a processor of its own. Whether there is one.
    pub fn set_apart(&self) -> Result<bool> {
        let pid = match self {
            Self::Sqlite(_) => return Ok(false),
            Self::Postgres(server, _) => server.pid(),
            Self::Mariadb(server, _) => server.pid(),
        };
        let pid = pid.ok_or("the server is down")?.to_string();
        let set = Command::new("taskset")
            .args(["-a", "-c", "-p", SERVERS, &pid])
            .stdout(Stdio::null())
            .status();
        match set {
            Ok(status) if status.success() => Ok(true),
            Ok(status) => Err(format!("taskset: {status}; are there two processors?").into()),
            Err(error) => Err(format!("taskset, of util-linux: {error}").into()),
        }
    }

    /// For people.
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite(_) => {
                "SQLite, WAL, synchronous NORMAL, files on the disk of the temporary directory".into()
            }
            Self::Postgres(server, _) => format!(
                "{}, on this machine over TCP, not durable (fsync off)",
                server.name()
            ),
            Self::Mariadb(server, _) => format!("{}, on this machine over TCP, not durable", server.name()),
        }
    }

    /// Makes the schema and the data for one contender, and returns where.
    pub fn prepare(&mut self, name: Name, programs: &Programs, stream: u32) -> Result<String> {
        let raw = programs
            .get(&Name::Raw)
            .ok_or("raw makes the data, and was not built")?;
        let (database, url) = match self {
            Self::Sqlite(dir) => (
                Database::Sqlite,
                dir.path()
                    .join(format!("{}.db", name.name()))
                    .display()
                    .to_string(),
            ),
            Self::Postgres(server, databases) => {
                let database = server.create_database(name.name())?;
                let url = database.url();
                databases.push(database);
                (Database::Postgres, url)
            }
            Self::Mariadb(server, databases) => {
                let database = server.create_database(name.name())?;
                let url = database.url();
                databases.push(database);
                (Database::Mariadb, url)
            }
        };
        fill(raw, database, &self.address(Name::Raw, &url), stream)?;
        Ok(url)
    }

    /// Where a contender finds what is there.
    pub fn address(&self, name: Name, url: &str) -> String {
        match self {
            Self::Mariadb(..) => over_tcp(name, url),
            Self::Sqlite(_) | Self::Postgres(..) => url.to_owned(),
        }
    }
}

/// All speak with MariaDB over TCP. `mysql_async` would change over to the server's Unix socket by itself, which is
/// quicker, and which the others can't be told of by an address.
fn over_tcp(name: Name, url: &str) -> String {
    match name {
        Name::Raw | Name::Diesel => format!("{url}?prefer_socket=false"),
        Name::Manybase | Name::Sqlx | Name::Seaorm | Name::Toasty => url.to_owned(),
    }
}

fn fill(raw: &Path, database: Database, url: &str, stream: u32) -> Result<()> {
    let status = Command::new(raw)
        .args(["prepare", database.name(), url, &stream.to_string()])
        .stdin(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the data for {} could not be made", database.name()).into())
    }
}
