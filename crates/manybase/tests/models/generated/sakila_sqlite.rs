//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (SQLite).

use manybase::prelude::*;

/// Table `city`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "city", connection = "legacy")]
pub struct City {
    /// Numbered by the database.
    #[model(key, auto)]
    pub id: i64,
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
    pub id: i64,
    #[model(unique, length = 2)]
    pub iso: String,
    pub name: Option<String>,
    /// Through `country_code` of `city`.
    #[model(foreign_key = country_code, references = iso)]
    pub cities: HasMany<City>,
}

/// Table `film`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film", connection = "legacy")]
pub struct Film {
    /// Numbered by the database.
    #[model(key, auto)]
    pub film_id: i64,
    pub title: String,
    pub release_year: Option<i64>,
    pub language_id: i64,
    pub original_language_id: Option<i64>,
    /// The database's default: `'G'`.
    pub rating: Option<FilmRating>,
    /// The database's default: `'4.99'`.
    #[model(precision = (4, 2))]
    pub rental_rate: Decimal,
    pub special_features: Option<Vec<u8>>,
    /// The database's default: `CURRENT_TIMESTAMP`.
    pub last_update: NaiveDateTime,
    pub uuid: Option<Uuid>,
    /// Through `language_id`.
    pub language: BelongsTo<Language>,
    /// Through `original_language_id`.
    pub original_language: BelongsTo<Language>,
    /// Through `film_id` of `film_text`.
    pub film_text: HasOne<FilmText>,
}

/// What column `rating` of `film` can be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, DbEnum)]
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
    /// Any other text, written back as it was.
    #[db(unknown)]
    Unknown(String),
}

/// View `film_list`.
///
/// It is only read, and no row has a key.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film_list", connection = "legacy", readonly, keyless)]
pub struct FilmList {
    #[model(column = "FID")]
    pub fid: Option<i64>,
    pub title: Option<String>,
    #[model(column = "language (name)", length = 20)]
    pub language_name: Option<String>,
    pub rating: Option<String>,
    #[model(column = "2x Rate %", precision = (4, 2))]
    pub n2x_rate: Option<Decimal>,
    pub r#type: Option<i64>,
}

/// Table `film_text`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "film_text", connection = "legacy")]
pub struct FilmText {
    #[model(key)]
    pub film_id: i64,
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
    pub language_id: i64,
    #[model(length = 20)]
    pub name: String,
    /// Through `language_id` of `film`.
    pub films_by_language: HasMany<Film>,
    /// Through `original_language_id` of `film`.
    #[model(foreign_key = original_language_id)]
    pub films_by_original_language: HasMany<Film>,
}

/// Table `option`.
///
/// Unique: `2nd` where `"self" = 1`.
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
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "staff", connection = "legacy")]
pub struct Staff {
    /// Numbered by the database.
    #[model(key, auto)]
    pub staff_id: i64,
    pub store_id: Option<i64>,
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
    pub store_id: i64,
    #[model(unique)]
    pub manager_staff_id: i64,
    /// Through `manager_staff_id`.
    pub manager_staff: BelongsTo<Staff>,
    /// Through `store_id` of `staff`.
    pub staffs: HasMany<Staff>,
}
