//! What stands in the way of a branch on this server.

use crate::connection::MysqlConnection;
use crate::error;
use manybase_driver::{Obstacle, Readiness, Result};
use manybase_sql::dialect::Flavor;
use mysql_async::prelude::Queryable;
use mysql_async::{FromValueError, Row};

const VARIABLES: &str = "SHOW GLOBAL VARIABLES WHERE Variable_name IN \
                         ('read_only', 'wsrep_on', 'innodb_flush_log_at_trx_commit', 'sync_binlog', 'log_bin')";

/// Tables that a roll-back leaves as they are.
const TABLES: &str = "SELECT t.TABLE_NAME, t.ENGINE FROM information_schema.TABLES t \
                      JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE \
                      WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' \
                      AND COALESCE(e.XA, 'NO') <> 'YES' ORDER BY 1";

/// The first version whose prepared branches survive the end of their connection.
const FIRST_MARIADB: (u32, u32) = (10, 5);

impl MysqlConnection {
    pub(super) async fn look_around(&mut self) -> Result<Readiness> {
        // While it holds a prepared branch, the server answers nothing else.
        self.check_transaction()?;
        let mut obstacles = Vec::new();
        if self.flavor == Flavor::MySql {
            // MySQL: its branches survive since 5.7, and it hides them from most users.
            if let Err(error) = self.conn()?.query_drop("XA RECOVER").await {
                let error = error::statement(&error);
                if error.is_connection_lost() {
                    return Err(error);
                }
                obstacles.push(Obstacle::hard(
                    format!("branches in doubt can't be listed: {}", error.message()),
                    "GRANT XA_RECOVER_ADMIN ON *.* to the user of this connection",
                ));
            }
        } else if first_two(&self.version).is_some_and(|version| version < FIRST_MARIADB) {
            obstacles.push(Obstacle::hard(
                format!(
                    "MariaDB {} forgets a prepared branch when its connection ends",
                    self.version
                ),
                "use MariaDB 10.5 or later",
            ));
        }
        self.look_at_variables(&mut obstacles).await?;
        for (table, engine) in self.pairs(TABLES).await? {
            obstacles.push(Obstacle::soft(
                format!("the table {table} is {engine}, which a roll-back leaves as it is"),
                "ALTER TABLE … ENGINE = InnoDB, or write to it outside of such transactions",
            ));
        }
        Ok(Readiness::from_iter(obstacles))
    }

    async fn look_at_variables(&mut self, obstacles: &mut Vec<Obstacle>) -> Result<()> {
        let variables = self.pairs(VARIABLES).await?;
        let of = |name: &str| {
            let found = variables
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map_or("", |(_, value)| value.as_str())
        };
        let is_on = |name| !matches!(of(name), "" | "OFF" | "0");
        if is_on("read_only") {
            obstacles.push(Obstacle::hard(
                "the server is read-only",
                "connect to the primary",
            ));
        }
        if is_on("wsrep_on") {
            obstacles.push(Obstacle::hard(
                "Galera has no XA",
                "let this database be the home of the transaction, or use a server outside of the cluster",
            ));
        }
        if !matches!(of("innodb_flush_log_at_trx_commit"), "" | "1") {
            obstacles.push(Obstacle::soft(
                "innodb_flush_log_at_trx_commit is not 1: a power loss can undo what was prepared",
                "set it to 1",
            ));
        }
        if is_on("log_bin") && of("sync_binlog") == "0" {
            obstacles.push(Obstacle::soft(
                "sync_binlog is 0: a power loss can undo what was prepared",
                "set it to 1",
            ));
        }
        Ok(())
    }

    async fn pairs(&mut self, sql: &str) -> Result<Vec<(String, String)>> {
        let rows: Vec<Row> = match self.conn()?.query(sql).await {
            Ok(rows) => rows,
            Err(error) => return Err(error::statement(&error)),
        };
        let cell =
            |row: &Row, index| -> Option<std::result::Result<String, FromValueError>> { row.get_opt(index) };
        let pair = |row: &Row| Some((cell(row, 0)?.ok()?, cell(row, 1)?.ok()?));
        Ok(rows.iter().filter_map(pair).collect())
    }
}

fn first_two(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(first_two("10.4.34-MariaDB").is_some_and(|version| version < FIRST_MARIADB));
        assert!(first_two("10.11.19-MariaDB-log").is_some_and(|version| version > FIRST_MARIADB));
        assert_eq!(first_two("strange"), None);
    }
}
