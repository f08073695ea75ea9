//! Every type, there and back.

mod numbers;
mod texts;
mod times;

use crate::support::*;
use manybase_driver::{CellError, Error, ErrorKind, Result, Row, Session, Value};

/// Sends a value as a type and reads it back.
async fn back<T: Send + 'static>(
    session: &mut Session,
    ty: &str,
    value: impl Into<Value>,
    make: fn(&dyn Row) -> Result<T>,
) -> Result<T> {
    one(session, &format!("SELECT $1::{ty}"), vec![value.into()], make).await
}

/// A cell's error text.
async fn cell_error<T: Send + 'static>(
    session: &mut Session,
    sql: &str,
    make: fn(&dyn Row) -> Result<T>,
) -> String {
    let error = one(session, sql, vec![], make).await.err().expect(sql);
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    error.message().to_owned()
}

#[tokio::test]
async fn null_is_none_for_every_getter() {
    let db = db!();
    let session = &mut db.session().await;
    for ty in [
        "bool",
        "int4",
        "numeric",
        "float8",
        "text",
        "bytea",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "uuid",
        "jsonb",
        "int4[]",
    ] {
        let nothing = back(session, ty, Value::Null, |row| {
            Ok(row.is_null(0)
                && row.bool(0)?.is_none()
                && row.i64(0)?.is_none()
                && row.u64(0)?.is_none()
                && row.f64(0)?.is_none()
                && row.decimal(0)?.is_none()
                && row.str(0)?.is_none()
                && row.bytes(0)?.is_none()
                && row.date(0)?.is_none()
                && row.time(0)?.is_none()
                && row.date_time(0)?.is_none()
                && row.timestamp(0)?.is_none()
                && row.uuid(0)?.is_none()
                && row.json(0)?.is_none())
        });
        assert!(nothing.await.unwrap(), "{ty}");
    }
}

#[tokio::test]
async fn a_cell_beyond_the_last_is_an_error() {
    let db = db!();
    let session = &mut db.session().await;
    one(session, "SELECT 1", vec![], |row| {
        assert_eq!(
            (row.len(), row.is_empty(), row.is_null(0), row.is_null(1)),
            (1, false, false, true)
        );
        assert_eq!(row.i64(1), Err(Box::new(CellError::Missing)));
        assert_eq!(row.str(9), Err(Box::new(CellError::Missing)));
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_type_without_a_getter_is_named() {
    let db = db!();
    let session = &mut db.session().await;
    for (sql, name) in [
        ("SELECT '1 day'::interval", "interval"),
        ("SELECT '::1'::inet", "inet"),
        ("SELECT '{1}'::int4[]", "_int4"),
    ] {
        assert_eq!(
            cell_error(session, sql, |row| Ok(row.str(0)?.is_some())).await,
            format!("it is {name}, not text")
        );
    }
    // As text it can be read, and what is written as text is parsed by the server.
    let found = one(
        session,
        "SELECT ($1::inet)::text, ($2::interval)::text",
        vec!["10.0.0.0/8".into(), "90 min".into()],
        |row| Ok((row.str(0)?.map(str::to_owned), row.str(1)?.map(str::to_owned))),
    );
    assert_eq!(
        found.await.unwrap(),
        (Some("10.0.0.0/8".into()), Some("01:30:00".into()))
    );
}
