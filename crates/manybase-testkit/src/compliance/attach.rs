//! Several databases on one connection, in one transaction.

use super::case::Case;
use super::db::Db;
use super::transaction::{PLAIN, ids, set};
use super::two_phase::insert;
use super::verdict::{Failure, Verdict, refused};
use manybase_driver::{Access, Attachment, ConnectOptions, ErrorKind, Pool, Statement};
use manybase_sql::Delete;

const OTHER: &str = "mb_other";

/// A driver that can't attach says so, and one that can refuses what makes no sense. Either way nothing is left.
pub(super) async fn one_database_alone(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("alone");
    db.keys(&name, [1]).await?;
    let own = case.driver(&ConnectOptions::default())?.attachment();
    if let Some(own) = &own {
        assert_eq!(
            db.pool
                .attachment()
                .map(|pool| pool.location().to_owned())
                .as_deref(),
            Some(own.location())
        );
    }
    let foreign = Attachment::new("no such family", "nowhere", ());
    for in_transaction in [false, true] {
        if in_transaction {
            db.session.begin(PLAIN).await?;
        }
        // Nothing can be attached to itself either.
        for other in std::iter::once(foreign.clone()).chain(own.clone()) {
            let error = refused(db.session.attach(OTHER, other).await, &[ErrorKind::Unsupported]);
            assert!(error.help().is_some(), "{error}");
        }
        refused(
            db.session.focus(Some(OTHER.to_owned())).await,
            &[ErrorKind::Unsupported],
        );
        db.session.focus(None).await?;
        db.assert_usable().await?;
    }
    db.run(&insert(&name, 2)).await?;
    db.session.commit().await?;
    db.session.detach_all().await?;
    assert_eq!(ids(&mut db, &name).await?, [1, 2]);
    Ok(())
}

/// Two databases with a table of the same name, and a transaction on both.
struct Group {
    host: Db,
    other: Pool,
    name: String,
}

impl Group {
    async fn new(case: &Case) -> Verdict<Self> {
        let [host, other] = case.group()?;
        let name = case.table("group");
        for (pool, keys) in [(&host, [1]), (&other, [2])] {
            let mut db = Db::take(pool.clone(), Access::Write).await?;
            db.keys(&name, keys).await?;
        }
        let mut group = Self {
            host: Db::take(host, Access::Write).await?,
            other,
            name,
        };
        group.begin().await?;
        Ok(group)
    }

    async fn begin(&mut self) -> Verdict {
        self.host.session.begin(PLAIN).await?;
        let Some(attachment) = self.other.attachment() else {
            return Err(Failure::from(manybase_driver::Error::driver(
                "it can't be attached",
            )));
        };
        self.host.session.attach(OTHER, attachment).await?;
        Ok(())
    }

    /// What follows is for the other one, or for the connection's own.
    async fn focus(&mut self, other: bool) -> Verdict {
        let own = self.host.pool.dialect();
        self.host.session.focus(other.then(|| OTHER.to_owned())).await?;
        self.host.dialect = match other {
            true => own.attached(OTHER).unwrap_or(own),
            false => own,
        };
        Ok(())
    }

    /// The keys in both, each seen by a connection of its own.
    async fn keys(&self) -> Verdict<[Vec<i64>; 2]> {
        let mut host = self.host.another(Access::Read).await?;
        let mut other = Db::take(self.other.clone(), Access::Read).await?;
        Ok([
            ids(&mut host, &self.name).await?,
            ids(&mut other, &self.name).await?,
        ])
    }
}

pub(super) async fn both_or_none(case: Case) -> Verdict {
    let mut group = Group::new(&case).await?;
    let name = group.name.clone();
    for (commit, key) in [(false, 3), (true, 4), (false, 5), (true, 6)] {
        let before = group.keys().await?;
        for other in [true, false, true] {
            group.focus(other).await?;
            let key = if other { key } else { key + 10 };
            match ids(&mut group.host, &name).await?.contains(&key) {
                true => drop(group.host.run(&set(&name, key, 7)).await?),
                false => drop(group.host.run(&insert(&name, key)).await?),
            }
        }
        assert_eq!(group.keys().await?, before, "nobody sees it yet");
        refused(group.host.session.detach_all().await, &[ErrorKind::Transaction]);
        group.focus(false).await?;
        match commit {
            true => group.host.session.commit().await?,
            false => group.host.session.rollback().await?,
        }
        group.host.session.detach_all().await?;
        let after = group.keys().await?;
        assert_eq!(
            [after[0].contains(&(key + 10)), after[1].contains(&key)],
            [commit; 2]
        );
        group.begin().await?;
    }
    Ok(())
}

/// A table that both have is the one of the database that the statement is for, or the statement is refused.
pub(super) async fn names_do_not_mix(case: Case) -> Verdict {
    let mut group = Group::new(&case).await?;
    let name = group.name.clone();
    for (other, key) in [(true, 2), (false, 1), (true, 2)] {
        group.focus(other).await?;
        assert_eq!(ids(&mut group.host, &name).await?, [key]);
        assert_eq!(group.host.count(&name).await?, 1);
        // Raw text that names no schema, twice, because a statement may be kept.
        for text in [
            format!("SELECT COUNT(*) FROM {name}"),
            format!("DELETE FROM {name} WHERE id = 0"),
        ] {
            for _ in 0..2 {
                let done = group
                    .host
                    .session
                    .execute(Statement::write(text.clone(), vec![]))
                    .await;
                match other {
                    true => drop(refused(done, &[ErrorKind::Statement])),
                    false => drop(done?),
                }
            }
        }
    }
    group.host.run(&Delete::from(name.clone())).await?;
    group.host.session.commit().await?;
    assert_eq!(group.keys().await?, [vec![1], vec![]]);
    Ok(())
}

pub(super) async fn the_next_user_has_one(case: Case) -> Verdict {
    let mut group = Group::new(&case).await?;
    let name = group.name.clone();
    for commit in [false, true] {
        group.focus(true).await?;
        group.host.run(&set(&name, 2, 9)).await?;
        if commit {
            group.host.session.commit().await?;
        }
        let Group { host, other, name } = group;
        let pool = host.pool.clone();
        drop(host);
        let host = Db::take(pool, Access::Write).await?;
        group = Group { host, other, name };
        assert_eq!(ids(&mut group.host, &group.name.clone()).await?, [1]);
        refused(
            group.host.session.focus(Some(OTHER.to_owned())).await,
            &[ErrorKind::Unsupported],
        );
        // And the other one is free.
        let mut other = Db::take(group.other.clone(), Access::Write).await?;
        other.run(&set(&group.name, 2, 1)).await?;
        drop(other);
        group.begin().await?;
    }
    Ok(())
}
