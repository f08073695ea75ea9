//! Hooks of single records.

use crate::support::{On, fails_with, on_every_database};
use crate::told::{Told, Trace, said, told, traces, unique};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    the_order_of_an_insert,
    updates,
    deletes_and_restores,
    what_a_hook_changes_is_written,
    a_failing_hook_undoes_all,
    a_failing_hook_fails_the_open_transaction,
    a_panic_undoes_all,
    without_hooks,
    records_are_read,
}

async fn tables(on: &On) -> Result<()> {
    create_table::<Told>(&on.db).await?;
    create_table::<Trace>(&on.db).await
}

async fn the_order_of_an_insert(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    let record = told(&name, 1).insert(&on.db).await?;
    assert!(!record.is_dirty());
    assert_eq!(
        said(&name),
        [
            "before_validate (insert)",
            "validate",
            "after_validate (insert)",
            "before_insert (insert)",
            // What before_insert has made of it keeps to the rules too.
            "validate",
            "after_insert (insert)",
            "after_commit (insert)",
        ]
    );
    let hooks = [
        "before_validate",
        "after_validate",
        "before_insert",
        "after_insert",
    ];
    assert_eq!(traces(&name, &on.db).await?, hooks);
    Ok(())
}

async fn updates(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    let mut record = told(&name, 1).insert(&on.db).await?;
    said(&name);
    // Nothing to write: nobody is asked.
    assert!(!record.save(&on.db).await?);
    assert!(said(&name).is_empty());
    record.n = 7;
    assert!(record.save(&on.db).await?);
    assert_eq!(
        said(&name),
        [
            "before_validate (update)",
            "validate",
            "after_validate (update)",
            "before_update (update)",
            "validate",
            "after_update (update)",
            "after_commit (update)",
        ]
    );
    record.increment(&on.db, |c| c.version, 0).await?;
    let expected = [
        "before_update (update)",
        "after_update (update)",
        "after_commit (update)",
    ];
    assert_eq!(said(&name), expected);
    record.n = -1;
    let error = fails_with_field(record.save(&on.db).await, "n", "negative");
    assert_eq!(error.connection(), Some("main"));
    assert_eq!(said(&name), ["before_validate (update)", "validate"]);
    Ok(())
}

#[track_caller]
fn fails_with_field<T: std::fmt::Debug>(result: Result<T>, field: &str, code: &str) -> manybase::Error {
    let error = result.expect_err("an error");
    assert_eq!(
        (error.kind(), error.model()),
        (ErrorKind::Validation, Some("Told")),
        "{error}"
    );
    let found = error.field_errors().first().expect("a field");
    assert_eq!((&*found.field, &*found.code), (field, code));
    error
}

async fn deletes_and_restores(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    let record = told(&name, 1).insert(&on.db).await?;
    said(&name);
    let id = record.id;
    record.delete(&on.db).await?;
    let of = |what: &str, kind: &str| {
        vec![
            format!("before_{what} ({kind})"),
            format!("after_{what} ({kind})"),
            format!("after_commit ({kind})"),
        ]
    };
    assert_eq!(said(&name), of("delete", "soft delete"));
    let mut record = Told::find(id).only_deleted().one(&on.db).await?;
    assert!(record.restore(&on.db).await?);
    assert_eq!(said(&name), of("update", "restore"));
    // 2 by before_insert, one more by before_update: written with the restoring statement.
    assert_eq!((record.n, record.is_dirty()), (3, false));
    assert_eq!(Told::find(id).one(&on.db).await?.n, 3);
    record.hard_delete(&on.db).await?;
    assert_eq!(said(&name), of("delete", "delete"));
    assert!(!Told::query().with_deleted().exists(&on.db).await?);
    Ok(())
}

async fn what_a_hook_changes_is_written(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    let mut record = told(&name, 1).insert(&on.db).await?;
    let db = &on.db;
    let read = |id| async move { Told::find(id).one(db).await.map(|found| (found.n, found.version)) };
    assert_eq!((record.n, read(record.id).await?), (2, (2, 1)));
    record.fails = "nobody".into();
    record.save(&on.db).await?;
    assert_eq!((record.n, read(record.id).await?), (3, (3, 2)));
    // A user's change that is not saved stays so.
    record.fails = "unsaved".into();
    record.touch(&on.db).await?;
    assert_eq!((record.n, read(record.id).await?), (4, (4, 3)));
    assert_eq!(record.dirty_fields(), ["fails"]);
    Ok(())
}

async fn a_failing_hook_undoes_all(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    for hook in [
        "before_validate",
        "after_validate",
        "before_insert",
        "after_insert",
    ] {
        let name = unique();
        let record = Told {
            fails: hook.into(),
            ..told(&name, 1)
        };
        let error = record.insert(&on.db).await.expect_err("no");
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::CheckViolation, &*format!("{hook} says no"))
        );
        assert_eq!(error.model(), Some("Told"));
        assert_eq!(traces(&name, &on.db).await?, [""; 0]);
        let rolled_back = said(&name).contains(&"after_rollback (insert)".to_owned());
        assert_eq!(rolled_back, hook == "after_insert");
    }
    assert_eq!(Told::query().count(&on.db).await?, 0);
    // A save that fails keeps its changes.
    let mut record = told(&unique(), 1).insert(&on.db).await?;
    record.fails = "after_update".into();
    assert!(record.save(&on.db).await.is_err());
    assert_eq!(Told::find(record.id).one(&on.db).await?.fails, "");
    for hook in ["before_delete", "after_delete"] {
        let record = Told {
            fails: hook.into(),
            ..told(&unique(), 1)
        }
        .insert(&on.db)
        .await?;
        let id = record.id;
        assert!(record.delete(&on.db).await.is_err());
        assert!(Told::find(id).exists(&on.db).await?);
    }
    Ok(())
}

/// Also when the caller swallows the error: a half of what belongs together must not be committed.
async fn a_failing_hook_fails_the_open_transaction(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let (good, bad, broken) = (unique(), unique(), unique());
    let result = on
        .db
        .transaction(async |tx| {
            told(&good, 1).insert(tx).await?;
            let record = Told {
                fails: "after_insert".into(),
                ..told(&bad, 1)
            };
            assert!(record.insert(tx).await.is_err());
            let error = Told::query().count(tx).await.expect_err("it has failed");
            assert_eq!(error.kind(), ErrorKind::Transaction);
            Ok(())
        })
        .await;
    assert_eq!(result.expect_err("failed").kind(), ErrorKind::Transaction);
    assert_eq!(Told::query().count(&on.db).await?, 0);
    assert_eq!(said(&good).last().expect("something"), "after_rollback (insert)");

    // A nested one keeps it to itself, and a broken rule undoes nothing.
    on.db
        .transaction(async |tx| {
            told(&good, 1).insert(tx).await?;
            let record = Told {
                fails: "after_insert".into(),
                ..told(&bad, 1)
            };
            assert!(
                tx.transaction(async move |tx| record.insert(tx).await)
                    .await
                    .is_err()
            );
            let error = told(&broken, 101).insert(tx).await.expect_err("too much");
            assert_eq!(error.kind(), ErrorKind::Validation);
            Ok(())
        })
        .await?;
    let names = Told::query().select(|c| c.name).all(&on.db).await?;
    assert_eq!(names, [good.as_str()]);
    assert_eq!(said(&good).last().expect("something"), "after_commit (insert)");
    assert_eq!(said(&bad).last().expect("something"), "after_rollback (insert)");
    Ok(())
}

async fn a_panic_undoes_all(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    let record = Told {
        fails: "!after_insert".into(),
        ..told(&name, 1)
    };
    let db = on.db.clone();
    let panicked = tokio::spawn(async move { record.insert(&db).await.map(drop) }).await;
    assert!(panicked.expect_err("a panic").is_panic());
    on.works().await;
    assert_eq!(Told::query().count(&on.db).await?, 0);
    assert_eq!(traces(&name, &on.db).await?, [""; 0]);
    Ok(())
}

async fn without_hooks(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let (db, name) = (&on.db.without_hooks(), unique());
    let mut record = told(&name, 1).insert(db).await?;
    record.n = 2;
    record.save(db).await?;
    Told::insert_many([told(&name, 5)], db).await?;
    Told::query().update(db, |c| c.n.set(9)).await?;
    let read = Told::query().all(db).await?;
    assert!(read.iter().all(|record| !record.loaded && record.n == 9));
    record.refresh(db).await?;
    record.delete(db).await?;
    Told::query().delete(db).await?;
    // The rules are no hooks.
    assert_eq!(said(&name), ["validate"; 3]);
    fails_with(told(&name, 101).insert(db).await, ErrorKind::Validation, "Told");
    on.db
        .transaction(async |tx| told(&name, 1).insert(&tx.without_hooks()).await)
        .await?;
    assert_eq!(said(&name), ["validate"; 2]);
    Ok(())
}

async fn records_are_read(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let db = &on.db;
    Told::insert_many([told(&unique(), 1), told(&unique(), 2)], db).await?;
    assert!(
        Told::query()
            .all(db)
            .await?
            .iter()
            .all(|record| record.loaded && !record.is_dirty())
    );
    let mut first = Told::query().first(db).await?.expect("one");
    assert!(first.loaded);
    first.refresh(db).await?;
    assert!(first.loaded);
    let each = Told::query().for_each(db, |_| Ok(())).await;
    fails_with(each, ErrorKind::Statement, "Told");
    assert_eq!(Told::query().for_each(&db.without_hooks(), |_| Ok(())).await?, 2);
    assert_eq!(Told::query().select(|c| c.n).for_each(db, |_| Ok(())).await?, 2);
    Ok(())
}
