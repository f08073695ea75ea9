//! Many rows by `COPY`.

use crate::support::*;
use manybase_driver::{ErrorKind, Session, TransactionOptions, Value};

async fn load(session: &mut Session, values: Vec<Value>) -> manybase_driver::Result<u64> {
    Ok(session.bulk_load(rows(&["a"], values)).await?.inserted)
}

/// In a transaction a table stays as it is, so that it is asked for once; but not if the transaction itself changes it.
#[tokio::test]
async fn a_table_that_changes_between_two_loads() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int8)").await;
    session.begin(TransactionOptions::default()).await.unwrap();
    let numbers = || vec![Value::from(7), Value::from(8)];
    assert_eq!(load(session, numbers()).await.unwrap(), 2);
    assert_eq!(load(session, numbers()).await.unwrap(), 2);
    // As many bytes, and other ones.
    script(session, "ALTER TABLE t ALTER a TYPE float8").await;
    let singles = vec![Value::F64(0.5), Value::F64(1.5)];
    assert_eq!(load(session, singles).await.unwrap(), 2);
    session.savepoint(1).await.unwrap();
    script(session, "ALTER TABLE t ALTER a TYPE text").await;
    assert_eq!(load(session, vec!["9".into()]).await.unwrap(), 1);
    session.rollback_to(1).await.unwrap();
    assert_eq!(load(session, vec![Value::F64(2.5)]).await.unwrap(), 1);
    session.commit().await.unwrap();
    assert_eq!(
        text(session, "SELECT string_agg(a::text, ' ' ORDER BY a) FROM t")
            .await
            .unwrap(),
        "0.5 1.5 2.5 7 7 8 8"
    );
}

/// What is wrong is told, wherever it is found, and the connection goes on.
#[tokio::test]
async fn loads_that_fail() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int CHECK (a >= 0))").await;
    let numbers = |bad: Value, at: usize| {
        let mut all: Vec<Value> = (0..20_000).map(Value::from).collect();
        all[at] = bad;
        all
    };
    for at in [0, 1, 9_999, 19_999] {
        let error = load(session, numbers((-1).into(), at)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CheckViolation);
        let error = load(session, numbers((1i64 << 40).into(), at)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Value);
        assert!(error.message().starts_with("column a: "), "{error}");
    }
    script(
        session,
        "ALTER TABLE t RENAME TO other; CREATE VIEW t AS SELECT a, 1 AS b FROM other",
    )
    .await;
    // COPY does not write to views.
    load(session, numbers(1.into(), 1)).await.unwrap_err();
    script(session, "DROP VIEW t; ALTER TABLE other RENAME TO t").await;
    assert_eq!(load(session, numbers(1.into(), 1)).await.unwrap(), 20_000);
    assert_eq!(
        text(session, "SELECT count(*)::text FROM t").await.unwrap(),
        "20000"
    );
}
