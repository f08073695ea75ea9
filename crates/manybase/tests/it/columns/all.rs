//! All types in one record.

use super::Shape;
use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{Result, create_table};
use std::collections::BTreeMap;
use std::sync::Arc;

on_every_database! { every_type_comes_back, options_of_every_type }

#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
enum Mood {
    Happy,
    VerySad,
    #[db("'; DROP TABLE \"every\"")]
    Odd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
#[db(integer)]
enum Level {
    Low = -1,
    Middle,
    High = 7,
    #[db(1000)]
    Top,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Every {
    #[model(key, auto)]
    id: i64,
    yes: bool,
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    f32: f32,
    f64: f64,
    decimal: Decimal,
    #[model(precision = (12, 3))]
    money: Decimal,
    text: String,
    #[model(length = 30)]
    short: String,
    bytes: Vec<u8>,
    day: NaiveDate,
    time: NaiveTime,
    moment: NaiveDateTime,
    instant: DateTime<Utc>,
    uuid: Uuid,
    #[model(json)]
    shapes: Vec<Shape>,
    wrapped: Json<Shape>,
    document: serde_json::Value,
    mood: Mood,
    level: Level,
}

fn every() -> Every {
    Every {
        id: 0,
        yes: true,
        i8: -1,
        i16: -2,
        i32: -3,
        i64: -4,
        u8: 1,
        u16: 2,
        u32: 3,
        u64: 4,
        f32: 0.1,
        f64: 0.1,
        decimal: Decimal::new(-12_345, 4),
        money: Decimal::new(99_999_999_999, 3),
        text: "it's \"here\"".into(),
        short: "short".into(),
        bytes: vec![0, 1, 255],
        day: NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day"),
        time: NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time"),
        moment: "2024-02-29T12:34:56.789012".parse().expect("a moment"),
        instant: "2024-02-29T12:34:56.789012Z".parse().expect("an instant"),
        uuid: Uuid::from_u128(0xF000_0000_0000_0000_0000_0000_0000_000F),
        shapes: vec![Shape::Point, Shape::Circle { radius: 0.5 }],
        wrapped: Json(Shape::Named(BTreeMap::from([
            ("a'\"\\".into(), None),
            ("ü😀".into(), Some(i64::MAX)),
        ]))),
        document: serde_json::json!({"a": [1, null, {"b": "c"}], "d": 1.5, "e": true}),
        mood: Mood::VerySad,
        level: Level::High,
    }
}

async fn every_type_comes_back(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Every>(db).await?;
    let least = Every {
        yes: false,
        i8: i8::MIN,
        i16: i16::MIN,
        i32: i32::MIN,
        i64: i64::MIN,
        u8: 0,
        u16: 0,
        u32: 0,
        u64: 0,
        f32: f32::MIN,
        f64: f64::MIN,
        decimal: Decimal::ZERO,
        money: Decimal::ZERO,
        text: String::new(),
        short: String::new(),
        bytes: Vec::new(),
        time: NaiveTime::MIN,
        uuid: Uuid::nil(),
        shapes: Vec::new(),
        wrapped: Json(Shape::Point),
        document: serde_json::Value::Null,
        mood: Mood::Odd,
        level: Level::Low,
        ..every()
    };
    let greatest = Every {
        i8: i8::MAX,
        i16: i16::MAX,
        i32: i32::MAX,
        i64: i64::MAX,
        u8: u8::MAX,
        u16: u16::MAX,
        u32: u32::MAX,
        u64: i64::MAX as u64,
        f32: f32::MAX,
        f64: f64::MAX,
        money: Decimal::new(-999_999_999_999, 3),
        short: "😀".repeat(30),
        uuid: Uuid::max(),
        mood: Mood::Happy,
        level: Level::Top,
        ..every()
    };
    for given in [every(), least.clone(), greatest.clone()] {
        let inserted = given.clone().insert(db).await?;
        let expected = Every {
            id: inserted.id,
            ..given
        };
        assert_eq!(*inserted, expected);
        assert_eq!(Every::find(inserted.id).one(db).await?, inserted);
        // Every column finds its own row again.
        let e = expected.clone();
        let found = Every::filter(|c| {
            c.yes.eq(e.yes)
                & c.i8.eq(e.i8)
                & c.i16.eq(e.i16)
                & c.i32.eq(e.i32)
                & c.i64.eq(e.i64)
                & c.u8.eq(e.u8)
                & c.u16.eq(e.u16)
                & c.u32.eq(e.u32)
                & c.u64.eq(e.u64)
                & c.f64.eq(e.f64)
                & c.decimal.eq(e.decimal)
                & c.money.eq(e.money)
                & c.text.eq(e.text)
                & c.short.eq(e.short)
                & c.bytes.eq(e.bytes)
                & c.day.eq(e.day)
                & c.time.eq(e.time)
                & c.moment.eq(e.moment)
                & c.instant.eq(e.instant)
                & c.uuid.eq(e.uuid)
                & c.mood.eq(e.mood)
                & c.level.eq(e.level)
                & c.id.eq(e.id)
        });
        assert_eq!(found.one(db).await?, inserted);
    }
    assert_eq!(Every::insert_many([every(), least, greatest], db).await?, 3);
    let all = Every::query().order_by(|c| c.id.asc()).all(db).await?;
    for (one, other) in all[..3].iter().zip(&all[3..]) {
        assert_eq!(
            **one,
            Every {
                id: one.id,
                ..(**other).clone()
            }
        );
    }
    // Through save as well.
    let mut one = all.into_iter().next().expect("a record");
    let id = one.id;
    *one = Every {
        id,
        yes: false,
        f32: -0.3,
        level: Level::Middle,
        mood: Mood::Happy,
        document: serde_json::json!([]),
        ..every()
    };
    assert_eq!(one.dirty_fields(), ["yes", "f32", "document", "mood", "level"]);
    one.save(db).await?;
    assert_eq!(Every::find(id).one(db).await?, one);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Maybe {
    #[model(key, auto)]
    id: i64,
    yes: Option<bool>,
    i8: Option<i8>,
    i16: Option<i16>,
    i32: Option<i32>,
    i64: Option<i64>,
    u8: Option<u8>,
    u16: Option<u16>,
    u32: Option<u32>,
    u64: Option<u64>,
    f32: Option<f32>,
    f64: Option<f64>,
    decimal: Option<Decimal>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    day: Option<NaiveDate>,
    time: Option<NaiveTime>,
    moment: Option<NaiveDateTime>,
    instant: Option<DateTime<Utc>>,
    uuid: Option<Uuid>,
    #[model(json)]
    inside: Option<Shape>,
    outside: Option<Json<Shape>>,
    document: Option<serde_json::Value>,
    mood: Option<Mood>,
    level: Option<Level>,
}

async fn options_of_every_type(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Maybe>(db).await?;
    let none = Maybe {
        id: 0,
        yes: None,
        i8: None,
        i16: None,
        i32: None,
        i64: None,
        u8: None,
        u16: None,
        u32: None,
        u64: None,
        f32: None,
        f64: None,
        decimal: None,
        text: None,
        bytes: None,
        day: None,
        time: None,
        moment: None,
        instant: None,
        uuid: None,
        inside: None,
        outside: None,
        document: None,
        mood: None,
        level: None,
    };
    let e = every();
    let some = Maybe {
        id: 0,
        yes: Some(e.yes),
        i8: Some(e.i8),
        i16: Some(e.i16),
        i32: Some(e.i32),
        i64: Some(e.i64),
        u8: Some(e.u8),
        u16: Some(e.u16),
        u32: Some(e.u32),
        u64: Some(e.u64),
        f32: Some(e.f32),
        f64: Some(e.f64),
        decimal: Some(e.decimal),
        text: Some(e.text),
        bytes: Some(e.bytes),
        day: Some(e.day),
        time: Some(e.time),
        moment: Some(e.moment),
        instant: Some(e.instant),
        uuid: Some(e.uuid),
        inside: Some(Shape::Point),
        outside: Some(e.wrapped),
        document: Some(e.document),
        mood: Some(e.mood),
        level: Some(e.level),
    };
    let first = none.clone().insert(db).await?;
    assert_eq!(Maybe::find(first.id).one(db).await?, first);
    let mut second = some.clone().insert(db).await?;
    assert_eq!(Maybe::find(second.id).one(db).await?, second);
    // From NULL to something and back.
    let mut first = first;
    *first = Maybe {
        id: first.id,
        ..some.clone()
    };
    assert_eq!(first.dirty_fields().len(), 24);
    first.save(db).await?;
    assert_eq!(Maybe::find(first.id).one(db).await?, first);
    *second = Maybe {
        id: second.id,
        ..none.clone()
    };
    second.save(db).await?;
    assert_eq!(Maybe::find(second.id).one(db).await?, second);
    // Rows with NULL and without in one statement.
    Maybe::insert_many([none, some.clone(), some], db).await?;
    let absent = Maybe::filter(|c| {
        c.yes.is_null()
            & c.f32.is_null()
            & c.bytes.is_null()
            & c.instant.is_null()
            & c.uuid.is_null()
            & c.outside.is_null()
            & c.document.is_null()
            & c.mood.is_null()
            & c.level.is_null()
            & c.decimal.is_null()
    });
    assert_eq!(absent.count(db).await?, 2);
    let present = Maybe::filter(|c| c.u64.is_not_null() & c.time.is_not_null() & c.inside.is_not_null());
    assert_eq!(present.count(db).await?, 3);
    // A comparison with None is one with NULL: not true for any row.
    assert_eq!(Maybe::filter(|c| c.i32.eq(None::<i32>)).count(db).await?, 0);
    assert_eq!(
        Maybe::query()
            .update(db, |c| (c.i32.set(None::<i32>), c.text.set("x")))
            .await?,
        5
    );
    assert_eq!(
        Maybe::filter(|c| c.i32.is_null() & c.text.eq("x"))
            .count(db)
            .await?,
        5
    );
    Ok(())
}
