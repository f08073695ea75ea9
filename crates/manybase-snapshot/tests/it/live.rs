//! Backups beside writers.

use crate::support::{Kind, Place, cells, on_every_database, open};
use manybase_db::{Access, Db, Executor, Result, Route};
use manybase_driver::Statement;
use manybase_snapshot::Backup;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

on_every_database!(writers_go_on_and_it_is_one_moment);

/// Moves money between two accounts in two tables, until it is told to stop.
async fn move_money(db: Db, from: usize, stop: Arc<AtomicBool>, moved: Arc<AtomicU64>) -> Result<()> {
    let mut number = from;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let id = number % 100;
        let mut lease = db.lease(Route::default(), Access::Write).await?;
        let statement = |table: &str, sign: char| {
            Statement::write(
                format!("UPDATE {table} SET cents = cents {sign} 1 WHERE id = {id}"),
                vec![],
            )
        };
        // The order is always the same, so that two never wait for each other.
        let done = lease
            .batch(vec![statement("debit", '-'), statement("credit", '+')], true)
            .await;
        match done {
            Ok(_) => drop(moved.fetch_add(1, Ordering::Relaxed)),
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn writers_go_on_and_it_is_one_moment(mut place: Place) -> Result<()> {
    let filler = match place.kind {
        Kind::Postgres => "INSERT INTO filler SELECT a, repeat('x', 500) FROM generate_series(1, 20000) a",
        _ => {
            "INSERT INTO filler SELECT a.id * 100 + b.id, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' \
             FROM debit a, debit b, (SELECT id FROM credit WHERE id < 3) c"
        }
    };
    let rows: Vec<String> = (0..100).map(|id| format!("({id}, 1000)")).collect();
    let rows = rows.join(", ");
    place
        .script(&format!(
            "CREATE TABLE credit (id int PRIMARY KEY, cents int NOT NULL); \
             CREATE TABLE debit (id int PRIMARY KEY, cents int NOT NULL); \
             CREATE TABLE filler (id int, text varchar(600)); \
             INSERT INTO credit VALUES {rows}; INSERT INTO debit VALUES {rows}; {filler}"
        ))
        .await?;
    let (stop, moved) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writers: Vec<_> = (0..2)
        .map(|n| tokio::spawn(move_money(open(&place.url), n * 50, stop.clone(), moved.clone())))
        .collect();
    while moved.load(Ordering::Relaxed) < 20 {
        tokio::task::yield_now().await;
    }
    for round in 0..3 {
        let before = moved.load(Ordering::Relaxed);
        let backup = Backup::of(&place.db, "app").to(place.path(&format!("b{round}")));
        backup.run().await?;
        assert!(moved.load(Ordering::Relaxed) > before, "writers went on");
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("no panic")?;
    }
    for round in 0..3 {
        place.verify(&format!("b{round}")).run().await?;
    }
    let copy = place.restore("b2").await?;
    let sum = "SELECT CAST((SELECT sum(cents) FROM credit) + (SELECT sum(cents) FROM debit) AS CHAR(20))";
    assert_eq!(cells(&copy, sum).await?[0].trim(), "200000");
    let apart = "SELECT count(*) FROM credit c JOIN debit d ON d.id = c.id WHERE c.cents + d.cents <> 2000";
    assert_eq!(
        cells(&copy, apart).await?,
        ["0"],
        "every account is as one moment had it"
    );
    let gone_on = "SELECT count(*) FROM credit WHERE cents > 1000";
    assert_ne!(cells(&copy, gone_on).await?, ["0"]);
    Ok(())
}
