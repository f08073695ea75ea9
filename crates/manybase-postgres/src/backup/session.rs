//! A session that sees one moment.

use crate::PostgresDriver;
use manybase_driver::backup::text_rows;
use manybase_driver::{Access, Connection, Driver, Error, IsolationLevel, Result, TransactionOptions};

/// Texts of values must be the same wherever and by whomever a backup is tried; and nothing is left out for a user whom a
/// policy hides rows from: that is an error.
const SETTINGS: &str = "SET search_path = ''; SET row_security = off; SET statement_timeout = 0; \
                        SET idle_in_transaction_session_timeout = 0; SET DateStyle = 'ISO, YMD'; \
                        SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'; \
                        SET TimeZone = 'UTC'; SET lc_monetary = 'C'; SET xmloption = 'content'";

pub(super) struct Session {
    pub(super) connection: Box<dyn Connection>,
    pub(super) version: String,
    /// Prepared transactions of this database, as they were when the moment was chosen.
    pub(super) in_doubt: Vec<String>,
}

impl Session {
    pub(super) async fn begin(driver: &PostgresDriver) -> Result<Self> {
        let mut connection = driver.other(driver.database())?.connect(Access::Read).await?;
        connection.script(SETTINGS.to_owned()).await?;
        let mut in_doubt = in_doubt(&mut *connection).await?;
        let options = TransactionOptions {
            isolation: Some(IsolationLevel::RepeatableRead),
            read_only: true,
        };
        connection.begin(options).await?;
        let version = connection.server_version().to_owned();
        let mut session = Self {
            connection,
            version,
            in_doubt: Vec::new(),
        };
        // The first statement chooses the moment. What was prepared just before it may be finished by now, and what is
        // prepared now may have been begun after it: both are named.
        session.texts("SELECT 'now'").await?;
        in_doubt.extend(self::in_doubt(&mut *session.connection).await?);
        in_doubt.sort();
        in_doubt.dedup();
        session.in_doubt = in_doubt;
        Ok(session)
    }

    /// All rows of a query whose cells are texts.
    pub(super) async fn texts(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        text_rows(&mut *self.connection, sql, Vec::new()).await
    }

    /// The first column.
    pub(super) async fn names(&mut self, sql: &str) -> Result<Vec<String>> {
        let rows = self.texts(sql).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| row.into_iter().next()?)
            .collect())
    }

    /// The first row.
    pub(super) async fn one(&mut self, sql: &str) -> Result<Vec<Option<String>>> {
        let row = self.texts(sql).await?.into_iter().next();
        row.ok_or_else(|| Error::driver(format!("no row for: {sql}")))
    }
}

async fn in_doubt(connection: &mut dyn Connection) -> Result<Vec<String>> {
    let sql = "SELECT gid::text FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database() ORDER BY 1";
    let rows = text_rows(connection, sql, Vec::new()).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| row.into_iter().next()?)
        .collect())
}
