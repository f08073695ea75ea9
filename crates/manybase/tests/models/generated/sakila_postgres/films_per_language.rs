//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use manybase::prelude::*;

/// Materialized view `films_per_language`.
///
/// It is only read, and no row has a key.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "films_per_language", connection = "legacy", readonly, keyless)]
pub struct FilmsPerLanguage {
    pub language_id: Option<i16>,
    pub count: Option<i64>,
}
