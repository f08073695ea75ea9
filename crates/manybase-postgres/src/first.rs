//! A statement that the server does not know yet, in one round trip instead of two.
//!
//! What its placeholders and columns are is known only once it has been prepared. But a few kinds of values have a text
//! that the server reads as whatever type it has found, and the rows of all types can come back in binary form. So
//! statement and values travel together, and with the answer it is looked at whether the values were such as would have
//! been sent. If anything is not as it was guessed, the statement is run again in the usual way. Hence only reads of few
//! rows go so, and only outside of a transaction, which a failed guess would end.

use crate::bind::BindError;
use crate::cache::Prepared;
use crate::connection::PostgresConnection;
use crate::transaction::{State, is_plain};
use crate::wire::Failure;
use crate::wire::message::{Values, tag};
use bytes::{BufMut, BytesMut};
use manybase_driver::{Access, Result, Statement, Value};
use std::io::Write;
use std::sync::Arc;
use tokio_postgres::types::{Format, IsNull};

/// Values as texts, for types that nobody knows yet.
struct Guessed<'a>(&'a [Value]);

impl Values for Guessed<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn form(&self, _: usize) -> Format {
        Format::Text
    }

    fn write(&self, at: usize, out: &mut BytesMut) -> Result<IsNull, BindError> {
        match &self.0[at] {
            Value::Text(text) => out.put_slice(text.as_bytes()),
            // Writing into memory can't fail.
            Value::I64(number) => drop(write!(out.writer(), "{number}")),
            Value::Uuid(uuid) => drop(write!(out.writer(), "{uuid}")),
            Value::Bool(bool) => out.put_slice(if *bool { b"t" } else { b"f" }),
            _ => return Ok(IsNull::Yes),
        }
        Ok(IsNull::No)
    }
}

/// Whether a value has a text that says the same as its binary form, whatever the type.
fn can_be_guessed(value: &Value) -> bool {
    match value {
        Value::Null | Value::I64(_) | Value::Uuid(_) | Value::Bool(_) => true,
        Value::Text(text) => !text.contains('\0'),
        _ => false,
    }
}

impl PostgresConnection {
    fn fits_one_trip(&self, statement: &Statement) -> bool {
        statement.bounded
            && statement.access == Access::Read
            && self.state == State::Outside
            && is_plain(&statement.sql)
            && !statement.sql.contains('\0')
            && statement.binds.iter().all(can_be_guessed)
    }

    /// Starts a statement that is not known yet. `None` for one that is to be run in the usual way.
    pub(crate) async fn start_unknown(&mut self, statement: &Statement) -> Result<Option<Arc<Prepared>>> {
        if !self.fits_one_trip(statement) {
            return Ok(None);
        }
        self.note(&statement.sql);
        let started = self.start_with(statement).await;
        started.map_err(|failure| self.error(&failure))
    }

    async fn start_with(&mut self, statement: &Statement) -> Result<Option<Arc<Prepared>>, Failure> {
        let link = self.wire.link();
        let name = link.prepare_and_run(&statement.sql, &Guessed(&statement.binds))?;
        let described = match link.described(name, tag::BIND_COMPLETE).await {
            Ok(described) => described,
            Err(failure) => {
                // The server may know it all the same.
                link.forgotten.push(name);
                return if may_be_the_guess(&failure) {
                    Ok(None)
                } else {
                    Err(failure)
                };
            }
        };
        let known = self.knows_types(&described);
        if !known {
            // They are asked for, which has to wait for the end of this.
            self.wire.link().finish().await?;
        }
        let prepared = self.resolve(described).await?;
        let bound = prepared.with(&statement.binds);
        let mut scratch = BytesMut::new();
        let fits = (0..bound.len()).try_for_each(|at| {
            let written = bound.write(at, &mut scratch);
            written.map(drop).map_err(|error| Failure::Bind(error.at(at)))
        });
        if fits.is_err() && known {
            self.wire.link().finish().await?;
        }
        fits?;
        let prepared = self.keep(statement, prepared);
        Ok(Some(prepared).filter(|_| known))
    }
}

/// Whether a value, or how many there are, may be to blame. The usual way says it better.
fn may_be_the_guess(failure: &Failure) -> bool {
    match failure {
        Failure::Server(server) => {
            let state = server.state();
            !server.is_fatal() && (state.starts_with("22") || state.starts_with("42") || state == "08P01")
        }
        _ => false,
    }
}
