//! Many rows by `INSERT`, as one array for each column.
//!
//! A text with a placeholder for each cell is long, is another one for each number of rows, and has the server plan each
//! of its rows. `unnest` takes any number of rows with one text. Side by side in a list of expressions, the arrays come
//! apart row by row; as a table, the server would first write all rows down.

use crate::bind::{self, BindError, list};
use crate::cache::Prepared;
use crate::connection::PostgresConnection;
use crate::group::{Outcome, Request};
use crate::kind::Kind;
use crate::transaction::State;
use crate::wire::message::Values;
use crate::wire::{Failure, Link};
use bytes::BytesMut;
use manybase_driver::{BulkDone, BulkRows, Result, RowSource, Statement};
use manybase_sql::{Insert, SqlWriter};
use std::fmt::Write;
use tokio_postgres::types::{self, Format, IsNull, Type};

/// Rows of one statement, at most: while the server is busy with them, the next ones are written.
const ROWS: usize = 1_000;
/// Bytes of one statement, roughly.
const BYTES: usize = 4 << 20;

/// A column's type, and of what kind it is.
pub(crate) type Column = (Kind, Type);

/// Rows as they go into the places of a statement: each column is an array.
struct Lists<'a> {
    rows: &'a BulkRows,
    /// The arrays' types.
    types: &'a [Column],
    /// Of each column, which all of its values have.
    forms: &'a [Format],
}

impl Values for Lists<'_> {
    fn len(&self) -> usize {
        self.types.len()
    }

    fn form(&self, at: usize) -> Format {
        self.forms[at]
    }

    fn write(&self, at: usize, out: &mut BytesMut) -> Result<IsNull, BindError> {
        let cells = self.rows.rows().map(|row| &row[at]);
        list::write(cells, self.forms[at], &self.types[at].1, out)?;
        Ok(IsNull::No)
    }
}

/// One statement with some of the rows.
struct Part<'a> {
    rows: Result<BulkRows>,
    columns: &'a [Column],
    prepared: &'a Prepared,
}

impl Request for Part<'_> {
    fn ask(self, link: &mut Link) -> Result<(), Failure> {
        let rows = self.rows.map_err(Failure::Rows)?;
        let forms = forms(&rows, self.columns).ok_or(Failure::Mixed)?;
        let lists = Lists {
            rows: &rows,
            types: &self.prepared.params,
            forms: &forms,
        };
        link.ask(self.prepared.name, &lists)
    }
}

impl PostgresConnection {
    pub(crate) async fn insert_rows(&mut self, mut source: Box<dyn RowSource>) -> Result<BulkDone> {
        let length = source.len();
        if length == 0 {
            return Ok(BulkDone::default());
        }
        let mut first = source.rows(0..length.min(ROWS))?;
        // The server tells the columns' types for this very insert: of a view's too, and of a domain the base.
        let one = Statement::write(first.insert_one()?.sql, Vec::new());
        let (into, conflict) = (first.table_and_columns()?, conflict(&first)?);
        let mut again = true;
        loop {
            let (asked, known) = self.prepare(&one).await?;
            let columns = &asked.params;
            // An array of arrays would come apart into single cells.
            if columns.len() != source.target().columns.len() || columns.iter().any(is_array) {
                return self.insert_cells(&mut *source).await;
            }
            let sql = format!("INSERT INTO {into} SELECT {}{conflict}", cells(columns));
            let many = Statement::write(sql, Vec::new());
            let (prepared, kept) = self.prepare(&many).await?;
            prepared.check(columns.len())?;
            let outside = self.state != State::Inside;
            let outcome = self.run_parts(first, &mut *source, columns, &prepared).await;
            let (place, failure) = match outcome.failure {
                None => break,
                Some((_, Failure::Mixed)) => return self.insert_cells(&mut *source).await,
                Some(failed) => failed,
            };
            // Somebody else has changed the table since it was asked for. What went before it was undone, or there was
            // nothing.
            let outdated = self.is_outdated(&one, &failure) | self.is_outdated(&many, &failure);
            if !(again && (known || kept) && outdated && (outside || place == Some(0))) {
                return Err(self.error(&failure));
            }
            again = false;
            first = source.rows(0..length.min(ROWS))?;
        }
        Ok(BulkDone {
            inserted: length as u64,
            found: 0,
        })
    }

    /// All rows or none, however many statements it takes.
    async fn run_parts(
        &mut self,
        first: BulkRows,
        source: &mut dyn RowSource,
        columns: &[Column],
        prepared: &Prepared,
    ) -> Outcome {
        let length = source.len();
        let one = length <= first.len() && first.parts(ROWS, BYTES).len() <= 1;
        let around = match (one, self.state == State::Inside) {
            (true, _) => [None; 3],
            (_, false) => [Some("BEGIN"), Some("COMMIT"), Some("ROLLBACK")],
            // A failure of the server's fails the transaction; one that is noticed here has to take back what was sent.
            (_, true) => [
                Some("SAVEPOINT mb_rows"),
                Some("RELEASE SAVEPOINT mb_rows"),
                Some("ROLLBACK TO SAVEPOINT mb_rows; RELEASE SAVEPOINT mb_rows"),
            ],
        };
        let rest = (first.len()..length)
            .step_by(ROWS)
            .map(|begin| source.rows(begin..length.min(begin + ROWS)));
        // Long values make several statements of what was to be one.
        let each = std::iter::once(Ok(first))
            .chain(rest)
            .flat_map(|rows| match rows {
                Ok(rows) => rows.parts(ROWS, BYTES).into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            });
        let parts = each.map(|rows| Part {
            rows,
            columns,
            prepared,
        });
        let state = std::mem::replace(&mut self.state, State::Unknown);
        let mut outcome = Outcome::default();
        outcome.run(self.wire.link(), parts, around).await;
        self.state = state;
        outcome
    }

    /// A placeholder for each cell.
    async fn insert_cells(&mut self, source: &mut dyn RowSource) -> Result<BulkDone> {
        let rows = source.rows(0..source.len())?;
        self.run_batch(rows.inserts(BYTES)?, true).await?;
        Ok(rows.done(0))
    }
}

/// What to do about rows that are there already, as it stands at the end.
fn conflict(rows: &BulkRows) -> Result<String> {
    let target = rows.target();
    let Some(conflict) = &target.on_conflict else {
        return Ok(String::new());
    };
    let insert = Insert::into(target.table.clone(), target.columns.iter().cloned());
    let rendered = SqlWriter::render(target.dialect, |w| {
        target.dialect.on_conflict(w, &insert, conflict)
    })?;
    Ok(rendered.sql)
}

/// The cells of rows, from one array for each column.
pub(crate) fn cells(types: &[Column]) -> String {
    let mut text = String::new();
    for (at, (_, ty)) in types.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing into a String can't fail.
        let _ = write!(text, "{comma}unnest(${}::{}[])", at + 1, name(ty));
    }
    text
}

/// A type as it is written after `::`, also outside of the search path.
fn name(ty: &Type) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    format!("{}.{}", quoted(ty.schema()), quoted(ty.name()))
}

/// How each column travels; `None` where one can't be a list: in a list that travels as text there is no place for values
/// that do not.
fn forms(rows: &BulkRows, columns: &[Column]) -> Option<Vec<Format>> {
    let mut forms: Vec<Option<Format>> = vec![None; columns.len()];
    for row in rows.rows() {
        for ((value, (kind, ty)), form) in row.iter().zip(columns).zip(&mut forms) {
            if value.is_null() {
                continue;
            }
            match (bind::form_as(value, *kind, ty), *form) {
                (Format::Binary, Some(Format::Text)) | (Format::Text, Some(Format::Binary)) => return None,
                (now, _) => *form = Some(now),
            }
        }
    }
    Some(
        forms
            .into_iter()
            .map(|form| form.unwrap_or(Format::Binary))
            .collect(),
    )
}

pub(crate) fn is_array((_, ty): &Column) -> bool {
    matches!(ty.kind(), types::Kind::Array(_))
}
