//! Many rows: `COPY … FROM STDIN BINARY`, and for rows that may be there already an insert from arrays.
//!
//! No temporary table is in between: a transaction that has seen one can't be prepared, and so could not take part in
//! one over several databases.

use crate::arrays::{Column, is_array, unnest};
use crate::bind;
use crate::connection::PostgresConnection;
use crate::kind::{Kind, base};
use crate::wire::message::{sized, tag};
use crate::wire::{Failure, Link};
use bytes::{BufMut, BytesMut};
use manybase_driver::{BulkDone, BulkRows, Error, Result, Sink, Statement, SumSink, returned};
use manybase_sql::{Insert, SqlWriter, Value};
use std::fmt::Write;
use tokio_postgres::types::Format;

/// The signature, flags and the length of a header extension that there is none of.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Bytes that are written at a time.
const PIECE: usize = 1 << 16;

impl PostgresConnection {
    pub(crate) async fn run_bulk_load(&mut self, rows: BulkRows) -> Result<BulkDone> {
        if rows.is_empty() {
            return Ok(BulkDone::default());
        }
        let types = self.column_types(&rows).await?;
        if rows.target().on_conflict.is_some() {
            return self.merge(rows, &types).await;
        }
        match is_binary(&rows, &types) {
            true => self.copy(&rows, &types).await,
            // A value that only the server can read, such as a text for an address.
            false => self.by_inserts(rows).await,
        }
    }

    /// What the server takes in the rows' columns.
    async fn column_types(&mut self, rows: &BulkRows) -> Result<Vec<Column>> {
        let target = rows.target();
        let rendered = SqlWriter::render(target.dialect, |w| {
            w.push("SELECT ");
            w.comma_separated(&target.columns, |w, column| w.identifier(column))?;
            w.push(" FROM ");
            w.table(&target.table)
        })?;
        let prepared = self.prepare_anew(&rendered.sql).await;
        let prepared = prepared.map_err(|failure| self.error(&failure))?;
        let types = prepared.columns.iter().map(|column| base(&column.ty).clone());
        Ok(types.map(|ty| (Kind::of(&ty), ty)).collect())
    }

    async fn copy(&mut self, rows: &BulkRows, types: &[Column]) -> Result<BulkDone> {
        let copy = format!("COPY {} FROM STDIN (FORMAT BINARY)", rows.table_and_columns()?);
        let taken = self.wire.link().copy(&copy, rows, types).await;
        let taken = taken.map_err(|stopped| match stopped {
            Stopped::Failed(failure) => self.error(&failure),
            Stopped::Column(column, failure) => {
                let error = self.error(&failure);
                Error::new(error.kind(), format!("column {column}: {}", error.message()))
            }
        })?;
        match taken == rows.len() as u64 {
            true => Ok(rows.done(0)),
            false => Err(Error::driver(format!(
                "the server has taken {taken} of {} rows",
                rows.len()
            ))),
        }
    }

    /// Rows as arrays, one for each column, in one statement.
    async fn merge(&mut self, rows: BulkRows, types: &[Column]) -> Result<BulkDone> {
        let lists = lists(&rows, types);
        let target = rows.target();
        // An array of arrays would come apart into single cells.
        let (Some(lists), Some(keys)) = (lists, rows.keys()) else {
            return self.by_inserts(rows).await;
        };
        let mut from = unnest(types);
        from.push_str(" AS n (");
        for at in 0..types.len() {
            let _ = write!(from, "{}c{at}", if at == 0 { "" } else { ", " });
        }
        from.push(')');
        let counted = SqlWriter::render(target.dialect, |w| {
            w.push("SELECT count(*) FROM ");
            w.push(&from);
            w.push(" JOIN ");
            w.table(&target.table)?;
            w.push(" AS t ON ");
            for (nth, key) in keys.iter().enumerate() {
                w.push(if nth == 0 { "t." } else { " AND t." });
                w.identifier(&target.columns[*key])?;
                w.push(&format!(" = n.c{key}"));
            }
            Ok(())
        })?;
        let sink: Box<dyn Sink> = Box::new(SumSink::default());
        let sink = self
            .run_query(Statement::write(counted.sql, lists.clone()), sink)
            .await?;
        let found = returned::<SumSink>(sink)?.0;
        let insert = Insert::into(target.table.clone(), target.columns.iter().cloned());
        let merged = SqlWriter::render(target.dialect, |w| {
            w.push("INSERT INTO ");
            w.push(&rows.table_and_columns().map_err(|_| nameless())?);
            w.push(" SELECT * FROM ");
            w.push(&from);
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
        self.run_batch(rows.inserts(PIECE * 16)?, true).await?;
        Ok(rows.done(found))
    }
}

fn nameless() -> manybase_sql::Error {
    manybase_sql::Error::Statement("a table or column whose name can't be written".into())
}

/// Whether every value has a binary form.
fn is_binary(rows: &BulkRows, types: &[Column]) -> bool {
    rows.rows().all(|row| {
        let mut cells = row.iter().zip(types);
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
    /// Loads rows, and tells how many the server has taken. They are sent while the next ones are written.
    async fn copy(&mut self, copy: &str, rows: &BulkRows, types: &[Column]) -> Result<u64, Stopped> {
        self.query(copy)?;
        let message = self.next().await?;
        match message.tag {
            tag::COPY_IN => {}
            tag::ERROR => return Err(self.refused(&message).await.into()),
            _ => return Err(self.unexpected(&message).into()),
        }
        let mut all = rows.rows().peekable();
        self.copy_data(|out| {
            out.put_slice(HEADER);
            Ok::<_, Failure>(())
        })?;
        while all.peek().is_some() && !self.has_refused()? {
            let piece = self.copy_data(|out| piece(&mut all, rows, types, out));
            if let Err(stopped) = piece {
                // The statement fails as a whole.
                self.copy_fail();
                let _ = self.ran().await;
                return Err(stopped);
            }
            self.send_ahead().await;
        }
        self.copy_data(|out| {
            out.put_i16(-1);
            Ok::<_, Failure>(())
        })?;
        self.copy_done();
        Ok(self.ran().await?)
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

/// The columns as lists; `None` where one is an array itself.
fn lists(rows: &BulkRows, types: &[Column]) -> Option<Vec<Value>> {
    if types.iter().any(is_array) {
        return None;
    }
    let list = |at: usize| Value::List(rows.rows().map(|row| row[at].clone()).collect());
    Some((0..types.len()).map(list).collect())
}
