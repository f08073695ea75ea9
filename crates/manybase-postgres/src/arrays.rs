//! Many rows by `INSERT`, as one array for each column.
//!
//! A text with a placeholder for each cell is long, is another one for each number of rows, and has the server plan each
//! of its rows. `unnest` takes any number of rows with one text.

use crate::bind;
use crate::connection::PostgresConnection;
use crate::kind::Kind;
use crate::transaction::State;
use manybase_driver::{BulkDone, BulkRows, NativeCode, Result, Statement};
use manybase_sql::{Insert, SqlWriter, Value};
use std::fmt::Write;
use std::sync::Arc;
use tokio_postgres::types::{self, Format, Type};

/// Rows of one statement, at most.
const ROWS: usize = 10_000;
/// Bytes of one statement, roughly.
const BYTES: usize = 4 << 20;
/// A column's type, and of what kind it is.
pub(crate) type Column = (Kind, Type);

/// An expression of a type that the column does not take.
const DATATYPE_MISMATCH: &str = "42804";

impl PostgresConnection {
    pub(crate) async fn insert_rows(&mut self, rows: BulkRows) -> Result<BulkDone> {
        // The server tells the columns' types for this very insert: of a view's too, and of a domain the base.
        let one = Statement::write(rows.insert_one()?.sql, Vec::new());
        let (types, mut kept) = self.parameters(&one).await?;
        let done = rows.done(0);
        if !fit(&rows, &types) {
            self.run_batch(rows.inserts(BYTES)?, true).await?;
            return Ok(done);
        }
        let (into, conflict) = (rows.table_and_columns()?, conflict(&rows)?);
        let text = |types: &[Column]| format!("INSERT INTO {into} SELECT * FROM {}{conflict}", unnest(types));
        let sql: Arc<str> = text(&types).into();
        let groups = rows.into_columns(ROWS, BYTES).into_iter();
        let lists = groups.map(|group| group.into_iter().map(|list| Value::List(list.into())).collect());
        let mut statements: Vec<_> = lists.map(|binds| Statement::write(sql.clone(), binds)).collect();
        loop {
            let Err(error) = self.run_each(&statements, true).await else {
                return Ok(done);
            };
            let mismatch =
                matches!(error.code(), Some(NativeCode::SqlState(code)) if code == DATATYPE_MISMATCH);
            if !mismatch || !kept {
                return Err(error);
            }
            // Somebody else has changed a column's type since it was asked for.
            self.cache.remove(&one.sql);
            if self.state != State::Outside {
                return Err(error);
            }
            let (types, _) = self.parameters(&one).await?;
            kept = false;
            let sql: Arc<str> = text(&types).into();
            statements
                .iter_mut()
                .for_each(|statement| statement.sql = sql.clone());
        }
    }

    /// The types of a statement's placeholders, and whether they were known.
    async fn parameters(&mut self, statement: &Statement) -> Result<(Vec<Column>, bool)> {
        let (prepared, kept) = self.prepare(statement).await?;
        Ok((prepared.params.to_vec(), kept))
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

/// Rows as a table, from one array for each column.
pub(crate) fn unnest(types: &[Column]) -> String {
    let mut text = String::from("unnest(");
    for (at, (_, ty)) in types.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing into a String can't fail.
        let _ = write!(text, "{comma}${}::{}[]", at + 1, name(ty));
    }
    text.push(')');
    text
}

/// A type as it is written after `::`, also outside of the search path.
fn name(ty: &Type) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    format!("{}.{}", quoted(ty.schema()), quoted(ty.name()))
}

/// Whether the columns can be lists: an array of arrays would come apart into single cells, and in a list that
/// travels as text there is no place for values that do not.
fn fit(rows: &BulkRows, types: &[Column]) -> bool {
    let width = rows.target().columns.len();
    if types.len() != width || types.iter().any(is_array) {
        return false;
    }
    let mut forms: Vec<Option<Format>> = vec![None; width];
    rows.rows().all(|row| {
        let cells = row.iter().zip(types).zip(&mut forms);
        cells
            .filter(|((value, _), _)| !value.is_null())
            .all(
                |((value, (kind, ty)), form)| match (bind::form_as(value, *kind, ty), *form) {
                    (Format::Binary, Some(Format::Text)) | (Format::Text, Some(Format::Binary)) => false,
                    (now, _) => {
                        *form = Some(now);
                        true
                    }
                },
            )
    })
}

pub(crate) fn is_array((_, ty): &Column) -> bool {
    matches!(ty.kind(), types::Kind::Array(_))
}
