//! What is young is left to its owner.

use crate::world::{recover, world};
use manybase::recovery::WaitingFor;
use manybase::{RecoverySettings, Result};
use std::time::Duration;

/// PostgreSQL tells the age, MariaDB does not. The owner finishes while the recovery waits.
#[tokio::test]
async fn an_owner_that_is_at_work_is_not_disturbed() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    for on in ["pg", "maria"] {
        let gtrid = world.gtrid("lite");
        let branch = world.prepare(on, &gtrid, 1).await?;
        let db = world.db.clone();
        let settings = RecoverySettings::new().min_age(Duration::from_secs(6));
        let recovery = tokio::spawn(async move { db.recover_with(settings).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        world.by_hand(on, &branch, true).await?;
        let report = recovery.await.expect("no panic")?;
        assert!(report.is_clean() && report.aborted.is_empty(), "{report:?}");
        assert_eq!(world.rows(on).await, [1]);
        // Nobody has asked for a decision, which would have been final.
        assert_eq!(world.decision("lite", &gtrid).await, None);
    }
    world.end().await;
    Ok(())
}

/// One call is enough: what is too young at the first look is waited for.
#[tokio::test]
async fn what_is_young_is_waited_for_once() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    for on in ["pg", "maria"] {
        let gtrid = world.gtrid("lite");
        world.prepare(on, &gtrid, 1).await?;
        let settings = RecoverySettings::new().min_age(Duration::from_secs(4));
        let db = world.db.clone();
        let recovery = tokio::spawn(async move { db.recover_with(settings).await });
        // Another one comes while it waits, and is not waited for.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let late = world.gtrid("lite");
        world.prepare(on, &late, 2).await?;
        let report = recovery.await.expect("no panic")?;
        assert_eq!(report.aborted, [gtrid], "{report:?}");
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(recover(&world.db).await.aborted, [late]);
    }
    world.end().await;
    Ok(())
}

/// A prepared transaction of this `Db` is nobody else's business, however old it is.
#[tokio::test]
async fn a_live_transaction_of_the_same_db_is_skipped() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria);
    for (row, commit) in [(1_i64, true), (2, false)] {
        let tx = world.db.begin().await?;
        for on in ["pg", "maria"] {
            manybase::sql("INSERT INTO t (id) VALUES (?)")
                .bind(row)
                .using(on)
                .execute(&tx)
                .await?;
        }
        let prepared = tx.prepare().await?;
        let report = recover(&world.db).await;
        assert!(report.is_clean() && report.aborted.is_empty(), "{report:?}");
        let listed = world.db.in_doubt().await.transactions;
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert!(listed[0].active && listed[0].verdict.is_none(), "{listed:?}");
        let gtrid = listed[0].gtrid.clone();
        let record = world.db.transaction_record(&gtrid).await?;
        assert!(record.active && record.verdict.is_none(), "{record:?}");
        match commit {
            true => prepared.commit().await?,
            false => prepared.rollback().await,
        }
        assert_eq!(
            (world.rows("pg").await, world.rows("maria").await),
            (vec![1], vec![1])
        );
        assert!(recover(&world.db).await.is_clean());
    }
    world.end().await;
    Ok(())
}

/// The owner has written its decision and not committed it: what it will be is not known yet.
#[tokio::test]
async fn a_decision_that_is_being_written_is_waited_for() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria);
    for (home, on) in [("pg", "maria"), ("maria", "pg")] {
        let quick = |name: &str| {
            let config = manybase::ConnectionConfig::from_url(&world.url(name)).expect("a good URL");
            config.lock_timeout(Some(Duration::from_secs(1)))
        };
        let db = manybase::Db::builder().recovery(manybase::RecoveryMode::Off);
        let db = db
            .connection("pg", quick("pg"))
            .connection("maria", quick("maria"))
            .open()
            .await?;
        let gtrid = world.gtrid(home);
        let branch = world.prepare(on, &gtrid, 1).await?;
        let tx = world.db.using(home).begin().await?;
        let insert = format!(
            "INSERT INTO manybase_decision (gtrid, verdict, home, participants, checked, made) \
             VALUES ('{gtrid}', 'C', NULL, '{on}={}', 0, CURRENT_TIMESTAMP)",
            branch.bqual()
        );
        manybase::sql(insert).execute(&tx).await?;
        let report = recover(&db).await;
        assert_eq!(report.waiting.len(), 1, "{report:?}");
        assert_eq!(report.waiting[0].why, WaitingFor::Decision(home.into()));
        assert_eq!(world.prepared(on).await.len(), 1);
        tx.commit().await?;
        let report = recover(&db).await;
        assert_eq!(report.committed, [gtrid], "{report:?}");
        assert_eq!(world.rows(on).await, [1]);
        db.close().await?;
    }
    world.end().await;
    Ok(())
}
