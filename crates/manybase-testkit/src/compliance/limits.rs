//! Values that a column may not be able to hold: refused with a typed error or kept whole, never changed.

use super::case::Case;
use super::db::{DECIMAL, Db, TEXT};
use super::types::{round_trip, short};
use super::value::widest;
use super::verdict::{Verdict, refused};
use manybase_driver::{ErrorKind, Result};
use manybase_sql::{DataType, Expr, Insert, Select, Value};
use rust_decimal::Decimal;

/// A value that the column can't hold is refused, or stored whole: it is never cut, rounded or replaced.
pub(super) async fn never_changed(
    case: &Case,
    db: &mut Db,
    data_type: DataType,
    value: Value,
    lacks: Option<&str>,
) -> Verdict {
    let name = case.table("narrow");
    db.table(&name, &[("id", DataType::I64), ("v", data_type)])
        .await?;
    let insert = Insert::into(name.clone(), ["id", "v"]).row([1i64.into(), value.clone()]);
    match db.run(&insert).await {
        Err(error) => assert_eq!(
            error.kind(),
            ErrorKind::Value,
            "{data_type:?}, {}: {error}",
            short(&value)
        ),
        Ok(_) => {
            let read_as = value.data_type().unwrap_or(data_type);
            let got = db.cell(&Select::from(name.clone()).column("v"), read_as).await?;
            assert!(
                got == widest(&value),
                "{data_type:?}: stored {}, read {}",
                short(&value),
                short(&got)
            );
            if let Some(lacks) = lacks {
                case.without(db, &format!("{lacks} (a value beyond them is kept whole)"));
            }
        }
    }
    assert!(db.count(&name).await? <= 1);
    Ok(())
}

/// Refused with a typed error or kept as it is; never a NULL or another number.
pub(super) async fn floats_that_are_no_numbers(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("nan");
    db.table(&name, &[("id", DataType::I64), ("v", DataType::F64)])
        .await?;
    for (id, value) in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
        .into_iter()
        .enumerate()
    {
        let id = id as i64;
        let insert = Insert::into(name.clone(), ["id", "v"]).row([id.into(), Value::F64(value)]);
        if let Err(error) = db.run(&insert).await {
            assert_eq!(error.kind(), ErrorKind::Value, "{value}: {error}");
            continue;
        }
        let select = Select::from(name.clone())
            .column("v")
            .filter(Expr::column("id").eq(id));
        let got = db.cell(&select, DataType::F64).await?;
        let same = matches!(got, Value::F64(got) if got == value || (got.is_nan() && value.is_nan()));
        assert!(same, "stored {value}, read {got:?}");
    }
    db.assert_usable().await?;
    Ok(())
}

pub(super) async fn text_with_nul(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("nul");
    db.table(&name, &[("id", DataType::I64), ("v", TEXT)]).await?;
    let insert = Insert::into(name.clone(), ["id", "v"]).row([1i64.into(), Value::from("a\0b")]);
    match db.run(&insert).await {
        Ok(_) => {
            let got = db.cell(&Select::from(name.clone()).column("v"), TEXT).await?;
            assert_eq!(got, Value::from("a\0b"));
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Value, "{error}");
            assert!(!error.to_string().contains('\0'), "the value is in the message");
            case.without(&db, "NUL in text (it refuses the value)");
        }
    }
    db.assert_usable().await?;
    Ok(())
}

pub(super) async fn bounded_texts(case: Case) -> Verdict {
    let length = Some(5);
    let values = ["", "12345", "ÄÖÜäö", "😀😀😀😀😀", "a    "].map(Value::from);
    round_trip(case.clone(), DataType::Text { length }, values.into()).await?;
    let mut db = case.db().await?;
    never_changed(
        &case,
        &mut db,
        DataType::Text { length },
        "123456".into(),
        Some("limits of text"),
    )
    .await?;
    db.assert_usable().await?;
    Ok(())
}

pub(super) async fn numbers_out_of_range(case: Case) -> Verdict {
    let mut db = case.db().await?;
    for (data_type, value) in [
        (DataType::I16, Value::I64(32_768)),
        (DataType::I16, Value::I64(-32_769)),
        (DataType::I32, Value::I64(1 << 31)),
        (DataType::I32, Value::I64(i64::MIN)),
        (DataType::I64, Value::U64(u64::MAX)),
    ] {
        never_changed(&case, &mut db, data_type, value, Some("limits of small numbers")).await?;
    }
    let precision = Some((5, 2));
    let wide = Value::Decimal(Decimal::from(1_000));
    never_changed(
        &case,
        &mut db,
        DataType::Decimal { precision },
        wide,
        Some("limits of decimals"),
    )
    .await?;
    db.assert_usable().await?;
    Ok(())
}

/// Text in a numeric column is refused, or kept and then no number.
pub(super) async fn values_of_another_type(case: Case) -> Verdict {
    let mut db = case.db().await?;
    for data_type in [
        DataType::I64,
        DECIMAL,
        DataType::Date,
        DataType::Uuid,
        DataType::Timestamp,
    ] {
        let name = case.table("other");
        db.table(&name, &[("id", DataType::I64), ("v", data_type)])
            .await?;
        let insert = Insert::into(name.clone(), ["id", "v"]).row([1i64.into(), Value::from("abc")]);
        match db.run(&insert).await {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Value, "text into {data_type:?}: {error}"),
            Ok(_) => {
                let select = Select::from(name).column("v");
                let read: Result<Value> = db.cell(&select, data_type).await;
                refused(read, &[ErrorKind::Decode]);
                case.without(&db, &format!("strict column of {data_type:?} (reading finds it)"));
            }
        }
    }
    db.assert_usable().await?;
    Ok(())
}
