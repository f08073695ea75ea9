//! Many rows: `COPY … FROM STDIN BINARY`, and for rows that may be there already an insert from arrays.
//!
//! No temporary table is in between: a transaction that has seen one can't be prepared, and so could not take part in
//! one over several databases.

use crate::arrays::unnest;
use crate::bind;
use crate::connection::PostgresConnection;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::SinkExt;
use manybase_driver::{BulkDone, BulkRows, Error, ErrorKind, Result, Sink, Statement, SumSink, returned};
use manybase_sql::{Insert, SqlWriter, Value};
use std::fmt::Write;
use std::pin::pin;
use tokio_postgres::types::{Format, IsNull, Type};

/// The signature, flags and the length of a header extension that there is none of.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Bytes that are sent at a time.
const PIECE: usize = 1 << 16;

impl PostgresConnection {
    pub(crate) async fn run_bulk_load(&mut self, rows: BulkRows) -> Result<BulkDone> {
        if rows.is_empty() {
            return Ok(BulkDone::default());
        }
        if rows.is_by_insert() {
            return self.insert_rows(rows).await;
        }
        let types = self.column_types(&rows).await?;
        if rows.target().on_conflict.is_some() {
            return self.merge(rows, &types).await;
        }
        match binary(&rows, &types)? {
            Some(pieces) => self.copy(&rows, pieces).await,
            // A value that only the server can read, such as a text for an address.
            None => self.by_inserts(rows).await,
        }
    }

    /// What the server takes in the rows' columns.
    async fn column_types(&mut self, rows: &BulkRows) -> Result<Vec<Type>> {
        let target = rows.target();
        let rendered = SqlWriter::render(target.dialect, |w| {
            w.push("SELECT ");
            w.comma_separated(&target.columns, |w, column| w.identifier(column))?;
            w.push(" FROM ");
            w.table(&target.table)
        })?;
        let prepared = self.wire.client.prepare(&rendered.sql).await;
        let prepared = prepared.map_err(|error| self.not_prepared(&error))?;
        let columns = prepared.columns().iter();
        Ok(columns.map(|column| column.type_().clone()).collect())
    }

    async fn copy(&mut self, rows: &BulkRows, pieces: Vec<Bytes>) -> Result<BulkDone> {
        let copy = format!("COPY {} FROM STDIN (FORMAT BINARY)", rows.table_and_columns()?);
        let failed = |connection: &Self, error| connection.error(&error);
        let sink = self.wire.client.copy_in::<_, Bytes>(&copy).await;
        let mut sink = pin!(sink.map_err(|error| failed(self, error))?);
        for piece in pieces {
            // When the server has had enough, `finish` tells why.
            if sink.feed(piece).await.is_err() {
                break;
            }
        }
        let taken = sink.finish().await.map_err(|error| failed(self, error))?;
        match taken == rows.len() as u64 {
            true => Ok(rows.done(0)),
            false => Err(Error::driver(format!(
                "the server has taken {taken} of {} rows",
                rows.len()
            ))),
        }
    }

    /// Rows as arrays, one for each column, in one statement.
    async fn merge(&mut self, rows: BulkRows, types: &[Type]) -> Result<BulkDone> {
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

/// Rows as `COPY` takes them; `None` when a value has no binary form.
fn binary(rows: &BulkRows, types: &[Type]) -> Result<Option<Vec<Bytes>>> {
    let width = i16::try_from(types.len()).map_err(|_| {
        Error::new(
            ErrorKind::Statement,
            "more columns than PostgreSQL has in a table",
        )
    })?;
    let mut pieces = Vec::new();
    let mut out = BytesMut::with_capacity(PIECE + PIECE / 4);
    out.put_slice(HEADER);
    for row in rows.rows() {
        out.put_i16(width);
        for ((value, ty), column) in row.iter().zip(types).zip(&rows.target().columns) {
            if let Format::Text = bind::form_of(value, ty) {
                return Ok(None);
            }
            let begin = out.len();
            out.put_i32(-1);
            let written = bind::write(value, ty, &mut out).map_err(|error| {
                let error = Error::from(&error);
                Error::new(error.kind(), format!("column {column}: {}", error.message()))
            })?;
            if let IsNull::No = written {
                let size = i32::try_from(out.len() - begin - 4)
                    .map_err(|_| Error::new(ErrorKind::Value, format!("column {column}: more than 2 GB")))?;
                out[begin..begin + 4].copy_from_slice(&size.to_be_bytes());
            }
        }
        if out.len() >= PIECE {
            pieces.push(out.split().freeze());
            out.reserve(PIECE + PIECE / 4);
        }
    }
    out.put_i16(-1);
    pieces.push(out.freeze());
    Ok(Some(pieces))
}

/// The columns as lists; `None` where one is an array itself.
fn lists(rows: &BulkRows, types: &[Type]) -> Option<Vec<Value>> {
    let is_array = |ty: &Type| matches!(ty.kind(), tokio_postgres::types::Kind::Array(_));
    if types.iter().any(is_array) {
        return None;
    }
    let list = |at: usize| Value::List(rows.rows().map(|row| row[at].clone()).collect());
    Some((0..types.len()).map(list).collect())
}
