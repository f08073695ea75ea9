//! Whether what was committed is there.

use crate::world::{DAY, World, at_once, recover, world};
use manybase::driver::BranchId;
use manybase::recovery::{Audited, Damage};
use manybase::{Result, Verdict};
use std::slice::from_ref;
use std::time::Duration;

/// A commit whose branches were all finished by their owner.
async fn finished(world: &World, home: &str, row: i64) -> Result<std::sync::Arc<str>> {
    let gtrid = world.gtrid(home);
    let pg = world.prepare("pg", &gtrid, row).await?;
    let maria = world.prepare("maria", &gtrid, row).await?;
    world
        .decide(
            home,
            &gtrid,
            "C",
            Duration::ZERO,
            &[("pg", &pg), ("maria", &maria)],
        )
        .await;
    world.by_hand("pg", &pg, true).await?;
    world.by_hand("maria", &maria, true).await?;
    Ok(gtrid)
}

#[tokio::test]
async fn what_is_whole_is_checked_off_once() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    for row in 0..3 {
        let gtrid = finished(&world, "lite", row).await?;
        assert_eq!(world.decision("lite", &gtrid).await, Some(("C".to_owned(), 0)));
    }
    let report = recover(&world.db).await;
    assert!(report.is_clean() && report.committed.is_empty(), "{report:?}");
    assert_eq!((report.checked, recover(&world.db).await.checked), (3, 0));
    world.end().await;
    Ok(())
}

/// What the library itself leaves with each commit: all of it can be checked off, and then deleted.
#[tokio::test]
async fn what_transactions_leave_is_understood() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let mixes: [&[&str]; 6] = [
        &["pg", "maria"],
        &["maria", "pg", "lite"],
        &["maria", "lite"],
        &["lite", "pg"],
        &["pg"],
        &["maria"],
    ];
    let mut row = 0_i64;
    for mix in mixes.iter().cycle().take(18) {
        row += 1;
        let tx = world.db.begin().await?;
        for on in *mix {
            let insert = manybase::sql("INSERT INTO t (id) VALUES (?)").bind(row);
            insert.using(*on).execute(&tx).await?;
        }
        // Somebody who looks at every moment is in nobody's way.
        let (committed, report) = tokio::join!(tx.commit(), recover(&world.db));
        committed?;
        assert!(
            report.is_clean() && report.committed.is_empty() && report.aborted.is_empty(),
            "{report:?}"
        );
    }
    for on in ["pg", "maria", "lite"] {
        let expected = (1..=18)
            .zip(mixes.iter().cycle())
            .filter(|(_, mix)| mix.contains(&on));
        assert_eq!(
            world.rows(on).await,
            expected.map(|(row, _)| row).collect::<Vec<_>>()
        );
    }
    let report = world
        .db
        .recover_with(at_once().prune(true).keep(Duration::ZERO))
        .await?;
    assert!(report.is_clean() && report.pruned > 0, "{report:?}");
    for on in ["pg", "maria", "lite"] {
        assert_eq!(world.count(on, "manybase_decision").await, 0, "{on}");
        assert_eq!(world.count(on, "manybase_receipt").await, 0, "{on}");
    }
    world.end().await;
    Ok(())
}

/// More than are read at once, and some that can't be told in between.
#[tokio::test]
async fn many_at_once() -> Result<()> {
    let world = world!("pg" Pg, "lite" File);
    let lost = "elsewhere=0000000000000.1";
    let mut receipts = Vec::new();
    let mut decisions = Vec::new();
    for n in 0..1_203 {
        let gtrid = world.gtrid("lite");
        let bqual = format!("{}.{n}", world.id("pg"));
        let rest = if n % 3 == 0 { lost } else { "" };
        decisions.push(format!(
            "('{gtrid}', 'C', NULL, '{rest} my pg={bqual}', 0, '2020-01-01 00:00:00.000000+00:00')"
        ));
        receipts.push(format!("('{gtrid}', '{bqual}', CURRENT_TIMESTAMP)"));
    }
    let insert = format!(
        "INSERT INTO manybase_receipt (gtrid, bqual, made) VALUES {}",
        receipts.join(", ")
    );
    manybase::sql(insert).using("pg").execute(&world.db).await?;
    let columns = "gtrid, verdict, home, participants, checked, made";
    let insert = format!(
        "INSERT INTO manybase_decision ({columns}) VALUES {}",
        decisions.join(", ")
    );
    manybase::sql(insert).using("lite").execute(&world.db).await?;
    let report = recover(&world.db).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.checked, 802);
    assert_eq!(recover(&world.db).await.checked, 0);
    // And deleted in pages too: each whole one is a decision and its receipt.
    let report = world
        .db
        .recover_with(at_once().prune(true).keep(Duration::ZERO))
        .await?;
    assert_eq!(report.pruned, 2 * 802);
    assert_eq!(world.count("lite", "manybase_decision").await, 401);
    assert_eq!(world.count("pg", "manybase_receipt").await, 401);
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn a_branch_rolled_back_by_hand_is_told_once_and_kept() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    for (on, other, home) in [
        ("pg", "maria", "lite"),
        ("maria", "pg", "lite"),
        ("maria", "pg", "pg"),
    ] {
        let gtrid = world.gtrid(home);
        let torn = world.prepare(on, &gtrid, 1).await?;
        let good = world.prepare(other, &gtrid, 2).await?;
        world
            .decide(home, &gtrid, "C", 10 * DAY, &[(on, &torn), (other, &good)])
            .await;
        world.by_hand(on, &torn, false).await?;

        let report = recover(&world.db).await;
        assert_eq!(report.committed, from_ref(&gtrid), "{report:?}");
        assert_eq!(report.heuristic.len(), 1, "{report:?}");
        let told = &report.heuristic[0];
        assert_eq!(
            (&*told.gtrid, &*told.connection, &*told.bqual),
            (&*gtrid, on, torn.bqual())
        );
        assert_eq!(told.what, Damage::Missing);
        assert_eq!(report.checked, 0);

        // It is told once, and listed for ever: it is not deleted either.
        let report = world.db.recover_with(at_once().prune(true)).await?;
        assert!(report.is_clean(), "{report:?}");
        let record = world.db.transaction_record(&gtrid).await?;
        assert_eq!(
            (record.verdict, record.audited),
            (Some(Verdict::Commit), Audited::Damaged)
        );
        assert_eq!(record.heuristics, world.db.heuristics().await.heuristics);
        assert_eq!(record.heuristics.len(), 1);
        for branch in &record.participants {
            assert_eq!(branch.receipt, Some(*branch.connection == *other), "{record:?}");
            assert_eq!(branch.in_doubt, Some(false));
        }

        // To say what it is changes nothing; to force it is to say that one knows.
        world
            .db
            .resolve_transaction(&gtrid, Verdict::Commit, false)
            .await?;
        assert_eq!(world.db.heuristics().await.heuristics.len(), 1);
        world
            .db
            .resolve_transaction(&gtrid, Verdict::Commit, true)
            .await?;
        assert!(world.db.heuristics().await.heuristics.is_empty());
        assert_eq!(world.decision(home, &gtrid).await, Some(("C".to_owned(), 1)));
        manybase::sql("DELETE FROM t")
            .using(other)
            .execute(&world.db)
            .await?;
    }
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn a_branch_committed_by_hand_is_told_once_and_kept() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    for (row, (on, other)) in (1..).zip([("pg", "maria"), ("maria", "pg")]) {
        let gtrid = world.gtrid("lite");
        let torn = world.prepare(on, &gtrid, row).await?;
        world.prepare(other, &gtrid, row).await?;
        world.by_hand(on, &torn, true).await?;
        let report = recover(&world.db).await;
        assert_eq!(report.aborted, from_ref(&gtrid), "{report:?}");
        assert_eq!(report.heuristic.len(), 1, "{report:?}");
        let told = &report.heuristic[0];
        assert_eq!(
            (&*told.gtrid, &*told.connection, &*told.bqual),
            (&*gtrid, on, torn.bqual())
        );
        assert_eq!(told.what, Damage::Committed);
        assert!(recover(&world.db).await.is_clean());
        let listed = world.db.heuristics().await.heuristics;
        assert_eq!(listed, report.heuristic);
        let record = world.db.transaction_record(&gtrid).await?;
        assert_eq!(
            (record.verdict, record.audited),
            (Some(Verdict::Abort), Audited::Damaged)
        );
        world.db.resolve_transaction(&gtrid, Verdict::Abort, true).await?;
        assert!(world.db.heuristics().await.heuristics.is_empty());
    }
    world.end().await;
    Ok(())
}

/// What can't be seen is not judged: a database that is not here, one that is down, a branch that is still in doubt.
#[tokio::test]
async fn what_cant_be_told_stays_open() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let gtrid = world.gtrid("lite");
    let pg = world.prepare("pg", &gtrid, 1).await?;
    let maria = world.prepare("maria", &gtrid, 1).await?;
    world
        .decide("lite", &gtrid, "C", 30 * DAY, &[("pg", &pg), ("maria", &maria)])
        .await;
    world.by_hand("maria", &maria, true).await?;
    let settings = || at_once().prune(true);
    let is_open = async || {
        assert_eq!(world.decision("lite", &gtrid).await, Some(("C".to_owned(), 0)));
        assert_eq!(world.count("maria", "manybase_receipt").await, 1);
    };
    // Still in doubt: the home alone is looked at.
    let report = world.db.recover_with(settings().connection("lite")).await?;
    assert!(report.is_clean() && report.checked == 0, "{report:?}");
    is_open().await;
    let others = [
        world.with(&["maria", "lite"]),
        world
            .with(&["maria", "lite"])
            .connect("pg", "postgres://nobody@127.0.0.1:1/x"),
    ];
    for (down, other) in others.into_iter().enumerate() {
        let other = other.open().await?;
        let report = other.recover_with(settings()).await?;
        assert_eq!(
            (report.unreachable.len(), report.heuristic.len(), report.checked),
            (down, 0, 0),
            "{report:?}"
        );
        is_open().await;
        other.close().await?;
    }
    let report = world.db.recover_with(settings()).await?;
    assert_eq!(
        (report.committed.len(), report.checked, report.heuristic.len()),
        (1, 1, 0),
        "{report:?}"
    );
    // A month old, and known to be whole: it goes at once.
    assert_eq!(report.pruned, 3);
    assert_eq!(world.decision("lite", &gtrid).await, None);
    world.end().await;
    Ok(())
}

/// A branch that wrote nothing leaves nothing; that it is over is enough.
#[tokio::test]
async fn no_receipt_is_expected_where_none_was_promised() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let gtrid = world.gtrid("lite");
    let pg = world.prepare("pg", &gtrid, 1).await?;
    let silent = BranchId::new(gtrid.clone(), format!("{}.99", world.id("maria")))?;
    drop(world.prepare_as("maria", &silent, 1, false).await?);
    let participants = format!("my pg={} ~maria={}", pg.bqual(), silent.bqual());
    world
        .decide_as("lite", &gtrid, "C", None, Duration::ZERO, &participants)
        .await;
    let report = world
        .db
        .recover_with(at_once().connection("pg").connection("lite"))
        .await?;
    assert_eq!(
        (report.committed.len(), report.checked),
        (1, 0),
        "it is in doubt: {report:?}"
    );
    let report = recover(&world.db).await;
    assert_eq!((report.committed.len(), report.checked), (1, 1), "{report:?}");
    assert!(report.is_clean());
    world.end().await;
    Ok(())
}
