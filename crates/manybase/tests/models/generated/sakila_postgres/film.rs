//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::{FilmText, Language, MpaaRating};
use manybase::prelude::*;

/// Table `film`.
///
/// Not here, because of its type: column `special_features` (`text[]`).
///
/// Not here, because of its type: column `fulltext` (`tsvector`).
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film", connection = "legacy")]
pub struct Film {
    /// Numbered by the database.
    #[model(key, auto)]
    pub film_id: i32,
    pub title: String,
    pub release_year: Option<i32>,
    pub language_id: i16,
    pub original_language_id: Option<i16>,
    /// The database's default: `'G'::mpaa_rating`.
    pub rating: Option<MpaaRating>,
    /// The database's default: `4.99`.
    #[model(precision = (4, 2))]
    pub rental_rate: Decimal,
    /// The database's default: `now()`.
    pub last_update: DateTime<Utc>,
    pub uuid: Option<Uuid>,
    /// Through `language_id`.
    pub language: BelongsTo<Language>,
    /// Through `original_language_id`.
    pub original_language: BelongsTo<Language>,
    /// Through `film_id` of `film_text`.
    pub film_text: HasOne<FilmText>,
}
