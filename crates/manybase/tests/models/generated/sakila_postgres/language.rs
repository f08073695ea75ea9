//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::Film;
use manybase::prelude::*;

/// Table `language`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "language", connection = "legacy")]
pub struct Language {
    /// Numbered by the database.
    #[model(key, auto)]
    pub language_id: i16,
    #[model(trim, length = 20)]
    pub name: String,
    /// Through `language_id` of `film`.
    pub films_by_language: HasMany<Film>,
    /// Through `original_language_id` of `film`.
    #[model(foreign_key = original_language_id)]
    pub films_by_original_language: HasMany<Film>,
}
