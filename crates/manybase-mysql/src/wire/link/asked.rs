//! What is asked. Nothing goes out before an answer is awaited.

use super::{FULL, Link};
use crate::bind::Wire;
use crate::wire::message::{self, LAST_PREPARED, Type, command};
use bytes::{BufMut, BytesMut};

impl Link {
    pub(super) fn command(&mut self, write: impl FnOnce(&mut BytesMut)) {
        self.number = 0;
        self.put(write);
        self.first = self.number;
    }

    pub(super) fn command_with(&mut self, command: u8, body: &[u8]) {
        self.command(|out| {
            out.reserve(1 + body.len());
            out.put_u8(command);
            out.put_slice(body);
        });
    }

    /// Asks for statements as they stand. Each has an answer of its own.
    pub(crate) fn query(&mut self, sql: &str) {
        self.command_with(command::QUERY, sql.as_bytes());
    }

    /// Asks to prepare a statement.
    pub(crate) fn prepare(&mut self, sql: &str) {
        self.command_with(command::PREPARE, sql.as_bytes());
    }

    /// Asks to run a prepared statement. With values beyond what one packet takes, they go one by one before it.
    pub(crate) fn execute(&mut self, statement: u32, values: &[Wire], long: bool) {
        if long {
            for (at, value) in values.iter().enumerate() {
                if let Wire::Bytes(bytes) = value {
                    self.long_data(statement, at, bytes);
                }
            }
        }
        self.command(|out| message::execute(out, statement, values, long));
    }

    /// Asks to run the statement that has just been asked to be prepared, which only MariaDB knows how to do.
    pub(crate) fn execute_last(&mut self, values: &[Wire]) {
        self.execute(LAST_PREPARED, values, false);
    }

    /// Asks to run a prepared statement once for each row, which only MariaDB knows how to do. All rows are one statement.
    pub(crate) fn execute_in_bulk(&mut self, statement: u32, types: &[Type], values: &[Wire]) {
        self.command(|out| message::execute_in_bulk(out, statement, types, values));
    }

    /// A value, which may be longer than a packet, in pieces. There is no answer.
    fn long_data(&mut self, statement: u32, at: usize, bytes: &[u8]) {
        // With what stands before it, it just fits one.
        let piece = FULL - 8;
        // An empty value is told too.
        for begin in (0..bytes.len().max(1)).step_by(piece) {
            let bytes = &bytes[begin..bytes.len().min(begin + piece)];
            self.command(|out| {
                out.put_u8(command::LONG_DATA);
                out.put_u32_le(statement);
                out.put_u16_le(at as u16);
                out.put_slice(bytes);
            });
        }
    }

    /// Has the server forget a prepared statement. There is no answer, so it goes out with the next question.
    pub(crate) fn forget(&mut self, statement: u32) {
        self.command_with(command::CLOSE, &statement.to_le_bytes());
    }
}
