//! Prepared statements of one connection.

use crate::bind::BindError;
use crate::kind::Kind;
use crate::wire::Forgotten;
use crate::wire::message::{self, Name, Values};
use bytes::BytesMut;
use foldhash::fast::RandomState;
use hashlink::LruCache;
use manybase_driver::{Error, ErrorKind, Result, Value};
use std::sync::Arc;
use tokio_postgres::types::{Format, IsNull, Type};

/// A column of a result.
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) ty: Type,
}

/// A statement as the server knows it. The server forgets it some time after the last clone is gone.
pub(crate) struct Prepared {
    pub(crate) name: Name,
    /// Of the placeholders; of a domain its base.
    pub(crate) params: Box<[(Kind, Type)]>,
    pub(crate) columns: Box<[Column]>,
    /// Of the columns, so that no cell has to look its type up.
    pub(crate) kinds: Box<[Kind]>,
    /// As [`message::results`] says it.
    results: Box<[u8]>,
    forgotten: Forgotten,
}

/// A statement with values for its places.
pub(crate) struct Bound<'a> {
    prepared: &'a Prepared,
    values: &'a [Value],
}

impl Values for Bound<'_> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn form(&self, at: usize) -> Format {
        (self.values, &*self.prepared.params).form(at)
    }

    fn write(&self, at: usize, out: &mut BytesMut) -> Result<IsNull, BindError> {
        (self.values, &*self.prepared.params).write(at, out)
    }

    fn results(&self) -> &[u8] {
        &self.prepared.results
    }
}

impl Prepared {
    pub(crate) fn new(
        name: Name,
        params: Box<[(Kind, Type)]>,
        columns: Box<[Column]>,
        forgotten: Forgotten,
    ) -> Self {
        let kinds: Box<[Kind]> = columns.iter().map(|column| Kind::of(&column.ty)).collect();
        Self {
            name,
            params,
            results: message::results(&kinds),
            kinds,
            columns,
            forgotten,
        }
    }

    /// Values for its places.
    pub(crate) fn with<'a>(&'a self, values: &'a [Value]) -> Bound<'a> {
        Bound {
            prepared: self,
            values,
        }
    }

    /// Fails where placeholders and values are not equally many.
    pub(crate) fn check(&self, values: usize) -> Result<()> {
        let placeholders = self.params.len();
        if placeholders == values {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Placeholders,
            format!("the statement has {placeholders} placeholders, {values} values were given"),
        ))
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        self.forgotten.push(self.name);
    }
}

/// The most recently used statements, by their text.
pub(crate) struct Cache(LruCache<Arc<str>, Arc<Prepared>, RandomState>);

impl Cache {
    const SIZE: usize = 256;

    pub(crate) fn new() -> Self {
        Self(LruCache::with_hasher(Self::SIZE, RandomState::default()))
    }

    pub(crate) fn get(&mut self, sql: &str) -> Option<Arc<Prepared>> {
        self.0.get(sql).cloned()
    }

    pub(crate) fn insert(&mut self, sql: Arc<str>, prepared: Arc<Prepared>) {
        self.0.insert(sql, prepared);
    }

    pub(crate) fn remove(&mut self, sql: &str) {
        self.0.remove(sql);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
