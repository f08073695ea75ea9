//! Cells convert without loss or not at all; sinks get what they want and no more.

use super::case::Case;
use super::db::{DECIMAL, TEXT};
use super::verdict::Verdict;
use manybase_driver::{CellError, FirstSink, Row};
use manybase_sql::{DataType, Insert, Select, Value};
use rust_decimal::Decimal;

const I64: DataType = DataType::I64;

/// What a getter made of a cell, as text, or the error.
type Got = std::result::Result<String, Box<CellError>>;
type Getter = (&'static str, fn(&dyn Row) -> Got);

macro_rules! getters {
    ($($name:ident)*) => {
        &[$((stringify!($name), |row| row.$name(0).map(|value| format!("{value:?}")))),*]
    };
}

const GETTERS: &[Getter] =
    getters![bool i64 u64 f64 decimal str bytes date time date_time timestamp uuid json];

/// Stores a value in a column and reads it through each getter.
async fn through_each_getter(
    case: &Case,
    data_type: DataType,
    value: Value,
) -> Verdict<Vec<(&'static str, Got)>> {
    let mut db = case.db().await?;
    let name = case.table("getters");
    db.table(&name, &[("id", I64), ("v", data_type)]).await?;
    db.run(&Insert::into(name.clone(), ["id", "v"]).row([1i64.into(), value]))
        .await?;
    let statement = db.statement(&Select::from(name).column("v"))?;
    let sink = FirstSink::new(|row: &dyn Row| {
        assert!(!row.is_null(0) && !row.is_empty());
        Ok(Vec::from_iter(
            GETTERS.iter().map(|(name, get)| (*name, get(row))),
        ))
    });
    Ok(db.session.query(statement, sink).await?.value.unwrap_or_default())
}

/// `right`: what these getters give. All others but the `free` ones must refuse.
async fn check(
    case: &Case,
    data_type: DataType,
    value: impl Into<Value>,
    right: &[(&str, &str)],
    free: &[&str],
) -> Verdict {
    let value = value.into();
    for (getter, got) in through_each_getter(case, data_type, value.clone()).await? {
        if let Some((_, expected)) = right.iter().find(|(name, _)| *name == getter) {
            let got = got.unwrap_or_else(|error| panic!("{data_type:?} {value:?} as {getter}: {error}"));
            assert_eq!(got, *expected, "{data_type:?} {value:?} as {getter}");
        } else if !free.contains(&getter) {
            match got {
                Ok(got) => panic!("{data_type:?} {value:?} as {getter} gave {got}"),
                Err(error) => {
                    let known = matches!(
                        *error,
                        CellError::Type { .. } | CellError::Range { .. } | CellError::Format { .. }
                    );
                    assert!(known, "{data_type:?} {value:?} as {getter}: {error:?}");
                }
            }
        }
    }
    Ok(())
}

pub(super) async fn whole_numbers_convert_without_loss(case: Case) -> Verdict {
    let all = [
        ("i64", "Some(7)"),
        ("u64", "Some(7)"),
        ("f64", "Some(7.0)"),
        ("decimal", "Some(7)"),
    ];
    for data_type in [DataType::I16, DataType::I32, I64] {
        check(&case, data_type, 7i64, &all, &[]).await?;
    }
    let one = [
        ("bool", "Some(true)"),
        ("i64", "Some(1)"),
        ("u64", "Some(1)"),
        ("f64", "Some(1.0)"),
        ("decimal", "Some(1)"),
    ];
    check(&case, DataType::I32, 1i64, &one, &[]).await?;
    check(
        &case,
        I64,
        -1i64,
        &[
            ("i64", "Some(-1)"),
            ("f64", "Some(-1.0)"),
            ("decimal", "Some(-1)"),
        ],
        &[],
    )
    .await?;
    let beyond = (1i64 << 53) + 1;
    let right = [
        ("i64", "Some(9007199254740993)"),
        ("u64", "Some(9007199254740993)"),
        ("decimal", "Some(9007199254740993)"),
    ];
    check(&case, I64, beyond, &right, &[]).await
}

pub(super) async fn decimals_convert_without_loss(case: Case) -> Verdict {
    let free = ["str", "f64", "json", "bytes"];
    let precision = Some((10, 2));
    for data_type in [DECIMAL, DataType::Decimal { precision }] {
        let value = Decimal::new(150, 2);
        for (getter, got) in through_each_getter(&case, data_type, value.into()).await? {
            match getter {
                "decimal" => assert!(
                    got.as_ref().is_ok_and(|got| got.starts_with("Some(1.5")),
                    "{got:?}"
                ),
                getter if free.contains(&getter) => {}
                getter => assert!(got.is_err(), "{data_type:?} 1.5 as {getter} gave {got:?}"),
            }
        }
        let free = ["str", "f64", "json", "bytes", "decimal"];
        check(
            &case,
            data_type,
            Decimal::new(200, 2),
            &[("i64", "Some(2)"), ("u64", "Some(2)")],
            &free,
        )
        .await?;
    }
    Ok(())
}

pub(super) async fn floats_are_no_whole_numbers(case: Case) -> Verdict {
    // 1.5 is the same number as a decimal.
    let free = ["decimal"];
    check(&case, DataType::F64, 1.5, &[("f64", "Some(1.5)")], &free).await?;
    check(&case, DataType::F64, 2.0, &[("f64", "Some(2.0)")], &free).await
}

/// Text that is no number is read as none.
pub(super) async fn text_is_no_number(case: Case) -> Verdict {
    let free = ["json", "bytes"];
    check(&case, TEXT, "abc", &[("str", "Some(\"abc\")")], &free).await?;
    check(&case, TEXT, "", &[("str", "Some(\"\")")], &free).await?;
    check(&case, TEXT, "1.5e", &[("str", "Some(\"1.5e\")")], &free).await?;
    // A database that keeps decimals as text can't tell this from one.
    let free = ["json", "bytes", "decimal", "i64", "u64"];
    check(&case, TEXT, "12", &[("str", "Some(\"12\")")], &free).await
}

pub(super) async fn bytes_are_no_text(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("utf8");
    db.table(&name, &[("id", I64), ("v", DataType::Bytes)]).await?;
    let invalid = Value::Bytes(vec![b'a', 0xFF, 0xFE, 0xC3]);
    db.run(&Insert::into(name.clone(), ["id", "v"]).row([1i64.into(), invalid.clone()]))
        .await?;
    let statement = db.statement(&Select::from(name.clone()).column("v"))?;
    let sink =
        FirstSink::new(|row: &dyn Row| Ok((row.str(0).map(|_| ()), row.json(0).map(|_| ()), row.i64(0))));
    let Some((text, json, number)) = db.session.query(statement, sink).await?.value else {
        panic!("no row came");
    };
    for got in [text, json, number.map(|_| ())] {
        assert!(matches!(
            got.map_err(|error| *error),
            Err(CellError::Utf8 | CellError::Type { .. })
        ));
    }
    assert_eq!(
        db.cell(&Select::from(name).column("v"), DataType::Bytes).await?,
        invalid
    );
    Ok(())
}

pub(super) async fn dates_are_no_times(case: Case) -> Verdict {
    let Some(day) = chrono::NaiveDate::from_ymd_opt(2026, 2, 28) else {
        return Ok(());
    };
    let free = ["str", "json", "bytes", "date_time", "timestamp"];
    check(&case, DataType::Date, day, &[("date", "Some(2026-02-28)")], &free).await?;
    let uuid = uuid::Uuid::new_v4();
    let free = ["str", "json", "bytes"];
    check(
        &case,
        DataType::Uuid,
        uuid,
        &[("uuid", &format!("Some({uuid})"))],
        &free,
    )
    .await
}
