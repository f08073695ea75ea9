//! Which records have the same key.

use crate::{Model, Values};
use foldhash::fast::RandomState;
use manybase_driver::Result;
use manybase_sql::Value;
use std::collections::HashMap;
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

/// Leaves of the records with the same values at `by` the last one.
pub(crate) fn last_of_each<M: Model>(records: &mut Vec<M>, by: &[usize]) -> Result<()> {
    let mut last = HashMap::with_capacity_and_hasher(records.len(), RandomState::default());
    let mut overtaken = Vec::new();
    let (mut value, mut key) = (Values::default(), Vec::with_capacity(by.len()));
    for (nth, record) in records.iter().enumerate() {
        key.clear();
        for &at in by {
            value.start_again(at);
            record.encode(&mut value);
            key.extend_from_slice(value.values()?);
        }
        if let Some(same) = same(key.iter())
            && let Some(before) = last.insert(same, nth)
        {
            overtaken.push(before);
        }
    }
    if !overtaken.is_empty() {
        overtaken.sort_unstable();
        let mut overtaken = overtaken.into_iter().peekable();
        let mut nth = 0;
        records.retain(|_| {
            nth += 1;
            overtaken.next_if_eq(&(nth - 1)).is_none()
        });
    }
    Ok(())
}
