//! XA branches. Never in one phase: with the binary log on, a server that is killed forgets that it has
//! acknowledged an `XA COMMIT … ONE PHASE`.

mod holder;
mod readiness;

use crate::connection::{MysqlConnection, guarded};
use crate::error;
use crate::transaction::{State, failed, prepared, rolled_back};
use crate::wire::TextRow;
use manybase_driver::{
    BoxFuture, BranchId, Error, ErrorKind, Finish, InDoubt, NativeCode, Prepared, Readiness, Result,
    TransactionOptions, TwoPhase, fault,
};

/// There is no such branch, or another session has it.
const UNKNOWN_OR_IN_USE: i64 = 1397;

/// The branch was rolled back: it had nothing to commit when its session went.
const NOTHING_THERE: i64 = 1402;

/// The format of ids that are written without one.
const FORMAT: i64 = 1;

/// A branch that this connection has begun.
#[derive(Debug, Clone)]
pub(crate) struct Branch {
    id: BranchId,
    read_only: bool,
}

/// An id as the server takes it.
fn xid(id: &BranchId) -> String {
    format!("X'{}',X'{}'", hex(id.gtrid()), hex(id.bqual()))
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn number(error: &Error) -> Option<i64> {
    match error.code()? {
        NativeCode::Both(number, _) => Some(*number),
        _ => None,
    }
}

impl MysqlConnection {
    async fn begin_xa(&mut self, id: BranchId, options: TransactionOptions) -> Result<()> {
        self.check_none()?;
        let mut sql = String::new();
        if let Some(level) = options.isolation {
            self.check_level(level)?;
            sql = format!("SET TRANSACTION ISOLATION LEVEL {}; ", level.as_sql());
        }
        // XA START takes no options. What it does not find here it would take from the session.
        if options.read_only {
            sql.push_str("SET TRANSACTION READ ONLY; ");
        }
        let set = !sql.is_empty();
        sql.push_str(&format!("XA START {}", xid(&id)));
        if let Err(error) = self.command(&sql).await {
            if set && !error.is_connection_lost() {
                // What was set is for the next transaction, and must not be somebody else's.
                self.command("START TRANSACTION; ROLLBACK").await?;
            }
            return Err(error);
        }
        self.branch = Some(Branch {
            id,
            read_only: options.read_only,
        });
        self.state = State::Open;
        self.open_by_hand = false;
        self.tells_status = true;
        self.tells_status = self.status_says_open() == Some(true);
        Ok(())
    }

    async fn prepare_xa(&mut self, id: BranchId) -> Result<Prepared> {
        let branch = match &self.branch {
            Some(branch) if branch.id == id => branch.clone(),
            _ => {
                return Err(
                    Error::new(ErrorKind::Transaction, format!("no branch {id} is open here"))
                        .with_help("a branch is known by its id from its beginning on"),
                );
            }
        };
        match self.state {
            State::Open => {}
            State::Failed => return Err(failed()),
            State::Prepared => return Err(prepared()),
            State::None | State::RolledBack | State::Committed => return Err(rolled_back()),
        }
        if branch.read_only {
            self.roll_back_branch().await?;
            return Ok(Prepared::ReadOnly);
        }
        let xid = xid(&id);
        let sql = match fault::mutant("one-phase") {
            true => format!("XA END {xid}"),
            false => format!("XA END {xid}; XA PREPARE {xid}"),
        };
        match self.command(&sql).await {
            Ok(()) => {
                self.state = State::Prepared;
                Ok(Prepared::Prepared)
            }
            Err(error) => {
                self.state = State::RolledBack;
                Err(error)
            }
        }
    }

    /// Undoes the open branch. A prepared one is no open transaction: it stays.
    pub(crate) async fn roll_back_branch(&mut self) -> Result<()> {
        let Some(branch) = &self.branch else {
            return Ok(());
        };
        if self.state == State::Prepared {
            return Ok(());
        }
        let xid = xid(&branch.id);
        // It has ended already where preparing it failed, and a deadlock makes its end an error.
        match self.command(&format!("XA END {xid}")).await {
            Err(error) if error.is_connection_lost() => return Err(error),
            _ => {}
        }
        match self.command(&format!("XA ROLLBACK {xid}")).await {
            Err(error) if number(&error) != Some(UNKNOWN_OR_IN_USE) => return Err(error),
            _ => {}
        }
        self.let_go();
        Ok(())
    }

    fn let_go(&mut self) {
        self.branch = None;
        self.state = State::None;
    }

    async fn finish_xa(&mut self, how: &str, id: BranchId) -> Result<Finish> {
        let own = self.branch.as_ref().is_some_and(|branch| branch.id == id);
        match self.state {
            State::None => {}
            State::Prepared if own => {}
            State::Prepared => return Err(prepared()),
            _ => {
                return Err(Error::new(
                    ErrorKind::Transaction,
                    "a prepared branch can't be finished inside another transaction",
                )
                .with_help("end the open transaction first, or use another session"));
            }
        }
        if !own {
            self.wait_for_holder(&id).await?;
        }
        let one_phase = own && how == "COMMIT" && fault::mutant("one-phase");
        let behind = if one_phase { " ONE PHASE" } else { "" };
        let sql = format!("XA {how} {}{behind}", xid(&id));
        let outcome = match self.command(&sql).await {
            Ok(()) => Finish::Finished,
            Err(error) => match number(&error) {
                Some(UNKNOWN_OR_IN_USE) if fault::mutant("finished-1397") => Finish::Finished,
                // Listed all the same: it is attached to the session that prepared it, or another one finishes it.
                Some(UNKNOWN_OR_IN_USE) if self.is_listed(&id).await? => return Ok(Finish::InUse),
                Some(UNKNOWN_OR_IN_USE | NOTHING_THERE) => Finish::Gone,
                _ => return Err(error),
            },
        };
        if own {
            self.let_go();
        }
        Ok(outcome)
    }

    async fn is_listed(&mut self, id: &BranchId) -> Result<bool> {
        Ok(self.recover().await?.contains(id))
    }

    /// All branches on the server with names such as ours.
    async fn recover(&mut self) -> Result<Vec<BranchId>> {
        let rows = match self.link.texts("XA RECOVER").await {
            Ok(rows) => rows,
            Err(failure) => {
                let error = error::statement(&failure);
                return Err(match number(&error) {
                    Some(1227 | 1401) => {
                        error.with_help("GRANT XA_RECOVER_ADMIN ON *.* to the user of this connection")
                    }
                    _ => error,
                });
            }
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    async fn list(&mut self, prefix: String) -> Result<Vec<InDoubt>> {
        BranchId::check_prefix(&prefix)?;
        if self.state == State::Prepared {
            return Err(prepared());
        }
        let ours = self.recover().await?.into_iter();
        let ours = ours.filter(|id| id.gtrid().starts_with(&prefix));
        // The server does not tell when it was.
        Ok(ours.map(|id| InDoubt { id, age: None }).collect())
    }
}

/// A row of `XA RECOVER`: the format, two lengths, and both parts in one. Anybody may have any names.
fn read(row: &TextRow) -> Option<BranchId> {
    let format: i64 = row.number(0)?;
    let (gtrid, bqual) = row.bytes(3)?.split_at_checked(row.number(1)?)?;
    if format != FORMAT || bqual.len() != row.number::<usize>(2)? {
        return None;
    }
    let text = |part| std::str::from_utf8(part).ok();
    BranchId::new(text(gtrid)?, text(bqual)?).ok()
}

impl TwoPhase for MysqlConnection {
    fn begins_plainly(&self) -> bool {
        false
    }

    fn begin_branch(&mut self, id: BranchId, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        guarded!(self, self.begin_xa(id, options))
    }

    fn prepare(&mut self, id: BranchId) -> BoxFuture<'_, Result<Prepared>> {
        guarded!(self, self.prepare_xa(id))
    }

    fn commit_prepared(&mut self, id: BranchId) -> BoxFuture<'_, Result<Finish>> {
        guarded!(self, self.finish_xa("COMMIT", id))
    }

    fn rollback_prepared(&mut self, id: BranchId) -> BoxFuture<'_, Result<Finish>> {
        guarded!(self, self.finish_xa("ROLLBACK", id))
    }

    fn in_doubt(&mut self, prefix: String) -> BoxFuture<'_, Result<Vec<InDoubt>>> {
        guarded!(self, self.list(prefix))
    }

    fn readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        guarded!(self, self.look_around())
    }

    fn session_token(&self) -> Option<u64> {
        Some(self.id.into())
    }

    fn release_holder(&mut self, token: u64) -> BoxFuture<'_, Result<bool>> {
        guarded!(self, self.end_idle_session(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hex_literals() {
        let id = BranchId::new("mb1.a", "e-1").expect("good");
        assert_eq!(xid(&id), "X'6d62312e61',X'652d31'");
    }
}
