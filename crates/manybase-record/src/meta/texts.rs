//! Texts that were rendered before, so that what a model asks again and again is rendered once.
//!
//! A text is found by all that decides it: what it does, the tree that it was rendered from, the dialect, and what
//! dialects may look at in a value. See [`manybase_sql::Dialect`].

use manybase_sql::{Dialect, Value};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// So many are kept per model.
const CAPACITY: usize = 256;
/// Words; what needs a longer key is rendered each time.
const LENGTH: usize = 96;
/// The length of a key that is none.
const NONE: usize = usize::MAX;

/// The lowest byte of a word for a value.
const VALUE: u64 = 0xFF;

/// What a text does with the model's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The list of all columns.
    Columns,
    /// One row by its key.
    Find,
    /// A query for whole records.
    Select,
    /// The number of rows of a query.
    Count,
    /// Whether a query has rows.
    Exists,
    /// One row; with a key that is given or left to the database.
    Insert { unset: bool },
    /// The columns whose bits are set, of one row by its key.
    Update(u64),
    /// All rows of a query.
    Set,
    /// One row by its key.
    Delete,
    /// All rows of a query.
    Remove,
}

/// What a text is found by. Of words, because they are written and compared faster than as many bytes.
pub(crate) struct Key {
    words: [u64; LENGTH],
    /// [`NONE`] when something did not fit, or can't be told by a key.
    len: usize,
}

impl Key {
    #[inline]
    pub(crate) fn new(shape: Shape, dialect: &dyn Dialect) -> Self {
        let mut key = Self {
            words: [0; LENGTH],
            len: 0,
        };
        match shape {
            Shape::Columns => key.put(0),
            Shape::Find => key.put(1),
            Shape::Select => key.put(2),
            Shape::Insert { unset } => key.put(3 | u64::from(unset) << 8),
            Shape::Delete => key.put(4),
            Shape::Set => key.put(6),
            Shape::Remove => key.put(7),
            Shape::Count => key.put(8),
            Shape::Exists => key.put(9),
            Shape::Update(columns) => {
                key.put(5);
                key.put(columns);
            }
        }
        // Together they decide how a dialect writes.
        key.fixed(dialect.name());
        match dialect.default_schema() {
            None => key.put(0),
            Some(schema) => {
                key.put(1);
                key.text(schema);
            }
        }
        key
    }

    /// With values of their columns' own types.
    #[inline]
    pub(crate) fn with<'v>(mut self, values: impl IntoIterator<Item = &'v Value>) -> Self {
        for value in values {
            self.value(value, true);
        }
        self
    }

    #[inline]
    pub(crate) fn put(&mut self, word: u64) {
        match self.words.get_mut(self.len) {
            Some(place) => {
                *place = word;
                self.len += 1;
            }
            None => self.give_up(),
        }
    }

    #[inline]
    pub(crate) fn put_all<const N: usize>(&mut self, words: [u64; N]) {
        let end = self.len.saturating_add(N);
        match self.words.get_mut(self.len..end) {
            Some(place) => {
                place.copy_from_slice(&words);
                self.len = end;
            }
            None => self.give_up(),
        }
    }

    /// A text that is in the program: where it stands never changes, and is quicker to compare than what stands there.
    #[inline]
    pub(crate) fn fixed(&mut self, text: &'static str) {
        self.put_all([text.as_ptr().addr() as u64, text.len() as u64]);
    }

    /// A text of any length, so that it can't be taken for what follows.
    pub(crate) fn text(&mut self, text: &str) {
        self.put(text.len() as u64);
        for bytes in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            self.put(u64::from_le_bytes(word));
        }
    }

    /// A value. Its word differs in the lowest byte from all others of a query.
    #[inline]
    pub(crate) fn value(&mut self, value: &Value, fits: bool) {
        match kind_of(value, fits) {
            Some(kind) => self.put(VALUE | kind << 8),
            None => self.give_up(),
        }
    }

    /// It is none: the text depends on something that a key does not tell.
    pub(crate) fn give_up(&mut self) {
        self.len = NONE;
    }

    pub(crate) fn words(&self) -> Option<&[u64]> {
        self.words.get(..self.len)
    }
}

/// What a dialect may look at in a value, and whether it fits the type of what stands beside it, in 24 bits. `None` for
/// one that no key can tell.
#[inline]
pub(crate) fn kind_of(value: &Value, fits: bool) -> Option<u64> {
    let kind = match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::I64(_) => 2,
        Value::U64(_) => 3,
        Value::F32(_) => 4,
        Value::F64(_) => 5,
        Value::Text(_) => 6,
        Value::Bytes(_) => 7,
        Value::Date(_) => 8,
        Value::Time(_) => 9,
        Value::DateTime(_) => 10,
        Value::Timestamp(_) => 11,
        Value::Uuid(_) => 12,
        Value::Json(_) => 13,
        // At most 28.
        Value::Decimal(number) => 14 | u64::from(number.scale()) << 8,
        _ => return None,
    };
    Some(kind | u64::from(fits) << 16)
}

/// With a place in it, where that matters.
type Text = (Arc<str>, Option<usize>);

#[derive(Debug, Default)]
pub(crate) struct Texts(RwLock<HashMap<Box<[u64]>, Text, foldhash::fast::RandomState>>);

impl Texts {
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<str>> {
        self.get_marked(key).map(|(sql, _)| sql)
    }

    pub(crate) fn get_marked(&self, key: &Key) -> Option<Text> {
        let texts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        texts.get(key.words()?).cloned()
    }

    /// Keeps a text that was `rendered` with values in this order, if `values` will be given in the same.
    pub(crate) fn keep(&self, key: &Key, sql: &Arc<str>, rendered: &[Value], values: &[Value]) {
        if in_order(rendered, values) {
            self.keep_marked(key, (sql.clone(), None));
        }
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Keeps a text that has its values in order.
    pub(crate) fn keep_marked(&self, key: &Key, text: Text) {
        let Some(key) = key.words() else { return };
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if texts.len() >= CAPACITY {
            // So many come from a program that makes them up; what it uses now comes back soon.
            texts.clear();
        }
        texts.insert(key.into(), text);
    }
}

/// Whether values stand in the same order. Two equal ones could have changed places, so that nothing is certain then.
fn in_order(rendered: &[Value], values: &[Value]) -> bool {
    let differ = |(at, value): (usize, &Value)| !values[..at].contains(value);
    rendered == values && values.iter().enumerate().all(differ)
}

#[cfg(test)]
mod tests {
    use super::*;
    use manybase_sql::dialect::{mysql, sqlite, sqlite_attached};

    fn key(shape: Shape, dialect: &dyn Dialect, values: &[Value]) -> Key {
        Key::new(shape, dialect).with(values)
    }

    #[test]
    fn dialects_schemas_shapes_and_values_are_told_apart() {
        let texts = Texts::default();
        let values = [Value::from(1i64), Value::Null];
        let keep = |key: Key, sql: &str| texts.keep(&key, &sql.into(), &values, &values);
        keep(key(Shape::Find, sqlite(), &values), "main");
        keep(key(Shape::Find, sqlite_attached("crm"), &values), "crm");
        let get = |shape, dialect, values: &[Value]| texts.get(&key(shape, dialect, values));
        assert_eq!(get(Shape::Find, sqlite(), &values).as_deref(), Some("main"));
        let others = [7i64.into(), Value::Null];
        assert_eq!(get(Shape::Find, sqlite(), &others).as_deref(), Some("main"));
        assert_eq!(
            get(Shape::Find, sqlite_attached("crm"), &values).as_deref(),
            Some("crm")
        );
        assert_eq!(get(Shape::Find, sqlite_attached("hr"), &values), None);
        assert_eq!(get(Shape::Find, mysql(), &values), None);
        assert_eq!(get(Shape::Delete, sqlite(), &values), None);
        assert_eq!(get(Shape::Update(1), sqlite(), &values), None);
        assert_eq!(get(Shape::Find, sqlite(), &values[..1]), None);
        assert_eq!(get(Shape::Find, sqlite(), &[1i64.into(), "a".into()]), None);
    }

    #[test]
    fn digits_behind_the_point_count() {
        let texts = Texts::default();
        let of = |text: &str| [Value::Decimal(text.parse().unwrap())];
        let values = of("1.50");
        texts.keep(&key(Shape::Find, mysql(), &values), &"x".into(), &values, &values);
        assert!(texts.get(&key(Shape::Find, mysql(), &of("2.25"))).is_some());
        assert!(texts.get(&key(Shape::Find, mysql(), &of("2.255"))).is_none());
    }

    #[test]
    fn only_what_is_certain_is_kept() {
        let texts = Texts::default();
        let (a, b) = (Value::from("a"), Value::from("b"));
        let keep = |rendered: &[Value], values: &[Value]| {
            texts.keep(
                &key(Shape::Delete, sqlite(), values),
                &"x".into(),
                rendered,
                values,
            );
            texts.get(&key(Shape::Delete, sqlite(), values)).is_some()
        };
        assert!(!keep(&[b.clone(), a.clone()], &[a.clone(), b.clone()]));
        assert!(!keep(&[a.clone(), a.clone()], &[a.clone(), a.clone()]));
        assert!(keep(&[a.clone(), b.clone()], &[a, b]));
        let mut long = key(Shape::Delete, sqlite(), &[]);
        for _ in 0..=8 * LENGTH / 256 {
            long.text(&"x".repeat(255));
        }
        texts.keep(&long, &"x".into(), &[], &[]);
        assert!(texts.get(&long).is_none());
    }

    #[test]
    fn they_do_not_grow_without_end() {
        let texts = Texts::default();
        for mask in 0..3 * CAPACITY as u64 {
            let key = key(Shape::Update(mask), sqlite(), &[]);
            texts.keep(&key, &"x".into(), &[], &[]);
            assert!(texts.get(&key).is_some());
        }
        assert!(texts.0.read().unwrap().len() <= CAPACITY);
    }
}
