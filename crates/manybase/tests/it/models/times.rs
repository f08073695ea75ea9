//! Times and versions.

use crate::support::{On, on_every_database};
use chrono::{SubsecRound, TimeDelta};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    times_are_filled_in,
    times_of_local_type_and_optional;
    shared: versions_refuse_to_overwrite,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Note {
    #[model(key, auto)]
    id: i64,
    text: String,
    #[model(created_at)]
    created_at: DateTime<Utc>,
    #[model(updated_at)]
    updated_at: DateTime<Utc>,
}

fn note(text: &str) -> Note {
    Note {
        id: 0,
        text: text.into(),
        created_at: DateTime::default(),
        updated_at: DateTime::default(),
    }
}

async fn times_are_filled_in(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Note>(db).await?;
    let before = Utc::now().trunc_subsecs(6);
    let mut one = note("one").insert(db).await?;
    let after = Utc::now();
    assert!(before <= one.created_at && one.created_at <= after, "{one:?}");
    assert_eq!(one.created_at, one.updated_at);
    assert_eq!(Note::find(one.id).one(db).await?, one);
    // A save sets the second and leaves the first.
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    let created = one.created_at;
    one.text = "changed".into();
    assert!(one.save(db).await?);
    assert_eq!(one.created_at, created);
    assert!(one.updated_at > created, "{one:?}");
    assert_eq!(Note::find(one.id).one(db).await?, one);
    // So does a set-wise update.
    let saved = one.updated_at;
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    Note::query().update(db, |c| c.text.set("set-wise")).await?;
    one.refresh(db).await?;
    assert!(one.updated_at > saved && one.created_at == created, "{one:?}");
    // Times that are given are kept, on insert and on update.
    let old = Utc::now().trunc_subsecs(6) - TimeDelta::days(400);
    let given = Note {
        created_at: old,
        updated_at: old,
        ..note("old")
    };
    let mut given = given.insert(db).await?;
    assert_eq!((given.created_at, given.updated_at), (old, old));
    assert_eq!(Note::find(given.id).one(db).await?, given);
    given.updated_at = old + TimeDelta::days(1);
    given.save(db).await?;
    assert_eq!(given.updated_at, old + TimeDelta::days(1));
    assert_eq!(Note::find(given.id).one(db).await?, given);
    Note::filter(|c| c.id.eq(given.id))
        .update(db, |c| c.updated_at.set(old))
        .await?;
    given.refresh(db).await?;
    assert_eq!(given.updated_at, old);
    // insert_many fills them in too.
    Note::insert_many([note("many"), note("many")], db).await?;
    let many = Note::filter(|c| c.text.eq("many") & c.created_at.gt(before))
        .all(db)
        .await?;
    assert_eq!(many.len(), 2);
    assert!(many.iter().all(|one| one.created_at == one.updated_at));
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Local {
    #[model(key)]
    id: i64,
    n: i32,
    #[model(created_at)]
    made: NaiveDateTime,
    #[model(updated_at)]
    changed: Option<NaiveDateTime>,
}

async fn times_of_local_type_and_optional(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Local>(db).await?;
    let mut one = Local {
        id: 1,
        n: 1,
        made: NaiveDateTime::default(),
        changed: None,
    }
    .insert(db)
    .await?;
    assert_eq!(one.changed, Some(one.made));
    assert_eq!(Local::find(1).one(db).await?, one);
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    one.n = 2;
    one.save(db).await?;
    assert!(one.changed > Some(one.made));
    assert_eq!(Local::find(1).one(db).await?, one);
    let saved = one.changed;
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    Local::query().update(db, |c| c.n.set(c.n + 1)).await?;
    one.refresh(db).await?;
    assert!(one.changed > saved && one.n == 3, "{one:?}");
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Account {
    #[model(key, auto)]
    id: i64,
    balance: i64,
    note: String,
    #[model(version)]
    version: i32,
}

async fn versions_refuse_to_overwrite(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Account>(db).await?;
    let account = Account {
        id: 0,
        balance: 10,
        note: String::new(),
        version: 1,
    };
    let mut one = account.insert(db).await?;
    let mut other = Account::find(one.id).one(db).await?;
    one.balance += 5;
    assert!(one.save(db).await?);
    assert_eq!(one.version, 2);
    assert_eq!(Account::find(one.id).one(db).await?, one);
    other.note = "late".into();
    let error = fails_with_model(other.save(db).await, ErrorKind::Stale, "Account");
    assert!(
        error.help().is_some_and(|help| help.contains("refresh")),
        "{error}"
    );
    // The change is still there, and comes through after a refresh.
    assert_eq!(other.dirty_fields(), ["note"]);
    fails_with_model(other.clone().delete(db).await, ErrorKind::Stale, "Account");
    other.refresh(db).await?;
    assert!(!other.is_dirty());
    other.note = "late".into();
    other.save(db).await?;
    assert_eq!((other.balance, other.version), (15, 3));
    // A set-wise update counts too.
    Account::query().update(db, |c| c.balance.set(0)).await?;
    fails_with_model(one.clone().delete(db).await, ErrorKind::Stale, "Account");
    one.refresh(db).await?;
    assert_eq!(one.version, 4);
    one.delete(db).await?;
    fails_with_model(other.delete(db).await, ErrorKind::Stale, "Account");

    // Of many that add one at the same time, every one that was told so has.
    let id = Account {
        id: 0,
        balance: 0,
        note: String::new(),
        version: 1,
    }
    .insert(db)
    .await?
    .id;
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let db = db.clone();
        tasks.push(tokio::spawn(async move {
            let mut done = 0;
            for _ in 0..10 {
                let mut one = Account::find(id).one(&db).await?;
                one.balance += 1;
                match one.save(&db).await {
                    Ok(_) => done += 1,
                    Err(error) if error.kind() == ErrorKind::Stale => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(done)
        }));
    }
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("no panic")?;
    }
    let end = Account::find(id).one(db).await?;
    assert_eq!((end.balance, i64::from(end.version)), (sum, sum + 1));
    Ok(())
}

/// An error that the library finds, without a database's help, names the model all the same.
#[track_caller]
fn fails_with_model<T: std::fmt::Debug>(result: Result<T>, kind: ErrorKind, model: &str) -> manybase::Error {
    let error = result.expect_err("an error");
    assert_eq!((error.kind(), error.model()), (kind, Some(model)), "{error}");
    assert_eq!(error.connection(), Some("main"), "{error}");
    error
}
