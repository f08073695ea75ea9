//! What is asked. Nothing goes out before an answer is awaited, or much has gathered.

use super::Link;
use crate::wire::Failure;
use crate::wire::message::{self, Name, TooLong, Values};
use bytes::BytesMut;

impl Link {
    pub(crate) fn query(&mut self, sql: &str) -> Result<(), Failure> {
        message::query(self.pump.out(), sql)?;
        self.awaited += 1;
        Ok(())
    }

    /// Has the server prepare a statement.
    pub(crate) fn prepare(&mut self, sql: &str) -> Result<Name, Failure> {
        let name = self.describe(sql)?;
        self.sync();
        Ok(name)
    }

    /// Has it prepare a statement, and run it with these values without waiting to be told what it is.
    pub(crate) fn prepare_and_run(&mut self, sql: &str, values: &impl Values) -> Result<Name, Failure> {
        let begin = self.pump.out().len();
        let name = self.describe(sql)?;
        match self.run(name, values) {
            Ok(()) => Ok(name),
            Err(failure) => {
                self.pump.out().truncate(begin);
                Err(failure)
            }
        }
    }

    fn describe(&mut self, sql: &str) -> Result<Name, Failure> {
        let begin = self.pump.out().len();
        for number in self.forgotten.take() {
            message::close(self.pump.out(), Name::Number(number))?;
        }
        self.names += 1;
        let name = Name::Number(self.names);
        let written = message::parse(self.pump.out(), name, sql)
            .and_then(|()| message::describe(self.pump.out(), name));
        if written.is_err() {
            self.pump.out().truncate(begin);
        }
        written.map(|()| name)
    }

    /// Has it run a statement without values, whose rows are of no interest, and keep nothing of it.
    pub(crate) fn run_once(&mut self, sql: &str) -> Result<(), Failure> {
        self.ask_plainly(sql)?;
        self.sync();
        Ok(())
    }

    /// Has it run a statement with these values.
    pub(crate) fn run(&mut self, statement: Name, values: &impl Values) -> Result<(), Failure> {
        self.ask(statement, values)?;
        self.sync();
        Ok(())
    }

    /// Has it begin a transaction, and run a statement in it: both, or where one fails nothing behind it.
    pub(crate) fn begin_and_run(
        &mut self,
        begin: &str,
        statement: Name,
        values: &impl Values,
    ) -> Result<(), Failure> {
        let start = self.pump.out().len();
        let written = self.ask_plainly(begin).and_then(|()| self.run(statement, values));
        if written.is_err() {
            self.pump.out().truncate(start);
        }
        written
    }

    /// As [`Link::run_once`], and more is to follow in the same group.
    pub(crate) fn ask_plainly(&mut self, sql: &str) -> Result<(), Failure> {
        message::parse(self.pump.out(), Name::None, sql)?;
        self.ask(Name::None, &(&[][..], &[][..]))
    }

    /// As [`Link::run`], and more is to follow in the same group. Nothing is left of one that fails.
    pub(crate) fn ask(&mut self, statement: Name, values: &impl Values) -> Result<(), Failure> {
        message::bind(self.pump.out(), statement, values)?;
        message::execute(self.pump.out());
        Ok(())
    }

    /// The end of a group: behind a failure the server goes on from here.
    pub(crate) fn sync(&mut self) {
        message::sync(self.pump.out());
        self.awaited += 1;
    }

    pub(crate) fn copy_data<E: From<TooLong>>(
        &mut self,
        body: impl FnOnce(&mut BytesMut) -> Result<(), E>,
    ) -> Result<(), E> {
        message::copy_data(self.pump.out(), body)
    }

    pub(crate) fn copy_done(&mut self) {
        message::copy_done(self.pump.out());
    }

    pub(crate) fn copy_fail(&mut self) {
        message::copy_fail(self.pump.out());
    }
}
