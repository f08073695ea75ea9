//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::MpaaRating;
use manybase::prelude::*;

/// View `film_list`.
///
/// It is only read, and no row has a key.
///
/// Not here, because of its type: column `place_of` (`text[]`).
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film_list", connection = "legacy", readonly, keyless)]
pub struct FilmList {
    #[model(column = "FID")]
    pub fid: Option<i32>,
    pub title: Option<String>,
    #[model(column = "language (name)", trim, length = 20)]
    pub language_name: Option<String>,
    pub rating: Option<MpaaRating>,
    #[model(column = "2x Rate %")]
    pub n2x_rate: Option<Decimal>,
    pub r#type: Option<i32>,
}
