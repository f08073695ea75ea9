//! Deciding by hand.

use crate::world::{recover, world};
use manybase::recovery::Damage;
use manybase::{ErrorKind, Result, Verdict};
use std::slice::from_ref;
use std::time::Duration;

#[tokio::test]
async fn what_is_decided_is_obeyed() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    for home in ["pg", "lite"] {
        // An abort can always be decided.
        let gtrid = world.gtrid(home);
        world.prepare("maria", &gtrid, 1).await?;
        let report = world
            .db
            .resolve_transaction(&gtrid, Verdict::Abort, false)
            .await?;
        assert_eq!((report.aborted, report.heuristic.len()), (vec![gtrid.clone()], 0));
        assert_eq!(world.decision(home, &gtrid).await, Some(("A".to_owned(), 1)));
        // And again: there is nothing left to do.
        let report = world
            .db
            .resolve_transaction(&gtrid, Verdict::Abort, false)
            .await?;
        assert!(report.is_clean() && report.aborted.is_empty(), "{report:?}");

        // A commit that stands there is finished.
        let gtrid = world.gtrid(home);
        let branch = world.prepare("maria", &gtrid, 1).await?;
        world
            .decide(home, &gtrid, "C", Duration::ZERO, &[("maria", &branch)])
            .await;
        let error = world
            .db
            .resolve_transaction(&gtrid, Verdict::Abort, false)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.transaction()),
            (ErrorKind::Transaction, Some(&*gtrid))
        );
        assert!(
            error.to_string().contains("it was committed, and that is final"),
            "{error}"
        );
        let report = world
            .db
            .resolve_transaction(&gtrid, Verdict::Commit, false)
            .await?;
        assert_eq!((report.committed, report.heuristic.len()), (vec![gtrid], 0));
        assert_eq!(world.rows("maria").await, [1]);
        manybase::sql("DELETE FROM t")
            .using("maria")
            .execute(&world.db)
            .await?;
    }
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn a_commit_that_nobody_decided_needs_force() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria);
    let gtrid = world.gtrid("pg");
    let branch = world.prepare("maria", &gtrid, 1).await?;
    let error = world
        .db
        .resolve_transaction(&gtrid, Verdict::Commit, false)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
    assert!(
        error.to_string().contains("nobody has decided to commit it"),
        "{error}"
    );
    assert_eq!(
        (
            world.prepared("maria").await.len(),
            world.decision("pg", &gtrid).await
        ),
        (1, None)
    );
    let report = world
        .db
        .resolve_transaction(&gtrid, Verdict::Commit, true)
        .await?;
    assert_eq!(report.committed, from_ref(&gtrid), "{report:?}");
    let [torn] = &report.heuristic[..] else {
        panic!("{report:?}")
    };
    assert_eq!(
        (&*torn.connection, &*torn.bqual, torn.what),
        ("maria", branch.bqual(), Damage::Forced)
    );
    // It is the last word, and whoever said it knows.
    assert_eq!(world.decision("pg", &gtrid).await, Some(("C".to_owned(), 1)));
    assert!(recover(&world.db).await.is_clean());
    assert_eq!(world.rows("maria").await, [1]);
    // After an abort the same.
    let gtrid = world.gtrid("pg");
    world.prepare("maria", &gtrid, 2).await?;
    world.decide("pg", &gtrid, "A", Duration::ZERO, &[]).await;
    let error = world
        .db
        .resolve_transaction(&gtrid, Verdict::Commit, false)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("it was rolled back, and that is final"),
        "{error}"
    );
    world
        .db
        .resolve_transaction(&gtrid, Verdict::Commit, true)
        .await?;
    assert_eq!(world.rows("maria").await, [1, 2]);
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn force_does_the_opposite_and_says_so() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let gtrid = world.gtrid("lite");
    let branch = world.prepare("pg", &gtrid, 1).await?;
    world
        .decide("lite", &gtrid, "C", Duration::ZERO, &[("pg", &branch)])
        .await;
    let report = world.db.resolve_transaction(&gtrid, Verdict::Abort, true).await?;
    assert_eq!(report.aborted, from_ref(&gtrid), "{report:?}");
    assert_eq!(report.heuristic.len(), 1, "{report:?}");
    assert_eq!(world.decision("lite", &gtrid).await, Some(("C".to_owned(), 1)));
    assert!(world.rows("pg").await.is_empty());
    assert!(recover(&world.db).await.is_clean());
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn a_lost_home_needs_force() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let without = world.with(&["pg", "maria"]).open().await?;
    for (row, verdict) in [(1, Verdict::Abort), (2, Verdict::Commit)] {
        let gtrid = world.gtrid("lite");
        world.prepare("pg", &gtrid, row).await?;
        world.prepare("maria", &gtrid, row).await?;
        let error = without
            .resolve_transaction(&gtrid, verdict, false)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.transaction()),
            (ErrorKind::OutcomeUnknown, Some(&*gtrid))
        );
        let text = error.to_string();
        assert!(
            text.contains(world.id("lite")) && text.contains("resolve with force"),
            "{text}"
        );
        let report = without.resolve_transaction(&gtrid, verdict, true).await?;
        assert_eq!(report.committed.len() + report.aborted.len(), 1, "{report:?}");
        let [told] = &report.unreachable[..] else {
            panic!("{report:?}")
        };
        assert!(
            told.error.to_string().contains("could not be looked at"),
            "{}",
            told.error
        );
        assert_eq!(world.decision("lite", &gtrid).await, None);
    }
    assert_eq!(
        (world.rows("pg").await, world.rows("maria").await),
        (vec![2], vec![2])
    );
    without.close().await?;
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn what_is_under_way_or_no_name_at_all() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria);
    let tx = world.db.begin().await?;
    for on in ["pg", "maria"] {
        manybase::sql("INSERT INTO t (id) VALUES (1)")
            .using(on)
            .execute(&tx)
            .await?;
    }
    let prepared = tx.prepare().await?;
    let gtrid = world.db.in_doubt().await.transactions[0].gtrid.clone();
    for force in [true, false] {
        let error = world
            .db
            .resolve_transaction(&gtrid, Verdict::Abort, force)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transaction);
        assert!(error.to_string().contains("under way in this program"), "{error}");
    }
    prepared.commit().await?;
    let error = world
        .db
        .resolve_transaction("erp", Verdict::Abort, true)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Identifier);
    let closed = world.with(&["pg"]).open().await?;
    closed.close().await?;
    assert_eq!(
        closed
            .resolve_transaction(&gtrid, Verdict::Abort, true)
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Closed
    );
    world.end().await;
    Ok(())
}
