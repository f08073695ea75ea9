//! Values that nobody thought of.

use super::case::Case;
use super::db::{DECIMAL, TEXT};
use super::random::Random;
use super::verdict::Verdict;
use manybase_sql::{DataType, Expr, Insert, Order, Select, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Values that nobody thought of, many at once.
pub(super) async fn random_values(case: Case) -> Verdict {
    let mut random = Random::new(7);
    let mut db = case.db().await?;
    let name = case.table("random");
    let types = [
        ("id", DataType::I64),
        ("n", DataType::I64),
        ("x", DataType::F64),
        ("d", DECIMAL),
        ("t", TEXT),
        ("b", DataType::Bytes),
        ("at", DataType::Timestamp),
        ("tm", DataType::Time),
        ("u", DataType::Uuid),
    ];
    db.table(&name, &types).await?;
    let mut rows = Vec::new();
    for id in 0..300i64 {
        let digits = random.next() as i64 >> random.below(63);
        let finite = Some(f64::from_bits(random.next())).filter(|x| x.is_normal());
        let letters = ['a', ' ', '\'', '"', '\\', '%', '\n', 'ß', '日', '😀', '\u{301}'];
        let text = String::from_iter((0..random.below(40)).map(|_| *random.pick(&letters)));
        let bytes = Vec::from_iter((0..random.below(60)).map(|_| random.next() as u8));
        let micros = random.between(-30_000_000_000_000_000, 250_000_000_000_000_000);
        let at = chrono::DateTime::from_timestamp_micros(micros);
        rows.push(vec![
            id.into(),
            (random.next() as i64).into(),
            finite.into(),
            Decimal::new(digits, random.below(19) as u32).into(),
            text.into(),
            bytes.into(),
            Value::from(at),
            at.map(|at| at.time()).into(),
            Uuid::from_u128(u128::from(random.next()) << 64 | u128::from(random.next())).into(),
        ]);
    }
    let insert = Insert::into(name.clone(), types.map(|(column, _)| column));
    let insert = rows.iter().cloned().fold(insert, |insert, row| insert.row(row));
    db.run(&insert).await?;
    let select = types
        .iter()
        .fold(Select::from(name), |select, (column, _)| select.column(*column));
    let select = select.order_by(Expr::typed_column("id", DataType::I64, false), Order::Asc);
    let got = db.rows(&select, &types.map(|(_, data_type)| data_type)).await?;
    for (expected, got) in rows.iter().zip(&got) {
        assert_eq!(expected, got);
    }
    assert_eq!(rows.len(), got.len());
    Ok(())
}
