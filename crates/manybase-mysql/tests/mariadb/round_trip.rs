//! Values of any kind come back as they went.

use super::{Home, Make, rows, run};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{Result, Statement, Value};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Runs a property on one connection. Proptest is not asynchronous, so it has a runtime of its own.
fn holds<S: Strategy>(name: &str, column: &str, cells: S, make: Make<Option<S::Value>>)
where
    S::Value: Clone + PartialEq + Send + Into<Value> + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let home = Home::new(name);
    let mut session = runtime.block_on(home.session());
    runtime.block_on(run(&mut session, &format!("CREATE TABLE t (v {column})")));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let session = std::cell::RefCell::new(session);
    let result = runner.run(&cells, |cell| {
        let session = &mut *session.borrow_mut();
        let found: Result<_> = runtime.block_on(async {
            run(session, "DELETE FROM t").await;
            let insert = Statement::write("INSERT INTO t VALUES (?)", vec![cell.clone().into()]);
            session.execute(insert).await?;
            rows(session, "SELECT v FROM t", vec![], make).await
        });
        prop_assert_eq!(
            found.map_err(|error| TestCaseError::fail(error.to_string()))?,
            [Some(cell)]
        );
        Ok(())
    });
    result.expect("it holds");
    // The runtime goes last: connections close on it.
    drop(session);
    drop(home);
}

#[test]
fn decimals_round_trip() {
    let decimals = (any::<i128>(), 0..=28u32)
        .prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits % (1 << 95), scale));
    holds("decimals", "DECIMAL(57, 28)", decimals, |row| Ok(row.decimal(0)?));
}

fn instants() -> impl Strategy<Value = NaiveDateTime> {
    let first = NaiveDate::from_ymd_opt(1, 1, 1)
        .expect("a day")
        .and_time(NaiveTime::MIN);
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");
    let last = last.and_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    (first.and_utc().timestamp_micros()..=last.and_utc().timestamp_micros()).prop_map(|micros| {
        DateTime::from_timestamp_micros(micros)
            .expect("in range")
            .naive_utc()
    })
}

#[test]
fn days_round_trip() {
    holds("days", "DATE", instants().prop_map(|at| at.date()), |row| {
        Ok(row.date(0)?)
    });
}

#[test]
fn times_round_trip() {
    holds("times", "TIME(6)", instants().prop_map(|at| at.time()), |row| {
        Ok(row.time(0)?)
    });
}

#[test]
fn date_times_round_trip() {
    holds("date_times", "DATETIME(6)", instants(), |row| {
        Ok(row.date_time(0)?)
    });
}

#[test]
fn timestamps_round_trip() {
    let instants = instants().prop_map(|at| -> DateTime<Utc> { at.and_utc() });
    holds("timestamps", "DATETIME(6)", instants, |row| Ok(row.timestamp(0)?));
}

#[test]
fn texts_round_trip() {
    holds("any_text", "LONGTEXT", any::<String>(), |row| {
        Ok(row.str(0)?.map(str::to_owned))
    });
}

#[test]
fn bytes_round_trip() {
    holds("any_bytes", "LONGBLOB", any::<Vec<u8>>(), |row| {
        Ok(row.bytes(0)?.map(<[u8]>::to_vec))
    });
}

#[test]
fn doubles_round_trip() {
    let finite = any::<f64>().prop_filter("finite", |v| v.is_finite());
    holds("doubles", "DOUBLE", finite, |row| Ok(row.f64(0)?));
}
