//! What a model lets be written.

use super::ModelMeta;
use crate::{Assignment, Role};
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::Expr;

impl ModelMeta {
    /// An error for a model that is only read.
    pub(crate) fn writable(&self) -> Result<()> {
        match self.readonly {
            false => Ok(()),
            true => Err(self.read_only()),
        }
    }

    #[cold]
    fn read_only(&self) -> Error {
        let message = format!("a write of {}, which is only read", self.name);
        Error::new(ErrorKind::ReadOnly, message)
            .with_help("leave out #[model(readonly)], or write the table through another model")
            .with_model(self.name)
    }

    /// Whether these columns may be set: each once, none that is never written, and values that keep to the rules.
    pub(crate) fn check_assignments(&self, assignments: &[Assignment]) -> Result<()> {
        for (at, one) in assignments.iter().enumerate() {
            // PostgreSQL refuses it, the others take the last.
            if assignments[..at].iter().any(|other| other.column == one.column) {
                let twice = format!("an update that sets column {} twice", one.column);
                return Err(Error::new(ErrorKind::Statement, twice));
            }
            if let Some(at) = self.position(&one.column) {
                self.changeable(at)?;
            }
        }
        if self.rules.is_empty() {
            return Ok(());
        }
        let values = assignments.iter().filter_map(|one| match &one.value {
            Expr::Value(value) => Some((self.position(&one.column)?, value)),
            _ => None,
        });
        self.check_values(values)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// An error for a column that is written once, when the record is inserted.
    pub(crate) fn changeable(&self, at: usize) -> Result<()> {
        match self.columns.get(at) {
            Some(column) if column.readonly => Err(self.only_inserted(&column.field)),
            _ => Ok(()),
        }
    }

    #[cold]
    fn only_inserted(&self, field: &str) -> Error {
        let message =
            format!("field {field} is readonly: it is written when the record is inserted, and never again");
        Error::new(ErrorKind::ReadOnly, message)
            .with_help("leave it as it is, or write #[model(readonly)] before no field that changes")
            .with_model(self.name)
    }

    /// Whether columns of this role are the library's to set in an update.
    pub(crate) fn follows(role: Role) -> bool {
        matches!(role, Role::UpdatedAt | Role::Version)
    }
}
