//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (MariaDB).

use manybase::prelude::*;

/// Table `city`.
///
/// Index: `country_code`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "city", connection = "legacy")]
pub struct City {
    /// Numbered by the database.
    #[model(key, auto)]
    pub id: i32,
    #[model(length = 2)]
    pub country_code: Option<String>,
    /// Through `country_code`.
    #[model(foreign_key = country_code, references = iso)]
    pub country: BelongsTo<Country>,
}

/// Table `country`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "country", connection = "legacy")]
pub struct Country {
    /// Numbered by the database.
    #[model(key, auto)]
    pub id: i32,
    #[model(unique, length = 2)]
    pub iso: String,
    pub name: Option<String>,
    /// Through `country_code` of `city`.
    #[model(foreign_key = country_code, references = iso)]
    pub cities: HasMany<City>,
}

/// Table `film`.
///
/// Not here, because of its type: column `place` (`geometry`).
///
/// Index: `language_id`.
///
/// Index: `original_language_id`.
///
/// Index: `title`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film", connection = "legacy")]
pub struct Film {
    /// Numbered by the database.
    #[model(key, auto)]
    pub film_id: u16,
    #[model(length = 128)]
    pub title: String,
    pub release_year: Option<u16>,
    pub language_id: u8,
    pub original_language_id: Option<u8>,
    /// The database's default: `'G'`.
    pub rating: Option<FilmRating>,
    /// The database's default: `4.99`.
    #[model(precision = (4, 2))]
    pub rental_rate: Decimal,
    pub special_features: Option<String>,
    /// The database's default: `current_timestamp()`.
    pub last_update: DateTime<Utc>,
    pub uuid: Option<Uuid>,
    /// Through `language_id`.
    pub language: BelongsTo<Language>,
    /// Through `original_language_id`.
    pub original_language: BelongsTo<Language>,
    /// Through `film_id` of `film_text`.
    pub film_text: HasOne<FilmText>,
}

/// What column `rating` of `film` can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, DbEnum)]
pub enum FilmRating {
    #[db("G")]
    G,
    #[db("PG")]
    Pg,
    #[db("PG-13")]
    Pg13,
    #[db("R")]
    R,
    #[db("NC-17")]
    Nc17,
}

/// View `film_list`.
///
/// It is only read, and no row has a key.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film_list", connection = "legacy", readonly, keyless)]
pub struct FilmList {
    #[model(column = "FID")]
    pub fid: u16,
    #[model(length = 128)]
    pub title: String,
    #[model(column = "language (name)", length = 20)]
    pub language_name: String,
    pub rating: Option<FilmListRating>,
    #[model(column = "2x Rate %", precision = (5, 2))]
    pub n2x_rate: Decimal,
    pub r#type: i32,
}

/// What column `rating` of `film_list` can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, DbEnum)]
pub enum FilmListRating {
    #[db("G")]
    G,
    #[db("PG")]
    Pg,
    #[db("PG-13")]
    Pg13,
    #[db("R")]
    R,
    #[db("NC-17")]
    Nc17,
}

/// Table `film_text`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film_text", connection = "legacy")]
pub struct FilmText {
    #[model(key)]
    pub film_id: u16,
    pub text: String,
    /// Through `film_id`.
    pub film: BelongsTo<Film>,
}

/// Table `language`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "language", connection = "legacy")]
pub struct Language {
    /// Numbered by the database.
    #[model(key, auto)]
    pub language_id: u16,
    #[model(length = 20)]
    pub name: String,
    /// Through `language_id` of `film`.
    pub films_by_language: HasMany<Film>,
    /// Through `original_language_id` of `film`.
    #[model(foreign_key = original_language_id)]
    pub films_by_original_language: HasMany<Film>,
}

/// Table `option`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "option", connection = "legacy")]
pub struct OptionRecord {
    #[model(key, length = 10)]
    pub r#match: String,
    #[model(column = "self")]
    pub self_: bool,
    #[model(column = "2nd")]
    pub n2nd: Option<manybase::serde_json::Value>,
    #[model(column = "%")]
    pub unnamed: Option<String>,
}

/// Table `staff`.
///
/// Index: `store_id`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "staff", connection = "legacy")]
pub struct Staff {
    /// Numbered by the database.
    #[model(key, auto)]
    pub staff_id: u16,
    pub store_id: Option<i32>,
    /// The database's default: `1`.
    pub active: bool,
    /// Through `store_id`.
    pub store: BelongsTo<Store>,
    /// Through `manager_staff_id` of `store`.
    #[model(foreign_key = manager_staff_id)]
    pub store_by_manager_staff: HasOne<Store>,
}

/// Table `store`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "store", connection = "legacy")]
pub struct Store {
    /// Numbered by the database.
    #[model(key, auto)]
    pub store_id: i32,
    #[model(unique)]
    pub manager_staff_id: u8,
    /// Through `manager_staff_id`.
    pub manager_staff: BelongsTo<Staff>,
    /// Through `store_id` of `staff`.
    pub staffs: HasMany<Staff>,
}
