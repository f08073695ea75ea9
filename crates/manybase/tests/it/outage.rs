//! Servers that are down, hang, or go away; statements that take too long.

use crate::support::{Kind, On, fails, on_every_database};
use manybase::prelude::*;
use manybase::{ConnectionConfig, ErrorKind, Result, create_table};
use manybase_testkit::TcpProxy;
use std::sync::Arc;
use std::time::{Duration, Instant};

on_every_database! {
    a_statement_that_takes_too_long;
    shared: a_place_where_nothing_is;
    servers: a_server_that_is_down, a_server_that_hangs, a_server_that_goes_away, a_server_that_goes_away_in_a_transaction,
    a_server_that_hangs_in_a_transaction,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Row {
    #[model(key, auto)]
    id: i64,
    n: i32,
}

fn quick(config: ConnectionConfig) -> ConnectionConfig {
    config
        .statement_timeout(Some(Duration::from_millis(400)))
        .connect_timeout(Duration::from_millis(700))
        .acquire_timeout(Duration::from_secs(5))
        .max_connections(3)
}

async fn a_statement_that_takes_too_long(on: Arc<On>) -> Result<()> {
    on.add_with("quick", quick);
    let quick = on.db.using("quick");
    create_table::<Row>(&quick).await?;
    for _ in 0..3 {
        let begun = Instant::now();
        let error = fails(
            sql(on.slow()).reads().scalar::<i64>(&quick).await,
            ErrorKind::Timeout,
            "quick",
        );
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert!(
            error
                .help()
                .is_some_and(|help| help.contains("statement_timeout")),
            "{error}"
        );
        Row { id: 0, n: 1 }.insert(&quick).await?;
    }
    assert_eq!(Row::query().count(&quick).await?, 3);
    // In a transaction as well.
    let result: Result<i64> = quick
        .transaction(async |tx| {
            Row { id: 0, n: 2 }.insert(tx).await?;
            sql(on.slow()).reads().scalar::<i64>(tx).await
        })
        .await;
    fails(result, ErrorKind::Timeout, "quick");
    assert_eq!(Row::query().count(&quick).await?, 3);
    Ok(())
}

async fn a_place_where_nothing_is(on: Arc<On>) -> Result<()> {
    let url = match on.kind {
        Kind::Postgres => "postgres://nobody:secret@127.0.0.1:1/nothing",
        Kind::MariaDb => "mysql://nobody:secret@127.0.0.1:1/nothing",
        _ => "sqlite:/nonexistent/directory/it.db",
    };
    on.db.add("down", quick(ConnectionConfig::from_url(url)?))?;
    let down = on.db.using("down");
    for _ in 0..2 {
        let error = fails(Row::query().all(&down).await, ErrorKind::Connect, "down");
        assert_eq!(error.model(), Some("Row"));
        assert!(!error.to_string().contains("secret"), "{error}");
        let place = if on.kind.is_server() {
            "127.0.0.1:1"
        } else {
            "/nonexistent"
        };
        assert!(error.to_string().contains(place), "{error}");
        fails(
            Row { id: 0, n: 1 }.insert(&down).await,
            ErrorKind::Connect,
            "down",
        );
        fails(
            down.transaction(async |tx| Row::query().delete(tx).await).await,
            ErrorKind::Connect,
            "down",
        );
    }
    // The others do not care.
    create_table::<Row>(&on.db).await?;
    assert_eq!(Row::query().count(&on.db).await?, 0);
    if on.kind.is_server() {
        let wrong = on.url().replacen("manybase:", "manybase:wrong", 1);
        on.db.add("down_by_password", wrong.as_str())?;
        let error = Row::query()
            .count(&on.db.using("down_by_password"))
            .await
            .expect_err("refused");
        assert!(
            matches!(error.kind(), ErrorKind::Connect | ErrorKind::PermissionDenied),
            "{error}"
        );
        assert!(!error.to_string().contains("wrong"), "{error}");
        let missing = on
            .url()
            .rsplit_once('/')
            .map(|(server, _)| format!("{server}/not_there"))
            .expect("a path");
        on.db.add("down_by_name", missing.as_str())?;
        let error = Row::query()
            .count(&on.db.using("down_by_name"))
            .await
            .expect_err("refused");
        assert!(
            matches!(error.kind(), ErrorKind::Connect | ErrorKind::PermissionDenied),
            "{error}"
        );
        assert!(error.to_string().contains("not_there"), "{error}");
    }
    Ok(())
}

/// The database behind a proxy, as connection `far`.
async fn far(on: &On) -> Result<TcpProxy> {
    create_table::<Row>(&on.db).await?;
    let proxy = TcpProxy::start(on.server()).expect("a proxy");
    let config = ConnectionConfig::from_url(&proxy.url(&on.url()))?;
    on.db.add("far", quick(config))?;
    Row { id: 0, n: 1 }.insert(&on.db.using("far")).await?;
    Ok(proxy)
}

async fn a_server_that_is_down(on: Arc<On>) -> Result<()> {
    let proxy = far(&on).await?;
    let far = on.db.using("far");
    proxy.refuse();
    let mut kinds = Vec::new();
    for _ in 0..4 {
        let error = Row::query().all(&far).await.expect_err("down");
        assert_eq!(
            (error.connection(), error.model()),
            (Some("far"), Some("Row")),
            "{error}"
        );
        kinds.push(error.kind());
    }
    // The connection that was open is lost; after that none can be made.
    assert!(
        kinds
            .iter()
            .all(|kind| matches!(kind, ErrorKind::ConnectionLost | ErrorKind::Connect)),
        "{kinds:?}"
    );
    assert_eq!(kinds.last(), Some(&ErrorKind::Connect));
    proxy.restore();
    assert_eq!(Row::query().count(&far).await?, 1);
    on.db.remove("far").await
}

async fn a_server_that_hangs(on: Arc<On>) -> Result<()> {
    let proxy = far(&on).await?;
    let far = on.db.using("far");
    proxy.black_hole();
    for _ in 0..2 {
        let begun = Instant::now();
        let error = Row::query().all(&far).await.expect_err("hangs");
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Timeout | ErrorKind::Connect | ErrorKind::ConnectionLost
            ),
            "{error}"
        );
        assert_eq!(
            (error.connection(), error.model()),
            (Some("far"), Some("Row")),
            "{error}"
        );
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }
    proxy.restore();
    assert_eq!(Row::query().count(&far).await?, 1);
    for n in 0..10 {
        let one = Row { id: 0, n }.insert(&far).await?;
        assert_eq!(Row::find(one.id).one(&far).await?.n, n);
    }
    on.db.remove("far").await
}

async fn a_server_that_goes_away(on: Arc<On>) -> Result<()> {
    let proxy = far(&on).await?;
    let far = on.db.using("far");
    let slow = on.pick(
        "",
        "SELECT COUNT(*) FROM (SELECT pg_sleep(0.3)) AS slow",
        "SELECT CAST(SLEEP(0.3) AS SIGNED)",
    );
    for _ in 0..3 {
        let query = sql(slow).reads().scalar::<i64>(&far);
        let cut = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            proxy.cut();
        };
        let (lost, ()) = tokio::join!(query, cut);
        fails(lost, ErrorKind::ConnectionLost, "far");
        assert_eq!(Row::query().count(&far).await?, 1);
    }
    on.db.remove("far").await
}

async fn a_server_that_goes_away_in_a_transaction(on: Arc<On>) -> Result<()> {
    let proxy = far(&on).await?;
    let far = on.db.using("far");
    let result: Result<()> = far
        .transaction(async |tx| {
            Row { id: 0, n: 2 }.insert(tx).await?;
            proxy.cut();
            let error = Row { id: 0, n: 3 }.insert(tx).await.expect_err("lost");
            assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
            let error = Row::query().count(tx).await.expect_err("lost before");
            assert!(
                matches!(error.kind(), ErrorKind::Transaction | ErrorKind::ConnectionLost),
                "{error}"
            );
            // A lost connection swallowed is no commit.
            Ok(())
        })
        .await;
    let error = result.expect_err("not committed");
    assert!(
        matches!(error.kind(), ErrorKind::Transaction | ErrorKind::ConnectionLost),
        "{error}"
    );
    assert_eq!(Row::query().count(&far).await?, 1);
    // Just before the commit.
    let result: Result<()> = far
        .transaction(async |tx| {
            Row { id: 0, n: 2 }.insert(tx).await?;
            proxy.cut();
            Ok(())
        })
        .await;
    let error = fails(result, ErrorKind::OutcomeUnknown, "far");
    assert!(error.message().contains("outcome is not known"), "{error}");
    assert_eq!(Row::query().count(&far).await?, 1);
    on.db.remove("far").await
}

async fn a_server_that_hangs_in_a_transaction(on: Arc<On>) -> Result<()> {
    let proxy = far(&on).await?;
    let far = on.db.using("far");
    let begun = Instant::now();
    let result: Result<()> = far
        .transaction(async |tx| {
            Row { id: 0, n: 2 }.insert(tx).await?;
            proxy.black_hole();
            Row { id: 0, n: 3 }.insert(tx).await.map(drop)
        })
        .await;
    let error = result.expect_err("hangs");
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::Timeout, Some("far")),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    proxy.restore();
    assert_eq!(Row::query().count(&far).await?, 1);
    on.db.remove("far").await
}
