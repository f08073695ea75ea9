//! From one schema to another.
//!
//! ```text
//!   before ─┐  renames   ┌► before, renamed ─┐
//!           ├──────────► │                   ├─► align ─► compare ─► views around ─► operations
//!   after ──┘            └► after ───────────┘
//! ```
//!
//! Columns and tables that go while others of the same kind come may have been renamed. That is never guessed.

mod align;
mod compare;
mod constraints;
mod error;
mod hints;
mod renames;
mod views;

pub use error::{Candidate, DiffError};
pub use hints::Hints;

use crate::operation::Operation;
use crate::schema::{Names, Schema};
use manybase_db::{Error, ErrorKind};

/// A schema, and how a database writes it: what [`crate::scratch::normalise`] gives.
///
/// ```
/// use manybase_migrate::{diff::Normalised, schema::Schema};
/// let read = Normalised::as_is(Schema::default());
/// assert_eq!(read.native, read.schema);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Normalised {
    /// As it was said.
    pub schema: Schema,
    /// The same, with names for all that has none.
    pub named: Schema,
    /// As the database writes it.
    pub native: Schema,
}

impl Normalised {
    /// A schema that was read from the database, or that is compared as it is written.
    ///
    /// ```
    /// use manybase_migrate::{diff::Normalised, schema::{Schema, Table}};
    /// let read = Normalised::as_is(Schema::of_tables([Table::new("person").auto_key("id")]));
    /// assert_eq!(read.named.tables.len(), 1);
    /// ```
    pub fn as_is(schema: Schema) -> Self {
        let named = named(&schema);
        Self {
            native: named.clone(),
            named,
            schema,
        }
    }
}

/// With names for all that has none.
pub(crate) fn named(schema: &Schema) -> Schema {
    let mut named = schema.clone();
    let mut names = Names::beside(&[schema]);
    for table in &mut named.tables {
        names.complete(table);
    }
    named
}

/// What makes `after` of `before`, in the order in which it can be done. Types, defaults and expressions are compared as
/// they are written: of two neutral schemas that is right, for one that was read from a database see [`diff_normalised`].
///
/// # Errors
/// [`DiffError::Ambiguous`] when something may have been renamed and neither the schema nor the hints say so;
/// [`DiffError::Plan`] for hints and schemas that make no sense.
///
/// ```
/// use manybase_migrate::{diff::{diff, DiffError, Hints}, schema::{Column, Schema, Table}};
/// use manybase_sql::DataType;
/// let table = |column: &str| Schema::of_tables([Table::new("person").auto_key("id").column(Column::new(column, DataType::I32))]);
/// let error = diff(&table("age"), &table("years"), &Hints::default()).expect_err("may be a rename");
/// assert!(matches!(error, DiffError::Ambiguous(_)));
/// let hints = Hints::default().rename_column("person", "age", "years");
/// let operations = diff(&table("age"), &table("years"), &hints)?;
/// assert_eq!(operations[0].to_string(), "rename column person.age to years");
/// # Ok::<(), DiffError>(())
/// ```
pub fn diff(before: &Schema, after: &Schema, hints: &Hints) -> Result<Vec<Operation>, DiffError> {
    diff_normalised(
        &Normalised::as_is(before.clone()),
        &Normalised::as_is(after.clone()),
        hints,
    )
}

/// As [`diff`], but what the database writes alike is alike.
///
/// # Errors
/// As [`diff`].
///
/// ```
/// use manybase_migrate::{diff::{diff_normalised, DiffError, Hints, Normalised}, schema::Schema};
/// let nothing = Normalised::as_is(Schema::default());
/// assert!(diff_normalised(&nothing, &nothing, &Hints::default())?.is_empty());
/// # Ok::<(), DiffError>(())
/// ```
pub fn diff_normalised(
    before: &Normalised,
    after: &Normalised,
    hints: &Hints,
) -> Result<Vec<Operation>, DiffError> {
    references_stay_inside(&after.schema, hints)?;
    hints_are_for_columns(&after.schema, hints)?;
    let renames = renames::find(before, after, hints)?;
    let (mut schema, mut native) = (before.schema.clone(), before.native.clone());
    for operation in &renames {
        schema.apply(operation)?;
        native.apply(operation)?;
    }
    let after = Normalised {
        native: after.native.unquoted(),
        ..after.clone()
    };
    let target = align::align(&after, &schema, &native.unquoted());
    let mut operations = renames;
    operations.extend(compare::compare(&schema, &target, hints));
    Ok(views::around(&before.schema, &target, operations))
}

/// What a fill or a cast is for has to be there.
fn hints_are_for_columns(schema: &Schema, hints: &Hints) -> Result<(), DiffError> {
    let fills = hints.fills.keys().map(|place| ("fill", place));
    let casts = hints.casts.keys().map(|place| ("cast", place));
    for (what, (table, column)) in fills.chain(casts) {
        let there = schema.table(table).and_then(|table| table.find(column));
        if there.is_none() {
            let what =
                format!("a {what} is given for {table}.{column}, and there is no such column afterwards");
            return Err(DiffError::Plan(
                Error::new(ErrorKind::NotFound, what)
                    .with_help("look at the names in the hint: they are the new ones"),
            ));
        }
    }
    Ok(())
}

/// A foreign key can't hold what lies in another database.
fn references_stay_inside(schema: &Schema, hints: &Hints) -> Result<(), DiffError> {
    for table in &schema.tables {
        for key in &table.foreign_keys {
            if schema.table(&key.references).is_none() && !hints.outside.contains(&key.references) {
                let columns = key.columns.join(", ");
                let what = format!(
                    "the foreign key of {} ({columns}) points to {}, which is no table of this connection",
                    table.name, key.references
                );
                return Err(DiffError::Plan(Error::new(ErrorKind::Config, what).with_help(
                    "a foreign key can't leave its database: bind both models to one connection, or make it a relation, \
                     whose `on_delete` works across databases; a table of somebody else's is named in the hints",
                )));
            }
        }
    }
    Ok(())
}
