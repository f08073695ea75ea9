//! How a transaction begins: with its first statement, in one round trip.
//!
//! Both travel as one request of the extended protocol, behind which the server goes on only after its `Sync`: where
//! `BEGIN` fails it passes over the statement, which so never runs by itself. A statement that has to be prepared first,
//! and everything that is not one prepared statement, waits until `BEGIN` has been answered.
//!
//! Source: PostgreSQL's documentation, "Extended Query", on errors before `Sync`.

use crate::connection::PostgresConnection;
use crate::transaction::State;
use crate::wire::Failure;
use crate::wire::message::{Name, Values};
use manybase_driver::{BoxFuture, Result, TransactionOptions};
use std::borrow::Cow;
use std::future::Future;

impl PostgresConnection {
    /// Begins a transaction for the user. The server hears of it with the first statement.
    pub(crate) async fn begin_transaction(&mut self, options: TransactionOptions) -> Result<()> {
        self.may_have_written = false;
        if self.state == State::Outside {
            self.state = State::Waiting(options);
            return Ok(());
        }
        // It is for the server to say what that means.
        self.begin_now(options, State::Unknown).await
    }

    /// Begins one without waiting for a statement. What is known of it otherwise: where this fails, or is given up.
    pub(crate) async fn begin_now(&mut self, options: TransactionOptions, otherwise: State) -> Result<()> {
        self.state = otherwise;
        self.simple(&text(options)).await?;
        self.state = State::Inside;
        Ok(())
    }

    /// Has the server begin the transaction that it has not heard of yet.
    pub(crate) async fn begun(&mut self) -> Result<()> {
        match self.state {
            State::Waiting(options) => self.begin_now(options, State::Refused).await,
            State::Refused => Err(self.error(&Failure::NotBegun)),
            State::Outside | State::Inside | State::Unknown => Ok(()),
        }
    }

    /// Has the server run a prepared statement with these values, behind the `BEGIN` that waits for it. What it says of the
    /// statement is yet to come.
    pub(crate) async fn run(&mut self, statement: Name, values: &impl Values) -> Result<(), Failure> {
        let options = match self.state {
            State::Waiting(options) => options,
            State::Refused => return Err(Failure::NotBegun),
            State::Outside | State::Inside | State::Unknown => {
                return self.wire.link().run(statement, values);
            }
        };
        let link = self.wire.link();
        link.begin_and_run(&text(options), statement, values)?;
        self.state = State::Refused;
        link.did().await?;
        self.state = State::Inside;
        Ok(())
    }

    /// As [`PostgresConnection::carry`], in the transaction that the user has begun.
    pub(crate) fn carry_inside<'a, T, F>(
        &'a mut self,
        work: impl FnOnce(&'a mut Self) -> F + Send + 'a,
    ) -> BoxFuture<'a, Result<T>>
    where
        F: Future<Output = Result<T>> + Send + 'a,
    {
        if !matches!(self.state, State::Waiting(_) | State::Refused) {
            return self.carry(work);
        }
        self.carry(|c| async move {
            c.begun().await?;
            work(c).await
        })
    }
}

fn text(options: TransactionOptions) -> Cow<'static, str> {
    let mut text = Cow::Borrowed("BEGIN");
    if let Some(level) = options.isolation {
        text = Cow::Owned(format!("BEGIN ISOLATION LEVEL {}", level.as_sql()));
    }
    if options.read_only {
        text += " READ ONLY";
    }
    text
}
