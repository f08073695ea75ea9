//! What a user is told about a transaction.

use crate::world::{recover, world};
use manybase::driver::BranchId;
use manybase::recovery::Audited;
use manybase::{ErrorKind, Result, Verdict, sql};
use std::time::Duration;

#[tokio::test]
async fn before_and_after() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let gtrid = world.gtrid("lite");
    let pg = world.prepare("pg", &gtrid, 1).await?;
    let maria = world.prepare("maria", &gtrid, 1).await?;

    let listed = world.db.in_doubt().await;
    assert!(listed.unreachable.is_empty(), "{listed:?}");
    let [transaction] = &listed.transactions[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(
        (&transaction.gtrid, transaction.home.as_deref()),
        (&gtrid, Some("lite"))
    );
    assert_eq!(
        (&*transaction.home_resource, transaction.verdict),
        (world.id("lite"), None)
    );
    assert!(!transaction.active);
    let mut branches: Vec<_> = transaction
        .branches
        .iter()
        .map(|one| (&*one.connection, &*one.bqual))
        .collect();
    branches.sort_unstable();
    assert_eq!(branches, [("maria", maria.bqual()), ("pg", pg.bqual())]);
    let on_pg = transaction.branches.iter().find(|one| &*one.connection == "pg");
    assert!(
        on_pg.is_some_and(|one| one.age.is_some()),
        "PostgreSQL tells the age"
    );

    let record = world.db.transaction_record(&gtrid).await?;
    assert_eq!((record.verdict, record.home.as_deref()), (None, Some("lite")));
    assert_eq!(record.participants.len(), 2);
    assert!(
        record
            .participants
            .iter()
            .all(|one| one.in_doubt == Some(true) && one.receipt == Some(false))
    );

    world
        .decide(
            "lite",
            &gtrid,
            "C",
            Duration::ZERO,
            &[("pg", &pg), ("maria", &maria)],
        )
        .await;
    assert_eq!(
        world.db.in_doubt().await.transactions[0].verdict,
        Some(Verdict::Commit)
    );
    // Another program has other names for the databases, and not all of them.
    let other = manybase::Db::builder()
        .connect("crm", world.url("pg"))
        .connect("books", world.url("lite"));
    let other = other.recovery(manybase::RecoveryMode::Off).open().await?;
    let record = other.transaction_record(&gtrid).await?;
    assert_eq!(
        (record.verdict, record.home.as_deref()),
        (Some(Verdict::Commit), Some("books"))
    );
    assert!(record.decided.is_some());
    let told = |name: &str| record.participants.iter().find(|one| &*one.connection == name);
    assert_eq!(
        told("crm").map(|one| (one.receipt, one.in_doubt)),
        Some((Some(false), Some(true)))
    );
    assert_eq!(
        told("maria").map(|one| (one.receipt, one.in_doubt)),
        Some((None, None))
    );
    other.close().await?;

    let report = recover(&world.db).await;
    assert_eq!(report.committed, std::slice::from_ref(&gtrid));
    let record = world.db.transaction_record(&gtrid).await?;
    assert_eq!(
        (record.verdict, record.audited),
        (Some(Verdict::Commit), Audited::Whole)
    );
    assert!(
        record
            .participants
            .iter()
            .all(|one| one.in_doubt == Some(false) && one.receipt == Some(true))
    );
    assert!(record.heuristics.is_empty() && record.unreachable.is_empty());
    assert!(world.db.in_doubt().await.transactions.is_empty());
    world.end().await;
    Ok(())
}

/// One that had a single branch commits without a decision. A recovery that came too late has written an abort.
#[tokio::test]
async fn one_that_was_alone() -> Result<()> {
    let world = world!("maria" Maria, "lite" File);
    let gtrid = world.gtrid("lite");
    sql("INSERT INTO manybase_receipt (gtrid, bqual, made) VALUES (?, 'alone', CURRENT_TIMESTAMP)")
        .bind(gtrid.to_string())
        .using("maria")
        .execute(&world.db)
        .await?;
    for _ in 0..2 {
        let record = world.db.transaction_record(&gtrid).await?;
        assert_eq!(
            (record.verdict, record.audited),
            (Some(Verdict::Commit), Audited::Whole),
            "{record:?}"
        );
        if world.decision("lite", &gtrid).await.is_none() {
            world.decide("lite", &gtrid, "A", Duration::ZERO, &[]).await;
        }
    }
    // It is no contradiction: a branch that it also left in doubt is rolled back, and nobody is alarmed.
    let id = BranchId::new(gtrid.clone(), format!("{}.1", world.id("maria")))?;
    drop(world.prepare_as("maria", &id, 1, false).await?);
    let report = recover(&world.db).await;
    assert_eq!(
        (report.aborted.len(), report.heuristic.len()),
        (1, 0),
        "{report:?}"
    );
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_and_what_cant_be_asked() -> Result<()> {
    let world = world!("pg" Pg, "lite" File);
    let gtrid = world.gtrid("pg");
    let record = world.db.transaction_record(&gtrid).await?;
    assert_eq!((record.verdict, record.home.as_deref()), (None, Some("pg")));
    assert!(
        record.participants.is_empty() && record.unreachable.is_empty(),
        "{record:?}"
    );
    let without = world
        .with(&["lite"])
        .connect("down", "postgres://nobody@127.0.0.1:1/x")
        .open()
        .await?;
    let record = without.transaction_record(&gtrid).await?;
    assert_eq!((record.verdict, record.home), (None, None));
    assert_eq!(
        record.unreachable.len(),
        2,
        "the connection, and the home: {:?}",
        record.unreachable
    );
    let listed = without.in_doubt().await;
    assert_eq!((listed.transactions.len(), listed.unreachable.len()), (0, 1));
    for name in ["", "mb1.", "abc", "mb2.x.y.1"] {
        let error = world.db.transaction_record(name).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Identifier, "{error}");
    }
    without.close().await?;
    world.end().await;
    Ok(())
}
