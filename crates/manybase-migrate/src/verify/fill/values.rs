//! Values that columns take.

use crate::schema::DefaultValue;
use manybase_db::Result;
use manybase_schema::{Check, Column, Table};
use manybase_sql::{DataType, Dialect};

/// A value for the `n`th row, as SQL: other rows have others. `None` for types of which none is known.
pub(super) fn value(
    dialect: &dyn Dialect,
    table: &Table,
    column: &Column,
    n: i64,
    attempt: usize,
) -> Result<Option<String>> {
    let row = usize::try_from(n - 1).unwrap_or_default();
    let wanted = match column.values.as_slice() {
        [] => said(table, column, row + attempt - attempt.min(1)).filter(|_| attempt > 0),
        values => Some(DefaultValue::Text(values[(row + attempt) % values.len()].clone())),
    };
    let value = wanted.or_else(|| column.kind.data_type().and_then(|kind| plain(kind, n)));
    value.map(|value| value.sql(dialect)).transpose()
}

fn plain(kind: DataType, n: i64) -> Option<DefaultValue> {
    Some(match kind {
        DataType::Bool => DefaultValue::Bool(n % 2 == 1),
        DataType::Decimal {
            precision: Some((digits, scale)),
        } if digits == scale => DefaultValue::Decimal(if digits == 0 {
            n.to_string()
        } else {
            format!("0.{n}")
        }),
        _ if kind.is_integer() => DefaultValue::Integer(n),
        _ if kind.is_float() => DefaultValue::Float(n as f64),
        _ if kind.is_decimal() => DefaultValue::Decimal(n.to_string()),
        DataType::Text { length: Some(1) } | DataType::Char(1) => DefaultValue::Text(n.to_string()),
        _ if kind.is_text() => DefaultValue::Text(format!("r{n}")),
        DataType::Bytes => DefaultValue::Bytes(format!("{n:02x}")),
        DataType::Date => DefaultValue::Date(format!("2001-01-{n:02}")),
        DataType::Time => DefaultValue::Time(format!("12:00:{n:02}")),
        DataType::DateTime => DefaultValue::Datetime(format!("2001-01-{n:02}T12:00:00")),
        DataType::Timestamp => DefaultValue::Timestamp(format!("2001-01-{n:02}T12:00:00Z")),
        DataType::Uuid => DefaultValue::Uuid(format!("00000000-0000-4000-8000-{n:012}")),
        DataType::Json => DefaultValue::Json(serde_json::json!({ "n": n })),
        _ => return None,
    })
}

/// A value that a check of the column speaks of, or one beside it.
fn said(table: &Table, column: &Column, at: usize) -> Option<DefaultValue> {
    let kind = column.kind.data_type()?;
    let speaks = |check: &&Check| crate::schema::words::mentions(&check.expression, &column.name);
    let mut found = Vec::new();
    for check in table.checks.iter().filter(speaks) {
        let (texts, numbers) = literals(&check.expression);
        if kind.is_text() {
            found.extend(texts.into_iter().map(DefaultValue::Text));
        } else if kind.is_integer() {
            let near = numbers
                .iter()
                .flat_map(|number| [*number, number + 1, number - 1]);
            found.extend(near.map(DefaultValue::Integer));
        } else if kind.is_decimal() || kind.is_float() {
            let near = numbers
                .iter()
                .flat_map(|number| [number + 1, *number, number - 1]);
            found.extend(near.map(|number| DefaultValue::Decimal(number.to_string())));
        }
    }
    (!found.is_empty()).then(|| found.swap_remove(at % found.len()))
}

/// Texts and whole numbers in an expression.
fn literals(sql: &str) -> (Vec<String>, Vec<i64>) {
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    let mut rest = sql;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        if first == '\'' {
            let mut text = String::new();
            let mut inner = rest[1..].chars().peekable();
            while let Some(c) = inner.next() {
                length += c.len_utf8();
                match c {
                    '\'' if inner.peek() == Some(&'\'') => {
                        inner.next();
                        length += 1;
                        text.push('\'');
                    }
                    '\'' => break,
                    c => text.push(c),
                }
            }
            texts.push(text);
        } else if first.is_ascii_digit() && !(before.is_alphanumeric() || before == '_') {
            length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            numbers.extend(
                rest[..length]
                    .parse::<i64>()
                    .ok()
                    .filter(|number| *number < i64::from(i32::MAX)),
            );
        }
        before = rest[..length].chars().last().unwrap_or(' ');
        rest = &rest[length..];
    }
    (texts, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_speaks_of() {
        let sql = "((status)::text = ANY (ARRAY['new'::varchar, 'it''s'::varchar])) AND age2 >= 18 AND length(x) < 300";
        let (texts, numbers) = literals(sql);
        assert_eq!(texts, ["new", "it's"]);
        assert_eq!(numbers, [18, 300]);
    }
}
