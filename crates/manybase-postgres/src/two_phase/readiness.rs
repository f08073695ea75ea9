//! What stands in the way of a branch on this server, and of a decision.

use super::LIMIT_HELP;
use crate::connection::PostgresConnection;
use manybase_driver::{Obstacle, Readiness, Result};

const SETTINGS: &str = "SELECT current_setting('max_prepared_transactions'), \
                        (SELECT count(*) FROM pg_prepared_xacts), pg_is_in_recovery(), \
                        current_setting('synchronous_commit'), current_setting('fsync'), \
                        current_setting('default_transaction_read_only')";

/// What the server says about itself.
struct Settings {
    max_prepared: u64,
    prepared: u64,
    standby: bool,
    synchronous_commit: bool,
    fsync: bool,
    read_only: bool,
}

impl PostgresConnection {
    /// As a branch.
    pub(super) async fn look_around(&mut self) -> Result<Readiness> {
        let settings = self.settings().await?;
        let limit = settings.limit();
        let obstacles = limit.into_iter().chain(settings.read_only());
        Ok(obstacles.chain(settings.durability()).collect())
    }

    /// As the home, which prepares nothing.
    pub(crate) async fn home_obstacles(&mut self) -> Result<Readiness> {
        let settings = self.settings().await?;
        let obstacles = settings.read_only().into_iter();
        Ok(obstacles.chain(settings.durability()).collect())
    }

    async fn settings(&mut self) -> Result<Settings> {
        let rows = self.rows(SETTINGS).await?;
        let cell = |index: usize| {
            rows.first()
                .and_then(|row| row.get(index)?.as_deref())
                .unwrap_or_default()
        };
        let number = |index| cell(index).parse().unwrap_or_default();
        Ok(Settings {
            max_prepared: number(0),
            prepared: number(1),
            standby: cell(2) == "t",
            synchronous_commit: cell(3) != "off",
            fsync: cell(4) != "off",
            read_only: cell(5) == "on",
        })
    }
}

impl Settings {
    fn limit(&self) -> Option<Obstacle> {
        let (limit, used) = (self.max_prepared, self.prepared);
        if limit == 0 {
            return Some(Obstacle::hard("max_prepared_transactions is 0", LIMIT_HELP));
        }
        (used >= limit).then(|| {
            Obstacle::hard(
                format!("{used} transactions are prepared, and max_prepared_transactions is {limit}"),
                "finish those in doubt, or raise the limit and restart the server",
            )
        })
    }

    fn read_only(&self) -> Option<Obstacle> {
        if self.standby {
            return Some(Obstacle::hard("it is a standby", "connect to the primary"));
        }
        self.read_only.then(|| {
            Obstacle::hard(
                "default_transaction_read_only is on",
                "set it to off for this user or database",
            )
        })
    }

    fn durability(&self) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        if !self.synchronous_commit {
            obstacles.push(Obstacle::soft(
                "synchronous_commit is off: as home it can lose a decision with the power",
                "set it to on for this database",
            ));
        }
        if !self.fsync {
            obstacles.push(Obstacle::soft(
                "fsync is off: nothing survives a power loss",
                "set it to on",
            ));
        }
        obstacles
    }
}
