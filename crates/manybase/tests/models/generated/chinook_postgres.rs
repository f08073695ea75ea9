//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use manybase::prelude::*;

/// Table `Album`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Album", connection = "legacy")]
pub struct Album {
    /// Numbered by the database.
    #[model(key, auto, column = "AlbumId")]
    pub album_id: i32,
    #[model(column = "Title", length = 160)]
    pub title: String,
    #[model(column = "ArtistId")]
    pub artist_id: i32,
    /// Through `ArtistId`.
    pub artist: BelongsTo<Artist>,
    /// Through `AlbumId` of `Track`.
    pub tracks: HasMany<Track>,
}

/// Table `Artist`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Artist", connection = "legacy")]
pub struct Artist {
    /// Numbered by the database.
    #[model(key, auto, column = "ArtistId")]
    pub artist_id: i32,
    #[model(column = "Name", length = 120)]
    pub name: Option<String>,
    /// Through `ArtistId` of `Album`.
    pub albums: HasMany<Album>,
}

/// Table `Employee`.
///
/// Who works here.
/// fn this() { is_no_code() }
/// '''
/// nor this
/// '''
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Employee", connection = "legacy")]
pub struct Employee {
    /// Numbered by the database.
    #[model(key, auto, column = "EmployeeId")]
    pub employee_id: i32,
    #[model(column = "LastName", length = 20)]
    pub last_name: String,
    /// The boss's number
    #[model(column = "ReportsTo")]
    pub reports_to: Option<i32>,
    #[model(column = "BirthDate")]
    pub birth_date: Option<NaiveDate>,
    #[model(column = "HireDate")]
    pub hire_date: Option<NaiveDateTime>,
    #[model(column = "Email", unique, length = 60)]
    pub email: Option<String>,
    /// Through `ReportsTo`.
    #[model(foreign_key = reports_to)]
    pub reports_to_employee: BelongsTo<Employee>,
    /// Through `ReportsTo` of `Employee`.
    #[model(foreign_key = reports_to)]
    pub employees_by_reports_to: HasMany<Employee>,
}

/// Table `Log`.
///
/// The table has no key: rows are read, inserted, and changed and deleted set-wise.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Log", connection = "legacy", keyless)]
pub struct Log {
    #[model(column = "Line")]
    pub line: Option<String>,
}

/// View `LongTracks`.
///
/// It is only read, and no row has a key.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "LongTracks", connection = "legacy", readonly, keyless)]
pub struct LongTrack {
    #[model(column = "TrackId")]
    pub track_id: Option<i64>,
    #[model(column = "Name", length = 200)]
    pub name: Option<String>,
}

/// Table `Odd`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Odd", connection = "legacy")]
pub struct Odd {
    /// Numbered by the database.
    #[model(key, auto, column = "TYPE")]
    pub r#type: i32,
    #[model(column = "Type")]
    pub type_2: Option<String>,
    #[model(column = "type")]
    pub type_3: Option<String>,
    #[model(column = "odd columns")]
    pub odd_columns: Option<i32>,
    /// Through `odd` of `OddColumns`.
    #[model(foreign_key = odd)]
    pub odd_columns_by_odd: HasMany<OddColumn>,
}

/// Table `OddColumns`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "OddColumns", connection = "legacy")]
pub struct OddColumn {
    #[model(key)]
    pub id: i32,
    pub odd: Option<i32>,
    /// Through `odd`.
    #[model(foreign_key = odd)]
    pub odd_odd: BelongsTo<Odd>,
}

/// Table `Playlist`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Playlist", connection = "legacy")]
pub struct Playlist {
    /// Numbered by the database.
    #[model(key, auto, column = "PlaylistId")]
    pub playlist_id: i32,
    #[model(column = "Name", length = 120)]
    pub name: Option<String>,
    pub r#type: Option<String>,
    /// Through `PlaylistId` of `PlaylistTrack`.
    pub playlist_tracks: HasMany<PlaylistTrack>,
}

/// Table `PlaylistTrack`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "PlaylistTrack", connection = "legacy")]
pub struct PlaylistTrack {
    #[model(key, column = "PlaylistId")]
    pub playlist_id: i32,
    #[model(key, column = "TrackId")]
    pub track_id: i64,
    /// Through `PlaylistId`.
    pub playlist: BelongsTo<Playlist>,
    /// Through `TrackId`.
    pub track: BelongsTo<Track>,
}

/// Table `Track`.
///
/// Index: `AlbumId`, `lower(("Name")::text)` where `("Bytes" > 0)`.
///
/// Check: `("Milliseconds" > 0)`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Track", connection = "legacy")]
pub struct Track {
    /// Numbered by the database.
    #[model(key, auto, column = "TrackId")]
    pub track_id: i64,
    #[model(column = "Name", length = 200)]
    pub name: String,
    #[model(column = "AlbumId")]
    pub album_id: Option<i32>,
    /// The database's default: `'mp3'::character varying`.
    #[model(column = "MediaType", length = 20)]
    pub media_type: TrackMediaType,
    #[model(column = "Milliseconds")]
    pub milliseconds: i32,
    #[model(column = "Bytes")]
    pub bytes: Option<i64>,
    #[model(column = "UnitPrice", precision = (10, 2))]
    pub unit_price: Decimal,
    /// Calculated by the database: `("Milliseconds" / 1000)`.
    #[model(generated, column = "Seconds")]
    pub seconds: Option<i32>,
    /// Through `AlbumId`.
    pub album: BelongsTo<Album>,
    /// Through `TrackId` of `PlaylistTrack`.
    pub playlist_tracks: HasMany<PlaylistTrack>,
}

/// What column `MediaType` of `Track` can be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, DbEnum)]
pub enum TrackMediaType {
    #[db("mp3")]
    Mp3,
    #[db("aac")]
    Aac,
    #[db("it's else")]
    ItsElse,
    /// Any other text, written back as it was.
    #[db(unknown)]
    Unknown(String),
}
