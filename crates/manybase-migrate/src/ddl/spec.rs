//! From schema to pieces of text.

use crate::schema::{Check, Column, ColumnType, DefaultValue, ForeignKey, Index, ObjectName, Table};
use manybase_db::{Error, ErrorKind, Result};
use manybase_sql::ddl::{ColumnSpec, Conversion, Ddl};
use manybase_sql::{Comments, Dialect, SqlWriter};

/// Writes pieces for one database.
pub(super) struct Writer<'d> {
    pub(super) dialect: &'d dyn Dialect,
    pub(super) ddl: &'d dyn Ddl,
}

impl<'d> Writer<'d> {
    pub(super) fn new(dialect: &'d dyn Dialect, ddl: &'d dyn Ddl) -> Self {
        Self { dialect, ddl }
    }

    pub(super) fn sql(
        &self,
        write: impl FnOnce(&mut SqlWriter<'_>) -> manybase_sql::Result<()>,
    ) -> Result<String> {
        Ok(SqlWriter::render(self.dialect, write)?.sql)
    }

    pub(super) fn name(&self, name: &str) -> Result<String> {
        self.sql(|w| w.identifier(name))
    }

    pub(super) fn table(&self, name: &ObjectName) -> Result<String> {
        self.sql(|w| w.table(&name.table()))
    }

    pub(super) fn names(&self, names: &[String]) -> Result<String> {
        self.sql(|w| w.comma_separated(names, |w, name| w.identifier(name)))
    }

    pub(super) fn text(&self, text: &str) -> String {
        self.dialect.comment_literal(text)
    }

    pub(super) fn comments(&self) -> Comments {
        self.dialect.capability().comments
    }

    pub(super) fn lacks(&self, feature: &str, way_out: &str) -> Error {
        let what = format!("{} has no {feature}", self.dialect.name());
        Error::new(ErrorKind::Unsupported, what).with_help(way_out)
    }

    /// The column of a table, ready to be written, for as long as `with` runs.
    pub(super) fn with_spec<T>(
        &self,
        table: &Table,
        column: &Column,
        with: impl FnOnce(&ColumnSpec<'_>) -> Result<T>,
    ) -> Result<T> {
        let default = column
            .default
            .as_ref()
            .map(|default| default.sql(self.dialect))
            .transpose()?;
        let (data_type, native) = match &column.data_type {
            ColumnType::Neutral(data_type) => (Some(*data_type), None),
            ColumnType::Native(native) => (None, Some(native.as_str())),
        };
        with(&ColumnSpec {
            name: &column.name,
            data_type,
            native,
            collation: column.collation.as_deref(),
            nullable: column.nullable,
            default: default.as_deref(),
            computed_default: column.default.as_ref().is_some_and(is_computed),
            on_update: column.on_update.as_deref(),
            auto: column.auto,
            always: column.always,
            key: table.is_key(&column.name),
            indexed: table.is_indexed(&column.name),
            generated: (column.generated.as_ref())
                .map(|generated| (generated.expression.as_str(), generated.stored)),
            comment: column.comment.as_deref(),
        })
    }

    /// A column's definition.
    pub(super) fn column(&self, table: &Table, column: &Column) -> Result<String> {
        self.with_spec(table, column, |spec| self.sql(|w| self.ddl.column(w, spec)))
    }

    /// `CONSTRAINT name `, where there is one.
    fn constraint(&self, name: Option<&str>) -> Result<String> {
        match name {
            Some(name) => Ok(format!("CONSTRAINT {} ", self.name(name)?)),
            None => Ok(String::new()),
        }
    }

    pub(super) fn primary_key(&self, name: Option<&str>, columns: &[String]) -> Result<String> {
        Ok(format!(
            "{}PRIMARY KEY ({})",
            self.constraint(name)?,
            self.names(columns)?
        ))
    }

    pub(super) fn check(&self, check: &Check) -> Result<String> {
        Ok(format!(
            "{}CHECK ({})",
            self.constraint(check.name.as_deref())?,
            check.expression
        ))
    }

    pub(super) fn exclusion(&self, table: &Table, exclusion: &Check) -> Result<String> {
        if !self.ddl.style().exclusions {
            let name = exclusion.name.as_deref().unwrap_or("without a name");
            return Err(self.lacks(
                &format!("exclusion constraints ({name} of {})", table.name),
                "take it out of the plan, and keep to it in the program",
            ));
        }
        Ok(format!(
            "{}{}",
            self.constraint(exclusion.name.as_deref())?,
            exclusion.expression
        ))
    }

    pub(super) fn foreign_key(&self, table: &ObjectName, key: &ForeignKey) -> Result<String> {
        let mut sql = format!(
            "{}FOREIGN KEY ({}) REFERENCES {} ({})",
            self.constraint(key.name.as_deref())?,
            self.names(&key.columns)?,
            self.sql(|w| self
                .dialect
                .references(w, &table.table(), &key.references.table()))?,
            self.names(&key.referenced_columns)?
        );
        for (word, action) in [(" ON DELETE ", key.on_delete), (" ON UPDATE ", key.on_update)] {
            if action != crate::schema::Action::NoAction {
                sql.push_str(word);
                sql.push_str(action.sql());
            }
        }
        if key.deferrable {
            sql.push_str(" DEFERRABLE");
        }
        if key.deferred {
            sql.push_str(" INITIALLY DEFERRED");
        }
        Ok(sql)
    }

    /// The columns of an index, in parentheses.
    pub(super) fn index_columns(&self, index: &Index) -> Result<String> {
        let mut parts = Vec::new();
        for column in &index.columns {
            let mut part = match (&column.column, &column.expression) {
                (Some(name), _) => self.name(name)?,
                (None, Some(_)) if !self.dialect.capability().index_expression => {
                    let way_out = "make a generated column of the expression and index that";
                    return Err(self.lacks("index of an expression", way_out));
                }
                (None, Some(expression)) => format!("({expression})"),
                (None, None) => {
                    let what = format!(
                        "index {} has an expression that is not known",
                        index.name.as_deref().unwrap_or("?")
                    );
                    return Err(Error::new(ErrorKind::Statement, what)
                        .with_help("drop it and make it again with its expression"));
                }
            };
            let (suffix, nulls) = column.suffix_and_nulls();
            part.push_str(suffix);
            if column.descending {
                part.push_str(" DESC");
            }
            // Where it can't be said, the order that was read is the only one.
            if self.ddl.style().index_nulls {
                part.push_str(nulls);
            }
            parts.push(part);
        }
        Ok(format!("({})", parts.join(", ")))
    }

    /// How the values of a column become those of its new definition: `None` if the database does it by itself.
    pub(super) fn conversion(
        &self,
        table: &ObjectName,
        was: &Column,
        now: &Column,
        cast: Option<&str>,
    ) -> Result<Option<String>> {
        if let Some(cast) = cast {
            return Ok(Some(cast.to_owned()));
        }
        let (Some(from), Some(to)) = (was.holds(), now.holds()) else {
            // Of types of its own the database knows best, and refuses what it can't do.
            return Ok(None);
        };
        match self.ddl.convert(&self.name(&now.name)?, from, to) {
            Conversion::ByItself => Ok(None),
            Conversion::By(sql) => Ok(Some(sql)),
            Conversion::Unknown => {
                let text = crate::schema::type_text;
                let what = format!(
                    "{table}.{}: nobody can tell how {} becomes {}",
                    now.name,
                    text(from),
                    text(to)
                );
                Err(Error::new(ErrorKind::Unsupported, what).with_help(format!(
                    "say it in SQL with --cast {table}.{column}=SQL, which is `cast` of the operation, or add a column, fill \
                     it, and drop the old one later",
                    column = now.name
                )))
            }
        }
    }

    /// `UPDATE` of the rows that have NULL where it is not taken any longer.
    pub(super) fn fill(&self, table: &ObjectName, column: &str, fill: &DefaultValue) -> Result<String> {
        let (table, column) = (self.table(table)?, self.name(column)?);
        Ok(format!(
            "UPDATE {table} SET {column} = {} WHERE {column} IS NULL",
            fill.sql(self.dialect)?
        ))
    }
}

/// Whether a default is more than a value.
fn is_computed(default: &DefaultValue) -> bool {
    let DefaultValue::Sql(sql) = default else {
        return false;
    };
    let sql = sql.trim();
    let number = sql
        .trim_start_matches(['-', '+'])
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '.')
        && sql
            .trim_start_matches(['-', '+'])
            .starts_with(|c: char| c.is_ascii_digit());
    let inner = sql.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let text = inner.is_some_and(|inner| !inner.replace("''", "").contains('\''));
    let bytes = sql
        .strip_prefix(['x', 'X'])
        .is_some_and(|rest| rest.starts_with('\''));
    let word = ["NULL", "TRUE", "FALSE"]
        .iter()
        .any(|word| sql.eq_ignore_ascii_case(word));
    !(number || text || bytes || word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_computed() {
        for sql in ["now()", "CURRENT_TIMESTAMP", "'a' || 'b'", "1 + 1", "(1)"] {
            assert!(is_computed(&DefaultValue::Sql(sql.into())), "{sql}");
        }
        for sql in ["'it''s'", "-1.5", "1e5", "NULL", "true", "X'00'"] {
            assert!(!is_computed(&DefaultValue::Sql(sql.into())), "{sql}");
        }
    }
}
