//! `BEGIN` goes with the first statement, and that never runs without it.

use crate::support::*;
use manybase_driver::{
    Access, BranchId, CountSink, ErrorKind, IsolationLevel, Pool, Prepared, Result, Session, Statement,
    TransactionOptions,
};
use manybase_testkit::{Database, Server, TcpProxy, postgres, require_server};
use std::time::Duration;

const PLAIN: TransactionOptions = TransactionOptions {
    isolation: None,
    read_only: false,
};
const INSERT: &str = "INSERT INTO t VALUES ($1)";
const COUNT: &str = "SELECT count(*) FROM t";

/// A session behind a proxy, whose statements the server knows.
struct Watched {
    proxy: TcpProxy,
    pool: Pool,
    turns: usize,
    _database: Database,
}

impl Watched {
    async fn start(server: &Server) -> (Self, Session) {
        let database = server.create_database("begin").unwrap();
        let proxy = TcpProxy::start(server.addr()).unwrap();
        let pool = pool(&proxy.url(&database.url()), &connect_options());
        let mut session = pool.acquire(Access::Write).await.unwrap();
        script(&mut session, "CREATE TABLE t (a int PRIMARY KEY)").await;
        insert(&mut session, 1).await.unwrap();
        assert_eq!(number(&mut session, COUNT).await.unwrap(), 1);
        script(&mut session, "DELETE FROM t").await;
        let watched = Self {
            turns: proxy.turns(),
            proxy,
            pool,
            _database: database,
        };
        (watched, session)
    }

    /// Round trips since the last time.
    fn took(&mut self) -> usize {
        let now = self.proxy.turns();
        now - std::mem::replace(&mut self.turns, now)
    }
}

async fn insert(session: &mut Session, a: i64) -> Result<u64> {
    write(session, INSERT, vec![a.into()]).await
}

async fn count(session: &mut Session) -> i64 {
    number(session, COUNT).await.unwrap()
}

#[tokio::test]
async fn takes_no_round_trip_of_its_own() {
    let (mut watched, mut session) = Watched::start(require_server!(postgres())).await;
    let session = &mut session;
    session.begin(PLAIN).await.unwrap();
    assert_eq!(watched.took(), 0);
    insert(session, 1).await.unwrap();
    assert_eq!(watched.took(), 1, "with a write");
    insert(session, 2).await.unwrap();
    assert_eq!(watched.took(), 1, "once");
    session.commit().await.unwrap();
    assert_eq!(watched.took(), 1);
    let serializable = TransactionOptions {
        isolation: Some(IsolationLevel::Serializable),
        read_only: true,
    };
    session.begin(serializable).await.unwrap();
    assert_eq!(count(session).await, 2);
    assert_eq!(watched.took(), 1, "with a read");
    let level = text(session, "SHOW transaction_isolation").await.unwrap();
    assert_eq!(level, "serializable");
    assert_eq!(insert(session, 3).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    session.rollback().await.unwrap();
    watched.took();
    session.begin(PLAIN).await.unwrap();
    write(session, "DELETE FROM t WHERE a = $1", vec![1_i64.into()])
        .await
        .unwrap();
    assert_eq!(watched.took(), 3, "alone, where there is a statement to prepare");
    session.rollback().await.unwrap();
    assert_eq!(count(session).await, 2);
}

#[tokio::test]
async fn an_empty_transaction_is_not_told() {
    let (mut watched, mut session) = Watched::start(require_server!(postgres())).await;
    session.begin(PLAIN).await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(session.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    session.begin(PLAIN).await.unwrap();
    session.rollback().await.unwrap();
    let id = BranchId::new("mbpg.empty".to_owned(), "pg").unwrap();
    session.begin_branch(&id, PLAIN).await.unwrap();
    assert!(!session.has_written().await.unwrap());
    assert_eq!(session.prepare(&id).await.unwrap(), Prepared::ReadOnly);
    assert_eq!(watched.took(), 0);
    insert(&mut session, 1).await.unwrap();
    drop(session);
    let mut other = watched.pool.acquire(Access::Write).await.unwrap();
    assert_eq!(count(&mut other).await, 1, "no transaction was left open");
}

/// What may come first in a transaction.
async fn first(session: &mut Session, how: usize) -> Option<Result<()>> {
    let known = Statement::write(INSERT, vec![7_i64.into()]);
    let unknown = Statement::write("INSERT INTO t SELECT $1", vec![7_i64.into()]);
    let literal = || Statement::write("INSERT INTO t VALUES (5), (6)", vec![]);
    let none = CountSink::default;
    Some(match how {
        0 => session.execute(known).await.map(drop),
        1 => session.query(known, none()).await.map(drop),
        2 => session.execute(unknown).await.map(drop),
        3 => session.execute(literal().once()).await.map(drop),
        4 => session.batch(vec![known, literal()], true).await.map(drop),
        5 => session.batch(vec![known, literal()], false).await.map(drop),
        6 => {
            session
                .script("INSERT INTO t VALUES (7); SELECT 1".to_owned())
                .await
        }
        7 => session
            .bulk_load(rows(&["a"], vec![7_i64.into()]))
            .await
            .map(drop),
        8 => match session.bulk_feed(rows(&["a"], vec![7_i64.into()])).await {
            Ok(_) => session.bulk_end().await,
            Err(error) => Err(error),
        },
        9 => session.savepoint(1).await,
        _ => return None,
    })
}

/// The server gets a `BEGIN` that makes no sense: it refuses that, and is then outside of a transaction.
#[tokio::test]
async fn where_it_fails_nothing_runs() {
    let (watched, mut session) = Watched::start(require_server!(postgres())).await;
    let session = &mut session;
    for how in 0.. {
        session.begin(PLAIN).await.unwrap();
        watched.proxy.forge(b"BEGIN\0", b"BEGIX\0");
        let Some(result) = first(session, how).await else {
            break;
        };
        let error = result.expect_err("it could not begin");
        assert_eq!(error.kind(), ErrorKind::Syntax, "{how}: {error}");
        // Nobody who goes on regardless writes outside of the transaction.
        for next in [0, 2, 3, 4, 6, 9] {
            let error = first(session, next).await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Transaction, "{how}, {next}: {error}");
            assert!(error.message().starts_with("nothing was run"), "{error}");
        }
        let error = session.commit().await.unwrap_err();
        assert!(error.message().starts_with("nothing was committed"), "{error}");
        session.rollback().await.unwrap();
        assert_eq!(count(session).await, 0, "{how}");
        // The next one is like any other.
        session.begin(PLAIN).await.unwrap();
        if let Some(result) = first(session, how).await {
            result.unwrap();
        }
        insert(session, 9).await.unwrap();
        session.commit().await.unwrap();
        assert_eq!(
            write(session, "DELETE FROM t WHERE a = 9", vec![]).await.unwrap(),
            1
        );
        script(session, "DELETE FROM t").await;
    }
}

#[tokio::test]
async fn where_the_statement_fails_the_transaction_has() {
    let (_watched, mut session) = Watched::start(require_server!(postgres())).await;
    let session = &mut session;
    insert(session, 1).await.unwrap();
    session.begin(PLAIN).await.unwrap();
    assert!(insert(session, 1).await.unwrap_err().is_unique_violation());
    let error = insert(session, 2).await.unwrap_err();
    assert_eq!(error.sqlstate(), Some("25P02"));
    assert_eq!(session.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    session.rollback().await.unwrap();
    // A value that does not fit is not sent, and neither is the beginning.
    session.begin(PLAIN).await.unwrap();
    let error = write(session, INSERT, vec!["no number".into()])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    session.rollback().await.unwrap();
    assert_eq!(count(session).await, 1);
}

#[tokio::test]
async fn a_second_one_does_not_hide_the_first() {
    let (watched, mut session) = Watched::start(require_server!(postgres())).await;
    let other = &mut watched.pool.acquire(Access::Write).await.unwrap();
    let session = &mut session;
    session.begin(PLAIN).await.unwrap();
    insert(session, 1).await.unwrap();
    session.begin(PLAIN).await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(count(other).await, 1);
    script(session, "BEGIN; INSERT INTO t VALUES (2)").await;
    session.begin(PLAIN).await.unwrap();
    session.rollback().await.unwrap();
    assert_eq!(count(session).await, 1);
    insert(session, 3).await.unwrap();
    assert_eq!(count(other).await, 2);
}

#[tokio::test]
async fn a_dropped_beginning_leaves_nothing() {
    let (watched, first) = Watched::start(require_server!(postgres())).await;
    drop(first);
    for round in 0..40_u64 {
        let mut session = watched.pool.acquire(Access::Write).await.unwrap();
        count(&mut session).await;
        let begun = async {
            session.begin(PLAIN).await.unwrap();
            let _ = insert(&mut session, -1).await;
        };
        let _ = tokio::time::timeout(Duration::from_micros(round * 20), begun).await;
        drop(session);
        let mut next = watched.pool.acquire(Access::Write).await.unwrap();
        assert_eq!(count(&mut next).await, 0, "round {round}");
        next.begin(PLAIN).await.unwrap();
        insert(&mut next, 1).await.unwrap();
        next.rollback().await.unwrap();
    }
}

/// What is sent ahead, behind a `BEGIN` of its own.
#[tokio::test]
async fn what_is_atomic_is_so_where_it_fails() {
    let (watched, mut session) = Watched::start(require_server!(postgres())).await;
    let session = &mut session;
    for how in 0..4 {
        for forged in [true, false] {
            if forged {
                watched.proxy.forge(b"BEGIN\0", b"BEGIX\0");
            }
            let numbers = |length: i64| (0..length).map(|a| vec![a.into()]);
            let batch = |length| numbers(length).map(|a| Statement::write(INSERT, a)).collect();
            let (length, result) = match how {
                0 => (3, session.batch(batch(3), true).await.map(drop)),
                1 => (2_500, session.batch(batch(2_500), true).await.map(drop)),
                2 => {
                    let mut all: Vec<Statement> = batch(3);
                    all.push(Statement::write("LOCK TABLE t", vec![]));
                    (3, session.batch(all, true).await.map(drop))
                }
                _ => {
                    let rows = rows(&["a"], numbers(2_500).flatten().collect());
                    (2_500, session.bulk_insert(Box::new(rows)).await.map(drop))
                }
            };
            let written = match forged {
                true => {
                    assert_eq!(result.unwrap_err().kind(), ErrorKind::Syntax, "{how}");
                    0
                }
                false => {
                    result.unwrap();
                    length
                }
            };
            assert_eq!(count(session).await, written, "{how}");
        }
        script(session, "DELETE FROM t").await;
    }
}
