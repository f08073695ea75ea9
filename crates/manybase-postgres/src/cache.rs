//! Prepared statements of one connection.

use crate::kind::Kind;
use foldhash::fast::RandomState;
use hashlink::LruCache;
use manybase_driver::{Error, ErrorKind, Result};
use std::sync::Arc;
use tokio_postgres::Column;

/// A statement as the server knows it. The server forgets it with the last clone.
pub(crate) struct Prepared {
    pub(crate) statement: tokio_postgres::Statement,
    /// Of the columns, so that no cell has to look its type up.
    pub(crate) kinds: Box<[Kind]>,
}

impl Prepared {
    pub(crate) fn new(statement: tokio_postgres::Statement) -> Self {
        let kinds = statement
            .columns()
            .iter()
            .map(|column| Kind::of(column.type_()))
            .collect();
        Self { statement, kinds }
    }

    pub(crate) fn columns(&self) -> &[Column] {
        self.statement.columns()
    }

    /// Fails where placeholders and values are not equally many.
    pub(crate) fn check(&self, values: usize) -> Result<()> {
        let placeholders = self.statement.params().len();
        if placeholders == values {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Placeholders,
            format!("the statement has {placeholders} placeholders, {values} values were given"),
        ))
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
