//! The way back.

use super::Operation;
use crate::schema::{Column, DefaultValue, ObjectName, Schema, Table};
use manybase_db::{Error, ErrorKind, Result};
use manybase_sql::DataType;

/// What undoes an operation.
///
/// ```
/// use manybase_migrate::{operation::Operation, schema::{Schema, Table}};
/// let before = Schema::of_tables([Table::new("person").auto_key("id")]);
/// let inverse = Operation::DropTable { table: "person".into() }.inverse(&before)?;
/// assert!(matches!(inverse.operation, Operation::CreateTable { .. }));
/// assert_eq!(inverse.lost.as_deref(), Some("the rows of person"));
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Inverse {
    /// The operation.
    pub operation: Operation,
    /// What it does not bring back.
    pub lost: Option<String>,
}

impl Operation {
    /// What undoes this, given the schema before it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the schema does not have what it is about; [`ErrorKind::Unsupported`] for SQL of one's
    /// own without a way back.
    ///
    /// ```
    /// use manybase_migrate::{operation::Operation, schema::Schema};
    /// let rename = Operation::RenameTable { from: "a".into(), to: "b".into() };
    /// let inverse = rename.inverse(&Schema::default())?.operation;
    /// assert_eq!(inverse, Operation::RenameTable { from: "b".into(), to: "a".into() });
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn inverse(&self, before: &Schema) -> Result<Inverse> {
        let operation = match self.clone() {
            Self::CreateTable { table } => Self::DropTable { table: table.name },
            Self::DropTable { table } => Self::CreateTable {
                table: known(before, &table)?.clone(),
            },
            Self::RenameTable { from, to } => Self::RenameTable { from: to, to: from },
            Self::AddColumn { table, column, .. } => Self::DropColumn {
                table,
                column: column.name,
            },
            Self::DropColumn { table, column } => {
                let column = column_of(before, &table, &column)?;
                // Rows that are there have to get something.
                let needs = !column.nullable
                    && column.default.is_none()
                    && !column.auto
                    && column.generated.is_none();
                Self::AddColumn {
                    fill: column.holds().filter(|_| needs).and_then(zero),
                    column,
                    table,
                }
            }
            Self::RenameColumn { table, from, to } => Self::RenameColumn {
                table,
                from: to,
                to: from,
            },
            Self::AlterColumn { table, column, .. } => Self::AlterColumn {
                column: column_of(before, &table, &column.name)?,
                fill: None,
                cast: None,
                table,
            },
            Self::AddIndex { table, index, .. } => Self::DropIndex { table, index },
            Self::DropIndex { table, index } => Self::AddIndex {
                table,
                index,
                concurrently: false,
            },
            Self::AddForeignKey { table, key, .. } => Self::DropForeignKey { table, key },
            Self::DropForeignKey { table, key } => Self::AddForeignKey {
                table,
                key,
                not_valid: false,
            },
            Self::AddCheck { table, check } => Self::DropCheck { table, check },
            Self::DropCheck { table, check } => Self::AddCheck { table, check },
            Self::ChangePrimaryKey { table, .. } => Self::ChangePrimaryKey {
                key: known(before, &table)?.primary_key.clone(),
                table,
            },
            Self::CommentTable { table, .. } => Self::CommentTable {
                comment: known(before, &table)?.comment.clone(),
                table,
            },
            Self::CreateView { view } => Self::DropView { view: view.name },
            Self::DropView { view } => Self::CreateView {
                view: before.view(&view).ok_or_else(|| unknown("view", &view))?.clone(),
            },
            Self::ReplaceView { view } => Self::ReplaceView {
                view: before
                    .view(&view.name)
                    .ok_or_else(|| unknown("view", &view.name))?
                    .clone(),
            },
            Self::CreateSequence { sequence } => Self::DropSequence {
                sequence: sequence.name,
            },
            Self::DropSequence { sequence } => Self::CreateSequence {
                sequence: before
                    .sequence(&sequence)
                    .ok_or_else(|| unknown("sequence", &sequence))?
                    .clone(),
            },
            Self::AlterSequence { sequence } => Self::AlterSequence {
                sequence: (before.sequence(&sequence.name))
                    .ok_or_else(|| unknown("sequence", &sequence.name))?
                    .clone(),
            },
            Self::Raw { down, .. } if down.is_empty() => {
                return Err(Error::new(ErrorKind::Unsupported, "this SQL has no way back")
                    .with_help("write what undoes it under `down`"));
            }
            Self::Raw { up, down } => Self::Raw { up: down, down: up },
        };
        Ok(Inverse {
            operation,
            lost: self.loss(),
        })
    }
}

/// What undoes all of these, in the order in which to do it.
///
/// # Errors
/// As [`Operation::inverse`] and [`Schema::apply`].
///
/// ```
/// use manybase_migrate::{operation::{invert, Operation}, schema::{Schema, Table}};
/// let up = [Operation::CreateTable { table: Table::new("a").auto_key("id") }];
/// let down = invert(&up, &Schema::default())?;
/// assert_eq!(down[0].operation, Operation::DropTable { table: "a".into() });
/// # Ok::<(), manybase_db::Error>(())
/// ```
pub fn invert(operations: &[Operation], before: &Schema) -> Result<Vec<Inverse>> {
    let mut state = before.clone();
    let mut found = Vec::with_capacity(operations.len());
    for operation in operations {
        found.push(operation.inverse(&state)?);
        state.apply(operation)?;
    }
    found.reverse();
    Ok(found)
}

/// The value that says least.
fn zero(of: DataType) -> Option<DefaultValue> {
    let moment = |text: &str| text.to_owned();
    Some(match of {
        DataType::Bool => DefaultValue::Bool(false),
        _ if of.is_integer() => DefaultValue::Integer(0),
        _ if of.is_float() => DefaultValue::Float(0.0),
        _ if of.is_decimal() => DefaultValue::Decimal(moment("0")),
        _ if of.is_text() => DefaultValue::Text(String::new()),
        DataType::Bytes => DefaultValue::Bytes(String::new()),
        DataType::Date => DefaultValue::Date(moment("1970-01-01")),
        DataType::Time => DefaultValue::Time(moment("00:00:00")),
        DataType::DateTime => DefaultValue::Datetime(moment("1970-01-01T00:00:00")),
        DataType::Timestamp => DefaultValue::Timestamp(moment("1970-01-01T00:00:00Z")),
        DataType::Uuid => DefaultValue::Uuid(moment("00000000-0000-0000-0000-000000000000")),
        DataType::Json => DefaultValue::Json(serde_json::Value::Null),
        _ => return None,
    })
}

pub(super) fn unknown(what: &str, name: &dyn std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("there is no {what} {name} at this point of the plan"),
    )
    .with_help("the plan does not fit the migrations before it: generate it again")
}

fn known<'s>(schema: &'s Schema, table: &ObjectName) -> Result<&'s Table> {
    schema.table(table).ok_or_else(|| unknown("table", table))
}

fn column_of(schema: &Schema, table: &ObjectName, column: &str) -> Result<Column> {
    let found = known(schema, table)?.find(column);
    found
        .cloned()
        .ok_or_else(|| unknown("column", &format!("{table}.{column}")))
}
