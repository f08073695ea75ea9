//! Loads in several parts, which go by one `COPY` as far as they can.

use crate::support::*;
use manybase_driver::{Access, Error, ErrorKind, Session, TransactionOptions, Value};

async fn feed(session: &mut Session, values: Vec<Value>) -> Result<u64, Error> {
    Ok(session.bulk_feed(rows(&["a"], values)).await?.inserted)
}

async fn begin(session: &mut Session) {
    session.begin(TransactionOptions::default()).await.unwrap();
}

async fn sum(session: &mut Session) -> String {
    text(session, "SELECT count(*) || ' ' || coalesce(sum(a), 0) FROM t")
        .await
        .unwrap()
}

fn numbers(many: i64) -> Vec<Value> {
    (0..many).map(Value::from).collect()
}

#[tokio::test]
async fn parts_are_a_whole() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int8)").await;
    begin(session).await;
    for part in [numbers(3), vec![], numbers(30_000), numbers(1)] {
        let length = part.len() as u64;
        assert_eq!(feed(session, part).await.unwrap(), length);
    }
    // Another session sees that it is one statement still.
    let other = &mut db.session().await;
    assert_eq!(running(other, "COPY").await, 1);
    session.bulk_end().await.unwrap();
    assert_eq!(running(other, "COPY").await, 0);
    session.bulk_end().await.unwrap();
    assert_eq!(sum(session).await, "30004 449985003");
    session.commit().await.unwrap();
    assert_eq!(sum(other).await, "30004 449985003");
}

/// Nobody would end it.
#[tokio::test]
async fn outside_of_a_transaction_each_part_is_one() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int8)").await;
    feed(session, numbers(3)).await.unwrap();
    assert_eq!(sum(&mut db.session().await).await, "3 3");
    feed(session, numbers(2)).await.unwrap();
    session.bulk_end().await.unwrap();
    assert_eq!(sum(session).await, "5 4");
}

#[tokio::test]
async fn parts_that_go_in_different_ways() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE t (a int8, ip inet); CREATE TABLE u (a int8)",
    )
    .await;
    begin(session).await;
    let hosts = |host: &str| rows(&["a", "ip"], vec![Value::from(1), host.into()]);
    for _ in 0..2 {
        feed(session, numbers(2)).await.unwrap();
        // The server has to read it, which it does not in this kind of COPY.
        session.bulk_feed(hosts("127.0.0.1")).await.unwrap();
        session
            .bulk_feed(rows(&["a", "ip"], vec![Value::from(1), Value::Null]))
            .await
            .unwrap();
        // Other columns.
        feed(session, numbers(3)).await.unwrap();
    }
    session.bulk_end().await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(sum(session).await, "14 12");
    assert_eq!(number(session, "SELECT count(ip) FROM t").await.unwrap(), 2);
}

/// By the next part, or at the end; and nothing is left.
#[tokio::test]
async fn mistakes_are_told_before_the_end() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int CHECK (a >= 0))").await;
    let wrong: [(Value, ErrorKind); 2] = [
        ((-1).into(), ErrorKind::CheckViolation),
        ((1_i64 << 40).into(), ErrorKind::Value),
    ];
    for (value, kind) in wrong {
        for parts_after in [0, 1, 40] {
            begin(session).await;
            feed(session, numbers(10)).await.unwrap();
            let all = async {
                feed(session, vec![value.clone()]).await?;
                for _ in 0..parts_after {
                    feed(session, numbers(10_000)).await?;
                }
                session.bulk_end().await
            };
            let error = all.await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            session.rollback().await.unwrap();
            assert_eq!(sum(session).await, "0 0");
        }
    }
}

/// What nobody has ended did not happen.
#[tokio::test]
async fn something_else_instead_of_the_end() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int8)").await;
    begin(session).await;
    feed(session, numbers(3)).await.unwrap();
    let error = session.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
    session.rollback().await.unwrap();
    begin(session).await;
    feed(session, numbers(3)).await.unwrap();
    assert!(number(session, "SELECT 1").await.is_err());
    session.rollback().await.unwrap();
    begin(session).await;
    session.savepoint(1).await.unwrap();
    feed(session, numbers(3)).await.unwrap();
    session.rollback_to(1).await.unwrap();
    feed(session, numbers(2)).await.unwrap();
    session.bulk_end().await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(sum(session).await, "2 1");
}

/// Whoever gets the connection next finds it in order.
#[tokio::test]
async fn dropped_half_way() {
    let db = db!();
    let url = format!("{}?application_name=only", db.database.url());
    let pool = pool(&url, &connect_options());
    {
        let session = &mut pool.acquire(Access::Write).await.unwrap();
        script(session, "CREATE TABLE t (a int8)").await;
        begin(session).await;
        feed(session, numbers(50_000)).await.unwrap();
    }
    let session = &mut pool.acquire(Access::Write).await.unwrap();
    assert_eq!(sum(session).await, "0 0");
    begin(session).await;
    feed(session, numbers(2)).await.unwrap();
    session.bulk_end().await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(sum(session).await, "2 1");
}
