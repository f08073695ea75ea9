//! Rows of the music shop, through the models as they were written.

use crate::home::{Kind, Legacy};
use crate::on_each;
use manybase::Result;

on_each! { rows "chinook" super::rows; }

async fn rows(on: &Legacy, kind: Kind) -> Result<()> {
    match kind {
        Kind::Sqlite => sqlite(on).await,
        Kind::Postgres => postgres(on).await,
        Kind::MariaDb => mariadb(on).await,
    }
}

macro_rules! chinook {
    ($on:ident, $models:ident, $price:expr, $long:expr) => {{
        use crate::generated::$models::*;
        use manybase::prelude::*;

        let db = &$on.db;
        let artist = Artist {
            artist_id: 0,
            name: Some("Nina".into()),
            albums: HasMany::default(),
        };
        let artist = artist.insert(db).await?;
        assert!(artist.artist_id > 0, "numbered");
        for title in ["Pastel Blues", "Wild Is the Wind"] {
            let (artist_id, title) = (artist.artist_id, title.to_owned());
            let album = Album {
                album_id: 0,
                title,
                artist_id,
                artist: BelongsTo::default(),
                tracks: HasMany::default(),
            };
            album.insert(db).await?;
        }
        let artist = Artist::query()
            .include(|a| a.albums.order_by(|b| b.title.desc()))
            .one(db)
            .await?;
        let albums: Vec<_> = artist
            .albums
            .loaded()?
            .iter()
            .map(|album| album.title.as_str())
            .collect();
        assert_eq!(albums, ["Wild Is the Wind", "Pastel Blues"]);

        let album_id = artist.albums.loaded()?[1].album_id;
        let track = Track {
            track_id: 0,
            name: "Sinnerman".into(),
            album_id: Some(album_id),
            media_type: TrackMediaType::ItsElse,
            milliseconds: 622_000,
            bytes: None,
            unit_price: $price,
            seconds: None,
            album: BelongsTo::default(),
            playlist_tracks: HasMany::default(),
        };
        let track = track.insert(db).await?;
        assert_eq!(track.seconds, Some(622), "read back");
        let found = Track::filter(|t| t.media_type.eq(TrackMediaType::ItsElse) & t.seconds.gt(600))
            .include(|t| t.album.include(|a| a.artist))
            .one(db)
            .await?;
        let album = found.album.loaded()?.expect("it has one");
        assert_eq!((found.unit_price, album.title.as_str()), ($price, "Pastel Blues"));
        assert_eq!(
            album.artist.loaded()?.and_then(|artist| artist.name.as_deref()),
            Some("Nina")
        );

        let employee = |last_name: &str, reports_to| Employee {
            employee_id: 0,
            last_name: last_name.into(),
            reports_to,
            birth_date: NaiveDate::from_ymd_opt(1970, 1, 31),
            hire_date: NaiveDate::from_ymd_opt(2020, 2, 29).and_then(|day| day.and_hms_opt(8, 30, 0)),
            email: None,
            reports_to_employee: BelongsTo::default(),
            employees_by_reports_to: HasMany::default(),
        };
        let boss = employee("Boss", None).insert(db).await?;
        let mut clerk = employee("Clerk", Some(boss.employee_id)).insert(db).await?;
        clerk.email = Some("clerk@example.com".into());
        clerk.save(db).await?;
        let boss = Employee::query()
            .filter(|e| e.reports_to.is_null())
            .include(|e| e.employees_by_reports_to.include(|e| e.reports_to_employee))
            .one(db)
            .await?;
        let clerk = &boss.employees_by_reports_to.loaded()?[0];
        assert_eq!(clerk.email.as_deref(), Some("clerk@example.com"));
        assert_eq!(
            clerk.hire_date.map(|at| at.to_string()).as_deref(),
            Some("2020-02-29 08:30:00")
        );
        assert_eq!(
            clerk
                .reports_to_employee
                .loaded()?
                .map(|boss| boss.last_name.as_str()),
            Some("Boss")
        );

        let (name, r#type) = (Some("All".to_owned()), Some("mine".to_owned()));
        let playlist = Playlist {
            playlist_id: 0,
            name,
            r#type,
            playlist_tracks: HasMany::default(),
        };
        let playlist = playlist.insert(db).await?;
        let joined = PlaylistTrack {
            playlist_id: playlist.playlist_id,
            track_id: track.track_id,
            playlist: BelongsTo::default(),
            track: BelongsTo::default(),
        };
        joined.insert(db).await?;
        let joined = PlaylistTrack::find((playlist.playlist_id, track.track_id))
            .include(|j| j.playlist)
            .include(|j| j.track)
            .one(db)
            .await?;
        assert_eq!(
            joined.track.loaded()?.map(|track| track.name.as_str()),
            Some("Sinnerman")
        );
        let kind = joined
            .playlist
            .loaded()?
            .and_then(|playlist| playlist.r#type.as_deref());
        assert_eq!(kind, Some("mine"));

        // A view is only read; a table without a key takes rows and loses them set-wise.
        let long = LongTrack::filter(|t| t.name.eq("Sinnerman")).one(db).await?;
        assert_eq!($long(long.track_id), Some(track.track_id));
        let refused = long.into_inner().insert(db).await.map(drop).expect_err("a view");
        assert_eq!(refused.kind(), manybase::ErrorKind::ReadOnly);
        for line in ["begin", "end"] {
            let line = Some(line.to_owned());
            Log { line }.insert(db).await?;
        }
        assert_eq!(Log::filter(|l| l.line.eq("end")).delete(db).await?, 1);
        assert_eq!(Log::query().one(db).await?.line.as_deref(), Some("begin"));
    }};
}

async fn sqlite(on: &Legacy) -> Result<()> {
    chinook!(on, chinook_sqlite, 0.99, |id| id);
    Ok(())
}

async fn postgres(on: &Legacy) -> Result<()> {
    chinook!(on, chinook_postgres, Decimal::new(99, 2), |id| id);
    use crate::generated::chinook_postgres::*;
    use manybase::prelude::*;
    // Three columns whose names differ by capitals alone.
    let odd = Odd {
        r#type: 0,
        type_2: Some("b".into()),
        type_3: Some("c".into()),
        odd_columns: Some(7),
        odd_columns_by_odd: HasMany::default(),
    };
    let odd = odd.insert(&on.db).await?;
    let found = Odd::filter(|o| o.type_2.eq("b") & o.type_3.eq("c"))
        .one(&on.db)
        .await?;
    assert_eq!(found.r#type, odd.r#type);
    let other = OddColumn {
        id: 1,
        odd: Some(odd.r#type),
        odd_odd: BelongsTo::default(),
    };
    other.insert(&on.db).await?;
    let found = Odd::query().include(|o| o.odd_columns_by_odd).one(&on.db).await?;
    assert_eq!(found.odd_columns_by_odd.loaded()?.len(), 1);
    Ok(())
}

async fn mariadb(on: &Legacy) -> Result<()> {
    chinook!(on, chinook_mariadb, Decimal::new(99, 2), Some);
    Ok(())
}
