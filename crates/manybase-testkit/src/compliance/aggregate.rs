//! Sums, means, the least and the greatest; numbers of different types together.

use super::case::Case;
use super::db::{DECIMAL, col};
use super::verdict::Verdict;
use manybase_driver::{Flow, Row};
use manybase_sql::expr::Aggregate;
use manybase_sql::{DataType, Expr, Insert, Select, Value};
use rust_decimal::Decimal;

const I64: DataType = DataType::I64;
const F64: DataType = DataType::F64;

/// Sum, least and greatest are exact; a mean is right to six places, whatever type it comes in.
pub(super) async fn aggregates(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("aggregates");
    db.table(&name, &[("id", I64), ("n", I64), ("d", DECIMAL), ("f", F64)])
        .await?;
    let texts = ["9.5", "10", "-10.25", "100.000001", "0.1"];
    let decimals = Vec::from_iter(texts.iter().filter_map(|text| text.parse::<Decimal>().ok()));
    for (id, d) in (1i64..).zip(&decimals) {
        let row = [
            id.into(),
            Value::I64(id * 2),
            Value::from(*d),
            Value::F64(id as f64 / 4.0),
        ];
        db.run(&Insert::into(name.clone(), ["id", "n", "d", "f"]).row(row))
            .await?;
    }
    let of = |column, data_type, function| (col(column, data_type).aggregate(function), data_type);
    let got = db
        .eval(
            &name,
            &[
                of("n", I64, Aggregate::Sum),
                of("n", I64, Aggregate::Min),
                of("n", I64, Aggregate::Max),
                of("d", DECIMAL, Aggregate::Sum),
                of("d", DECIMAL, Aggregate::Min),
                of("d", DECIMAL, Aggregate::Max),
                of("f", F64, Aggregate::Sum),
                of("f", F64, Aggregate::Max),
                (Expr::count_all(), I64),
            ],
        )
        .await?;
    let sum: Decimal = decimals.iter().sum();
    let (least, greatest) = (decimals[2], decimals[3]);
    let expected: [Value; 9] = [
        30i64.into(),
        2i64.into(),
        10i64.into(),
        sum.into(),
        least.into(),
        greatest.into(),
        3.75.into(),
        1.25.into(),
        5i64.into(),
    ];
    assert_eq!(got, expected);

    let avg = |column, data_type| col(column, data_type).aggregate(Aggregate::Avg);
    let select = Select::from(name)
        .item(avg("n", I64))
        .item(avg("d", DECIMAL))
        .item(avg("f", F64));
    let statement = db.statement(&select)?;
    let sink = super::value::EachRow(|row: &dyn Row| {
        for (i, expected) in [6.0, 21.870_000_2, 0.75].into_iter().enumerate() {
            // A decimal or a floating-point number, as the database has it.
            let mean = row.f64(i).ok().flatten();
            let mean = mean.or_else(|| row.decimal(i).ok()??.to_string().parse().ok());
            assert!(
                mean.is_some_and(|mean: f64| (mean - expected).abs() < 1e-6),
                "mean {i}: {mean:?}, not {expected}"
            );
        }
        Ok(Flow::Continue)
    });
    db.session.query(statement, sink).await?;
    Ok(())
}

/// A sum in a condition, of whole numbers and decimals together.
pub(super) async fn whole_numbers_and_decimals_together(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("mixed");
    db.table(&name, &[("id", I64), ("qty", DataType::I32), ("price", DECIMAL)])
        .await?;
    let row = [1i64.into(), Value::I64(3), Decimal::new(1999, 2).into()];
    db.run(&Insert::into(name.clone(), ["id", "qty", "price"]).row(row))
        .await?;
    let total = || col("price", DECIMAL).mul(col("qty", DataType::I32));
    let exprs = [
        (total(), DECIMAL),
        (col("qty", DataType::I32).mul(col("price", DECIMAL)), DECIMAL),
        (total().gt(col("qty", DataType::I32)), DataType::Bool),
        (total().eq(Decimal::new(5997, 2)), DataType::Bool),
        (
            col("qty", DataType::I32).lt(col("price", DECIMAL)),
            DataType::Bool,
        ),
    ];
    let total = Value::from(Decimal::new(5997, 2));
    let yes = Value::Bool(true);
    assert_eq!(
        db.eval(&name, &exprs).await?,
        [total.clone(), total, yes.clone(), yes.clone(), yes]
    );
    Ok(())
}
