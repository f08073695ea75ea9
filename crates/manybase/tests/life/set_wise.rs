//! Hooks of calls for many rows at once.

use crate::support::{On, fails_with, on_every_database};
use crate::told::{Told, Trace, said, told, unique};
use manybase::prelude::*;
use manybase::{ErrorKind, HookContext, Hooks, Result, create_table};
use std::sync::Arc;

on_every_database! {
    many_inserts,
    many_inserts_all_or_none,
    updates_and_restores,
    what_has_no_hook_is_refused,
    what_runs_no_hooks_is_refused,
    upserts,
}

async fn many_inserts(on: Arc<On>) -> Result<()> {
    create_table::<Told>(&on.db).await?;
    create_table::<Trace>(&on.db).await?;
    let (one, two) = (unique(), unique());
    assert_eq!(
        Told::insert_many([told(&one, 1), told(&two, 5)], &on.db).await?,
        2
    );
    let expected = [
        "before_validate (insert of many)",
        "validate",
        "after_validate (insert of many)",
        "before_insert (insert of many)",
        "validate",
        "after_insert (insert of many)",
        "after_commit (insert of many)",
    ];
    assert_eq!(
        (said(&one), said(&two)),
        (
            expected.map(String::from).into(),
            expected.map(String::from).into()
        )
    );
    let written = Told::query()
        .order_by(|c| c.n.asc())
        .select(|c| c.n)
        .all(&on.db)
        .await?;
    assert_eq!(written, [2, 6]);
    // Keys that are given go in one statement, with the same hooks.
    let three = unique();
    let given = (70..75).map(|id| Told {
        id,
        ..told(&three, 1)
    });
    assert_eq!(Told::insert_many(given, &on.db).await?, 5);
    assert_eq!(
        said(&three)
            .iter()
            .filter(|said| *said == "after_insert (insert of many)")
            .count(),
        5
    );
    Ok(())
}

async fn many_inserts_all_or_none(on: Arc<On>) -> Result<()> {
    create_table::<Told>(&on.db).await?;
    create_table::<Trace>(&on.db).await?;
    let name = unique();
    let list = vec![told(&name, 1), told(&name, 102), told(&name, -1)];
    let error = Told::insert_many(list, &on.db).await.expect_err("rules");
    let found: Vec<_> = error
        .field_errors()
        .iter()
        .map(|one| (one.record, &*one.code))
        .collect();
    assert_eq!(found, [(Some(1), "range"), (Some(2), "negative")]);
    let second = Told {
        fails: "after_insert".into(),
        ..told(&name, 2)
    };
    assert!(Told::insert_many([told(&name, 1), second], &on.db).await.is_err());
    assert_eq!(Told::query().count(&on.db).await?, 0);
    let rolled_back = said(&name)
        .into_iter()
        .filter(|said| said == "after_rollback (insert of many)");
    assert_eq!(rolled_back.count(), 2);
    Ok(())
}

async fn updates_and_restores(on: Arc<On>) -> Result<()> {
    create_table::<Told>(&on.db).await?;
    create_table::<Trace>(&on.db).await?;
    let name = unique();
    Told::insert_many([told(&name, 1), told(&unique(), 50)], &on.db).await?;
    said(&name);
    assert_eq!(
        Told::filter(|c| c.n.lt(10))
            .update(&on.db, |c| c.n.set(c.n + 1))
            .await?,
        1
    );
    assert_eq!(
        said(&name),
        [
            "before_update_set (update of many)",
            "after_update_set of n in 1 (update)"
        ]
    );
    Told::query().delete(&on.db.without_hooks()).await?;
    assert_eq!(Told::filter(|c| c.n.lt(10)).restore(&on.db).await?, 1);
    assert_eq!(
        said(&name),
        [
            "before_update_set (restore of many)",
            "after_update_set of gone in 1 (restore)"
        ]
    );
    // A value that breaks a rule.
    let error = Told::query()
        .update(&on.db, |c| c.n.set(500))
        .await
        .expect_err("a rule");
    assert_eq!(error.field_errors()[0].code, "range");
    // A hook that fails undoes what it has done.
    Told::filter(|c| c.n.lt(10))
        .update(&on.db.without_hooks(), |c| c.fails.set("before_update_set"))
        .await?;
    let before = Trace::query().count(&on.db).await?;
    assert!(Told::query().update(&on.db, |c| c.n.set(0)).await.is_err());
    assert_eq!(Trace::query().count(&on.db).await?, before);
    assert_eq!(Told::query().filter(|c| c.n.eq(0)).count(&on.db).await?, 0);
    Ok(())
}

async fn what_has_no_hook_is_refused(on: Arc<On>) -> Result<()> {
    create_table::<Told>(&on.db).await?;
    create_table::<Trace>(&on.db).await?;
    let name = unique();
    let record = told(&name, 1).insert(&on.db).await?.into_inner();
    let db = &on.db;
    for refused in [
        Told::query().delete(db).await,
        Told::query().hard_delete(db).await,
        Told::upsert_many([record.clone()]).exec(db).await,
        record.clone().insert_or_update(db).await.map(|_| 1),
    ] {
        let error = refused.expect_err("refused");
        assert_eq!(
            (error.kind(), error.model()),
            (ErrorKind::Statement, Some("Told")),
            "{error}"
        );
        assert!(error.help().expect("a way out").contains("without_hooks"));
    }
    assert_eq!(Told::query().count(db).await?, 1);
    assert_eq!(Told::query().hard_delete(&db.without_hooks()).await?, 1);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(hooks)]
struct Stock {
    #[model(key, length = 20)]
    article: String,
    qty: i32,
}

impl Hooks for Stock {
    async fn before_upsert(records: &mut [Self], cx: &HookContext<'_>) -> Result<()> {
        assert_eq!(cx.is_set_wise(), records.len() > 1);
        records.iter_mut().for_each(|record| record.qty *= 2);
        Ok(())
    }

    async fn after_upsert(records: &mut [Self], cx: &HookContext<'_>) -> Result<()> {
        let keys: Vec<_> = records.iter().map(|record| record.article.clone()).collect();
        let found = Stock::filter(|c| c.article.in_list(keys)).count(cx.on()).await?;
        assert_eq!(found, records.len() as u64);
        Ok(())
    }
}

async fn upserts(on: Arc<On>) -> Result<()> {
    create_table::<Stock>(&on.db).await?;
    let db = &on.db;
    let stock = |article: &str, qty| Stock {
        article: article.into(),
        qty,
    };
    stock("a", 1).insert(db).await?;
    Stock::upsert_many([stock("a", 10), stock("b", 20)])
        .exec(db)
        .await?;
    assert_eq!(stock("c", 4).insert_or_update(db).await?.qty, 8);
    let all = Stock::query()
        .order_by(|c| c.article.asc())
        .select(|c| c.qty)
        .all(db)
        .await?;
    assert_eq!(all, [20, 40, 8]);
    fails_with(Stock::query().delete(db).await, ErrorKind::Statement, "Stock");
    Ok(())
}

async fn what_runs_no_hooks_is_refused(on: Arc<On>) -> Result<()> {
    create_table::<Told>(&on.db).await?;
    create_table::<Trace>(&on.db).await?;
    let name = unique();
    let record = told(&name, 1).insert(&on.db).await?.into_inner();
    let refused = |error: manybase::Error| {
        assert_eq!(error.kind(), ErrorKind::Statement, "{error}");
        assert!(error.to_string().contains("hooks"), "{error}");
    };
    refused(
        Told::update_many([record.clone()])
            .exec(&on.db)
            .await
            .expect_err("hooks"),
    );
    refused(
        Told::bulk_load_all([told(&name, 2)])
            .exec(&on.db)
            .await
            .expect_err("hooks"),
    );
    refused(
        Told::insert_many_returning([told(&name, 2)], &on.db)
            .await
            .map(drop)
            .expect_err("hooks"),
    );
    refused(
        Told::query()
            .stream(&on.db)
            .next()
            .await
            .expect("an error")
            .map(drop)
            .expect_err("hooks"),
    );
    refused(
        Told::filter(|c| c.id.eq(record.id))
            .delete_returning(&on.db, |c| c.id)
            .await
            .expect_err("hooks"),
    );
    assert_eq!(Told::query().count(&on.db).await?, 1);
    // Whoever says that no hook is wanted may.
    let quiet = on.db.without_hooks();
    assert!(
        Told::query()
            .stream(&quiet)
            .next()
            .await
            .expect("a record")
            .is_ok()
    );
    assert_eq!(
        Told::bulk_load_all([told(&name, 2)]).exec(&quiet).await?.inserted,
        1
    );
    Ok(())
}
