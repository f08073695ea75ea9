//! Every type: its extremes go in and come back unchanged.

use super::case::Case;
use super::db::{DECIMAL, TEXT};
use super::value::widest;
use super::verdict::Verdict;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use manybase_driver::{BulkRows, BulkTarget};
use manybase_sql::{DataType, Expr, Insert, Order, Select, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Stores each value and NULL, and reads them back.
pub(super) async fn round_trip(case: Case, data_type: DataType, values: Vec<Value>) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("types");
    db.table(&name, &[("id", DataType::I64), ("v", data_type)])
        .await?;
    let all = || values.iter().chain([&Value::Null]);
    for (id, value) in all().enumerate() {
        let insert = Insert::into(name.clone(), ["id", "v"]).row([(id as i64).into(), value.clone()]);
        if let Err(error) = db.run(&insert).await {
            panic!("{data_type:?} can't hold {}: {error}", short(value));
        }
    }
    // The same on the road for many rows, which has another form for each type.
    let bulk = case.table("bulk");
    db.table(&bulk, &[("id", DataType::I64), ("v", data_type)])
        .await?;
    let times = 30_usize.div_ceil(values.len() + 1);
    let many = all().cycle().take((values.len() + 1) * times);
    let many = many
        .enumerate()
        .flat_map(|(id, value)| [(id as i64).into(), value.clone()]);
    let target = BulkTarget {
        table: bulk.clone().into(),
        columns: vec!["id".into(), "v".into()],
        on_conflict: None,
        dialect: db.dialect,
    };
    let rows = BulkRows::new(target.into(), many.collect())?;
    if let Err(error) = db.session.bulk_load(rows).await {
        panic!("{data_type:?} can't be loaded: {error}");
    }
    for (road, name, times) in [("inserted", name, 1), ("loaded", bulk, times)] {
        let select = Select::from(name)
            .item(Expr::typed_column("v", data_type, true))
            .order_by(Expr::typed_column("id", DataType::I64, false), Order::Asc);
        let got = db.column(&select, data_type).await?;
        assert_eq!(got.len(), (values.len() + 1) * times);
        for (expected, got) in all().cycle().zip(&got) {
            assert!(
                widest(expected) == *got,
                "{data_type:?}: {road} {}, read {}",
                short(expected),
                short(got)
            );
        }
    }
    Ok(())
}

pub(super) fn short(value: &Value) -> String {
    let text = format!("{value:?}");
    if text.len() > 120 {
        format!(
            "{}… ({} bytes)",
            text.chars().take(100).collect::<String>(),
            text.len()
        )
    } else {
        text
    }
}

fn decimals(texts: &[&str]) -> Vec<Value> {
    let parse = |text: &&str| {
        text.parse::<Decimal>()
            .unwrap_or_else(|_| panic!("{text} is no decimal"))
    };
    texts.iter().map(|text| Value::Decimal(parse(text))).collect()
}

fn dates(texts: &[&str]) -> Vec<NaiveDate> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

fn moments() -> Vec<NaiveDateTime> {
    let texts = [
        "1000-01-01T00:00:00",
        "1969-12-31T23:59:59.999999",
        "1970-01-01T00:00:00",
        "2000-02-29T12:34:56.000001",
        "2026-03-29T02:30:00",
        "2038-01-19T03:14:08",
        "9999-12-31T23:59:59.999999",
    ];
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

pub(super) async fn bools(case: Case) -> Verdict {
    round_trip(case, DataType::Bool, vec![true.into(), false.into()]).await
}

pub(super) async fn i16s(case: Case) -> Verdict {
    let values = [0, 1, -1, i16::MIN, i16::MAX].map(Value::from);
    round_trip(case, DataType::I16, values.into()).await
}

pub(super) async fn i32s(case: Case) -> Verdict {
    let values = [0, -1, i32::MIN, i32::MAX].map(Value::from);
    round_trip(case, DataType::I32, values.into()).await
}

pub(super) async fn i64s(case: Case) -> Verdict {
    let values = [0, -1, i64::MIN, i64::MAX, (1 << 53) + 1].map(Value::from);
    round_trip(case, DataType::I64, values.into()).await
}

pub(super) async fn u64s(case: Case) -> Verdict {
    let values = [0u64, 1, i64::MAX as u64].map(Value::from);
    round_trip(case.clone(), DataType::U64, values.into()).await?;
    let mut db = case.db().await?;
    super::limits::never_changed(&case, &mut db, DataType::U64, u64::MAX.into(), None).await
}

pub(super) async fn f32s(case: Case) -> Verdict {
    let values = [
        0.0,
        0.1,
        -1.5,
        f32::MIN,
        f32::MAX,
        f32::MIN_POSITIVE,
        f32::EPSILON,
    ]
    .map(Value::from);
    round_trip(case, DataType::F32, values.into()).await
}

pub(super) async fn f64s(case: Case) -> Verdict {
    let values = [
        0.0,
        0.1,
        0.1 + 0.2,
        -1.5,
        1.0,
        f64::MIN,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::EPSILON,
        1e300,
    ];
    round_trip(case, DataType::F64, values.map(Value::from).into()).await
}

pub(super) async fn decimals_of_any_width(case: Case) -> Verdict {
    let values = decimals(&[
        "0",
        "1.10",
        "-1.10",
        "100",
        "12345.678900",
        "9999999999999999999999999999",
        "-9999999999999999999999999999",
        "0.0000000000000000000000000001",
        "-0.0000000000000000000000000001",
        "12345678901234.56789012345678",
        "-12345678901234.56789012345678",
        "79228162514264337593543950335",
    ]);
    round_trip(case, DECIMAL, values).await
}

pub(super) async fn decimals_of_a_scale(case: Case) -> Verdict {
    let precision = Some((12, 2));
    let values = decimals(&[
        "0.01",
        "-0.01",
        "9999999999.99",
        "-9999999999.99",
        "10",
        "10.00",
        "5.5",
    ]);
    round_trip(case, DataType::Decimal { precision }, values).await
}

pub(super) async fn texts(case: Case) -> Verdict {
    let values = [
        "",
        " ",
        "  both ends  ",
        "O'Brien \"quoted\" `tick` \\ back\\\\slash \\' \\0 \\n",
        "'; DROP TABLE users; --",
        "%_!*?[]{}$1 ?1 :name @x ?",
        "line\nbreak\r\ttab\u{1}\u{7f}",
        "ÄÖÜäöüß ẞ ı İ é e\u{301}",
        "日本語 עברית \u{200f} \u{feff}bom",
        "😀👩‍👩‍👧‍👦\u{10ffff}",
        "NULL",
    ];
    round_trip(case, TEXT, values.map(Value::from).into()).await
}

pub(super) async fn text_of_a_megabyte(case: Case) -> Verdict {
    let text: String = "0123456789äöü😀".chars().cycle().take(1_000_000).collect();
    round_trip(case, TEXT, vec![text.into()]).await
}

/// Fixed width: whether the padding comes back differs, the text does not.
pub(super) async fn padded_texts(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("padded");
    db.table(&name, &[("id", DataType::I64), ("v", DataType::Char(4))])
        .await?;
    let insert = Insert::into(name.clone(), ["id", "v"])
        .row([1i64.into(), Value::from("ab")])
        .row([2i64.into(), Value::from("abcd")])
        .row([3i64.into(), Value::from("äöü😀")]);
    db.run(&insert).await?;
    let select = Select::from(name)
        .column("v")
        .order_by(Expr::column("id"), Order::Asc);
    let got = db.column(&select, DataType::Char(4)).await?;
    let trimmed = got.iter().map(|value| match value {
        Value::Text(text) => text.trim_end_matches(' '),
        _ => "no text",
    });
    assert_eq!(Vec::from_iter(trimmed), ["ab", "abcd", "äöü😀"]);
    Ok(())
}

pub(super) async fn bytes(case: Case) -> Verdict {
    let all: Vec<u8> = (0..=255).collect();
    let much = all.repeat(4_096);
    round_trip(
        case,
        DataType::Bytes,
        vec![all.into(), vec![0u8].into(), Vec::<u8>::new().into(), much.into()],
    )
    .await
}

pub(super) async fn days(case: Case) -> Verdict {
    let values = dates(&[
        "0001-01-01",
        "1582-10-10",
        "1900-02-28",
        "1969-12-31",
        "1970-01-01",
        "2000-02-29",
        "9999-12-31",
    ]);
    round_trip(
        case.clone(),
        DataType::Date,
        values.into_iter().map(Value::from).collect(),
    )
    .await?;
    let mut db = case.db().await?;
    let Some(late) = NaiveDate::from_ymd_opt(12_345, 6, 7) else {
        return Ok(());
    };
    super::limits::never_changed(&case, &mut db, DataType::Date, late.into(), None).await
}

pub(super) async fn times_of_day(case: Case) -> Verdict {
    let texts = ["00:00:00", "00:00:00.000001", "12:34:56.789", "23:59:59.999999"];
    let times = texts.iter().filter_map(|text| text.parse::<NaiveTime>().ok());
    round_trip(case, DataType::Time, times.map(Value::from).collect()).await
}

pub(super) async fn date_times(case: Case) -> Verdict {
    round_trip(
        case,
        DataType::DateTime,
        moments().into_iter().map(Value::from).collect(),
    )
    .await
}

pub(super) async fn timestamps(case: Case) -> Verdict {
    let instants = moments().into_iter().map(|at| Value::from(at.and_utc()));
    round_trip(case, DataType::Timestamp, instants.collect()).await
}

pub(super) async fn uuids(case: Case) -> Verdict {
    let values = [Uuid::nil(), Uuid::max(), Uuid::new_v4(), Uuid::now_v7()].map(Value::from);
    round_trip(case, DataType::Uuid, values.into()).await
}

pub(super) async fn json(case: Case) -> Verdict {
    let values = vec![
        serde_json::json!({"a": [1, 2.5, -3, {"b": null, "ä😀\"\\/\n\t": [[], {}]}], "z": "", "": true}),
        serde_json::json!([]),
        serde_json::json!({}),
        serde_json::json!("text with 'quotes' and \\ and \u{1}"),
        serde_json::json!(9_007_199_254_740_993_i64),
        serde_json::json!(i64::MIN),
        serde_json::json!(0.1),
        serde_json::json!(false),
        // A document that is null is no missing document.
        serde_json::Value::Null,
    ];
    round_trip(
        case,
        DataType::Json,
        values.into_iter().map(Value::from).collect(),
    )
    .await
}
