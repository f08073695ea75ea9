//! Rows of the films for rent, through the models as they were written.

use crate::home::{Kind, Legacy};
use crate::on_each;
use manybase::Result;
use manybase::serde_json::json;

on_each! { rows "sakila" super::rows; }

async fn rows(on: &Legacy, kind: Kind) -> Result<()> {
    match kind {
        Kind::Sqlite => sqlite(on).await,
        Kind::Postgres => postgres(on).await,
        Kind::MariaDb => mariadb(on).await,
    }
}

macro_rules! sakila {
    ($on:ident, $models:ident, $rating:ident, $utc:expr, $listed:expr, $rate:expr, { $($film:tt)* }) => {{
        use crate::generated::$models::*;
        use manybase::prelude::*;

        let db = &$on.db;
        for name in ["English", "Italian"] {
            let language = Language {
                language_id: 0,
                name: name.into(),
                films_by_language: HasMany::default(),
                films_by_original_language: HasMany::default(),
            };
            language.insert(db).await?;
        }
        let languages = Language::query().order_by(|l| l.language_id.asc()).all(db).await?;
        let uuid = Uuid::now_v7();
        let film = Film {
            film_id: 0,
            title: "Ladri di biciclette".into(),
            release_year: Some(1948),
            language_id: languages[0].language_id.try_into().expect("it fits"),
            original_language_id: Some(languages[1].language_id.try_into().expect("it fits")),
            rating: Some($rating::Pg13),
            rental_rate: Decimal::new(299, 2),
            last_update: $utc,
            uuid: Some(uuid),
            language: BelongsTo::default(),
            original_language: BelongsTo::default(),
            film_text: HasOne::default(),
            $($film)*
        };
        let film = film.insert(db).await?;
        let text = FilmText { film_id: film.film_id, text: "A thief.".into(), film: BelongsTo::default() };
        text.insert(db).await?;

        let found = Film::filter(|f| f.rating.eq($rating::Pg13) & f.uuid.eq(uuid))
            .include(|f| f.language)
            .include(|f| f.original_language.include(|l| l.films_by_original_language))
            .include(|f| f.film_text)
            .one(db)
            .await?;
        assert_eq!((found.release_year, found.rental_rate), (Some(1948), Decimal::new(299, 2)));
        assert_eq!(found.last_update, $utc);
        assert_eq!(found.language.loaded()?.map(|language| language.name.as_str()), Some("English"));
        let original = found.original_language.loaded()?.expect("it has one");
        assert_eq!(original.name, "Italian");
        assert_eq!(original.films_by_original_language.loaded()?.len(), 1);
        assert_eq!(found.film_text.loaded()?.map(|text| text.text.as_str()), Some("A thief."));

        let listed = FilmList::filter(|f| f.language_name.eq("English")).one(db).await?;
        let (title, language): (Option<String>, Option<String>) =
            (listed.title.clone().into(), listed.language_name.clone().into());
        assert_eq!((title.as_deref(), language.as_deref()), (Some("Ladri di biciclette"), Some("English")));
        let rate: Option<Decimal> = listed.n2x_rate.into();
        assert_eq!((&listed.rating, rate), (&$listed, Some($rate)));
        let refused = FilmList::query().delete(db).await.expect_err("a view");
        assert_eq!(refused.kind(), manybase::ErrorKind::ReadOnly);

        let option = OptionRecord {
            r#match: "all".into(),
            self_: true,
            n2nd: Some(json!({ "a": [1, null] })),
            unnamed: Some("%".into()),
        };
        option.insert(db).await?;
        let option = OptionRecord::find("all".to_owned()).one(db).await?;
        assert_eq!((option.self_, &option.n2nd), (true, &Some(json!({ "a": [1, null] }))));

        let country = Country { id: 0, iso: "BE".into(), name: None, cities: HasMany::default() };
        country.insert(db).await?;
        let city = City { id: 0, country_code: Some("BE".into()), country: BelongsTo::default() };
        city.insert(db).await?;
        let city = City::query().include(|c| c.country.include(|c| c.cities)).one(db).await?;
        let country = city.country.loaded()?.expect("it has one");
        assert_eq!((country.iso.as_str(), country.cities.loaded()?.len()), ("BE", 1));

        let staff = Staff {
            staff_id: 0,
            store_id: None,
            active: true,
            store: BelongsTo::default(),
            store_by_manager_staff: HasOne::default(),
        };
        let mut staff = staff.insert(db).await?;
        let store = Store {
            store_id: 0,
            manager_staff_id: staff.staff_id.try_into().expect("it fits"),
            manager_staff: BelongsTo::default(),
            staffs: HasMany::default(),
        };
        let store = store.insert(db).await?;
        staff.store_id = Some(store.store_id);
        staff.save(db).await?;
        let staff = Staff::query()
            .include(|s| s.store.include(|s| s.staffs))
            .include(|s| s.store_by_manager_staff)
            .one(db)
            .await?;
        assert_eq!(staff.store_by_manager_staff.loaded()?.map(|store| store.store_id), Some(store.store_id));
        let store = staff.store.loaded()?.expect("it has one");
        assert_eq!(store.staffs.loaded()?.len(), 1);
    }};
}

fn at() -> manybase::prelude::DateTime<manybase::prelude::Utc> {
    "2026-02-28T12:30:15Z".parse().expect("a time")
}

#[allow(clippy::useless_conversion, clippy::unnecessary_fallible_conversions)]
async fn sqlite(on: &Legacy) -> Result<()> {
    sakila!(on, sakila_sqlite, FilmRating, at().naive_utc(), Some("PG-13".to_owned()), Decimal::new(299, 2), { special_features: Some(vec![0, 255]) });
    Ok(())
}

#[allow(clippy::useless_conversion, clippy::unnecessary_fallible_conversions)]
async fn postgres(on: &Legacy) -> Result<()> {
    sakila!(
        on,
        sakila_postgres,
        MpaaRating,
        at(),
        Some(MpaaRating::Pg13),
        Decimal::new(598, 2),
        {}
    );
    use crate::generated::sakila_postgres::*;
    use manybase::prelude::*;
    // An enum of the database's as a key, and a table in parts.
    RatingNote {
        rating: MpaaRating::Nc17,
        note: Some("adults".into()),
    }
    .insert(&on.db)
    .await?;
    let note = RatingNote::find(MpaaRating::Nc17).one(&on.db).await?;
    assert_eq!(note.note.as_deref(), Some("adults"));
    // A view whose rows are kept.
    assert_eq!(FilmsPerLanguage::query().count(&on.db).await?, 0);
    on.script("REFRESH MATERIALIZED VIEW films_per_language").await?;
    let kept = FilmsPerLanguage::query().one(&on.db).await?;
    assert_eq!(kept.count, Some(1));
    let paid_on = NaiveDate::from_ymd_opt(2026, 5, 1).expect("a day");
    Payment {
        payment_id: 1,
        paid_on,
        amount: Decimal::new(1005, 3),
    }
    .insert(&on.db)
    .await?;
    assert_eq!(
        Payment::find((1, paid_on)).one(&on.db).await?.amount,
        Decimal::new(1005, 3)
    );
    Ok(())
}

#[allow(clippy::useless_conversion, clippy::unnecessary_fallible_conversions)]
async fn mariadb(on: &Legacy) -> Result<()> {
    sakila!(on, sakila_mariadb, FilmRating, at(), Some(FilmListRating::Pg13), Decimal::new(598, 2), { special_features: Some("Trailers,Deleted Scenes".into()) });
    Ok(())
}
