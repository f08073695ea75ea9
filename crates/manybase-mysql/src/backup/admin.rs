//! Making and removing databases, and asking about them.

use super::tools::Server;
use crate::MysqlDriver;
use crate::driver::flavor_of;
use manybase_driver::backup::{Progress, Reporter, Step, TableState, text_rows};
use manybase_driver::{Access, Connection, Driver, Error, ErrorKind, NativeCode, Result, Statement, Value};
use std::collections::BTreeMap;

/// A table that is there as long as a database is being restored. It holds whose restore it is.
pub(super) const MARK: &str = "manybase_restoring";

pub(super) struct Admin {
    pub(super) connection: Box<dyn Connection>,
    pub(super) flavor: Server,
    pub(super) version: String,
}

pub(super) fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A name of an encoding, as the server has told it.
fn word(name: &str) -> Result<&str> {
    match !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        true => Ok(name),
        false => Err(Error::new(
            ErrorKind::Backup,
            format!("{name:?} is no name of an encoding"),
        )),
    }
}

impl Admin {
    /// On no database: the one in question may not be there.
    pub(super) async fn dial(driver: &MysqlDriver) -> Result<Self> {
        let connection = driver.other("")?.connect(Access::Write).await?;
        let version = connection.server_version().to_owned();
        Ok(Self {
            flavor: Server::of(flavor_of(&version))?,
            connection,
            version,
        })
    }

    pub(super) async fn rows(&mut self, sql: &str, binds: Vec<Value>) -> Result<Vec<Vec<Option<String>>>> {
        text_rows(&mut *self.connection, sql, binds).await
    }

    /// The first column.
    pub(super) async fn names(&mut self, sql: &str, database: &str) -> Result<Vec<String>> {
        let rows = self.rows(sql, vec![database.into()]).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| row.into_iter().next()?)
            .collect())
    }

    pub(super) async fn has(&mut self, name: &str) -> Result<bool> {
        let sql = "SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?";
        Ok(!self.names(sql, name).await?.is_empty())
    }

    /// Encoding and order of letters of a database.
    pub(super) async fn settings(&mut self, name: &str) -> Result<BTreeMap<String, String>> {
        let sql = "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata \
                   WHERE schema_name = ?";
        let rows = self.rows(sql, vec![name.into()]).await?;
        let Some(row) = rows.into_iter().next() else {
            let what = format!("there is no database {name:?} here, or the user must not see it");
            return Err(Error::new(ErrorKind::Connect, what));
        };
        let names = ["character_set", "collation"].map(str::to_owned);
        Ok(names.into_iter().zip(row.into_iter().flatten()).collect())
    }

    /// Makes an empty one, with the mark that it is not ready.
    pub(super) async fn make(
        &mut self,
        name: &str,
        unique: &str,
        settings: &BTreeMap<String, String>,
    ) -> Result<()> {
        let database = identifier(name);
        let mut sql = format!("CREATE DATABASE {database}");
        for (setting, words) in [("character_set", "CHARACTER SET"), ("collation", "COLLATE")] {
            if let Some(value) = settings.get(setting) {
                sql.push_str(&format!(" {words} {}", word(value)?));
            }
        }
        let mark = identifier(MARK);
        sql.push_str(&format!(
            "; CREATE TABLE {database}.{mark} (restore_id varchar(32)); INSERT INTO {database}.{mark} VALUES ('{}')",
            word(unique)?
        ));
        self.connection
            .script(sql)
            .await
            .map_err(|error| match error.code() {
                Some(NativeCode::Both(1007, _)) => {
                    let what = format!("a database {name:?} is there, and nothing is restored over it");
                    Error::new(ErrorKind::Exists, what).with_help(
                        "restore to another name, or say that it takes the place of this one (`swap`, --swap)",
                    )
                }
                _ => error,
            })
    }

    /// It is ready.
    pub(super) async fn unmark(&mut self, name: &str) -> Result<()> {
        let sql = format!("DROP TABLE {}.{}", identifier(name), identifier(MARK));
        self.connection.script(sql).await
    }

    /// Removes a database that this restore has made, and no other.
    pub(super) async fn remove(&mut self, name: &str, unique: &str) -> Result<()> {
        let sql =
            "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_name = ?";
        if self.rows(sql, vec![name.into(), MARK.into()]).await?.is_empty() {
            return Ok(());
        }
        let (database, mark) = (identifier(name), identifier(MARK));
        let ours = format!("SELECT restore_id FROM {database}.{mark} WHERE restore_id = ?");
        if self.names(&ours, unique).await?.is_empty() {
            return Ok(());
        }
        self.connection.script(format!("DROP DATABASE {database}")).await
    }

    /// The rows of each table.
    pub(super) async fn count(&mut self, database: &str, report: &Reporter) -> Result<Vec<TableState>> {
        let sql = "SELECT table_name FROM information_schema.tables \
                   WHERE table_schema = ? AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY table_name";
        let names = self.names(sql, database).await?;
        let total = names.len() as u64;
        let mut tables = Vec::with_capacity(names.len());
        for (done, name) in (0..).zip(names) {
            report.tell(&Progress {
                table: Some(name.clone()),
                total: Some(total),
                ..Progress::of(Step::Tables, done)
            });
            let sql = format!(
                "SELECT CAST(COUNT(*) AS CHAR) FROM {}.{}",
                identifier(database),
                identifier(&name)
            );
            let rows = self.rows(&sql, Vec::new()).await?;
            let rows = rows
                .into_iter()
                .flatten()
                .flatten()
                .next()
                .and_then(|rows| rows.parse().ok());
            tables.push(TableState {
                schema: None,
                rows: rows.ok_or_else(|| Error::driver(format!("{name} has no number of rows")))?,
                name,
                checksum: None,
            });
        }
        Ok(tables)
    }

    /// Views that can't be read any more.
    pub(super) async fn broken_views(&mut self, database: &str) -> Result<Vec<String>> {
        let sql =
            "SELECT table_name FROM information_schema.views WHERE table_schema = ? ORDER BY table_name";
        let mut found = Vec::new();
        for name in self.names(sql, database).await? {
            let sql = format!(
                "SELECT CAST(1 AS CHAR) FROM {}.{} LIMIT 0",
                identifier(database),
                identifier(&name)
            );
            if let Err(error) = self.rows(&sql, Vec::new()).await {
                if error.is_connection_lost() {
                    return Err(error);
                }
                found.push(format!("view {name}: {}", error.message()));
            }
        }
        Ok(found)
    }

    /// Transactions that are prepared, of the whole server: it does not say of which database they are.
    pub(super) async fn in_doubt(&mut self) -> Result<Vec<String>> {
        let rows = self.rows("XA RECOVER", Vec::new()).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| row.into_iter().next_back()?)
            .collect())
    }

    /// Why the tool can't tell where in the binary log it is; `None` when it can.
    pub(super) async fn no_position(&mut self) -> Result<Option<String>> {
        let rows = self.rows("SELECT @@log_bin", Vec::new()).await?;
        if !rows.into_iter().flatten().flatten().any(|on| on == "1") {
            return Ok(Some("there is none".to_owned()));
        }
        let asked = Statement::read("SHOW MASTER STATUS", Vec::new()).once();
        match self.connection.execute(asked).await {
            Ok(_) => Ok(None),
            Err(error) if error.is_connection_lost() => Err(error),
            Err(error) => Ok(Some(error.message().to_owned())),
        }
    }
}
