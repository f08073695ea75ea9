//! Many rows: `COPY … FROM STDIN BINARY`, and for rows that may be there already an insert from arrays.
//!
//! No temporary table is in between: a transaction that has seen one can't be prepared, and so could not take part in
//! one over several databases.

use crate::arrays::{Column, cells, is_array};
use crate::bind;
use crate::connection::PostgresConnection;
use crate::kind::{Kind, base};
use crate::transaction::State;
use crate::wire::message::{sized, tag};
use crate::wire::{Failure, Link};
use bytes::{BufMut, BytesMut};
use manybase_driver::{BulkDone, BulkRows, Error, Result, Statement, SumSink, returned};
use manybase_sql::{Insert, SqlWriter, Value};
use std::time::{Duration, Instant};
use tokio_postgres::types::Format;

/// The signature, flags and the length of a header extension that there is none of.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Bytes of one insert, where rows can't be copied.
const INSERT: usize = 1 << 20;
/// Bytes that are written at a time.
const PIECE: usize = 1 << 14;
/// A `COPY` is not kept open for longer: the server has a limit on the time of a statement.
const LONG: Duration = Duration::from_millis(100);

/// A table, and what the server takes in its columns. The transaction in which it was asked for keeps the table as it is.
pub(crate) struct Target {
    select: String,
    types: Vec<Column>,
}

/// A `COPY` that is open: the server waits for more rows.
pub(crate) struct Copying {
    place: String,
    target: Target,
    /// Rows.
    sent: u64,
    since: Instant,
}

impl PostgresConnection {
    pub(crate) async fn run_bulk_load(&mut self, rows: BulkRows, known: Option<Target>) -> Result<BulkDone> {
        let done = self.feed(rows, known, None).await?;
        let copying = self.copying.take();
        self.end_copy(copying).await?;
        Ok(done)
    }

    /// Takes rows. In a transaction the `COPY` that they go by stays open for more.
    pub(crate) async fn feed(
        &mut self,
        rows: BulkRows,
        known: Option<Target>,
        copying: Option<Copying>,
    ) -> Result<BulkDone> {
        if rows.is_empty() {
            self.copying = copying;
            return Ok(BulkDone::default());
        }
        let place = rows.table_and_columns()?;
        let goes_on = |copying: &Copying| {
            copying.place == place
                && rows.target().on_conflict.is_none()
                && is_binary(&rows, &copying.target.types)
        };
        let mut copying = match copying {
            Some(copying) if goes_on(&copying) => copying,
            other => {
                self.end_copy(other).await?;
                let known = known.or(self.target.take());
                let target = self.look_at_target(&rows, known).await?;
                if rows.target().on_conflict.is_some() || !is_binary(&rows, &target.types) {
                    return self.insert_rows_of(rows, target).await;
                }
                Copying {
                    place,
                    target,
                    sent: 0,
                    since: Instant::now(),
                }
            }
        };
        let (done, length) = (rows.done(0), rows.len() as u64);
        self.copy(rows, &copying).await?;
        copying.sent += length;
        let is_long = copying.since.elapsed() > LONG;
        match self.state == State::Inside && !is_long {
            true => self.copying = Some(copying),
            false => self.end_copy(Some(copying)).await?,
        }
        Ok(done)
    }

    /// Rows that can't be copied.
    async fn insert_rows_of(&mut self, rows: BulkRows, target: Target) -> Result<BulkDone> {
        let done = match rows.target().on_conflict {
            Some(_) => self.merge(rows, &target.types).await?,
            // A value that only the server can read, such as a text for an address.
            None => self.by_inserts(rows).await?,
        };
        self.target = Some(target).filter(|_| self.state == State::Inside);
        Ok(done)
    }

    /// Ends a `COPY`, and has the server look at what it was sent.
    pub(crate) async fn end_copy(&mut self, copying: Option<Copying>) -> Result<()> {
        let Some(copying) = copying else { return Ok(()) };
        let taken = self.wire.link().copied().await;
        let taken = taken.map_err(|failure| self.error(&failure))?;
        if taken != copying.sent {
            return Err(Error::driver(format!(
                "the server has taken {taken} of {} rows",
                copying.sent
            )));
        }
        self.target = Some(copying.target).filter(|_| self.state == State::Inside);
        Ok(())
    }

    /// Gives a `COPY` up that somebody has left open. The server takes its statement for failed.
    pub(crate) async fn stop_copying(&mut self) {
        if self.copying.take().is_some() {
            let link = self.wire.link();
            link.copy_fail();
            // What breaks here is told to who goes on.
            let _ = link.finish().await;
        }
    }

    /// What the server takes in the rows' columns.
    async fn look_at_target(&mut self, rows: &BulkRows, known: Option<Target>) -> Result<Target> {
        let target = rows.target();
        let rendered = SqlWriter::render(target.dialect, |w| {
            w.push("SELECT ");
            w.comma_separated(&target.columns, |w, column| w.identifier(column))?;
            w.push(" FROM ");
            w.table(&target.table)
        })?;
        if let Some(known) = known.filter(|known| known.select == rendered.sql) {
            return Ok(known);
        }
        let prepared = self.prepare_anew(&rendered.sql).await;
        let prepared = prepared.map_err(|failure| self.error(&failure))?;
        let types = prepared.columns.iter().map(|column| base(&column.ty).clone());
        Ok(Target {
            select: rendered.sql,
            types: types.map(|ty| (Kind::of(&ty), ty)).collect(),
        })
    }

    /// Sends rows, behind the statement itself if they are the first.
    async fn copy(&mut self, rows: BulkRows, copying: &Copying) -> Result<()> {
        let begin = (copying.sent == 0).then(|| format!("COPY {} FROM STDIN (FORMAT BINARY)", copying.place));
        let link = self.wire.link();
        let sent = link.copy(begin.as_deref(), &rows, &copying.target.types).await;
        // It takes a while too, and the server is busy now.
        drop(rows);
        sent.map_err(|stopped| match stopped {
            Stopped::Failed(failure) => self.error(&failure),
            Stopped::Column(column, failure) => {
                let error = self.error(&failure);
                Error::new(error.kind(), format!("column {column}: {}", error.message()))
            }
        })
    }

    /// Rows as arrays, one for each column, in one statement.
    async fn merge(&mut self, rows: BulkRows, types: &[Column]) -> Result<BulkDone> {
        let target = rows.target();
        // An array of arrays would come apart into single cells.
        let keys = rows.keys().filter(|_| !types.iter().any(is_array));
        let Some(keys) = keys else {
            return self.by_inserts(rows).await;
        };
        let list = |at: usize| Value::List(rows.rows().map(|row| row[at].clone()).collect());
        let key_types: Vec<Column> = keys.iter().map(|&key| types[key].clone()).collect();
        let counted = SqlWriter::render(target.dialect, |w| {
            w.push(&format!(
                "SELECT count(*) FROM (SELECT {}) AS n (",
                cells(&key_types)
            ));
            for nth in 0..keys.len() {
                w.push(&format!("{}k{nth}", if nth == 0 { "" } else { ", " }));
            }
            w.push(") JOIN ");
            w.table(&target.table)?;
            w.push(" AS t ON ");
            for (nth, key) in keys.iter().enumerate() {
                w.push(if nth == 0 { "t." } else { " AND t." });
                w.identifier(&target.columns[*key])?;
                w.push(&format!(" = n.k{nth}"));
            }
            Ok(())
        })?;
        let counted = Statement::write(counted.sql, keys.iter().map(|&key| list(key)).collect());
        let sink = self.run_query(counted, Box::new(SumSink::default())).await?;
        let found = returned::<SumSink>(sink)?.0;
        let lists = (0..types.len()).map(list).collect();
        let insert = Insert::into(target.table.clone(), target.columns.iter().cloned());
        let merged = SqlWriter::render(target.dialect, |w| {
            w.push("INSERT INTO ");
            w.push(&rows.table_and_columns().map_err(|_| nameless())?);
            w.push(&format!(" SELECT {}", cells(types)));
            match &target.on_conflict {
                Some(conflict) => target.dialect.on_conflict(w, &insert, conflict),
                None => Ok(()),
            }
        })?;
        self.run_execute(&Statement::write(merged.sql, lists)).await?;
        Ok(rows.done(found))
    }

    async fn by_inserts(&mut self, rows: BulkRows) -> Result<BulkDone> {
        let mut found = 0;
        for statement in rows.counts()? {
            let sink = self.run_query(statement, Box::new(SumSink::default())).await?;
            found += returned::<SumSink>(sink)?.0;
        }
        self.run_batch(rows.inserts(INSERT)?, true).await?;
        Ok(rows.done(found))
    }
}

fn nameless() -> manybase_sql::Error {
    manybase_sql::Error::Statement("a table or column whose name can't be written".into())
}

/// Whether every value has a binary form.
fn is_binary(rows: &BulkRows, types: &[Column]) -> bool {
    // Where a text is none, or is an error.
    let always = |kind: Kind| {
        use Kind::{Bool, Bytea, Float4, Float8, Int2, Int4, Int8, Oid, Text};
        matches!(
            kind,
            Bool | Bytea | Float4 | Float8 | Int2 | Int4 | Int8 | Oid | Text
        )
    };
    let columns = types.iter().enumerate().filter(|(_, (kind, _))| !always(*kind));
    let columns: Vec<(usize, &Column)> = columns.collect();
    rows.rows().all(|row| {
        let mut cells = columns.iter().map(|(at, column)| (&row[*at], column));
        cells.all(|(value, (kind, ty))| matches!(bind::form_as(value, *kind, ty), Format::Binary))
    })
}

/// Why rows were not loaded.
enum Stopped {
    Failed(Failure),
    /// A value of this column.
    Column(String, Failure),
}

impl<E: Into<Failure>> From<E> for Stopped {
    fn from(failure: E) -> Self {
        Self::Failed(failure.into())
    }
}

impl Link {
    /// Sends rows, while the next ones are written.
    async fn copy(&mut self, begin: Option<&str>, rows: &BulkRows, types: &[Column]) -> Result<(), Stopped> {
        if let Some(copy) = begin {
            self.query(copy)?;
            self.copy_data(|out| {
                out.put_slice(HEADER);
                Ok::<_, Failure>(())
            })?;
        }
        let mut begun = begin.is_none();
        let mut all = rows.rows().peekable();
        while all.peek().is_some() {
            let piece = self.copy_data(|out| piece(&mut all, rows, types, out));
            if let Err(stopped) = piece {
                // The statement fails as a whole.
                self.copy_fail();
                let _ = self.finish().await;
                return Err(stopped);
            }
            // What comes behind a statement that fails, the server passes over.
            if !begun || self.has_refused()? {
                let message = self.next().await?;
                match message.tag {
                    tag::COPY_IN if !begun => begun = true,
                    tag::ERROR => return Err(self.refused(&message).await.into()),
                    _ => return Err(self.unexpected(&message).into()),
                }
            }
            self.send_ahead().await;
        }
        self.flush().await;
        Ok(())
    }

    /// The end of the rows: how many the server has taken.
    async fn copied(&mut self) -> Result<u64, Failure> {
        self.copy_data(|out| {
            out.put_i16(-1);
            Ok::<_, Failure>(())
        })?;
        self.copy_done();
        self.ran().await
    }
}

/// Writes rows until they are many bytes.
fn piece<'a>(
    all: &mut impl Iterator<Item = &'a [Value]>,
    rows: &BulkRows,
    types: &[Column],
    out: &mut BytesMut,
) -> Result<(), Stopped> {
    let full = out.len() + PIECE;
    let width = i16::try_from(types.len()).map_err(|_| Failure::TooLong)?;
    while out.len() < full
        && let Some(row) = all.next()
    {
        out.put_i16(width);
        for (at, (value, (kind, ty))) in row.iter().zip(types).enumerate() {
            sized(out, false, |out| {
                bind::encode_as(value, *kind, ty, out).map_err(Failure::Bind)
            })
            .map_err(|failure| {
                let column = rows.target().columns.get(at);
                Stopped::Column(column.map(ToString::to_string).unwrap_or_default(), failure)
            })?;
        }
    }
    Ok(())
}
