//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::MpaaRating;
use manybase::prelude::*;

/// Table `rating_note`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "rating_note", connection = "legacy")]
pub struct RatingNote {
    #[model(key)]
    pub rating: MpaaRating,
    pub note: Option<String>,
}
