//! What stands in the way of a branch on this server, and of a decision.

use crate::connection::MysqlConnection;
use crate::error;
use crate::wire::TextRow;
use manybase_driver::{Obstacle, Readiness, Result};
use manybase_sql::dialect::Flavor;

const VARIABLES: &str = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'wsrep_on', \
                         'innodb_flush_log_at_trx_commit', 'sync_binlog', 'log_bin', 'default_storage_engine')";

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
            if let Err(failure) = self.link.run("XA RECOVER").await {
                let error = error::statement(&failure);
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
        let variables = self.variables().await?;
        obstacles.extend(variables.read_only());
        if variables.is_on("wsrep_on") {
            obstacles.push(Obstacle::hard(
                "Galera has no XA",
                "let this database be the home of the transaction, or use a server outside of the cluster",
            ));
        }
        obstacles.extend(variables.durability("what was prepared"));
        for (table, engine) in self.pairs(TABLES).await? {
            obstacles.push(Obstacle::soft(
                format!("the table {table} is {engine}, which a roll-back leaves as it is"),
                "ALTER TABLE … ENGINE = InnoDB, or write to it outside of such transactions",
            ));
        }
        Ok(Readiness::from_iter(obstacles))
    }

    /// As the home, which prepares nothing.
    pub(crate) async fn home_obstacles(&mut self) -> Result<Readiness> {
        self.check_transaction()?;
        let variables = self.variables().await?;
        let mut obstacles = Vec::from_iter(variables.read_only());
        if variables.is_on("wsrep_on") {
            obstacles.push(Obstacle::soft(
                "it is a node of a Galera cluster, which has not been tried as a home",
                "let another database be the home, or use a server outside of the cluster",
            ));
        }
        let engine = variables.of("default_storage_engine");
        if !matches!(engine, "" | "InnoDB") {
            obstacles.push(Obstacle::soft(
                format!("new tables are {engine}, and a decision has to be in one that rolls back"),
                "set default_storage_engine to InnoDB",
            ));
        }
        obstacles.extend(variables.durability("a decision"));
        Ok(Readiness::from_iter(obstacles))
    }

    async fn variables(&mut self) -> Result<Variables> {
        self.pairs(VARIABLES).await.map(Variables)
    }

    async fn pairs(&mut self, sql: &str) -> Result<Vec<(String, String)>> {
        let rows = self.link.texts(sql).await;
        let rows = rows.map_err(|failure| error::statement(&failure))?;
        let pair = |row: &TextRow| Some((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        Ok(rows.iter().filter_map(pair).collect())
    }
}

/// Settings of the server.
struct Variables(Vec<(String, String)>);

impl Variables {
    fn of(&self, name: &str) -> &str {
        let mut all = self.0.iter();
        let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    fn is_on(&self, name: &str) -> bool {
        !matches!(self.of(name), "" | "OFF" | "0")
    }

    fn read_only(&self) -> Option<Obstacle> {
        let obstacle = || Obstacle::hard("the server is read-only", "connect to the primary");
        self.is_on("read_only").then(obstacle)
    }

    /// Settings with which the server does not wait for the disk.
    fn durability(&self, what: &str) -> Vec<Obstacle> {
        let soft = |setting: &str, help: &str| {
            Obstacle::soft(format!("{setting}: a power loss can undo {what}"), help)
        };
        let mut obstacles = Vec::new();
        if !matches!(self.of("innodb_flush_log_at_trx_commit"), "" | "1") {
            obstacles.push(soft("innodb_flush_log_at_trx_commit is not 1", "set it to 1"));
        }
        if self.is_on("log_bin") && !matches!(self.of("sync_binlog"), "" | "1") {
            obstacles.push(soft("sync_binlog is not 1", "set it to 1"));
        }
        obstacles
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
