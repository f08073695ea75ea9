//! What is old and needless goes; what anybody may need stays.

use crate::world::{DAY, at_once, world};
use manybase::chrono::Utc;
use manybase::{Result, sql};
use std::slice::from_ref;

#[tokio::test]
async fn only_what_is_old_and_needless_is_deleted() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    // Committed and looked at, old and new.
    let mut whole = Vec::new();
    for age in [8 * DAY, 6 * DAY] {
        let gtrid = world.gtrid("pg");
        let branch = world
            .prepare("maria", &gtrid, age.as_secs().try_into().unwrap_or(0))
            .await?;
        world.decide("pg", &gtrid, "C", age, &[("maria", &branch)]).await;
        whole.push(gtrid);
    }
    assert_eq!(world.db.recover_with(at_once()).await?.checked, 2);
    // Aborts.
    let (old, new) = (world.gtrid("lite"), world.gtrid("lite"));
    world.decide("lite", &old, "A", 8 * DAY, &[]).await;
    world.decide("lite", &new, "A", 6 * DAY, &[]).await;
    // A commit of whose branches one is in a database that nobody here can ask.
    let open = world.gtrid("lite");
    world
        .decide_as("lite", &open, "C", None, 400 * DAY, "gone=0000000000000.1")
        .await;
    // Transactions with one branch, which need no decision.
    for (n, age) in [(1_i64, 8 * DAY), (2, 6 * DAY)] {
        sql("INSERT INTO manybase_receipt (gtrid, bqual, made) VALUES (?, 'alone', ?)")
            .bind(format!("alone-{n}"))
            .bind(Utc::now() - manybase::chrono::Duration::from_std(age).expect("fits"))
            .using("maria")
            .execute(&world.db)
            .await?;
    }

    let report = world.db.recover_with(at_once()).await?;
    assert_eq!(report.pruned, 0, "nobody asked for it");
    let report = world.db.recover_with(at_once().prune(true)).await?;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.pruned, 4, "a commit, its receipt, an abort, one alone");
    assert_eq!(world.decision("pg", &whole[0]).await, None);
    assert!(world.decision("pg", &whole[1]).await.is_some());
    assert_eq!(world.decision("lite", &old).await, None);
    assert!(world.decision("lite", &new).await.is_some());
    assert_eq!(world.decision("lite", &open).await, Some(("C".to_owned(), 0)));
    assert_eq!(world.count("maria", "manybase_receipt").await, 2);
    assert_eq!(world.db.recover_with(at_once().prune(true)).await?.pruned, 0);
    world.end().await;
    Ok(())
}

/// The receipts are found by the decision, so it stays as long as they can't be reached.
#[tokio::test]
async fn a_decision_goes_with_its_receipts() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria);
    let gtrid = world.gtrid("pg");
    let branch = world.prepare("maria", &gtrid, 1).await?;
    world
        .decide("pg", &gtrid, "C", 8 * DAY, &[("maria", &branch)])
        .await;
    assert_eq!(world.db.recover_with(at_once()).await?.checked, 1);
    let others = [
        world.with(&["pg"]),
        world
            .with(&["pg"])
            .connect("maria", "mysql://nobody@127.0.0.1:1/x"),
    ];
    for other in others {
        let other = other.open().await?;
        assert_eq!(other.recover_with(at_once().prune(true)).await?.pruned, 0);
        assert!(world.decision("pg", &gtrid).await.is_some());
        other.close().await?;
    }
    assert_eq!(world.db.recover_with(at_once().prune(true)).await?.pruned, 2);
    assert_eq!(world.count("maria", "manybase_receipt").await, 0);
    world.end().await;
    Ok(())
}

/// A note is needed for as long as the decision that it leads to: a branch may come back after weeks.
#[tokio::test]
async fn a_note_outlives_its_decision() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let gtrid = world.gtrid("lite");
    world
        .decide_as("lite", &gtrid, "H", Some(world.id("pg")), 30 * DAY, "")
        .await;
    let branch = world.prepare("maria", &gtrid, 1).await?;
    world
        .decide("pg", &gtrid, "C", 30 * DAY, &[("maria", &branch)])
        .await;

    // The branch's database is down: nothing goes.
    let without = world.with(&["pg", "lite"]).open().await?;
    assert_eq!(without.recover_with(at_once().prune(true)).await?.pruned, 0);
    without.close().await?;
    // Nor where nobody can see the decision.
    let without = world.with(&["maria", "lite"]).open().await?;
    let report = without.recover_with(at_once().prune(true)).await?;
    assert_eq!((report.pruned, report.unreachable.len()), (0, 1), "{report:?}");
    without.close().await?;

    let report = world.db.recover_with(at_once().prune(true)).await?;
    assert_eq!(report.committed, from_ref(&gtrid), "{report:?}");
    assert_eq!(world.rows("maria").await, [1]);
    // The decision goes with this one at the latest, and the note after it.
    world.db.recover_with(at_once().prune(true)).await?;
    assert_eq!(world.decision("pg", &gtrid).await, None);
    assert_eq!(world.decision("lite", &gtrid).await, None);
    world.end().await;
    Ok(())
}
