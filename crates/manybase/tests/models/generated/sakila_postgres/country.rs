//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::City;
use manybase::prelude::*;

/// Table `country`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "country", connection = "legacy")]
pub struct Country {
    /// Numbered by the database.
    #[model(key, auto)]
    pub id: i32,
    /// Padded with spaces to 2 characters.
    #[model(unique, length = 2)]
    pub iso: String,
    pub name: Option<String>,
    /// Through `country_code` of `city`.
    #[model(foreign_key = country_code, references = iso)]
    pub cities: HasMany<City>,
}
