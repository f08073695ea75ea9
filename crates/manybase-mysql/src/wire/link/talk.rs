//! Whole conversations.

use super::Link;
use crate::wire::Failure;
use crate::wire::message::{Fields, Status, command, head};
use bytes::{BufMut, Bytes};
use manybase_driver::Columns;
use std::str::FromStr;

/// A row as the server writes it, for the few answers that the driver itself reads.
pub(crate) struct TextRow(Vec<Option<Vec<u8>>>);

impl TextRow {
    /// The bytes of a cell, unless it is NULL or missing.
    pub(crate) fn bytes(&self, index: usize) -> Option<&[u8]> {
        self.0.get(index)?.as_deref()
    }

    pub(crate) fn text(&self, index: usize) -> Option<&str> {
        std::str::from_utf8(self.bytes(index)?).ok()
    }

    pub(crate) fn number<T: FromStr>(&self, index: usize) -> Option<T> {
        self.text(index)?.parse().ok()
    }
}

impl Link {
    /// Runs text of our own. Rows are of no interest.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        self.query(sql);
        self.answer(None).await?;
        self.finish().await.map(drop)
    }

    /// Runs text of our own, and reads the rows of all its results.
    pub(crate) async fn texts(&mut self, sql: &str) -> Result<Vec<TextRow>, Failure> {
        let mut rows = Vec::new();
        self.query(sql);
        let mut result = self.answer(None).await?;
        loop {
            if let Some(columns) = result {
                while let Some(packet) = self.row().await? {
                    let row = read_texts(self.body(&packet), columns.len());
                    rows.push(self.strict(row)?);
                }
            }
            if !self.status.is_some_and(Status::has_more) {
                return Ok(rows);
            }
            result = self.result(None).await?;
        }
    }

    /// The number in the first cell of the first row.
    pub(crate) async fn number(&mut self, sql: &str) -> Result<Option<u64>, Failure> {
        let rows = self.texts(sql).await?;
        Ok(rows.first().and_then(|row| row.number(0)))
    }

    /// Runs a statement that asks for a file, and gives it these pieces. What stood in the way of making one is in the
    /// second result; the server has then taken those before.
    pub(crate) async fn load<E>(
        &mut self,
        sql: &str,
        pieces: impl Iterator<Item = Result<Bytes, E>>,
    ) -> Result<Result<(), E>, Failure> {
        self.query(sql);
        self.number = self.first;
        let packet = self.next().await?;
        let body = self.body(&packet);
        match body.first() {
            Some(&head::LOCAL_FILE) => {}
            Some(&head::ERROR) => return Err(self.refused(&packet)),
            _ => return Err(self.unexpected("a load that asks for no file")),
        }
        let mut made = Ok(());
        for piece in pieces {
            match piece {
                Ok(piece) => self.put(|out| out.put_slice(&piece)),
                Err(error) => {
                    made = Err(error);
                    break;
                }
            }
            self.pump.send_ahead().await;
        }
        self.put(|_| {});
        self.result(None).await?;
        self.finish().await?;
        Ok(made)
    }

    /// Asks for a sign of life. The answer has the status.
    pub(crate) async fn ping(&mut self) -> Result<(), Failure> {
        self.command_with(command::PING, &[]);
        self.answer(None).await.map(drop)
    }

    /// Sets the session back to what it was at its beginning. Its prepared statements are gone.
    pub(crate) async fn reset(&mut self) -> Result<(), Failure> {
        self.command_with(command::RESET, &[]);
        self.answer(None).await.map(drop)
    }

    /// Says goodbye, and waits for the end.
    pub(crate) async fn leave(&mut self) {
        self.command_with(command::QUIT, &[]);
        self.pump.flush().await;
        self.pump.shut_down().await;
        self.pump.pass_over_all().await;
    }

    /// Closes the socket.
    pub(crate) fn cut(&mut self) {
        self.pump.cut();
    }

    /// Says goodbye without waiting.
    pub(crate) fn leave_at_once(&mut self) {
        if !self.pump.has_begun_to_send() && !self.pump.has_ended() {
            self.command_with(command::QUIT, &[]);
            self.pump.send_what_goes();
        }
        self.pump.cut();
    }
}

fn read_texts(body: &[u8], columns: usize) -> Result<TextRow, Failure> {
    let mut fields = Fields(body);
    let cells = (0..columns).map(|_| {
        let length = fields.length()?;
        let cell = length.map(|length| fields.bytes(length)).transpose()?;
        Ok(cell.map(<[u8]>::to_vec))
    });
    cells.collect::<Result<_, Failure>>().map(TextRow)
}
