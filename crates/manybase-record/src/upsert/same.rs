//! Which records have the same key.

use manybase_sql::Value;
use std::fmt::Write;

/// What is equal for values that a database takes for the same key.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Same {
    /// A key that is one number: nothing to write.
    Number(i64),
    Text(String),
}

/// None with NULL among them.
pub(crate) fn same<'v>(mut values: impl Iterator<Item = &'v Value>) -> Option<Same> {
    let first = values.next()?;
    let mut others = values.peekable();
    if let (Value::I64(number), None) = (first, others.peek()) {
        return Some(Same::Number(*number));
    }
    let mut text = String::new();
    for value in std::iter::once(first).chain(others) {
        // Writing into a String can't fail.
        let _ = match value {
            Value::Null => return None,
            Value::Decimal(value) => write!(text, "{};", value.normalize()),
            value => write!(text, "{value:?};"),
        };
    }
    Some(Same::Text(text))
}
