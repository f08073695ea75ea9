//! Branches of transactions that span databases: prepared here, finished from anywhere.

use super::case::{Case, within};
use super::db::Db;
use super::transaction::{PLAIN, SOON, ids, set};
use super::verdict::{Verdict, refused};
use manybase_driver::{Access, BranchId, ErrorKind, Finish, Prepared, Session, TransactionOptions};
use manybase_sql::Insert;
use std::time::Duration;

/// A connection and a table with a row, on a database that can prepare.
pub(super) async fn prepared_home(case: &Case) -> Verdict<(Db, String)> {
    case.needs(case.dialect()?.capability().two_phase_commit, "two-phase commit")?;
    case.needs_writers()?;
    let mut db = case.db().await?;
    let readiness = db.session.readiness().await?;
    case.needs(
        readiness.is_ready(),
        &format!("two-phase commit here: {readiness:?}"),
    )?;
    let name = case.table("branch");
    db.keys(&name, [1]).await?;
    Ok((db, name))
}

pub(super) fn insert(name: &str, id: i64) -> Insert {
    Insert::into(name.to_owned(), ["id", "v"]).row([id, 0])
}

/// An id that no other run has.
pub(super) fn branch() -> Verdict<BranchId> {
    let unique = uuid::Uuid::new_v4().simple().to_string();
    Ok(BranchId::new(format!("mbtest.{unique}"), "compliance")?)
}

/// Begins a branch with one new row, and prepares it.
pub(super) async fn prepare(db: &mut Db, name: &str, id: &BranchId, key: i64) -> Verdict {
    db.session.begin_branch(id, PLAIN).await?;
    assert!(db.session.in_transaction());
    db.run(&insert(name, key)).await?;
    assert_eq!(db.session.prepare(id).await?, Prepared::Prepared);
    assert!(!db.session.in_transaction());
    Ok(())
}

/// Finishes a branch that a connection may still be letting go.
pub(super) async fn finish(session: &mut Session, id: &BranchId, commit: bool) -> Verdict<Finish> {
    let work = async {
        loop {
            let outcome = match commit {
                true => session.commit_prepared(id).await?,
                false => session.rollback_prepared(id).await?,
            };
            if outcome.is_over() {
                return Ok(outcome);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    within(SOON, "finishing a branch", work).await
}

pub(super) async fn prepared_and_committed(case: Case) -> Verdict {
    let (mut db, name) = prepared_home(&case).await?;
    let mut other = db.another(Access::Write).await?;
    for key in 2..5 {
        let id = branch()?;
        prepare(&mut db, &name, &id, key).await?;
        assert!(
            !ids(&mut other, &name).await?.contains(&key),
            "nobody sees it yet"
        );
        assert_eq!(db.session.commit_prepared(&id).await?, Finish::Finished);
        assert!(ids(&mut db, &name).await?.contains(&key));
        // And the session is as good as before.
        db.session.begin(PLAIN).await?;
        db.run(&set(&name, 1, key)).await?;
        db.session.commit().await?;
    }
    Ok(())
}

pub(super) async fn prepared_and_rolled_back(case: Case) -> Verdict {
    let (mut db, name) = prepared_home(&case).await?;
    for _ in 0..3 {
        let id = branch()?;
        prepare(&mut db, &name, &id, 2).await?;
        // A prepared branch is no open transaction, and this does nothing to it.
        db.session.rollback().await?;
        assert_eq!(db.session.rollback_prepared(&id).await?, Finish::Finished);
        assert_eq!(ids(&mut db, &name).await?, [1]);
    }
    Ok(())
}

/// The session that prepared is gone; its branch, with its locks, is not.
pub(super) async fn finished_by_another_session(case: Case) -> Verdict {
    let (db, name) = prepared_home(&case).await?;
    let mut other = db.another(Access::Write).await?;
    for (commit, key) in [(true, 2), (false, 3)] {
        let id = branch()?;
        let mut owner = db.another(Access::Write).await?;
        prepare(&mut owner, &name, &id, key).await?;
        drop(owner);
        let mut reader = db.another(Access::Read).await?;
        assert!(!ids(&mut reader, &name).await?.contains(&key));
        assert_eq!(finish(&mut other.session, &id, commit).await?, Finish::Finished);
        assert_eq!(ids(&mut other, &name).await?.contains(&key), commit);
    }
    Ok(())
}

pub(super) async fn finished_more_than_once(case: Case) -> Verdict {
    let (mut db, name) = prepared_home(&case).await?;
    let mut other = db.another(Access::Write).await?;
    let id = branch()?;
    for commit in [true, false] {
        assert_eq!(
            finish(&mut db.session, &id, commit).await?,
            Finish::Gone,
            "unknown"
        );
    }
    prepare(&mut db, &name, &id, 2).await?;
    // While the first session holds it: in use where it is tied to it, else done by the other.
    match other.session.commit_prepared(&id).await? {
        Finish::InUse => assert_eq!(db.session.commit_prepared(&id).await?, Finish::Finished),
        outcome => assert_eq!(outcome, Finish::Finished),
    }
    for db in [&mut db, &mut other] {
        assert_eq!(db.session.commit_prepared(&id).await?, Finish::Gone);
        assert_eq!(db.session.rollback_prepared(&id).await?, Finish::Gone);
        assert_eq!(ids(db, &name).await?, [1, 2]);
    }
    // Inside a transaction nothing is finished.
    db.session.begin(PLAIN).await?;
    refused(db.session.commit_prepared(&id).await, &[ErrorKind::Transaction]);
    db.session.rollback().await?;
    Ok(())
}

/// Whatever the server would do: a branch in which a statement failed has to be rolled back.
pub(super) async fn a_failed_branch_is_not_prepared(case: Case) -> Verdict {
    let (mut db, name) = prepared_home(&case).await?;
    for _ in 0..3 {
        let id = branch()?;
        db.session.begin_branch(&id, PLAIN).await?;
        db.run(&insert(&name, 2)).await?;
        refused(db.run(&insert(&name, 1)).await, &[ErrorKind::UniqueViolation]);
        refused(db.session.prepare(&id).await, &[ErrorKind::Transaction]);
        db.session.rollback().await?;
        assert_eq!(db.session.in_doubt(id.gtrid()).await?, []);
        assert_eq!(db.session.commit_prepared(&id).await?, Finish::Gone);
        assert_eq!(ids(&mut db, &name).await?, [1]);
    }
    // A savepoint takes the failure back.
    if db.dialect.capability().savepoints {
        let id = branch()?;
        db.session.begin_branch(&id, PLAIN).await?;
        db.run(&insert(&name, 2)).await?;
        db.session.savepoint(1).await?;
        refused(db.run(&insert(&name, 1)).await, &[ErrorKind::UniqueViolation]);
        db.session.rollback_to(1).await?;
        db.run(&insert(&name, 3)).await?;
        assert_eq!(db.session.prepare(&id).await?, Prepared::Prepared);
        assert_eq!(db.session.commit_prepared(&id).await?, Finish::Finished);
        assert_eq!(ids(&mut db, &name).await?, [1, 2, 3]);
    }
    refused(db.session.prepare(&branch()?).await, &[ErrorKind::Transaction]);
    Ok(())
}

/// It may be over when it is prepared, or have nothing to finish; it never stays.
pub(super) async fn a_branch_that_only_reads(case: Case) -> Verdict {
    let (mut db, name) = prepared_home(&case).await?;
    for read_only in [true, false] {
        for disconnect in [true, false] {
            let id = branch()?;
            let mut owner = db.another(Access::Write).await?;
            let options = TransactionOptions { read_only, ..PLAIN };
            owner.session.begin_branch(&id, options).await?;
            assert_eq!(ids(&mut owner, &name).await?, [1]);
            if read_only {
                refused(owner.run(&insert(&name, 2)).await, &[ErrorKind::ReadOnly]);
                owner.session.rollback().await?;
                owner.session.begin_branch(&id, options).await?;
                assert_eq!(ids(&mut owner, &name).await?, [1]);
            }
            let prepared = owner.session.prepare(&id).await?;
            assert!(prepared == Prepared::ReadOnly || !read_only, "{prepared:?}");
            let finisher = if disconnect {
                drop(owner);
                &mut db
            } else {
                &mut owner
            };
            let outcome = finish(&mut finisher.session, &id, true).await?;
            assert!(
                prepared == Prepared::Prepared || outcome == Finish::Gone,
                "{outcome:?}"
            );
            assert_eq!(finisher.session.in_doubt(id.gtrid()).await?, []);
            finisher.run(&set(&name, 1, 7)).await?;
        }
    }
    Ok(())
}

/// Before it is prepared, a branch is a transaction as any other.
pub(super) async fn a_branch_that_is_dropped(case: Case) -> Verdict {
    let (db, name) = prepared_home(&case).await?;
    let pool = case.pool(1)?;
    for _ in 0..10 {
        let id = branch()?;
        let mut owner = Db::take(pool.clone(), Access::Write).await?;
        owner.session.begin_branch(&id, PLAIN).await?;
        owner.run(&set(&name, 1, 1)).await?;
        owner.run(&insert(&name, 2)).await?;
        drop(owner);
        let mut next = within(SOON, "a connection", Db::take(pool.clone(), Access::Write)).await?;
        assert_eq!(ids(&mut next, &name).await?, [1]);
        within(SOON, "the row's lock", next.run(&set(&name, 1, 2))).await?;
        assert_eq!(next.session.commit_prepared(&id).await?, Finish::Gone);
    }
    drop(db);
    Ok(())
}

/// The list has ours and nobody else's.
pub(super) async fn branches_in_doubt(case: Case) -> Verdict {
    let (mut db, name) = prepared_home(&case).await?;
    let mine = branch()?;
    let same = BranchId::new(mine.gtrid(), "second")?;
    let foreign = branch()?;
    for (id, key) in [(&mine, 2), (&same, 3), (&foreign, 4)] {
        let mut owner = db.another(Access::Write).await?;
        prepare(&mut owner, &name, id, key).await?;
    }
    let mut listed: Vec<_> = db.session.in_doubt(mine.gtrid()).await?;
    listed.sort_by(|a, b| a.id.cmp(&b.id));
    let listed = Vec::from_iter(listed.into_iter().map(|doubt| doubt.id));
    let all = db.session.in_doubt("mbtest.").await?;
    for id in [&mine, &same, &foreign] {
        assert!(all.iter().any(|doubt| doubt.id == *id), "{id}");
        assert_eq!(finish(&mut db.session, id, true).await?, Finish::Finished);
    }
    assert_eq!(listed, [mine.clone(), same]);
    assert_eq!(db.session.in_doubt(mine.gtrid()).await?, []);
    assert_eq!(ids(&mut db, &name).await?, [1, 2, 3, 4]);
    refused(db.session.in_doubt("a'b").await, &[ErrorKind::Identifier]);
    Ok(())
}

/// A database that can't prepare says so, and what it can be instead. One that can says what is in the way.
pub(super) async fn what_it_can_is_told(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let id = branch()?;
    if db.dialect.capability().two_phase_commit {
        db.session.begins_plainly()?;
        for obstacle in db.session.readiness().await?.obstacles {
            assert!(
                !obstacle.what.is_empty() && !obstacle.help.is_empty(),
                "{obstacle:?}"
            );
        }
        return Ok(());
    }
    let error = refused(
        db.session.begin_branch(&id, PLAIN).await,
        &[ErrorKind::Unsupported],
    );
    assert!(error.help().is_some_and(|help| help.contains("home")), "{error}");
    assert!(!db.session.in_transaction());
    refused(db.session.prepare(&id).await, &[ErrorKind::Unsupported]);
    refused(db.session.commit_prepared(&id).await, &[ErrorKind::Unsupported]);
    refused(db.session.rollback_prepared(&id).await, &[ErrorKind::Unsupported]);
    refused(db.session.in_doubt("").await, &[ErrorKind::Unsupported]);
    refused(db.session.begins_plainly(), &[ErrorKind::Unsupported]);
    let readiness = db.session.readiness().await?;
    assert!(!readiness.is_ready() && readiness.obstacles[0].help.contains("home"));
    db.assert_usable().await?;
    Ok(())
}

/// Also with a home: whether a decision is safe here.
pub(super) async fn what_a_home_needs_is_told(case: Case) -> Verdict {
    let mut db = case.db().await?;
    for in_transaction in [false, true] {
        if in_transaction {
            db.session.begin(PLAIN).await?;
        }
        for obstacle in db.session.home_readiness().await?.obstacles {
            assert!(
                !obstacle.what.is_empty() && !obstacle.help.is_empty(),
                "{obstacle:?}"
            );
        }
        db.assert_usable().await?;
    }
    db.session.rollback().await?;
    Ok(())
}
