//! Dialects of attached files, one for each name.

use super::Sqlite;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Dialects live for good, and so do these: as many as there are names.
static KNOWN: OnceLock<Mutex<HashMap<&'static str, &'static Sqlite>>> = OnceLock::new();

pub(in crate::dialect) fn attached(schema: &str) -> &'static Sqlite {
    let known = KNOWN.get_or_init(Mutex::default);
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(dialect) = known.get(schema) {
        return dialect;
    }
    let schema: &'static str = Box::leak(schema.into());
    let dialect: &'static Sqlite = Box::leak(Box::new(Sqlite { schema: Some(schema) }));
    known.insert(schema, dialect);
    dialect
}
