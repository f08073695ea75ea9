//! XA branches, where they are MariaDB's own; the rest is in the compliance suite.

use super::{Home, number, pool, refused, run};
use manybase_driver::{
    Access, BranchId, ConnectOptions, ErrorKind, Finish, IsolationLevel, PoolOptions, Prepared, Session,
    Statement, TransactionOptions,
};
use std::time::Duration;

const OPTIONS: TransactionOptions = TransactionOptions {
    isolation: None,
    read_only: false,
};

fn id(name: &str) -> BranchId {
    BranchId::new(format!("mbmy.{name}"), "maria").expect("a good id")
}

fn insert(a: i64) -> Statement {
    Statement::write("INSERT INTO t VALUES (?)", vec![a.into()])
}

async fn branch(session: &mut Session, id: &BranchId, a: i64) {
    session.begin_branch(id, OPTIONS).await.expect("begins");
    session.execute(insert(a)).await.expect("inserts");
}

async fn sum(session: &mut Session) -> Option<i64> {
    number(session, "SELECT CAST(COALESCE(SUM(a), 0) AS SIGNED) FROM t").await
}

async fn home(name: &str) -> Home {
    let home = Home::new(name);
    run(&mut home.session().await, "CREATE TABLE t (a INT PRIMARY KEY)").await;
    home
}

/// 1397 has two meanings, and only the list tells them apart.
#[tokio::test]
async fn a_branch_that_another_session_holds_is_in_use() {
    let home = home("in_use").await;
    let (mut owner, mut other) = (home.session().await, home.session().await);
    let id = id("in-use");
    assert_eq!(other.commit_prepared(&id).await.expect("runs"), Finish::Gone);
    branch(&mut owner, &id, 1).await;
    assert_eq!(owner.prepare(&id).await.expect("prepares"), Prepared::Prepared);
    for _ in 0..3 {
        assert_eq!(other.commit_prepared(&id).await.expect("runs"), Finish::InUse);
        assert_eq!(other.rollback_prepared(&id).await.expect("runs"), Finish::InUse);
    }
    // The session that holds it does nothing else meanwhile, and says why.
    for error in [
        refused(owner.execute(insert(2)).await, ErrorKind::Transaction),
        refused(owner.begin(OPTIONS).await, ErrorKind::Transaction),
        refused(owner.begin_branch(&id, OPTIONS).await, ErrorKind::Transaction),
        refused(owner.commit().await, ErrorKind::Transaction),
        refused(owner.in_doubt("mbmy.").await, ErrorKind::Transaction),
    ] {
        assert!(error.help().is_some(), "{error}");
    }
    refused(
        owner.commit_prepared(&self::id("wrong")).await,
        ErrorKind::Transaction,
    );
    assert_eq!(
        owner.commit_prepared(&id).await.expect("commits"),
        Finish::Finished
    );
    assert_eq!(other.commit_prepared(&id).await.expect("runs"), Finish::Gone);
    assert_eq!(sum(&mut owner).await, Some(1));
}

#[tokio::test]
async fn a_branch_is_never_committed_in_one_phase() {
    let home = home("one_phase").await;
    let mut session = home.session().await;
    assert!(!session.begins_plainly().expect("known"));
    let id = id("one-phase");
    branch(&mut session, &id, 1).await;
    refused(session.commit().await, ErrorKind::Transaction);
    refused(session.prepare(&self::id("other")).await, ErrorKind::Transaction);
    session.rollback().await.expect("rolls back");
    assert_eq!(sum(&mut session).await, Some(0));
    // Plain transactions are no branches.
    session.begin(OPTIONS).await.expect("begins");
    session.execute(insert(1)).await.expect("inserts");
    refused(session.prepare(&id).await, ErrorKind::Transaction);
    session.commit().await.expect("commits");
    assert_eq!(sum(&mut session).await, Some(1));
}

/// The server goes on after them, and would prepare the rest.
#[tokio::test]
async fn after_a_failed_statement_nothing_is_prepared() {
    let connect = ConnectOptions {
        lock_timeout: Some(Duration::from_secs(1)),
        ..ConnectOptions::default()
    };
    let home = Home::with("failed", &connect, PoolOptions::default());
    let (mut session, mut other) = (home.session().await, home.session().await);
    run(&mut session, "CREATE TABLE t (a INT PRIMARY KEY)").await;
    session.execute(insert(1)).await.expect("inserts");
    let id = id("failed");
    other.begin(OPTIONS).await.expect("begins");
    run(&mut other, "DELETE FROM t WHERE a = 1").await;
    branch(&mut session, &id, 2).await;
    let locked = session.execute(Statement::write("DELETE FROM t WHERE a = 1", vec![]));
    refused(locked.await, ErrorKind::LockTimeout);
    other.rollback().await.expect("rolls back");
    refused(session.execute(insert(3)).await, ErrorKind::Transaction);
    refused(session.savepoint(1).await, ErrorKind::Transaction);
    refused(session.prepare(&id).await, ErrorKind::Transaction);
    session.rollback().await.expect("rolls back");
    // DDL is refused inside, and costs the branch too.
    branch(&mut session, &id, 2).await;
    let ddl = Statement::write("CREATE TABLE other (a INT)", vec![]).once();
    refused(session.execute(ddl).await, ErrorKind::Transaction);
    refused(session.prepare(&id).await, ErrorKind::Transaction);
    session.rollback().await.expect("rolls back");
    assert_eq!(sum(&mut session).await, Some(1));
    assert_eq!(session.in_doubt("mbmy.failed").await.expect("lists"), []);
}

#[tokio::test]
async fn a_deadlock_ends_a_branch() {
    let home = home("deadlock").await;
    let (mut one, mut two) = (home.session().await, home.session().await);
    for a in [1, 2] {
        one.execute(insert(a)).await.expect("inserts");
    }
    let lock = |a: i64| Statement::write("UPDATE t SET a = a WHERE a = ?", vec![a.into()]);
    let touch = |a: i64| Statement::write("DELETE FROM t WHERE a = ?", vec![a.into()]);
    let (first, second) = (id("deadlock-1"), id("deadlock-2"));
    one.begin_branch(&first, OPTIONS).await.expect("begins");
    two.begin_branch(&second, OPTIONS).await.expect("begins");
    one.execute(lock(1)).await.expect("locks");
    two.execute(lock(2)).await.expect("locks");
    one.execute(touch(1)).await.expect("deletes");
    two.execute(touch(2)).await.expect("deletes");
    let (a, b) = tokio::join!(one.execute(touch(2)), two.execute(touch(1)));
    assert!(a.is_err() != b.is_err(), "{a:?} {b:?}");
    let (mut loser, mut winner, lost, won) = match a.is_err() {
        true => (one, two, first, second),
        false => (two, one, second, first),
    };
    refused(a.and(b), ErrorKind::Deadlock);
    refused(loser.execute(insert(9)).await, ErrorKind::Transaction);
    refused(loser.prepare(&lost).await, ErrorKind::Transaction);
    loser.rollback().await.expect("rolls back");
    assert_eq!(winner.prepare(&won).await.expect("prepares"), Prepared::Prepared);
    assert_eq!(
        winner.commit_prepared(&won).await.expect("commits"),
        Finish::Finished
    );
    assert_eq!(sum(&mut loser).await, Some(0));
}

#[tokio::test]
async fn levels_and_ids_that_are_taken() {
    let home = home("levels").await;
    let (mut session, mut other) = (home.session().await, home.session().await);
    let id = id("levels");
    let options = TransactionOptions {
        isolation: Some(IsolationLevel::ReadCommitted),
        read_only: true,
    };
    session.begin_branch(&id, options).await.expect("begins");
    assert_eq!(sum(&mut session).await, Some(0));
    other.execute(insert(1)).await.expect("inserts");
    assert_eq!(sum(&mut session).await, Some(1), "read committed");
    // What was set for a branch that never began is nobody's.
    let taken = refused(other.begin_branch(&id, options).await, ErrorKind::Transaction);
    assert!(!other.in_transaction(), "{taken}");
    other.begin(OPTIONS).await.expect("begins");
    other.execute(insert(2)).await.expect("is not read-only");
    other.commit().await.expect("commits");
    assert_eq!(session.prepare(&id).await.expect("prepares"), Prepared::ReadOnly);
    session.execute(insert(4)).await.expect("is not read-only");
    assert_eq!(session.in_doubt("mbmy.levels").await.expect("lists"), []);
}

#[tokio::test]
async fn tables_without_roll_back_are_told() {
    let home = home("engines").await;
    let mut session = home.session().await;
    let soft = session.readiness().await.expect("looks");
    assert!(soft.is_ready(), "{soft:?}");
    run(&mut session, "CREATE TABLE old (a INT) ENGINE = MyISAM").await;
    run(&mut session, "CREATE TABLE older (a INT) ENGINE = Aria").await;
    let found = session.readiness().await.expect("looks");
    assert!(found.is_ready());
    for part in ["table old is MyISAM", "table older is Aria"] {
        assert!(
            found
                .obstacles
                .iter()
                .any(|obstacle| obstacle.what.contains(part)),
            "{found:?}"
        );
    }
    assert!(
        !found
            .obstacles
            .iter()
            .any(|obstacle| obstacle.what.contains("table t "))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_survives_a_killed_server() {
    let server = manybase_testkit::Mariadb::builder()
        .durable()
        .start()
        .expect("MariaDB starts");
    let database = server.create_database("killed").expect("a database");
    let pool = pool(
        &database.url(),
        &ConnectOptions::default(),
        PoolOptions::default(),
    );
    let mut session = pool.acquire(Access::Write).await.expect("connects");
    run(&mut session, "CREATE TABLE t (a INT PRIMARY KEY)").await;
    let mut owners = Vec::new();
    for (name, a) in [("kept", 1), ("undone", 2)] {
        let mut owner = pool.acquire(Access::Write).await.expect("connects");
        branch(&mut owner, &id(name), a).await;
        assert_eq!(
            owner.prepare(&id(name)).await.expect("prepares"),
            Prepared::Prepared
        );
        owners.push(owner);
    }
    branch(&mut session, &id("open"), 4).await;
    tokio::task::block_in_place(|| server.kill_9().expect("killed"));
    refused(session.prepare(&id("open")).await, ErrorKind::ConnectionLost);
    assert!(session.is_broken());
    drop((session, owners));
    tokio::task::block_in_place(|| server.restart().expect("restarts"));
    let mut session = pool.acquire(Access::Write).await.expect("connects again");
    let listed = session.in_doubt("mbmy.").await.expect("lists");
    let mut listed: Vec<_> = listed.into_iter().map(|doubt| doubt.id).collect();
    listed.sort();
    assert_eq!(listed, [id("kept"), id("undone")]);
    assert_eq!(sum(&mut session).await, Some(0));
    let kept = session.commit_prepared(&id("kept")).await;
    let undone = session.rollback_prepared(&id("undone")).await;
    let open = session.rollback_prepared(&id("open")).await;
    assert_eq!(kept.expect("commits"), Finish::Finished);
    assert_eq!(undone.expect("rolls back"), Finish::Finished);
    assert_eq!(open.expect("runs"), Finish::Gone);
    assert_eq!(sum(&mut session).await, Some(1));
}

/// Settings that a decision depends on. On a server of its own, because they are the server's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_can_be_the_home() {
    let server = manybase_testkit::Mariadb::builder()
        .durable()
        .start()
        .expect("MariaDB starts");
    let database = server.create_database("decisions").expect("a database");
    let pool = pool(
        &database.url(),
        &ConnectOptions::default(),
        PoolOptions::default(),
    );
    let mut session = pool.acquire(Access::Write).await.expect("connects");
    let found = session.home_readiness().await.expect("looks");
    assert!(found.obstacles.is_empty(), "{found:?}");
    for (set, back, hard, part) in [
        ("read_only = 1", "read_only = 0", true, "read-only"),
        (
            "innodb_flush_log_at_trx_commit = 2",
            "innodb_flush_log_at_trx_commit = 1",
            false,
            "undo a decision",
        ),
        (
            "default_storage_engine = 'Aria'",
            "default_storage_engine = 'InnoDB'",
            false,
            "are Aria",
        ),
    ] {
        run(&mut session, &format!("SET GLOBAL {set}")).await;
        let found = session.home_readiness().await.expect("looks");
        assert_eq!(found.obstacles.len(), 1, "{set}: {found:?}");
        assert_eq!((found.is_ready(), found.obstacles[0].hard), (!hard, hard));
        assert!(found.obstacles[0].what.contains(part), "{found:?}");
        run(&mut session, &format!("SET GLOBAL {back}")).await;
    }
    // Tables that can't be part of a branch do not stand in the way of a home.
    run(&mut session, "CREATE TABLE old (a INT) ENGINE = MyISAM").await;
    assert!(
        session
            .home_readiness()
            .await
            .expect("looks")
            .obstacles
            .is_empty()
    );
    branch_of_none(&mut session).await;
}

/// A session that has prepared answers nothing but the end of its branch, and says so.
async fn branch_of_none(session: &mut Session) {
    run(session, "CREATE TABLE t (a INT PRIMARY KEY)").await;
    let id = id("decided");
    branch(session, &id, 1).await;
    assert_eq!(session.prepare(&id).await.expect("prepares"), Prepared::Prepared);
    refused(session.home_readiness().await, ErrorKind::Transaction);
    refused(session.release_holder(1).await, ErrorKind::Transaction);
    assert_eq!(
        session.commit_prepared(&id).await.expect("commits"),
        Finish::Finished
    );
}

/// Whoever is at work is not idle, however long it takes.
#[tokio::test]
async fn a_session_at_work_is_not_ended() {
    let home = home("at_work").await;
    let (mut busy, mut other) = (home.session().await, home.session().await);
    let token = busy.session_token().expect("a number");
    assert_eq!(
        number(&mut busy, "SELECT CONNECTION_ID()").await,
        i64::try_from(token).ok()
    );
    let work = async {
        let slow = Statement::read("SELECT SLEEP(3.2)", vec![]).once();
        busy.execute(slow).await.expect("is not ended");
    };
    let look = async {
        let mut looks = 0;
        loop {
            assert!(!other.release_holder(token).await.expect("looks"));
            looks += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
            if looks == 30 {
                return;
            }
        }
    };
    tokio::join!(work, look);
    assert_eq!(number(&mut busy, "SELECT 1").await, Some(1));
}

/// Right on the heels of a session that ends: its branch is finished once it has ended, and not before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_heels_of_a_session_that_ends() {
    let home = home("heels").await;
    let (mut other, mut writer) = (home.session().await, home.session().await);
    for a in 0..40 {
        let mut owner = home.session().await;
        let token = owner.session_token().expect("a number");
        let id = BranchId::new(format!("mbmy.heels-{a}"), format!("maria.1.{token}")).expect("a good id");
        branch(&mut owner, &id, a).await;
        assert_eq!(owner.prepare(&id).await.expect("prepares"), Prepared::Prepared);
        drop(owner);
        assert_eq!(
            other.commit_prepared(&id).await.expect("commits"),
            Finish::Finished
        );
        // What is committed can be seen and has no locks.
        let update = Statement::write("UPDATE t SET a = a + 1000 WHERE a = ?", vec![a.into()]);
        let done = writer.execute(update).await.expect("no lock is left");
        assert_eq!(done.affected, 1);
    }
    assert_eq!(other.in_doubt("mbmy.heels").await.expect("lists"), []);
}
