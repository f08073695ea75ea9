//! Prepared transactions: `PREPARE TRANSACTION`, and what comes after it.

mod readiness;

use crate::connection::PostgresConnection;
use crate::error::failed_earlier;
use crate::transaction::State;
use manybase_driver::{
    BoxFuture, BranchId, Error, ErrorKind, Finish, InDoubt, Prepared, Readiness, Result, TransactionOptions,
    TwoPhase, fault,
};
use std::time::Duration;

const LIMIT_HELP: &str = "set `max_prepared_transactions` to at least `max_connections` and restart the server, or let \
                          this database be the home of the transaction";

impl PostgresConnection {
    /// `PREPARE TRANSACTION` is no error in a failed transaction, where it rolls back, nor without any, where it does
    /// nothing. Only its tag says so. A savepoint fails in both, and then the
    /// server skips what stands behind it.
    async fn prepare_branch(&mut self, id: BranchId) -> Result<Prepared> {
        match self.state {
            State::Outside => {
                return Err(Error::new(
                    ErrorKind::Transaction,
                    "there is no transaction to prepare",
                ));
            }
            State::Waiting(_) => {
                self.state = State::Outside;
                return Ok(Prepared::ReadOnly);
            }
            State::Refused => return Err(not_prepared()),
            State::Inside | State::Unknown => {}
        }
        // Who has sent no write has hardly written; but a function may have, and only the server knows.
        if !self.may_have_written && self.is_read_only().await? {
            self.roll_back().await?;
            return Ok(Prepared::ReadOnly);
        }
        self.state = State::Unknown;
        let check = match fault::mutant("ignored-prepare-tag") {
            true => "",
            false => "SAVEPOINT mb_prepare; ",
        };
        let sql = format!("{check}PREPARE TRANSACTION {}", literal(&id.to_string()));
        match self.simple(&sql).await {
            Ok(()) => {
                self.state = State::Outside;
                Ok(Prepared::Prepared)
            }
            Err(error) if error.sqlstate() == Some("25P02") => {
                self.state = State::Inside;
                Err(not_prepared())
            }
            Err(error) => Err(preparing(error)),
        }
    }

    async fn is_read_only(&mut self) -> Result<bool> {
        let rows = self.rows("SELECT pg_current_xact_id_if_assigned() IS NULL").await;
        let rows = rows.map_err(|error| match error.sqlstate() {
            Some("25P02") => not_prepared(),
            _ => error,
        })?;
        Ok(rows.first().and_then(|row| row.first()?.as_deref()) == Some("t"))
    }

    async fn finish(&mut self, how: &str, id: BranchId) -> Result<Finish> {
        if matches!(self.state, State::Inside | State::Waiting(_) | State::Refused) {
            return Err(Error::new(
                ErrorKind::Transaction,
                "a prepared transaction can't be finished inside another one",
            )
            .with_help("end the open transaction first, or use another session"));
        }
        let sql = format!("{how} PREPARED {}", literal(&id.to_string()));
        match self.simple(&sql).await {
            Ok(()) => Ok(Finish::Finished),
            Err(error) => match error.sqlstate() {
                Some("42704") => Ok(Finish::Gone),
                // Another one finishes it.
                Some("55000") => Ok(Finish::InUse),
                Some("42501") => Err(error.with_help(
                    "only the user who prepared it, or a superuser, can finish it: connect as that user",
                )),
                Some("0A000") => Err(error.with_help("connect to the database in which it was prepared")),
                _ => Err(error),
            },
        }
    }

    async fn list(&mut self, prefix: String) -> Result<Vec<InDoubt>> {
        BranchId::check_prefix(&prefix)?;
        let sql = format!(
            "SELECT gid, greatest(extract(epoch FROM clock_timestamp() - prepared), 0)::float8 \
             FROM pg_prepared_xacts WHERE database = current_database() AND left(gid, {}) = {} ORDER BY prepared",
            prefix.len(),
            literal(&prefix)
        );
        let rows = self.rows(&sql).await?;
        let ours = rows.iter().filter_map(|row| {
            // Anybody may choose names that begin like ours.
            let id = row.first()?.as_ref()?.parse().ok()?;
            let age = row.get(1).and_then(|seconds| seconds.as_ref()?.parse().ok());
            let age = age.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            Some(InDoubt { id, age })
        });
        Ok(ours.collect())
    }

    /// The rows of a text, as text. Of our own, never a user's.
    async fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        let rows = self.wire.link().texts(sql).await;
        rows.map_err(|failure| self.error(&failure))
    }
}

fn not_prepared() -> Error {
    failed_earlier("nothing was prepared")
}

/// An error of `PREPARE TRANSACTION` with the way out.
fn preparing(error: Error) -> Error {
    let help = match error.sqlstate() {
        // The limit is 0. Not the kind of a bad statement: this server can't do it.
        Some("55000") => {
            let mut refused = Error::new(ErrorKind::Unsupported, error.message()).with_help(LIMIT_HELP);
            if let Some(code) = error.code() {
                refused = refused.with_code(code.clone());
            }
            return refused;
        }
        Some("53200") => {
            "all of `max_prepared_transactions` are in use: finish those in doubt, or raise it and restart the server"
        }
        Some("0A000") => {
            "temporary tables, LISTEN and NOTIFY, cursors WITH HOLD and exported snapshots can't be prepared: keep \
             them out of transactions that span databases"
        }
        _ => return error,
    };
    error.with_help(help)
}

/// A text as a literal. Ids have no quotes, but a literal that could be broken out of has no place here.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl TwoPhase for PostgresConnection {
    fn begins_plainly(&self) -> bool {
        true
    }

    fn begin_branch(&mut self, _id: BranchId, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        self.carry(move |c| c.begin_transaction(options))
    }

    fn has_written(&mut self) -> BoxFuture<'_, Result<bool>> {
        self.carry(|c| async move {
            if let State::Waiting(_) = c.state {
                return Ok(false);
            }
            Ok(c.may_have_written || !c.is_read_only().await?)
        })
    }

    fn prepare(&mut self, id: BranchId) -> BoxFuture<'_, Result<Prepared>> {
        self.carry(move |c| c.prepare_branch(id))
    }

    fn commit_prepared(&mut self, id: BranchId) -> BoxFuture<'_, Result<Finish>> {
        self.carry(move |c| c.finish("COMMIT", id))
    }

    fn rollback_prepared(&mut self, id: BranchId) -> BoxFuture<'_, Result<Finish>> {
        self.carry(move |c| c.finish("ROLLBACK", id))
    }

    fn in_doubt(&mut self, prefix: String) -> BoxFuture<'_, Result<Vec<InDoubt>>> {
        self.carry(|c| c.list(prefix))
    }

    fn readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        self.carry(Self::look_around)
    }
}
