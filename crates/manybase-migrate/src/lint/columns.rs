//! Columns.

use super::{Linter, Severity};
use crate::operation::Operation;
use crate::schema::{DefaultValue, words};
use manybase_sql::ddl::Alter;
use manybase_sql::{DataType, Dialect};

/// Functions whose value differs from row to row.
const VOLATILE: [&str; 8] = [
    "random",
    "rand",
    "gen_random_uuid",
    "uuid",
    "uuid_generate_v4",
    "clock_timestamp",
    "nextval",
    "randomblob",
];

impl Linter<'_> {
    pub(super) fn columns(&mut self, operation: &Operation, dialect: &dyn Dialect) {
        match operation {
            Operation::DropColumn { table, column } if self.has_rows(table) => {
                let calculated = self.state.table(table).and_then(|table| table.find(column));
                if calculated.is_none_or(|column| column.generated.is_none()) {
                    self.say(
                        "drop-column",
                        Severity::Error,
                        format!("{table}.{column}"),
                        "its values are gone for good, and programs that run still ask for it",
                        "stop using it first, and drop it in a later migration; take a backup before",
                    );
                }
            }
            Operation::RenameColumn { table, from, .. } if self.has_rows(table) => {
                self.renamed(format!("{table}.{from}"))
            }
            Operation::AddColumn { table, column, fill } if self.has_rows(table) => {
                let place = format!("{table}.{}", column.name);
                let given =
                    column.default.is_some() || column.auto || column.generated.is_some() || fill.is_some();
                if !column.nullable && !given {
                    self.say(
                        "not-null-without-default",
                        Severity::Error,
                        &place,
                        "it fails if there are rows, which have nothing to put in",
                        &format!(
                            "give a default, or generate it with --fill {place}=VALUE, or let it take NULL, fill it, and refuse \
                             NULL later"
                        ),
                    );
                }
                if self.style.alter != Alter::Anew && column.default.as_ref().is_some_and(is_volatile) {
                    self.say(
                        "volatile-default",
                        Severity::Warning,
                        &place,
                        "the default differs from row to row: all rows are written while others wait",
                        "add the column without it, set the default afterwards, and fill old rows in batches",
                    );
                }
            }
            Operation::AlterColumn {
                table,
                column,
                fill,
                cast,
            } if self.has_rows(table) => {
                let Some(was) = self
                    .state
                    .table(table)
                    .and_then(|table| table.find(&column.name))
                    .cloned()
                else {
                    return;
                };
                let place = format!("{table}.{}", column.name);
                if was.nullable && !column.nullable && fill.is_none() {
                    self.say(
                        "not-null-on-rows",
                        Severity::Warning,
                        &place,
                        "it fails if a row has NULL",
                        &format!("put something in first, or generate it with --fill {place}=VALUE"),
                    );
                }
                if was.data_type == column.data_type && cast.is_none() {
                    return;
                }
                let (from, to) = (was.holds(), column.holds());
                if from.zip(to).is_some_and(|(from, to)| is_narrower(from, to)) {
                    self.say(
                        "narrowing",
                        Severity::Error,
                        &place,
                        "values that do not fit the new type make it fail, or lose digits",
                        "look for them first; or add a column of the new type, copy what fits, and drop the old one later",
                    );
                }
                let same = from.zip(to).is_some_and(|(from, to)| is_longer_text(from, to));
                if self.style.alter != Alter::Anew && !same && dialect.ddl().is_some() {
                    self.say(
                        "type-change",
                        Severity::Warning,
                        &place,
                        "all rows may be written again, and nobody reads or writes the table meanwhile",
                        "add a column of the new type, copy in batches, move readers over, and drop the old one later",
                    );
                }
            }
            _ => {}
        }
    }
}

pub(crate) fn is_volatile(value: &DefaultValue) -> bool {
    let DefaultValue::Sql(sql) = value else {
        return false;
    };
    VOLATILE.iter().any(|name| words::mentions(sql, name))
}

/// A longer text is no other text.
fn is_longer_text(from: DataType, to: DataType) -> bool {
    from.is_text() && to.is_text() && !is_narrower(from, to)
}

/// Whether there are values of the one type that the other does not have.
fn is_narrower(from: DataType, to: DataType) -> bool {
    use DataType as T;
    let bits = |of: T| match of {
        T::Bool => 1,
        T::I16 => 16,
        T::I32 => 32,
        T::I64 => 64,
        _ => 65,
    };
    let length = |of: T| match of {
        T::Text { length } => length.unwrap_or(u32::MAX),
        T::Char(length) => length,
        _ => 0,
    };
    match (from, to) {
        _ if from.is_integer() && to.is_integer() => {
            bits(to) < bits(from) || (from != T::U64) == (to == T::U64)
        }
        _ if from.is_text() && to.is_text() => length(to) < length(from),
        (T::Decimal { precision: from }, T::Decimal { precision: to }) => match (from, to) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some((from, from_scale)), Some((to, to_scale))) => {
                to_scale < from_scale || to - to_scale.min(to) < from - from_scale.min(from)
            }
        },
        (T::F64, T::F32) | (T::Timestamp | T::DateTime, T::Date | T::Time) => true,
        _ if from.is_integer() && to.is_decimal() => {
            matches!(to, T::Decimal { precision: Some((total, scale)) } if total.saturating_sub(scale) < 20)
        }
        _ if (from.is_decimal() || from.is_float()) && to.is_numeric() => {
            from != to && !(from == T::F32 && to == T::F64)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_narrower() {
        let text = |length| DataType::Text { length };
        let decimal = |total, scale| DataType::Decimal {
            precision: Some((total, scale)),
        };
        assert!(is_narrower(DataType::I64, DataType::I32));
        assert!(is_narrower(text(None), text(Some(10))));
        assert!(is_narrower(decimal(10, 2), decimal(10, 4)));
        assert!(is_narrower(DataType::F64, DataType::I64));
        assert!(is_narrower(DataType::Timestamp, DataType::Date));
        assert!(is_narrower(DataType::I64, DataType::U64));
        assert!(is_narrower(DataType::U64, DataType::I64));
        assert!(!is_narrower(DataType::I16, DataType::I64));
        assert!(!is_narrower(text(Some(5)), text(None)));
        assert!(!is_narrower(decimal(10, 2), decimal(14, 4)));
        assert!(!is_narrower(DataType::Date, DataType::DateTime));
    }
}
