//! Making, renaming and removing databases.

use crate::PostgresDriver;
use manybase_driver::backup::text_rows;
use manybase_driver::{Access, Connection, Driver, Error, ErrorKind, Result};
use std::collections::BTreeMap;

/// Where one is while another database is made or removed.
const PLACES: [&str; 2] = ["postgres", "template1"];

pub(super) struct Admin {
    pub(super) connection: Box<dyn Connection>,
    pub(super) version: String,
}

pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    match text.contains('\\') {
        true => format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

pub(super) fn there(name: &str) -> Error {
    let what = format!("a database {name:?} is there, and nothing is restored over it");
    Error::new(ErrorKind::Exists, what)
        .with_help("restore to another name, or say that it takes the place of this one (`swap`, --swap)")
}

/// Whether the name of a database is taken. Of two who take it at once, the second finds out only when it enters it into
/// the catalog.
pub(super) fn is_there(error: &Error) -> bool {
    matches!(error.sqlstate(), Some("42P04" | "23505"))
}

impl Admin {
    pub(super) async fn dial(driver: &PostgresDriver) -> Result<Self> {
        let mut first = None;
        for place in PLACES {
            match driver.other(place)?.connect(Access::Write).await {
                Ok(connection) => {
                    let version = connection.server_version().to_owned();
                    return Ok(Self { connection, version });
                }
                Err(error) => drop(first.get_or_insert(error)),
            }
        }
        Err(first.unwrap_or_else(|| Error::driver("there is no database to connect to")))
    }

    pub(super) async fn has(&mut self, name: &str) -> Result<bool> {
        let sql = "SELECT datname::text FROM pg_catalog.pg_database WHERE datname::text = $1";
        Ok(!text_rows(&mut *self.connection, sql, vec![name.into()])
            .await?
            .is_empty())
    }

    /// Makes an empty one, with the encoding and the order of letters of the one that was backed up.
    pub(super) async fn make(&mut self, name: &str, settings: &BTreeMap<String, String>) -> Result<()> {
        let mut sql = format!("CREATE DATABASE {} TEMPLATE template0", identifier(name));
        let provider = settings.get("locale_provider").map_or("c", String::as_str);
        for (setting, word) in [
            ("encoding", "ENCODING"),
            ("collate", "LC_COLLATE"),
            ("ctype", "LC_CTYPE"),
        ] {
            if let Some(value) = settings.get(setting) {
                sql.push_str(&format!(" {word} {}", literal(value)));
            }
        }
        if let Some(locale) = settings.get("locale") {
            let words = match provider {
                "i" => Some(("icu", "ICU_LOCALE")),
                "b" => Some(("builtin", "BUILTIN_LOCALE")),
                _ => None,
            };
            if let Some((provider, word)) = words {
                sql.push_str(&format!(" LOCALE_PROVIDER {provider} {word} {}", literal(locale)));
            }
        }
        self.run(sql, name).await
    }

    pub(super) async fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let sql = format!("ALTER DATABASE {} RENAME TO {}", identifier(from), identifier(to));
        self.run(sql, to).await
    }

    pub(super) async fn remove(&mut self, name: &str) -> Result<()> {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(name));
        self.run(sql, name).await
    }

    async fn run(&mut self, sql: String, name: &str) -> Result<()> {
        self.connection
            .script(sql)
            .await
            .map_err(|error| match is_there(&error) {
                true => there(name),
                false => error,
            })
    }
}
