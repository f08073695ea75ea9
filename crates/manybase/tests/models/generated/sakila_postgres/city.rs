//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::Country;
use manybase::prelude::*;

/// Table `city`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "city", connection = "legacy")]
pub struct City {
    /// Numbered by the database.
    #[model(key, auto)]
    pub id: i32,
    /// Padded with spaces to 2 characters.
    #[model(length = 2)]
    pub country_code: Option<String>,
    /// Through `country_code`.
    #[model(foreign_key = country_code, references = iso)]
    pub country: BelongsTo<Country>,
}
