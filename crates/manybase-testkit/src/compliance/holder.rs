//! The session that prepared a branch: cut off, hanging, gone.

use super::cancel::cut;
use super::case::{Case, within};
use super::db::Db;
use super::random::Random;
use super::transaction::{PLAIN, SOON, ids};
use super::two_phase::{branch, finish, insert, prepare, prepared_home};
use super::verdict::{Verdict, refused};
use manybase_driver::{Access, BranchId, ConnectOptions, ErrorKind, Finish, PoolOptions, Prepared, Session};
use std::time::Duration;

const SEED: u64 = 53;
const ROUNDS: i64 = 60;

/// An id that says who holds the branch, where sessions have a name for that.
fn held_by(session: &mut Session) -> Verdict<BranchId> {
    let id = branch()?;
    Ok(match session.session_token() {
        Some(token) => BranchId::new(id.gtrid(), format!("compliance.1.{token}"))?,
        None => id,
    })
}

/// `prepare` is cut off, or its session is dropped right afterwards. Once its session has ended, another one brings
/// the branch to an end that stays: it is as it was finished, its locks are free, and it is never listed again.
pub(super) async fn cut_prepare(case: Case) -> Verdict {
    let (mut db, name) = prepared_home(&case).await?;
    let connect = ConnectOptions {
        lock_timeout: Some(Duration::from_secs(1)),
        ..ConnectOptions::default()
    };
    let options = PoolOptions {
        max_size: 4,
        ..PoolOptions::default()
    };
    let pool = case.pool_with(&connect, options)?;
    let mut other = Db::take(pool.clone(), Access::Write).await?;
    let mut random = Random::new(SEED);
    let mut known = Vec::new();
    let mut there = vec![1];
    for key in 2..2 + ROUNDS {
        let mut owner = Db::take(pool.clone(), Access::Write).await?;
        let id = held_by(&mut owner.session)?;
        owner.session.begin_branch(&id, PLAIN).await?;
        owner.run(&insert(&name, key)).await?;
        let outcome = match random.once_in(4) {
            true => Some(owner.session.prepare(&id).await),
            false => cut(&mut random, owner.session.prepare(&id)).await,
        };
        let prepared = match outcome {
            Some(outcome) => outcome? == Prepared::Prepared,
            None => false,
        };
        drop(owner);
        let commit = prepared && random.once_in(2);
        // A session that writes the same row has to wait for one that has not ended.
        let settle = async {
            loop {
                let outcome = finish(&mut db.session, &id, commit).await?;
                assert!(
                    outcome == Finish::Finished || !prepared,
                    "round {key}: {outcome:?}"
                );
                if commit {
                    return Verdict::Ok(());
                }
                match other.run(&insert(&name, key)).await {
                    Err(error) if error.kind() == ErrorKind::LockTimeout && !prepared => {}
                    Err(error) => return Err(error.into()),
                    Ok(_) => return Ok(()),
                }
            }
        };
        within(SOON, "the end of a branch that was cut off", settle).await?;
        there.push(key);
        known.push(id);
    }
    // Later, too, there is nothing of them.
    for id in &known {
        assert_eq!(db.session.in_doubt(id.gtrid()).await?, []);
        assert_eq!(db.session.rollback_prepared(id).await?, Finish::Gone);
    }
    assert_eq!(ids(&mut db, &name).await?, there);
    Ok(())
}

/// A session that has prepared and then does nothing more can be ended, so that its branch is free.
pub(super) async fn a_holder_that_hangs(case: Case) -> Verdict {
    let (mut db, name) = prepared_home(&case).await?;
    let mut owner = db.another(Access::Write).await?;
    let id = held_by(&mut owner.session)?;
    let token = owner.session.session_token();
    assert_eq!(token, owner.session.session_token());
    prepare(&mut owner, &name, &id, 2).await?;
    let Some(token) = token else {
        assert!(!db.session.release_holder(1).await?);
        assert_eq!(db.session.commit_prepared(&id).await?, Finish::Finished);
        assert_eq!(ids(&mut db, &name).await?, [1, 2]);
        return Ok(());
    };
    assert_eq!(db.session.commit_prepared(&id).await?, Finish::InUse);
    let own = db.session.session_token();
    assert_ne!(own, Some(token));
    let release = async {
        while !db.session.release_holder(token).await? {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok::<_, manybase_driver::Error>(())
    };
    within(SOON, "the end of a session that hangs", release).await?;
    assert_eq!(db.session.commit_prepared(&id).await?, Finish::Finished);
    assert_eq!(ids(&mut db, &name).await?, [1, 2]);
    // One that is gone is none, and nobody ends itself.
    assert!(!db.session.release_holder(token).await?);
    if let Some(own) = own {
        assert!(!db.session.release_holder(own).await?);
    }
    refused(
        owner.session.commit_prepared(&id).await,
        &[ErrorKind::ConnectionLost],
    );
    assert!(owner.session.is_broken());
    Ok(())
}
