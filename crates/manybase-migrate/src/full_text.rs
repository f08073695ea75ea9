//! Full-text indexes that `create_full_text_index` has made: they are left alone.

use crate::history::Rows;
use crate::operation::Operation;
use crate::runner::route;
use crate::schema::words;
use crate::set::upkeep;
use manybase_db::{Access, Db, Error, ErrorKind, Executor, Result};
use manybase_driver::Statement;

/// One of them.
pub(crate) struct FullText {
    pub(crate) table: String,
    pub(crate) name: String,
    /// SQL in which its columns stand.
    sql: String,
}

/// All of a database.
pub(crate) async fn find(db: &Db, connection: &str) -> Result<Vec<FullText>> {
    let mut lease = db.lease(route(connection), Access::Read).await?;
    let Some(query) = upkeep(lease.dialect()).full_text else {
        return Ok(Vec::new());
    };
    let rows = Rows::new(|row| {
        let text = |at| -> Result<String> { Ok(row.str(at)?.unwrap_or_default().to_owned()) };
        Ok(FullText {
            table: text(0)?,
            name: text(1)?,
            sql: text(2)?,
        })
    });
    Ok(lease
        .query(Statement::read(query, vec![]).once(), rows)
        .await?
        .kept)
}

/// What there is to say of them where these operations are done.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for a column that goes and stands in one: some databases would take the index along without a
/// word.
pub(crate) fn left_alone(all: &[FullText], operations: &[Operation]) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    for one in all {
        let FullText { table, name, sql } = one;
        let mut changes = false;
        for operation in operations {
            if let Operation::DropColumn { table: of, column } = operation
                && of.name == *table
                && words::mentions(sql, column)
            {
                let what =
                    format!("column {table}.{column} can't go: the full-text index {name} stands on it");
                return Err(Error::new(ErrorKind::Unsupported, what).with_help(
                    "take the index away first with `drop_full_text_index`, and make it again without the column \
                     afterwards with `create_full_text_index`",
                ));
            }
            changes |= operation.table().is_some_and(|of| of.name == *table) && !is_beside(operation);
        }
        notes.push(match changes {
            false => format!("the full-text index {name} of {table} is left alone"),
            true => format!(
                "the full-text index {name} of {table} is left alone; if the database refuses a change of the table because \
                 of it, take it away before with `drop_full_text_index`, and make it again afterwards with \
                 `create_full_text_index`"
            ),
        });
    }
    Ok(notes)
}

/// What never touches an index that is there.
fn is_beside(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::AddIndex { .. } | Operation::DropIndex { .. } | Operation::CommentTable { .. }
    )
}
