//! Days and instants: comparison, order, their parts, the clock.

use super::case::Case;
use super::db::col;
use super::dialect::{id, ids, sample};
use super::verdict::Verdict;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use manybase_sql::expr::Aggregate;
use manybase_sql::{DataType, Expr, Function, Insert, Order, Select, Value};

const I64: DataType = DataType::I64;

/// Comparisons of days and instants, and their parts in UTC.
pub(super) async fn dates_and_their_parts(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("dates");
    let types = [
        ("id", I64),
        ("day", DataType::Date),
        ("at", DataType::DateTime),
        ("instant", DataType::Timestamp),
    ];
    db.table(&name, &types).await?;
    let texts = [
        "2025-12-31T23:59:59.999999",
        "2026-01-01T00:00:00",
        "2024-02-29T12:00:00.5",
        "0999-06-07T08:09:10",
    ];
    let moments = Vec::from_iter(texts.iter().filter_map(|text| text.parse::<NaiveDateTime>().ok()));
    for (id, at) in (1i64..).zip(&moments) {
        let row = [
            id.into(),
            Value::from(at.date()),
            Value::from(*at),
            Value::from(at.and_utc()),
        ];
        db.run(&Insert::into(name.clone(), ["id", "day", "at", "instant"]).row(row))
            .await?;
    }
    for (column, data_type) in &types[1..] {
        let part = |function| Expr::call(function, [col(column, *data_type)]);
        let select = Select::from(name.clone())
            .item(part(Function::Year))
            .item(part(Function::Month))
            .item(part(Function::Day))
            .order_by(id(), Order::Asc);
        let expected = [[2025, 12, 31], [2026, 1, 1], [2024, 2, 29], [999, 6, 7]].map(|row| ids(&row));
        assert_eq!(
            db.rows(&select, &[I64; 3]).await?,
            expected,
            "parts of {data_type:?}"
        );
    }
    let late = moments[0];
    let instant: DateTime<Utc> = late.and_utc();
    let forms: [(&str, Expr, &[i64]); 6] = [
        ("day >=", col("day", DataType::Date).ge(late.date()), &[1, 2]),
        (
            "day IN",
            col("day", DataType::Date).in_list([late.date(), NaiveDate::default()]),
            &[1],
        ),
        ("at =", col("at", DataType::DateTime).eq(late), &[1]),
        ("at >", col("at", DataType::DateTime).gt(late), &[2]),
        (
            "instant <",
            col("instant", DataType::Timestamp).lt(instant),
            &[3, 4],
        ),
        (
            "year",
            Expr::call(Function::Year, [col("instant", DataType::Timestamp)]).eq(2025i64),
            &[1],
        ),
    ];
    for (form, condition, expected) in forms {
        let select = Select::from(name.clone())
            .column("id")
            .filter(condition)
            .order_by(id(), Order::Asc);
        assert_eq!(db.column(&select, I64).await?, ids(expected), "{form}");
    }
    let ordered = Select::from(name.clone())
        .column("id")
        .order_by(col("instant", DataType::Timestamp), Order::Asc);
    assert_eq!(db.column(&ordered, I64).await?, ids(&[4, 3, 1, 2]));
    let extremes = Select::from(name)
        .item(col("day", DataType::Date).aggregate(Aggregate::Min))
        .item(col("instant", DataType::Timestamp).aggregate(Aggregate::Max));
    let got = db.rows(&extremes, &[DataType::Date, DataType::Timestamp]).await?;
    assert_eq!(
        got,
        [vec![
            Value::from(moments[3].date()),
            Value::from(moments[1].and_utc())
        ]]
    );
    Ok(())
}

/// The database's clock, read as an instant, is near ours.
pub(super) async fn now_is_an_instant(case: Case) -> Verdict {
    let (mut db, name) = sample(&case).await?;
    let select = Select::from(name).item(Expr::call(Function::Now, [])).limit(1);
    let Value::Timestamp(now) = db.cell(&select, DataType::Timestamp).await? else {
        panic!("the clock gave no instant");
    };
    let apart = (now - Utc::now()).num_seconds().abs();
    assert!(apart < 60, "the clock is {apart} s apart: a zone got in between?");
    Ok(())
}
