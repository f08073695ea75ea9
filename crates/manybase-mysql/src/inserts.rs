//! Many rows by `INSERT`: while the server is busy with some, the next ones are made.

use crate::bind::{self, Wire};
use crate::connection::MysqlConnection;
use crate::transaction::State;
use futures_util::future::join;
use manybase_driver::{BulkDone, BulkRows, Inserts, Result, RowSource, TransactionOptions};
use std::sync::Arc;

/// Values of one insert. The server keeps half a kilobyte for each: of ten thousand, which no longer fit its processor's
/// cache, each takes a fifth longer than of a thousand. But each insert is a round trip.
const CELLS: usize = 2_500;
/// Bytes of one insert, roughly.
const BYTES: usize = 1 << 20;

/// An insert that is ready to go.
struct Ready {
    sql: Arc<str>,
    values: Vec<Wire>,
}

/// Rows as inserts.
struct Chunks<'s> {
    source: &'s mut dyn RowSource,
    inserts: Inserts,
    /// Rows and bytes of one insert.
    limits: (usize, usize),
    /// The row that is next.
    at: usize,
    /// Rows that are made, in parts.
    parts: std::vec::IntoIter<BulkRows>,
}

impl Chunks<'_> {
    fn next(&mut self) -> Result<Option<Ready>> {
        let part = match self.parts.next() {
            Some(part) => part,
            None if self.at >= self.source.len() => return Ok(None),
            None => {
                let (rows, bytes) = self.limits;
                let end = self.source.len().min(self.at + rows);
                let made = self.source.rows(self.at..end)?;
                self.at = end;
                let parts = made.parts(rows, bytes);
                if parts.len() > 1 {
                    self.parts = parts.into_iter();
                    return self.next();
                }
                made
            }
        };
        let statement = self.inserts.of(part.len(), part.into_values())?;
        Ok(Some(Ready {
            sql: statement.sql,
            values: bind::values(statement.binds)?,
        }))
    }
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
        let bytes = BYTES.min(self.packet_limit().await? / 2);
        let target = source.target();
        let width = target.columns.len().max(1);
        let fit = target.dialect.capability().max_parameters / width;
        let mut chunks = Chunks {
            inserts: Inserts::new(target.insert(), target.dialect),
            limits: (fit.clamp(1, (CELLS / width).max(1)), bytes),
            at: 0,
            parts: Vec::new().into_iter(),
            source: &mut *source,
        };
        let Some(first) = chunks.next()? else {
            return Ok(());
        };
        // One statement is atomic by itself.
        let more = chunks.at < chunks.source.len() || chunks.parts.len() > 0;
        let own = self.state == State::None && more;
        if own {
            self.begin_transaction(TransactionOptions::default()).await?;
        }
        let result = self.send_each(first, &mut chunks).await;
        if own { self.end(result).await } else { result }
    }

    async fn send_each(&mut self, first: Ready, chunks: &mut Chunks<'_>) -> Result<()> {
        let mut next = Some(first);
        while let Some(Ready { sql, values }) = next {
            // The first of the two is asked first, and then waits for the server.
            let (sent, made) = join(self.run_write(&sql, &values), async { chunks.next() }).await;
            sent?;
            next = made?;
        }
        Ok(())
    }
}
