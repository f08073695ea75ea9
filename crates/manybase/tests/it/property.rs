//! Random records, extremes included, come back from SQLite as they were; from the others see `columns`.

use chrono::{Days, TimeDelta};
use manybase::create_table;
use manybase::prelude::*;
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
struct Any {
    #[model(key, auto)]
    id: i64,
    yes: bool,
    tiny: i8,
    small: u16,
    number: i32,
    large: i64,
    positive: u64,
    single: f32,
    double: f64,
    decimal: Option<Decimal>,
    text: String,
    maybe: Option<String>,
    bytes: Vec<u8>,
    day: NaiveDate,
    time: Option<NaiveTime>,
    moment: NaiveDateTime,
    instant: DateTime<Utc>,
    uuid: Uuid,
    #[model(json)]
    document: Vec<Option<String>>,
}

fn edges<T: Copy + std::fmt::Debug + 'static>(
    all: impl Strategy<Value = T> + 'static,
    edges: &[T],
) -> BoxedStrategy<T> {
    let edges = edges.to_vec();
    prop_oneof![3 => all, 1 => proptest::sample::select(edges)].boxed()
}

fn moments() -> BoxedStrategy<NaiveDateTime> {
    let first = NaiveDate::from_ymd_opt(1, 1, 1).expect("a day");
    let all = (0u64..3_652_000, 0i64..86_400_000_000).prop_map(move |(days, micros)| {
        (first + Days::new(days)).and_time(NaiveTime::MIN) + TimeDelta::microseconds(micros)
    });
    let epoch = DateTime::UNIX_EPOCH.naive_utc();
    edges(
        all,
        &[
            epoch,
            epoch - TimeDelta::microseconds(1),
            first.and_time(NaiveTime::MIN),
        ],
    )
}

fn decimals() -> BoxedStrategy<Decimal> {
    let all = (-(1i128 << 96) + 1..1i128 << 96, 0u32..=28)
        .prop_map(|(n, scale)| Decimal::from_i128_with_scale(n, scale));
    edges(
        all,
        &[Decimal::ZERO, Decimal::MAX, Decimal::MIN, Decimal::new(1, 28)],
    )
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![".*", "[\\PC\0]{0,40}", "['\"`\\\\%_?$\u{0}-\u{1f}😀]{0,20}"]
}

fn any_record() -> impl Strategy<Value = Any> {
    let numbers = (
        any::<bool>(),
        edges(any::<i8>(), &[i8::MIN, i8::MAX, 0]),
        edges(any::<u16>(), &[u16::MAX, 0]),
        edges(any::<i32>(), &[i32::MIN, i32::MAX]),
        edges(any::<i64>(), &[i64::MIN, i64::MAX, -1]),
        edges(0..=i64::MAX as u64, &[0, i64::MAX as u64]),
        edges(any::<f32>(), &[f32::MAX, f32::MIN_POSITIVE, f32::INFINITY]),
        edges(
            any::<f64>(),
            &[
                f64::MAX,
                f64::MIN_POSITIVE,
                f64::NEG_INFINITY,
                9_007_199_254_740_993.0,
            ],
        ),
        proptest::option::of(decimals()),
    );
    let others = (
        texts(),
        proptest::option::of(texts()),
        proptest::collection::vec(any::<u8>(), 0..50),
        moments(),
        proptest::option::of(moments()),
        moments(),
        any::<u128>(),
        proptest::collection::vec(proptest::option::of(texts()), 0..4),
    );
    (numbers, others).prop_map(|(n, o)| Any {
        id: 0,
        yes: n.0,
        tiny: n.1,
        small: n.2,
        number: n.3,
        large: n.4,
        positive: n.5,
        single: n.6,
        double: n.7,
        decimal: n.8,
        text: o.0,
        maybe: o.1,
        bytes: o.2,
        day: o.3.date(),
        time: o.4.map(|at| at.time()),
        moment: o.3,
        instant: o.5.and_utc(),
        uuid: Uuid::from_u128(o.6),
        document: o.7,
    })
}

#[test]
fn random_records_come_back() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let db = runtime.block_on(async {
        let db = Db::builder().connect("main", "sqlite::memory:").build()?;
        create_table::<Any>(&db).await?;
        Ok::<Db, manybase::Error>(db)
    });
    let db = db.expect("a database");
    let config = ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(first in any_record(), second in any_record())| {
        runtime.block_on(async {
            let mut record = first.clone().insert(&db).await?;
            prop_assert_eq!(&*Any::find(record.id).one(&db).await?, &*record);
            let id = record.id;
            *record = Any { id, ..second.clone() };
            record.save(&db).await?;
            let found = Any::find(id).one(&db).await?;
            prop_assert_eq!(&*found, &Any { id, ..second.clone() });
            let by_values = Any::filter(|c| {
                c.id.eq(id) & c.text.eq(&second.text) & c.bytes.eq(&second.bytes) & c.moment.eq(second.moment)
                    & c.uuid.eq(second.uuid) & c.large.eq(second.large) & c.double.eq(second.double)
            });
            prop_assert_eq!(by_values.count(&db).await?, 1);
            if let Some(decimal) = second.decimal {
                prop_assert_eq!(Any::filter(|c| c.id.eq(id) & c.decimal.eq(decimal)).count(&db).await?, 1);
            }
            Ok(())
        })?;
    });
}
