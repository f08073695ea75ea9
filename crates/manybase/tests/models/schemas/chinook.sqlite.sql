-- A music shop: names in capitals and camel case, keys that point to themselves, a table that joins two others.
CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY AUTOINCREMENT, Name NVARCHAR(120));
CREATE TABLE Album (
    AlbumId INTEGER NOT NULL PRIMARY KEY,
    Title NVARCHAR(160) NOT NULL,
    ArtistId INTEGER NOT NULL REFERENCES artist (artistid) ON DELETE CASCADE
);
CREATE TABLE Track (
    TrackId INTEGER PRIMARY KEY,
    Name NVARCHAR(200) NOT NULL,
    AlbumId INTEGER,
    MediaType TEXT NOT NULL DEFAULT 'mp3' CHECK (MediaType IN ('mp3', 'aac', 'it''s else')),
    Milliseconds INT NOT NULL CHECK (Milliseconds > 0),
    Bytes BIGINT,
    UnitPrice NUMERIC(10, 2) NOT NULL,
    Seconds INT GENERATED ALWAYS AS (Milliseconds / 1000) VIRTUAL,
    FOREIGN KEY (AlbumId) REFERENCES Album
);
CREATE INDEX IX_TrackAlbum ON Track (AlbumId, Name DESC);
CREATE TABLE Employee (
    EmployeeId INTEGER PRIMARY KEY,
    LastName NVARCHAR(20) NOT NULL,
    ReportsTo INTEGER REFERENCES Employee,
    BirthDate DATE,
    HireDate DATETIME,
    Email NVARCHAR(60) UNIQUE
);
CREATE TABLE Playlist (PlaylistId INTEGER PRIMARY KEY, Name NVARCHAR(120), "type" TEXT);
CREATE TABLE PlaylistTrack (
    PlaylistId INTEGER NOT NULL REFERENCES Playlist,
    TrackId INTEGER NOT NULL REFERENCES Track,
    PRIMARY KEY (PlaylistId, TrackId)
) WITHOUT ROWID;
CREATE TABLE Log (Line TEXT);
CREATE VIEW LongTracks AS SELECT TrackId, Name FROM Track WHERE Milliseconds > 600000;
