//! Transactions: what the server says of them is believed, not what was sent.

use crate::connection::MysqlConnection;
use crate::error;
use crate::wire::Status;
use manybase_driver::{Error, ErrorKind, IsolationLevel, Result, TransactionOptions};

/// Where the transaction that [`MysqlConnection::begin_transaction`] began has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// There is none.
    None,
    /// It is open.
    Open,
    /// A statement has committed it on its way, as DDL does.
    Committed,
    /// The server has rolled it back, as after a deadlock.
    RolledBack,
    /// A statement of the branch has failed. The server would go on; a branch is all or nothing.
    Failed,
    /// The branch is prepared. The server takes nothing but its end on this connection.
    Prepared,
}

impl MysqlConnection {
    /// Refuses what would commit by itself, because the transaction that it counts on is over.
    pub(crate) fn check_transaction(&self) -> Result<()> {
        match self.state {
            State::None | State::Open => Ok(()),
            State::RolledBack => Err(rolled_back()),
            State::Committed => Err(self.committed()),
            State::Failed => Err(failed()),
            State::Prepared => Err(prepared()),
        }
    }

    fn committed(&self) -> Error {
        let database = self.dialect.name();
        Error::new(
            ErrorKind::Transaction,
            format!("a statement before has committed the transaction, as DDL does on {database}"),
        )
        .with_help("run DDL outside of transactions")
    }

    /// Looks whether the transaction is still open after a statement.
    pub(crate) async fn watch_transaction<T>(&mut self, result: &Result<T>) {
        if self.state != State::Open {
            if result.is_ok() && self.state == State::None {
                self.open_by_hand = self.status_says_open() == Some(true);
            }
            return;
        }
        match result {
            Ok(_) => {
                if self.status_says_open() == Some(false) {
                    self.state = State::Committed;
                }
            }
            // An error comes without the status; the answer to a ping has it. Any error may be the end: DDL commits
            // before it finds out that it can't be done.
            Err(error) if self.branch.is_some() => {
                if error.code().is_some() {
                    self.state = match error.kind() {
                        ErrorKind::Deadlock => State::RolledBack,
                        _ => State::Failed,
                    };
                }
            }
            Err(error) if error.code().is_some() && !error.is_connection_lost() => {
                if self.link.ping().await.is_ok() && self.status_says_open() == Some(false) {
                    self.state = match error.is_retryable() || error.kind() == ErrorKind::Transaction {
                        true => State::RolledBack,
                        false => State::Committed,
                    };
                }
            }
            Err(_) => {}
        }
    }

    /// What the server said last, if anything.
    pub(crate) fn status_says_open(&self) -> Option<bool> {
        if !self.tells_status {
            return None;
        }
        self.link.status().map(Status::is_in_transaction)
    }

    pub(crate) fn check_none(&self) -> Result<()> {
        match self.state {
            State::None => Ok(()),
            State::Prepared => Err(prepared()),
            _ => Err(
                Error::new(ErrorKind::Transaction, "a transaction is open already")
                    .with_help("a second BEGIN would commit the first; use a savepoint"),
            ),
        }
    }

    pub(crate) fn check_level(&self, level: IsolationLevel) -> Result<()> {
        match self.dialect.capability().isolation_levels.contains(&level) {
            true => Ok(()),
            false => Err(self.unsupported(&format!("the isolation level {}", level.as_sql()))),
        }
    }

    pub(crate) async fn begin_transaction(&mut self, options: TransactionOptions) -> Result<()> {
        self.check_none()?;
        let mut sql = String::new();
        if let Some(level) = options.isolation {
            self.check_level(level)?;
            sql = format!("SET TRANSACTION ISOLATION LEVEL {}; ", level.as_sql());
        }
        sql.push_str(match options.read_only {
            true => "START TRANSACTION READ ONLY",
            false => "START TRANSACTION",
        });
        self.command(&sql).await?;
        self.state = State::Open;
        self.open_by_hand = false;
        self.tells_status = true;
        // A server that does not tell now will not tell later.
        self.tells_status = self.status_says_open() == Some(true);
        Ok(())
    }

    pub(crate) async fn commit_transaction(&mut self) -> Result<()> {
        if self.branch.is_some() {
            return Err(Error::new(
                ErrorKind::Transaction,
                "a branch of a transaction that spans databases can't be committed by itself",
            )
            .with_help("prepare it and commit it then, or roll it back"));
        }
        match std::mem::replace(&mut self.state, State::None) {
            State::RolledBack => Err(rolled_back()),
            State::Committed => Ok(()),
            // Only branches are ever in these.
            State::Failed => Err(failed()),
            State::Prepared => Err(prepared()),
            State::Open => {
                self.state = State::Open;
                let result = self.command("COMMIT").await;
                if result.is_ok() {
                    self.state = State::None;
                } else {
                    self.watch_transaction(&result).await;
                }
                result
            }
            State::None => {
                self.command("COMMIT").await?;
                self.open_by_hand = false;
                Ok(())
            }
        }
    }

    pub(crate) async fn roll_back_transaction(&mut self) -> Result<()> {
        let state = self.state;
        if self.branch.is_some() {
            return self.roll_back_branch().await;
        }
        self.command("ROLLBACK").await?;
        self.state = State::None;
        self.open_by_hand = false;
        match state {
            State::Committed => Err(self.committed()),
            _ => Ok(()),
        }
    }

    /// Runs a savepoint's statements.
    pub(crate) async fn savepoint_command(&mut self, sql: String) -> Result<()> {
        if !self.dialect.capability().savepoints {
            return Err(self.unsupported("savepoints"));
        }
        self.check_transaction()?;
        let result = self.command(&sql).await;
        self.watch_transaction(&result).await;
        result
    }

    /// A branch in which a statement failed is good again: only savepoints from before that are there.
    pub(crate) async fn roll_back_to_savepoint(&mut self, sql: String) -> Result<()> {
        if self.state != State::Failed {
            return self.savepoint_command(sql).await;
        }
        self.command(&sql).await?;
        self.state = State::Open;
        Ok(())
    }

    fn unsupported(&self, what: &str) -> Error {
        let database = self.dialect.name();
        Error::new(ErrorKind::Unsupported, format!("{database} has not {what}"))
            .with_help(format!("`capabilities()` tells what {database} can do"))
    }

    /// Runs text of our own, never a user's.
    pub(crate) async fn command(&mut self, sql: &str) -> Result<()> {
        let done = self.link.run(sql).await;
        done.map_err(|failure| error::statement(&failure))
    }
}

pub(crate) fn rolled_back() -> Error {
    Error::new(
        ErrorKind::Transaction,
        "the server has rolled the transaction back, after an earlier error",
    )
    .with_help("run the whole transaction again")
}

pub(crate) fn failed() -> Error {
    Error::new(
        ErrorKind::Transaction,
        "an earlier statement of the branch failed",
    )
    .with_help("roll it back, or back to a savepoint")
}

pub(crate) fn prepared() -> Error {
    Error::new(
        ErrorKind::Transaction,
        "the session has prepared a branch, and can do nothing else until that is finished",
    )
    .with_help("commit or roll back the prepared branch, or use another session")
}
