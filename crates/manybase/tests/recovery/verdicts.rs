//! What the home says is done.

use crate::world::{World, at_once, needed, recover, world};
use manybase::driver::BranchId;
use manybase::{Db, ErrorKind, Result};
use std::collections::BTreeSet;
use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

const HOMES: [&str; 3] = ["lite", "maria", "pg"];

async fn all() -> Result<World, manybase_testkit::ServerError> {
    use crate::world::Kind::*;
    World::new(&[("pg", Pg), ("maria", Maria), ("lite", File)]).await
}

#[tokio::test]
async fn what_nobody_decided_is_rolled_back() -> Result<()> {
    let world = needed!(all().await);
    for home in HOMES {
        let gtrid = world.gtrid(home);
        world.prepare("pg", &gtrid, 1).await?;
        world.prepare("maria", &gtrid, 1).await?;
        let report = recover(&world.db).await;
        assert_eq!(report.aborted, from_ref(&gtrid), "{report:?}");
        assert!(report.is_clean() && report.committed.is_empty(), "{report:?}");
        assert_eq!(world.decision(home, &gtrid).await, Some(("A".to_owned(), 1)));
    }
    for on in ["pg", "maria"] {
        assert!(world.prepared(on).await.is_empty());
        assert!(world.rows(on).await.is_empty());
    }
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn what_was_decided_is_committed() -> Result<()> {
    let world = needed!(all().await);
    for (row, home) in (1..).zip(HOMES) {
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
        let report = recover(&world.db).await;
        assert_eq!(report.committed, from_ref(&gtrid), "{report:?}");
        assert!(report.is_clean() && report.aborted.is_empty(), "{report:?}");
        assert_eq!(report.checked, 1);
        assert_eq!(world.decision(home, &gtrid).await, Some(("C".to_owned(), 1)));
        // Twice is as good as once.
        let report = recover(&world.db).await;
        assert!(
            report.is_clean() && report.committed.is_empty() && report.checked == 0,
            "{report:?}"
        );
    }
    for on in ["pg", "maria"] {
        assert!(world.prepared(on).await.is_empty());
        assert_eq!(world.rows(on).await, [1, 2, 3]);
    }
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn what_is_not_ours_is_left_alone() -> Result<()> {
    let world = needed!(all().await);
    let owner = world
        .gtrid("pg")
        .rsplit('.')
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    for on in ["pg", "maria"] {
        let names = [
            // Another program's.
            (format!("app.{owner}"), "b.1".to_owned()),
            // With our beginning, and no name that we would give.
            (format!("mb1.{owner}"), format!("{}.1", world.id(on))),
            // Of another version.
            (
                format!("mb2.{}.{owner}.1", world.id("lite")),
                format!("{}.1", world.id(on)),
            ),
            // Ours, of another database on the server.
            (
                format!("mb1.{}.{owner}.777", world.id("lite")),
                "0000000000000.1".to_owned(),
            ),
        ];
        for (row, (gtrid, bqual)) in (1..).zip(names) {
            let id = BranchId::new(gtrid, bqual)?;
            drop(world.prepare_as(on, &id, row, false).await?);
        }
        assert_eq!(world.prepared(on).await.len(), 4);
    }
    let report = recover(&world.db).await;
    assert!(report.is_clean() && report.aborted.is_empty(), "{report:?}");
    assert!(world.db.in_doubt().await.transactions.is_empty());
    for on in ["pg", "maria"] {
        assert_eq!(world.prepared(on).await.len(), 4);
    }
    assert_eq!(world.count("lite", "manybase_decision").await, 0);
    world.end().await;
    Ok(())
}

/// The name of the transaction leads to one home, and a note there to the other.
#[tokio::test]
async fn a_note_leads_to_the_decision() -> Result<()> {
    let world = needed!(all().await);
    for (row, (from, to)) in (1..).zip([("lite", "pg"), ("pg", "lite"), ("maria", "lite")]) {
        for code in ["A", "", "C"] {
            let gtrid = world.gtrid(from);
            let branch = world.prepare("maria", &gtrid, row).await?;
            world
                .decide_as(from, &gtrid, "H", Some(world.id(to)), Duration::ZERO, "")
                .await;
            if !code.is_empty() {
                world
                    .decide(to, &gtrid, code, Duration::ZERO, &[("maria", &branch)])
                    .await;
            }
            let report = recover(&world.db).await;
            assert!(report.is_clean(), "{report:?}");
            let expected = if code == "C" { "C" } else { "A" };
            assert_eq!(report.committed.len(), usize::from(expected == "C"));
            assert_eq!(report.aborted.len(), usize::from(expected == "A"));
            assert_eq!(world.decision(to, &gtrid).await, Some((expected.to_owned(), 1)));
            assert_eq!(world.decision(from, &gtrid).await, Some(("H".to_owned(), 1)));
        }
    }
    assert_eq!(world.rows("maria").await, [1, 2, 3]);
    // Notes that somebody has changed by hand.
    let gtrid = world.gtrid("lite");
    world.prepare("maria", &gtrid, 9).await?;
    world
        .decide_as("lite", &gtrid, "H", Some(world.id("pg")), Duration::ZERO, "")
        .await;
    world
        .decide_as("pg", &gtrid, "H", Some(world.id("lite")), Duration::ZERO, "")
        .await;
    let report = recover(&world.db).await;
    assert_eq!(report.unreachable.len(), 1, "{report:?}");
    let error = report.unreachable[0].error.to_string();
    assert!(
        error.contains("in a circle") && error.contains(&*gtrid),
        "{error}"
    );
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn a_home_that_is_not_here_is_told_and_nobody_guesses() -> Result<()> {
    let world = needed!(all().await);
    let lost = world.gtrid("lite");
    world.prepare("pg", &lost, 1).await?;
    let good = world.gtrid("maria");
    world.prepare("pg", &good, 2).await?;

    // One whose home is missing does not stop the other.
    let other = world.with(&["pg", "maria"]).open().await?;
    let report = recover(&other).await;
    assert_eq!(report.aborted, [good], "{report:?}");
    assert_eq!(report.unreachable.len(), 1, "{report:?}");
    let told = &report.unreachable[0];
    assert_eq!(
        (told.gtrid.as_ref(), told.connection.as_ref()),
        (Some(&lost), None)
    );
    let error = told.error.to_string();
    for part in [world.id("lite"), "manybase tx resolve", &*lost] {
        assert!(error.contains(part), "{part} in {error}");
    }
    assert_eq!(world.prepared("pg").await.len(), 1);

    // A home that is down: it is told which connections could not be asked.
    let down = world
        .with(&["pg"])
        .connect("down", "mysql://nobody:secret@127.0.0.1:1/x")
        .open()
        .await?;
    let report = recover(&down).await;
    assert_eq!(report.unreachable.len(), 2, "{report:?}");
    assert!(
        report
            .unreachable
            .iter()
            .any(|one| one.connection.as_deref() == Some("down") && one.gtrid.is_none())
    );
    let told = report
        .unreachable
        .iter()
        .find(|one| one.gtrid.is_some())
        .map(|one| one.error.to_string());
    assert!(
        told.is_some_and(|error| error.contains("\"down\" could not be asked") && !error.contains("secret"))
    );

    let report = recover(&world.db).await;
    assert_eq!(report.aborted, [lost], "{report:?}");
    for db in [other, down] {
        db.close().await?;
    }
    world.end().await;
    Ok(())
}

/// Each transaction is finished, whoever does it, and each commit is looked at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_number_of_recoveries_at_once() -> Result<()> {
    let world = needed!(all().await);
    let (mut commits, mut aborts) = (BTreeSet::new(), BTreeSet::new());
    let mut rows = Vec::new();
    for row in 0..24_i64 {
        let home = HOMES[usize::try_from(row).unwrap_or_default() % 3];
        let gtrid = world.gtrid(home);
        let pg = world.prepare("pg", &gtrid, row).await?;
        let maria = world.prepare("maria", &gtrid, row).await?;
        if row % 2 == 0 {
            world
                .decide(
                    home,
                    &gtrid,
                    "C",
                    Duration::ZERO,
                    &[("pg", &pg), ("maria", &maria)],
                )
                .await;
            rows.push(row);
            commits.insert(gtrid);
        } else {
            aborts.insert(gtrid);
        }
    }
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let db = world.with(&["pg", "maria", "lite"]).open().await?;
        tasks.push(tokio::spawn(async move {
            let report = recover(&db).await;
            db.close().await.expect("closes");
            report
        }));
    }
    let (mut committed, mut aborted, mut checked) = (Vec::new(), Vec::new(), 0);
    for task in tasks {
        let report = task.await.expect("no panic");
        assert!(
            report.heuristic.is_empty() && report.unreachable.is_empty(),
            "{report:?}"
        );
        committed.extend(report.committed);
        aborted.extend(report.aborted);
        checked += report.checked;
    }
    // What two of them met at the same time, the last one has finished.
    let last = recover(&world.db).await;
    assert!(last.is_clean(), "{last:?}");
    committed.extend(last.committed);
    aborted.extend(last.aborted);
    assert_eq!(committed.into_iter().collect::<BTreeSet<_>>(), commits);
    assert_eq!(aborted.into_iter().collect::<BTreeSet<_>>(), aborts);
    assert_eq!(checked + last.checked, 12);
    for on in ["pg", "maria"] {
        assert_eq!(world.rows(on).await, rows);
        assert!(world.prepared(on).await.is_empty());
    }
    world.end().await;
    Ok(())
}

/// Two connections to one database list the same branches; a copy of a database has its id.
#[tokio::test]
async fn one_database_by_two_names_and_two_by_one_id() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let twice = world
        .with(&["pg", "maria", "lite"])
        .connect("again", world.url("pg"))
        .open()
        .await?;
    for home in HOMES {
        let gtrid = world.gtrid(home);
        world.prepare("pg", &gtrid, 1).await?;
        assert_eq!(twice.in_doubt().await.transactions.len(), 1);
        let report = recover(&twice).await;
        assert_eq!((report.aborted, report.unreachable.len()), (vec![gtrid], 0));
    }
    twice.close().await?;

    // The copy is asked first, and knows nothing of the decision.
    let copy = world!("copy" File);
    manybase::sql(format!(
        "UPDATE manybase_resource SET id = '{}'",
        world.id("lite")
    ))
    .using("copy")
    .execute(&copy.db)
    .await?;
    let both = world
        .with(&["pg", "lite"])
        .connect("a copy", copy.url("copy"))
        .open()
        .await?;
    let gtrid = world.gtrid("lite");
    let branch = world.prepare("pg", &gtrid, 7).await?;
    world
        .decide("lite", &gtrid, "C", Duration::ZERO, &[("pg", &branch)])
        .await;
    let report = recover(&both).await;
    assert_eq!(report.committed, [gtrid], "{report:?}");
    assert_eq!(world.rows("pg").await, [7]);
    both.close().await?;
    copy.end().await;
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn only_the_connections_that_are_asked_for() -> Result<()> {
    let world = needed!(all().await);
    let gtrid: Arc<str> = world.gtrid("lite");
    world.prepare("pg", &gtrid, 1).await?;
    world.prepare("maria", &gtrid, 1).await?;
    let report = world.db.recover_with(at_once().connection("pg")).await?;
    assert_eq!(report.aborted, from_ref(&gtrid));
    assert_eq!(
        (
            world.prepared("pg").await.len(),
            world.prepared("maria").await.len()
        ),
        (0, 1)
    );
    let error = world
        .db
        .recover_with(at_once().connection("pq"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownConnection);
    assert!(error.to_string().contains("did you mean \"pg\"?"), "{error}");
    assert_eq!(recover(&world.db).await.aborted, [gtrid]);
    let closed: Db = world.with(&["pg"]).open().await?;
    closed.close().await?;
    assert_eq!(closed.recover().await.unwrap_err().kind(), ErrorKind::Closed);
    world.end().await;
    Ok(())
}
