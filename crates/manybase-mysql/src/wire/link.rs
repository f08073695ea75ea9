//! Packets: requests that are on their way, and answers as they lie in the buffer.

mod asked;
mod talk;

pub(crate) use talk::TextRow;

use super::message::{Fields, Status, head};
use super::{Failure, ServerError, Stream};
use crate::column::ResultColumns;
use crate::statements::Prepared;
use bytes::{BufMut, BytesMut};
use manybase_driver::Columns;
use manybase_driver::wire::Pump;
use std::ops::Range;
use std::sync::Arc;

/// A packet of this size goes on in the next one.
const FULL: usize = 0xFF_FFFF;

/// The body of a packet, in the buffer until the next one is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Packet(Range<usize>);

pub(crate) struct Link {
    pub(super) pump: Pump<Stream>,
    /// The number that the next packet has, whichever way it goes.
    number: u8,
    /// The number that the answer to what was asked last begins with.
    first: u8,
    /// Rows end with an `OK_Packet`, and there is nothing behind the columns.
    pub(super) ends_with_ok: bool,
    /// The columns of a prepared statement come only if they have changed.
    pub(super) keeps_columns: bool,
    /// It runs a prepared statement with the values of many rows.
    pub(super) runs_in_bulk: bool,
    /// What the last answer said.
    status: Option<Status>,
    /// Rows are still to come.
    in_rows: bool,
}

impl Link {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            pump: Pump::new(stream),
            ..Self::gone()
        }
    }

    /// One that has ended.
    pub(crate) fn gone() -> Self {
        Self {
            pump: Pump::gone(),
            number: 0,
            first: 0,
            ends_with_ok: false,
            keeps_columns: false,
            runs_in_bulk: false,
            status: None,
            in_rows: false,
        }
    }

    /// After the login.
    pub(super) fn begun(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.pump.has_ended()
    }

    /// What the server said last, if anything.
    pub(crate) fn status(&self) -> Option<Status> {
        self.status
    }

    /// Writes a packet, or several where it is long, and counts on.
    pub(super) fn put(&mut self, write: impl FnOnce(&mut BytesMut)) {
        let out = self.pump.out();
        let mut begin = out.len();
        out.put_u32_le(0);
        write(out);
        loop {
            let length = out.len() - begin - 4;
            let here = length.min(FULL);
            out[begin..begin + 3].copy_from_slice(&(here as u32).to_le_bytes()[..3]);
            out[begin + 3] = self.number;
            self.number = self.number.wrapping_add(1);
            if here < FULL {
                return;
            }
            begin += 4 + here;
            // Room for the next head. It happens once in 16 megabytes.
            let rest = out.split_off(begin);
            out.put_u32_le(0);
            out.put_slice(&rest);
        }
    }

    pub(crate) fn body(&self, packet: &Packet) -> &[u8] {
        self.pump.bytes(&packet.0)
    }

    /// The next packet.
    pub(super) async fn next(&mut self) -> Result<Packet, Failure> {
        if self.pump.has_unsent() {
            self.pump.flush().await;
        }
        loop {
            if let Some(packet) = self.take()? {
                return Ok(packet);
            }
            if self.pump.has_ended() {
                return Err(self.closed());
            }
            self.pump.fill().await;
        }
    }

    pub(super) fn closed(&self) -> Failure {
        Failure::Closed(self.pump.why().map(str::to_owned))
    }

    /// The next packet, if it is there already.
    fn take(&mut self) -> Result<Option<Packet>, Failure> {
        let unread = self.pump.unread();
        let Some((&[a, b, c, number], rest)) = unread.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes([a, b, c, 0]) as usize;
        if rest.len() < length {
            return Ok(None);
        }
        // A server that ends the session says why out of turn.
        if number != self.number && rest.first() != Some(&head::ERROR) {
            return Err(self.unexpected("a packet out of order"));
        }
        let length = match length {
            FULL => match self.join() {
                Some(length) => length,
                None => return Ok(None),
            },
            length => {
                self.number = number.wrapping_add(1);
                length
            }
        };
        let whole = self.pump.take(4 + length);
        Ok(Some(Packet(whole.start + 4..whole.end)))
    }

    /// Makes one of packets that belong together, once all of them are there, and tells how long it is.
    fn join(&mut self) -> Option<usize> {
        let unread = self.pump.unread();
        let mut heads = Vec::new();
        let mut at = 0;
        loop {
            let [a, b, c, number] = *unread.get(at..)?.first_chunk::<4>()?;
            let length = u32::from_le_bytes([a, b, c, 0]) as usize;
            heads.push(at);
            at += 4 + length;
            if length < FULL {
                unread.get(..at)?;
                self.number = number.wrapping_add(1);
                break;
            }
        }
        let length = at - 4 * heads.len();
        // From behind, so that the places before hold.
        for head in heads.into_iter().skip(1).rev() {
            self.pump.leave_out(head, 4);
        }
        Some(length)
    }

    /// An answer that does not belong there.
    pub(super) fn unexpected(&mut self, what: &'static str) -> Failure {
        self.pump.cut();
        Failure::Unexpected(what)
    }

    /// What does not hold what it should.
    fn strict<T>(&mut self, read: Result<T, Failure>) -> Result<T, Failure> {
        if read.is_err() {
            self.pump.cut();
        }
        read
    }

    pub(super) fn refused(&mut self, packet: &Packet) -> Failure {
        self.in_rows = false;
        self.status = None;
        Failure::Server(Box::new(ServerError::parse(self.body(packet))))
    }

    /// The answer to what was asked: its columns, or `None` where it has no rows. The columns of a statement that was
    /// prepared come only if they have changed.
    pub(crate) async fn answer(
        &mut self,
        known: Option<&Arc<ResultColumns>>,
    ) -> Result<Option<Arc<ResultColumns>>, Failure> {
        self.number = self.first;
        match self.result(known).await {
            Err(Failure::LocalFile) => {
                self.finish().await?;
                Err(Failure::LocalFile)
            }
            result => result,
        }
    }

    /// One of the results that an answer has.
    async fn result(
        &mut self,
        known: Option<&Arc<ResultColumns>>,
    ) -> Result<Option<Arc<ResultColumns>>, Failure> {
        let packet = self.next().await?;
        let body = self.body(&packet);
        match body.first() {
            Some(&head::OK) => {
                let status = Status::parse(body);
                self.status = Some(self.strict(status)?);
                Ok(None)
            }
            Some(&head::ERROR) => Err(self.refused(&packet)),
            Some(&head::LOCAL_FILE) => {
                // Nothing is what it gets.
                self.put(|_| {});
                let packet = self.next().await?;
                let body = self.body(&packet);
                if body.first() == Some(&head::ERROR) {
                    return Err(self.refused(&packet));
                }
                let status = Status::parse(body);
                self.status = Some(self.strict(status)?);
                Err(Failure::LocalFile)
            }
            _ => {
                let mut fields = Fields(body);
                let count = fields.length().map(Option::unwrap_or_default);
                // MariaDB tells behind the number whether they come.
                let come = fields.0 != [0];
                let count = self.strict(count)?;
                let columns = match known {
                    Some(known) if !come && known.len() == count => known.clone(),
                    _ if !come => return Err(self.unexpected("rows without columns")),
                    _ => Arc::new(self.columns(count).await?),
                };
                self.in_rows = true;
                Ok(Some(columns))
            }
        }
    }

    /// Reads the columns of a result.
    async fn columns(&mut self, count: usize) -> Result<ResultColumns, Failure> {
        let mut columns = ResultColumns::with_capacity(count);
        for _ in 0..count {
            let packet = self.next().await?;
            let read = columns.read(self.body(&packet));
            self.strict(read)?;
        }
        if !self.ends_with_ok {
            self.next().await?;
        }
        Ok(columns)
    }

    /// The answer to [`Link::prepare`].
    pub(crate) async fn prepared(&mut self) -> Result<Prepared, Failure> {
        self.number = self.first;
        let packet = self.next().await?;
        let body = self.body(&packet);
        match body.first() {
            Some(&head::ERROR) => return Err(self.refused(&packet)),
            Some(&head::OK) => {}
            _ => return Err(self.unexpected("no answer to a statement that is to be prepared")),
        }
        let mut fields = Fields(&body[1..]);
        let read = (|| Ok((fields.u32()?, fields.u16()?, fields.u16()?)))();
        let (id, columns, values) = self.strict(read)?;
        if values > 0 {
            // What the server says of them is always the same.
            for _ in 0..usize::from(values) + usize::from(!self.ends_with_ok) {
                self.next().await?;
            }
        }
        let columns = match columns {
            0 => ResultColumns::default(),
            count => self.columns(count.into()).await?,
        };
        Ok(Prepared {
            id,
            values,
            columns: Arc::new(columns),
        })
    }

    /// The next row of a result, or `None` behind the last.
    #[inline]
    pub(crate) async fn row(&mut self) -> Result<Option<Packet>, Failure> {
        let packet = self.next().await?;
        let body = self.body(&packet);
        match body.first() {
            Some(&head::END) if body.len() < if self.ends_with_ok { FULL } else { 9 } => {
                let status = Status::parse_end(body, self.ends_with_ok);
                self.in_rows = false;
                self.status = Some(self.strict(status)?);
                Ok(None)
            }
            Some(&head::ERROR) => Err(self.refused(&packet)),
            _ => Ok(Some(packet)),
        }
    }

    /// Passes over the rest of an answer, and tells how many rows there were in its first result.
    pub(crate) async fn finish(&mut self) -> Result<u64, Failure> {
        let mut rows = 0;
        while self.in_rows {
            rows += u64::from(self.row().await?.is_some());
        }
        let mut refused = false;
        while self.status.is_some_and(Status::has_more) {
            match self.result(None).await {
                Err(Failure::LocalFile) => refused = true,
                result => drop(result?),
            }
            while self.in_rows {
                self.row().await?;
            }
        }
        match refused {
            true => Err(Failure::LocalFile),
            false => Ok(rows),
        }
    }

    /// Whether it runs a prepared statement with the values of many rows.
    pub(crate) fn runs_in_bulk(&self) -> bool {
        self.runs_in_bulk
    }

    /// Whether the columns that it was told of last are worth keeping.
    pub(crate) fn keeps_columns(&self) -> bool {
        self.keeps_columns
    }

    /// Whether rows are still to come.
    pub(crate) fn is_in_rows(&self) -> bool {
        self.in_rows
    }
}
