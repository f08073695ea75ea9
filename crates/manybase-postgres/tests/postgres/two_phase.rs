//! Prepared transactions, where they are PostgreSQL's own; the rest is in the compliance suite.

use crate::support::*;
use manybase_driver::{Access, BranchId, ErrorKind, Finish, Prepared, Session, TransactionOptions};
use manybase_testkit::{Postgres, require_server};

const OPTIONS: TransactionOptions = TransactionOptions {
    isolation: None,
    read_only: false,
};

fn id(name: &str) -> BranchId {
    BranchId::new(format!("mbpg.{name}"), "pg").unwrap()
}

async fn branch(session: &mut Session, id: &BranchId, a: i64) {
    session.begin_branch(id, OPTIONS).await.unwrap();
    write(session, "INSERT INTO t VALUES ($1)", vec![a.into()])
        .await
        .unwrap();
}

async fn sum(session: &mut Session) -> i64 {
    number(session, "SELECT coalesce(sum(a), 0) FROM t")
        .await
        .unwrap()
}

#[tokio::test]
async fn a_tag_that_says_rollback_is_an_error() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int PRIMARY KEY)").await;
    let id = id("tag");
    for sent_a_write in [true, false] {
        session.begin_branch(&id, OPTIONS).await.unwrap();
        if sent_a_write {
            write(session, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
        }
        number(session, "SELECT 1 / 0").await.unwrap_err();
        let error = session.prepare(&id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
        assert!(error.message().contains("nothing was prepared"), "{error}");
        session.rollback().await.unwrap();
    }
    // By hand, behind our back: there is no transaction any more, and the server prepares nothing without an error.
    branch(session, &id, 1).await;
    script(session, "COMMIT").await;
    let error = session.prepare(&id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
    session.rollback().await.unwrap();
    assert_eq!(session.commit_prepared(&id).await.unwrap(), Finish::Gone);
    assert_eq!(sum(session).await, 1);
}

#[tokio::test]
async fn only_what_has_written_is_prepared() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE t (a int PRIMARY KEY);
         CREATE FUNCTION put(a int) RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (a) RETURNING a'",
    )
    .await;
    let id = id("reads");
    session.begin_branch(&id, OPTIONS).await.unwrap();
    assert_eq!(sum(session).await, 0);
    assert_eq!(session.prepare(&id).await.unwrap(), Prepared::ReadOnly);
    assert_eq!(session.commit_prepared(&id).await.unwrap(), Finish::Gone);
    // A read that writes is no read.
    session.begin_branch(&id, OPTIONS).await.unwrap();
    assert_eq!(number(session, "SELECT put(7)").await.unwrap(), 7);
    assert_eq!(session.prepare(&id).await.unwrap(), Prepared::Prepared);
    assert_eq!(session.commit_prepared(&id).await.unwrap(), Finish::Finished);
    assert_eq!(sum(session).await, 7);
    // Any transaction can become a branch, and a branch can be committed by itself.
    assert!(session.begins_plainly().unwrap());
    session.begin(OPTIONS).await.unwrap();
    write(session, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    assert_eq!(session.prepare(&id).await.unwrap(), Prepared::Prepared);
    assert_eq!(session.rollback_prepared(&id).await.unwrap(), Finish::Finished);
    branch(session, &id, 2).await;
    session.commit().await.unwrap();
    assert_eq!(sum(session).await, 9);
}

#[tokio::test]
async fn what_can_not_be_prepared_says_why() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int)").await;
    let id = id("temporary");
    branch(session, &id, 1).await;
    script(session, "CREATE TEMP TABLE temporary (a int)").await;
    let error = session.prepare(&id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.help().unwrap().contains("temporary tables"), "{error}");
    session.rollback().await.unwrap();
    // An id is taken as long as its branch is there.
    branch(session, &id, 1).await;
    assert_eq!(session.prepare(&id).await.unwrap(), Prepared::Prepared);
    branch(session, &id, 1).await;
    let error = session.prepare(&id).await.unwrap_err();
    assert_eq!(error.sqlstate(), Some("42710"), "{error}");
    session.rollback().await.unwrap();
    assert_eq!(session.rollback_prepared(&id).await.unwrap(), Finish::Finished);
    assert_eq!(sum(session).await, 0);
}

#[tokio::test]
async fn other_databases_and_names_are_left_alone() {
    let (db, other) = (db!(), db!());
    let (session, elsewhere) = (&mut db.session().await, &mut other.session().await);
    for session in [&mut *session, &mut *elsewhere] {
        script(session, "CREATE TABLE t (a int)").await;
    }
    let prefix = format!("mbpg.{}", db.database.name());
    let ours = BranchId::new(&*prefix, "a").unwrap();
    let theirs = BranchId::new(&*prefix, "b").unwrap();
    branch(session, &ours, 1).await;
    assert_eq!(session.prepare(&ours).await.unwrap(), Prepared::Prepared);
    branch(elsewhere, &theirs, 1).await;
    assert_eq!(elsewhere.prepare(&theirs).await.unwrap(), Prepared::Prepared);
    let strange = format!("{prefix}:it''s");
    let prepare = format!("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION '{strange}'");
    script(session, &prepare).await;
    let listed = session.in_doubt(&prefix).await.unwrap();
    assert_eq!(listed.iter().map(|doubt| &doubt.id).collect::<Vec<_>>(), [&ours]);
    assert!(listed[0].age.unwrap().as_secs() < 60);
    let error = session.commit_prepared(&theirs).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.help().unwrap().contains("the database in which"), "{error}");
    assert_eq!(
        elsewhere.commit_prepared(&theirs).await.unwrap(),
        Finish::Finished
    );
    assert_eq!(session.commit_prepared(&ours).await.unwrap(), Finish::Finished);
    script(session, &format!("ROLLBACK PREPARED '{strange}'")).await;
}

#[tokio::test]
async fn a_server_that_prepares_nothing_says_so() {
    require_server!(Postgres::available());
    let server = Postgres::builder()
        .setting("max_prepared_transactions", "0")
        .start()
        .unwrap();
    let db = open(connect_options(), &server);
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int)").await;
    let readiness = session.readiness().await.unwrap();
    assert!(!readiness.is_ready());
    assert!(
        readiness.obstacles[0]
            .what
            .contains("max_prepared_transactions is 0")
    );
    // The home prepares nothing.
    let readiness = session.home_readiness().await.unwrap();
    assert!(readiness.is_ready(), "{readiness:?}");
    let id = id("zero");
    branch(session, &id, 1).await;
    let error = session.prepare(&id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(error.sqlstate(), Some("55000"));
    assert!(
        error.help().unwrap().contains("max_prepared_transactions"),
        "{error}"
    );
    session.rollback().await.unwrap();
    assert_eq!(sum(session).await, 0);
    assert_eq!(session.in_doubt("").await.unwrap(), []);
    assert_eq!(session.commit_prepared(&id).await.unwrap(), Finish::Gone);
}

#[tokio::test]
async fn a_full_server_says_so() {
    require_server!(Postgres::available());
    let server = Postgres::builder()
        .setting("max_prepared_transactions", "1")
        .start()
        .unwrap();
    let db = open(connect_options(), &server);
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int)").await;
    branch(session, &id("one"), 1).await;
    assert_eq!(session.prepare(&id("one")).await.unwrap(), Prepared::Prepared);
    assert!(!session.readiness().await.unwrap().is_ready());
    branch(session, &id("two"), 2).await;
    let error = session.prepare(&id("two")).await.unwrap_err();
    assert_eq!(error.sqlstate(), Some("53200"), "{error}");
    assert!(error.help().unwrap().contains("in doubt"), "{error}");
    session.rollback().await.unwrap();
    assert_eq!(
        session.commit_prepared(&id("one")).await.unwrap(),
        Finish::Finished
    );
    assert_eq!(sum(session).await, 1);
}

#[tokio::test]
async fn a_branch_survives_a_killed_server() {
    require_server!(Postgres::available());
    let server = Postgres::builder().durable().start().unwrap();
    let db = open(connect_options(), &server);
    let mut session = db.session().await;
    script(&mut session, "CREATE TABLE t (a int)").await;
    for (name, a) in [("kept", 1), ("undone", 2)] {
        branch(&mut session, &id(name), a).await;
        assert_eq!(session.prepare(&id(name)).await.unwrap(), Prepared::Prepared);
    }
    branch(&mut session, &id("open"), 4).await;
    server.kill_9().unwrap();
    let lost = session.prepare(&id("open")).await.unwrap_err();
    assert!(lost.is_connection_lost() && session.is_broken(), "{lost}");
    drop(session);
    server.restart().unwrap();
    let mut session = db.pool.acquire(Access::Write).await.unwrap();
    let mut listed = session.in_doubt("mbpg.").await.unwrap();
    listed.sort_by(|a, b| a.id.cmp(&b.id));
    let listed: Vec<_> = listed.into_iter().map(|doubt| doubt.id).collect();
    assert_eq!(listed, [id("kept"), id("undone")]);
    assert_eq!(sum(&mut session).await, 0);
    assert_eq!(
        session.commit_prepared(&id("kept")).await.unwrap(),
        Finish::Finished
    );
    assert_eq!(
        session.rollback_prepared(&id("undone")).await.unwrap(),
        Finish::Finished
    );
    assert_eq!(
        session.rollback_prepared(&id("open")).await.unwrap(),
        Finish::Gone
    );
    assert_eq!(sum(&mut session).await, 1);
}

#[tokio::test]
async fn who_can_be_the_home() {
    require_server!(Postgres::available());
    let server = Postgres::builder().setting("fsync", "on").start().unwrap();
    let db = open(connect_options(), &server);
    let session = &mut db.session().await;
    script(session, "SET synchronous_commit = on").await;
    assert_eq!(session.home_readiness().await.unwrap().obstacles, []);
    assert_eq!(session.session_token(), None);
    script(session, "SET synchronous_commit = off").await;
    let found = session.home_readiness().await.unwrap();
    assert!(
        found.is_ready() && found.obstacles[0].what.contains("synchronous_commit"),
        "{found:?}"
    );
    script(
        session,
        "SET synchronous_commit = on; SET default_transaction_read_only = on",
    )
    .await;
    for found in [
        session.home_readiness().await.unwrap(),
        session.readiness().await.unwrap(),
    ] {
        assert!(!found.is_ready(), "{found:?}");
        let what = &found.obstacles.last().unwrap().what;
        assert!(what.contains("default_transaction_read_only"), "{found:?}");
    }
}
