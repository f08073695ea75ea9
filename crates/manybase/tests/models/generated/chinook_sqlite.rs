//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (SQLite).

use manybase::prelude::*;

/// Table `Album`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Album", connection = "legacy")]
pub struct Album {
    /// Numbered by the database.
    #[model(key, auto, column = "AlbumId")]
    pub album_id: i64,
    #[model(column = "Title", length = 160)]
    pub title: String,
    #[model(column = "ArtistId")]
    pub artist_id: i64,
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
    pub artist_id: i64,
    #[model(column = "Name", length = 120)]
    pub name: Option<String>,
    /// Through `ArtistId` of `Album`.
    pub albums: HasMany<Album>,
}

/// Table `Employee`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Employee", connection = "legacy")]
pub struct Employee {
    /// Numbered by the database.
    #[model(key, auto, column = "EmployeeId")]
    pub employee_id: i64,
    #[model(column = "LastName", length = 20)]
    pub last_name: String,
    #[model(column = "ReportsTo")]
    pub reports_to: Option<i64>,
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

/// Table `Playlist`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Playlist", connection = "legacy")]
pub struct Playlist {
    /// Numbered by the database.
    #[model(key, auto, column = "PlaylistId")]
    pub playlist_id: i64,
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
    pub playlist_id: i64,
    #[model(key, column = "TrackId")]
    pub track_id: i64,
    /// Through `PlaylistId`.
    pub playlist: BelongsTo<Playlist>,
    /// Through `TrackId`.
    pub track: BelongsTo<Track>,
}

/// Table `Track`.
///
/// Index: `AlbumId`, `Name`.
///
/// Check: `Milliseconds > 0`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Track", connection = "legacy")]
pub struct Track {
    /// Numbered by the database.
    #[model(key, auto, column = "TrackId")]
    pub track_id: i64,
    #[model(column = "Name", length = 200)]
    pub name: String,
    #[model(column = "AlbumId")]
    pub album_id: Option<i64>,
    /// The database's default: `'mp3'`.
    #[model(column = "MediaType")]
    pub media_type: TrackMediaType,
    #[model(column = "Milliseconds")]
    pub milliseconds: i64,
    #[model(column = "Bytes")]
    pub bytes: Option<i64>,
    #[model(column = "UnitPrice")]
    pub unit_price: f64,
    /// Calculated by the database: `Milliseconds / 1000`.
    #[model(generated, column = "Seconds")]
    pub seconds: Option<i64>,
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
