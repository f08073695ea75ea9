//! Many rows by `INSERT`: while the server is busy with some, the next ones are made.
//!
//! MariaDB takes the insert of one row with the values of many, which is a third to a half of the work of an insert with as
//! many rows. All of them are one statement to it. MySQL knows only the latter.

use crate::bind::{self, Wire};
use crate::connection::MysqlConnection;
use crate::run::{ONE_PACKET, fits};
use crate::transaction::State;
use crate::wire::{self, Type};
use futures_util::future::join;
use manybase_driver::{BulkDone, BulkRows, Inserts, Result, RowSource, TransactionOptions, Value};
use std::sync::Arc;

/// Values of one insert of many rows. The server keeps half a kilobyte for each: of ten thousand, which no longer fit its
/// processor's cache, each takes a fifth longer than of a thousand. But each insert is a round trip.
const CELLS: usize = 2_500;
/// Values that go together with an insert of one row.
const CELLS_IN_BULK: usize = 10_000;
/// Bytes of one insert, roughly.
const BYTES: usize = 1 << 20;

/// An insert that is ready to go.
struct Ready {
    sql: Arc<str>,
    values: Vec<Wire>,
    /// Of each column, where the insert is of one row and the values are of many.
    types: Option<Vec<Type>>,
}

impl Ready {
    /// Whether its rows can't go in one packet. They go one by one then, and their long values by themselves.
    fn is_too_large(&self, limit: usize) -> bool {
        let size = bind::wire_size(&self.values);
        self.types.is_some() && (size > ONE_PACKET || !fits(size, limit))
    }
}

/// Rows as inserts.
struct Chunks<'s> {
    source: &'s mut dyn RowSource,
    inserts: Inserts,
    /// Values of a row.
    width: usize,
    /// Rows and bytes of one insert of many rows.
    limits: (usize, usize),
    /// Rows that go together with an insert of one.
    in_bulk: Option<usize>,
    /// The row that is next.
    at: usize,
    /// Rows that are made, in parts.
    parts: std::vec::IntoIter<BulkRows>,
    /// Parts of those whose values do not fit an insert of one row.
    pieces: std::vec::IntoIter<BulkRows>,
}

impl Chunks<'_> {
    fn next(&mut self) -> Result<Option<Ready>> {
        if let Some(piece) = self.pieces.next() {
            return self.of_many(piece).map(Some);
        }
        let part = match self.parts.next() {
            Some(part) => part,
            None if self.at >= self.source.len() => return Ok(None),
            None => {
                let rows = self.in_bulk.unwrap_or(self.limits.0);
                let end = self.source.len().min(self.at + rows);
                let made = self.source.rows(self.at..end)?;
                self.at = end;
                let parts = made.parts(rows, self.limits.1);
                if parts.len() > 1 {
                    self.parts = parts.into_iter();
                    return self.next();
                }
                made
            }
        };
        match self.in_bulk {
            Some(_) => self.of_one(part),
            None => self.of_many(part).map(Some),
        }
    }

    /// An insert of one row, if that will do.
    fn of_one(&mut self, part: BulkRows) -> Result<Option<Ready>> {
        let types = types(part.rows(), self.width);
        let first = part.rows().next().map(<[Value]>::to_vec);
        if let (Some(types), Some(first)) = (types, first) {
            let statement = self.inserts.of(1, first)?;
            // Where values stand in the text, or are not sent as they are, it is good for one row only.
            let goes_as_it_is = part.rows().next() == Some(&*statement.binds);
            if goes_as_it_is {
                return Ok(Some(Ready {
                    sql: statement.sql,
                    values: bind::values(part.into_values())?,
                    types: Some(types),
                }));
            }
        }
        self.pieces = part.parts(self.limits.0, self.limits.1).into_iter();
        self.next()
    }

    fn of_many(&mut self, part: BulkRows) -> Result<Ready> {
        let statement = self.inserts.of(part.len(), part.into_values())?;
        Ok(Ready {
            sql: statement.sql,
            values: bind::values(statement.binds)?,
            types: None,
        })
    }

    /// Whether there is one more.
    fn has_more(&self) -> bool {
        self.at < self.source.len() || self.parts.len() > 0 || self.pieces.len() > 0
    }
}

/// The types of the columns of these rows; `None` where values of one column have several.
fn types<'r>(rows: impl Iterator<Item = &'r [Value]>, width: usize) -> Option<Vec<Type>> {
    let mut types: Vec<Option<Type>> = vec![None; width];
    for row in rows {
        for (of, value) in types.iter_mut().zip(row) {
            let Some(is) = bind::type_of(value) else { continue };
            if *of.get_or_insert(is) != is {
                return None;
            }
        }
    }
    // Of a column without a value any would do.
    Some(
        types
            .into_iter()
            .map(|of| of.unwrap_or(wire::types::BYTES))
            .collect(),
    )
}

impl MysqlConnection {
    pub(crate) async fn run_bulk_insert(&mut self, source: Box<dyn RowSource>) -> Result<BulkDone> {
        self.check_transaction()?;
        let inserted = source.len() as u64;
        self.insert_each(source).await?;
        Ok(BulkDone { inserted, found: 0 })
    }

    /// All rows or none, unless a transaction is open.
    pub(crate) async fn insert_each(&mut self, mut source: Box<dyn RowSource>) -> Result<()> {
        let limit = self.packet_limit().await?;
        let bytes = BYTES.min(limit / 2);
        let target = source.target();
        let width = target.columns.len();
        let fit = target.dialect.capability().max_parameters / width.max(1);
        let rows_of = |cells: usize| (cells / width.max(1)).max(1);
        let in_bulk = (self.link.runs_in_bulk() && width > 0).then(|| rows_of(CELLS_IN_BULK));
        let mut chunks = Chunks {
            inserts: Inserts::new(target.insert(), target.dialect),
            width,
            limits: (fit.clamp(1, rows_of(CELLS)), bytes),
            in_bulk,
            at: 0,
            parts: Vec::new().into_iter(),
            pieces: Vec::new().into_iter(),
            source: &mut *source,
        };
        let Some(first) = chunks.next()? else {
            return Ok(());
        };
        // One statement is atomic by itself.
        let several = chunks.has_more() || first.is_too_large(limit);
        let own = self.state == State::None && several;
        if own {
            self.begin_transaction(TransactionOptions::default()).await?;
        }
        let result = self.send_each(first, &mut chunks).await;
        if own { self.end(result).await } else { result }
    }

    async fn send_each(&mut self, first: Ready, chunks: &mut Chunks<'_>) -> Result<()> {
        let mut next = Some(first);
        while let Some(ready) = next {
            // The first of the two is asked first, and then waits for the server.
            let (sent, made) = join(self.send_ready(&ready), async { chunks.next() }).await;
            sent?;
            next = made?;
        }
        Ok(())
    }

    async fn send_ready(&mut self, ready: &Ready) -> Result<()> {
        let Ready { sql, values, types } = ready;
        match types {
            Some(types) if ready.is_too_large(self.largest_packet) => {
                for row in values.chunks(types.len()) {
                    self.run_write(sql, row).await?;
                }
            }
            Some(types) => drop(self.run_in_bulk(sql, types, values).await?),
            None => drop(self.run_write(sql, values).await?),
        }
        Ok(())
    }
}
