//! A session's branches; see [`crate::two_phase`].

use super::Session;
use crate::two_phase::{self, BranchId, Finish, InDoubt, Prepared, Readiness, TwoPhase};
use crate::{BoxFuture, Result, TransactionOptions};

impl Session {
    /// Whether a branch begins here as any transaction does; see [`TwoPhase::begins_plainly`].
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where the database can't prepare transactions.
    pub fn begins_plainly(&mut self) -> Result<bool> {
        let name = self.connection()?.dialect().name();
        let connection = self
            .object
            .as_mut()
            .map(|object| &mut object.slot_mut().connection);
        match connection.and_then(|connection| connection.two_phase()) {
            Some(two_phase) => Ok(two_phase.begins_plainly()),
            None => Err(two_phase::unsupported(name).with_connection(self.name.clone())),
        }
    }

    /// Begins a branch of a transaction that spans databases.
    ///
    /// # Errors
    /// As [`Session::query`], and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where the database can't
    /// prepare transactions.
    pub async fn begin_branch(&mut self, id: &BranchId, options: TransactionOptions) -> Result<()> {
        let id = id.clone();
        self.branch_call(|two_phase| two_phase.begin_branch(id, options))
            .await?;
        self.in_transaction = true;
        Ok(())
    }

    /// Whether the open transaction has written anything, functions in queries included. `true` where that can't be
    /// told.
    ///
    /// # Errors
    /// As [`Session::query`]; [`crate::ErrorKind::Unsupported`] on a database without two phases.
    pub async fn has_written(&mut self) -> Result<bool> {
        self.branch_call(|two_phase| two_phase.has_written()).await
    }

    /// Prepares the open branch. Then no transaction is open here any more, and the branch outlives this session.
    ///
    /// # Errors
    /// As [`Session::query`]. After an error from the server nothing is prepared, and the branch is taken for open,
    /// until it is rolled back. **Where the session [is broken](Session::is_broken) afterwards** (connection lost,
    /// timeout, dropped future), the branch may be prepared or not: it has to be finished from another session.
    pub async fn prepare(&mut self, id: &BranchId) -> Result<Prepared> {
        let id = id.clone();
        let prepared = self.branch_call(|two_phase| two_phase.prepare(id)).await?;
        self.in_transaction = false;
        Ok(prepared)
    }

    /// Commits a branch that this or any other session has prepared. Can be called again.
    ///
    /// # Errors
    /// As [`Session::query`], and [`ErrorKind::Transaction`](crate::ErrorKind::Transaction) in an open transaction.
    pub async fn commit_prepared(&mut self, id: &BranchId) -> Result<Finish> {
        let id = id.clone();
        self.branch_call(|two_phase| two_phase.commit_prepared(id)).await
    }

    /// Undoes a branch that this or any other session has prepared. Can be called again.
    ///
    /// # Errors
    /// As [`Session::commit_prepared`].
    pub async fn rollback_prepared(&mut self, id: &BranchId) -> Result<Finish> {
        let id = id.clone();
        self.branch_call(|two_phase| two_phase.rollback_prepared(id))
            .await
    }

    /// The branches that are prepared and not finished, and whose `gtrid` begins so.
    ///
    /// # Errors
    /// As [`Session::query`], and [`ErrorKind::Identifier`](crate::ErrorKind::Identifier) for a prefix with which no
    /// id begins.
    pub async fn in_doubt(&mut self, prefix: &str) -> Result<Vec<InDoubt>> {
        BranchId::check_prefix(prefix)?;
        let prefix = prefix.to_owned();
        self.branch_call(|two_phase| two_phase.in_doubt(prefix)).await
    }

    /// What stands in the way of a branch on this database.
    ///
    /// # Errors
    /// As [`Session::query`]. That the database can't do it at all is no error, but said in the answer.
    pub async fn readiness(&mut self) -> Result<Readiness> {
        self.call(|connection| {
            let name = connection.dialect().name();
            match connection.two_phase() {
                Some(two_phase) => two_phase.readiness(),
                None => Box::pin(async move { Ok(two_phase::not_ready(name)) }),
            }
        })
        .await
    }

    /// What stands in the way of being the home of a transaction over several databases; see
    /// [`Connection::home_readiness`](crate::Connection::home_readiness).
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn home_readiness(&mut self) -> Result<Readiness> {
        self.call(|connection| connection.home_readiness()).await
    }

    /// What this session is called on the server, where that matters; see [`TwoPhase::session_token`].
    pub fn session_token(&mut self) -> Option<u64> {
        self.object
            .as_mut()?
            .slot_mut()
            .connection
            .two_phase()?
            .session_token()
    }

    /// Ends an idle session that holds a branch; see [`TwoPhase::release_holder`].
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn release_holder(&mut self, token: u64) -> Result<bool> {
        self.call(|connection| match connection.two_phase() {
            Some(two_phase) => two_phase.release_holder(token),
            None => Box::pin(async { Ok(false) }),
        })
        .await
    }

    async fn branch_call<T, F>(&mut self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut dyn TwoPhase) -> BoxFuture<'c, Result<T>>,
    {
        self.call(|connection| {
            let name = connection.dialect().name();
            match connection.two_phase() {
                Some(two_phase) => work(two_phase),
                None => Box::pin(async move { Err(two_phase::unsupported(name)) }),
            }
        })
        .await
    }
}
