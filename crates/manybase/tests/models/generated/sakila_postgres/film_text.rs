//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::Film;
use manybase::prelude::*;

/// Table `film_text`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film_text", connection = "legacy")]
pub struct FilmText {
    #[model(key)]
    pub film_id: i32,
    pub text: String,
    /// Through `film_id`.
    pub film: BelongsTo<Film>,
}
