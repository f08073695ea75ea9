//! The rules that a record keeps to.

mod form;
mod rule;

pub use rule::Rule;

use crate::{Model, ModelMeta, insert};
use manybase_driver::{Error, FieldErrors, Result};
use manybase_sql::Value;

/// Rules of a model's own, for `#[model(validate)]`. They are asked before a record is inserted, saved or upserted, with
/// those that the fields have.
///
/// ```
/// use manybase_record::{FieldErrors, Validate, prelude::*};
/// use manybase_driver::ErrorKind;
///
/// #[derive(Debug, Model)]
/// #[model(validate)]
/// struct Booking {
///     #[model(key, auto)]
///     id: i64,
///     #[model(min_len = 2, max_len = 40)]
///     guest: String,
///     #[model(range = 1..=4)]
///     persons: i32,
///     from: chrono::NaiveDate,
///     to: chrono::NaiveDate,
/// }
///
/// impl Validate for Booking {
///     fn validate(&self, errors: &mut FieldErrors) {
///         if self.to <= self.from {
///             errors.add("to", "is not after the first day");
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let day = chrono::NaiveDate::default();
/// let wrong = Booking { id: 0, guest: "A".into(), persons: 2, from: day, to: day };
/// let error = wrong.insert(&db).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Validation);
/// let fields: Vec<_> = error.field_errors().iter().map(|one| (&*one.field, &*one.code)).collect();
/// assert_eq!(fields, [("guest", "min_len"), ("to", "invalid")]);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rules of its own",
    label = "#[model(validate)] promises them",
    note = "write `impl Validate for {Self} {{ fn validate(&self, errors: &mut FieldErrors) {{ .. }} }}`"
)]
pub trait Validate: Model {
    /// Adds what is wrong with the record.
    fn validate(&self, errors: &mut FieldErrors);
}

/// Whether one record keeps to the rules.
pub(crate) fn record<M: Model>(record: &M) -> Result<()> {
    if !M::meta().validated {
        return Ok(());
    }
    let values = insert::encode(record)?;
    checked(record, &values)
}

/// Whether several records keep to the rules.
pub(crate) fn records<M: Model>(records: &[M]) -> Result<()> {
    if !M::meta().validated {
        return Ok(());
    }
    let mut errors = FieldErrors::default();
    for (nth, record) in records.iter().enumerate() {
        collect(record, &insert::encode(record)?, Some(nth), &mut errors);
    }
    errors.into_result()
}

/// As [`record`], where its values are known.
pub(crate) fn checked<M: Model>(record: &M, values: &[Value]) -> Result<()> {
    if !M::meta().validated {
        return Ok(());
    }
    let mut errors = FieldErrors::default();
    collect(record, values, None, &mut errors);
    errors
        .into_result()
        .map_err(|error| error.with_model(M::meta().name))
}

/// Adds what is wrong with one record of several.
pub(crate) fn collect<M: Model>(record: &M, values: &[Value], nth: Option<usize>, errors: &mut FieldErrors) {
    let meta = M::meta();
    if meta.validated {
        errors.set_record(nth);
        for (at, rule) in &meta.rules {
            if let Some(value) = values.get(*at) {
                rule.check(&meta.columns[*at].field, value, errors);
            }
        }
        record.check(errors);
    }
}

impl ModelMeta {
    /// Whether values that are set on their own keep to their columns' rules.
    pub(crate) fn check_values<'v>(&self, values: impl Iterator<Item = (usize, &'v Value)>) -> Result<()> {
        let mut errors = FieldErrors::default();
        for (at, value) in values {
            for (_, rule) in self.rules.iter().filter(|(of, _)| *of == at) {
                rule.check(&self.columns[at].field, value, &mut errors);
            }
        }
        errors.into_result()
    }

    /// Names the fields of a unique violation, where the constraint's name tells them.
    pub(crate) fn taken(&self, error: Error) -> Error {
        if !error.is_unique_violation() || !error.field_errors().is_empty() {
            return error;
        }
        let Some(constraint) = error.constraint() else {
            return error;
        };
        let table = &*self.table.name;
        let is_key = constraint == "PRIMARY" || constraint == format!("{table}_pkey");
        let mut errors = FieldErrors::default();
        for (at, column) in self.columns.iter().enumerate() {
            let name = &*column.name;
            // SQLite names the columns, PostgreSQL its own name for the constraint, MySQL that of the index.
            let named = constraint.split(", ").any(|part| {
                part == name || part.strip_suffix(name).and_then(|rest| rest.strip_suffix('.')) == Some(table)
            });
            let made = constraint == format!("{table}_{name}_key");
            if named || made || (is_key && self.keys.contains(&at)) {
                errors.add_code(column.field.clone(), "taken", "is taken");
            }
        }
        match errors.is_empty() {
            true => error,
            false => error.with_field_errors(errors),
        }
    }
}
