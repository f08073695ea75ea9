//! Prepared statements: how long they are kept, and what is too large for one.

use super::{Home, number, one, refused, rows, run};
use manybase_driver::{Access, CountSink, ErrorKind, Statement};

#[tokio::test]
async fn statements_are_kept_and_closed() {
    let home = Home::new("statements");
    let mut session = home.session().await;
    let count = "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Com_stmt_prepare'";
    let of = async |session: &mut _, name: &str| {
        let sql = count.replace("Com_stmt_prepare", name);
        one(session, &sql, |row| {
            Ok(row.str(0)?.and_then(|n| n.parse::<i64>().ok()))
        })
        .await
        .expect("runs")
        .expect("a number")
    };
    let before = of(&mut session, "Com_stmt_prepare").await;
    for _ in 0..10 {
        number(&mut session, "SELECT 1").await;
    }
    assert_eq!(of(&mut session, "Com_stmt_prepare").await, before + 1);
    for _ in 0..10 {
        run(&mut session, "SELECT 2").await;
    }
    let open = of(&mut session, "Com_stmt_prepare").await - of(&mut session, "Com_stmt_close").await;
    for n in 0..600 {
        number(&mut session, &format!("SELECT {n}")).await;
    }
    let after = of(&mut session, "Com_stmt_prepare").await - of(&mut session, "Com_stmt_close").await;
    assert!(open < 10 && after <= 257, "{open}, then {after}");
}

/// A kept statement whose table changes has the new columns.
#[tokio::test]
async fn a_table_that_changes_under_a_kept_statement() {
    let home = Home::new("changes");
    let mut session = home.session().await;
    run(&mut session, "CREATE TABLE t (a INT)").await;
    run(&mut session, "INSERT INTO t VALUES (1)").await;
    for _ in 0..2 {
        let cells = one(&mut session, "SELECT * FROM t", |row| {
            Ok((row.len(), row.i64(0)?))
        });
        assert_eq!(cells.await.expect("runs"), (1, Some(1)));
    }
    let mut other = home.pool.acquire(Access::Write).await.expect("another");
    run(
        &mut other,
        "ALTER TABLE t MODIFY a VARCHAR(9), ADD b BIGINT UNSIGNED DEFAULT 18446744073709551615",
    )
    .await;
    for _ in 0..2 {
        let cells = one(&mut session, "SELECT * FROM t", |row| {
            Ok((row.len(), row.str(0)?.map(str::to_owned), row.u64(1)?))
        });
        assert_eq!(cells.await.expect("runs"), (2, Some("1".into()), Some(u64::MAX)));
    }
}

#[tokio::test]
async fn what_is_too_large_for_the_server_is_refused_before_it_is_sent() {
    let home = Home::new("large");
    let mut session = home.session().await;
    let limit = number(&mut session, "SELECT @@max_allowed_packet")
        .await
        .expect("a number") as usize;
    let id = number(&mut session, "SELECT CONNECTION_ID()").await;
    let large = Statement::read("SELECT LENGTH(?)", vec!["x".repeat(limit + 1).into()]);
    let error = refused(session.query(large, CountSink::default()).await, ErrorKind::Value);
    assert!(
        error
            .help()
            .is_some_and(|help| help.contains("max_allowed_packet"))
    );
    let nearly = limit - 1_000;
    let length = rows(
        &mut session,
        "SELECT LENGTH(?)",
        vec!["x".repeat(nearly).into()],
        |row| Ok(row.i64(0)?),
    );
    assert_eq!(length.await.expect("runs"), [Some(nearly as i64)]);
    assert_eq!(number(&mut session, "SELECT CONNECTION_ID()").await, id);
}
