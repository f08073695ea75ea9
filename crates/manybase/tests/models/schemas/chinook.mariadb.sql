-- A music shop: names in capitals and camel case, keys that point to themselves, a table that joins two others.
CREATE TABLE Artist (ArtistId int AUTO_INCREMENT PRIMARY KEY, Name varchar(120));
CREATE TABLE Album (
    AlbumId int AUTO_INCREMENT PRIMARY KEY,
    Title varchar(160) NOT NULL,
    ArtistId int NOT NULL,
    CONSTRAINT FK_AlbumArtist FOREIGN KEY (ArtistId) REFERENCES Artist (ArtistId) ON DELETE CASCADE
);
CREATE TABLE Track (
    TrackId bigint unsigned AUTO_INCREMENT PRIMARY KEY,
    Name varchar(200) NOT NULL,
    AlbumId int,
    MediaType varchar(20) NOT NULL DEFAULT 'mp3' CHECK (MediaType IN ('mp3', 'aac', 'it''s else')),
    Milliseconds int NOT NULL CHECK (Milliseconds > 0),
    Bytes bigint,
    UnitPrice decimal(10, 2) NOT NULL,
    Seconds int GENERATED ALWAYS AS (Milliseconds DIV 1000) STORED,
    CONSTRAINT FK_TrackAlbum FOREIGN KEY (AlbumId) REFERENCES Album (AlbumId)
);
CREATE TABLE Employee (
    EmployeeId int AUTO_INCREMENT PRIMARY KEY,
    LastName varchar(20) NOT NULL,
    ReportsTo int COMMENT 'The boss''s number',
    BirthDate date,
    HireDate datetime,
    Email varchar(60) UNIQUE,
    CONSTRAINT FK_Boss FOREIGN KEY (ReportsTo) REFERENCES Employee (EmployeeId)
) COMMENT 'Who works here.';
CREATE TABLE Playlist (PlaylistId int AUTO_INCREMENT PRIMARY KEY, Name varchar(120), `type` text);
CREATE TABLE PlaylistTrack (
    PlaylistId int NOT NULL,
    TrackId bigint unsigned NOT NULL,
    PRIMARY KEY (PlaylistId, TrackId),
    CONSTRAINT FK_PlaylistTrackPlaylist FOREIGN KEY (PlaylistId) REFERENCES Playlist (PlaylistId),
    CONSTRAINT FK_PlaylistTrackTrack FOREIGN KEY (TrackId) REFERENCES Track (TrackId)
);
CREATE TABLE Log (Line text);
CREATE VIEW LongTracks AS SELECT TrackId, Name FROM Track WHERE Milliseconds > 600000;
