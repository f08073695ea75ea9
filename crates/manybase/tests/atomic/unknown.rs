//! The connection to the home is lost in the very commit, and nobody can ask for a while.

use crate::world::{A, B, World, tests_in};
use manybase::prelude::*;
use manybase::{ErrorKind, RecoverySettings, Result, Verdict};
use manybase_testkit::TcpProxy;
use std::sync::Arc;
use std::time::Duration;

tests_in!(pg_maria [Pg, Maria]: found_out_when_the_home_is_back);
tests_in!(pg_pg [Pg, Pg]: asked_at_once found_out_when_the_home_is_back);

/// A commit at the home that takes a second, so that it can be cut off.
async fn slow_commit(world: &World) -> Result<()> {
    // The tables have to be there first.
    world.db.transaction(async |tx| world.insert(tx, 1).await).await?;
    let slow = [
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS          $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON manybase_decision DEFERRABLE INITIALLY DEFERRED          FOR EACH ROW WHEN (NEW.verdict = 'C') EXECUTE FUNCTION slow()",
    ];
    for text in slow {
        sql(text).using("a").execute(&world.db).await?;
    }
    Ok(())
}

fn far(world: &World) -> (Db, TcpProxy) {
    let address = manybase_testkit::postgres().expect("runs").addr();
    let proxy = TcpProxy::start(address).expect("starts");
    let db = Db::builder()
        .connect("a", proxy.url(&world.url(0)))
        .connect("b", world.url(1))
        .build()
        .expect("opens");
    (db, proxy)
}

/// The answer is missing and the server is there: what it says is what is returned.
async fn asked_at_once(world: Arc<World>) -> Result<()> {
    slow_commit(&world).await?;
    let (db, proxy) = far(&world);
    let work = db.transaction(async |tx| world.insert(tx, 2).await);
    let cut = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        proxy.cut();
    };
    let (result, ()) = tokio::join!(work, cut);
    let expected: &[i64] = match result {
        Ok(()) => &[1, 2],
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
            &[1]
        }
    };
    world.all_have(world.ids().await?, expected);
    assert_eq!(world.in_doubt().await?, 0);
    Ok(())
}

async fn found_out_when_the_home_is_back(world: Arc<World>) -> Result<()> {
    slow_commit(&world).await?;
    let (db, proxy) = far(&world);
    let work = db.transaction(async |tx| world.insert(tx, 2).await);
    let cut = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        proxy.refuse();
        proxy.cut();
    };
    let (result, ()) = tokio::join!(work, cut);
    let error = result.expect_err("nobody could be asked");
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::OutcomeUnknown, Some("a")),
        "{error}"
    );
    let name = error.transaction().expect("it has a name").to_owned();
    assert!(
        error.to_string().contains(&name) && error.help().is_some(),
        "{error}"
    );
    // Another `Db` that reaches the home finishes it in the background.
    for _ in 0..1_000 {
        if world.in_doubt().await? == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(world.in_doubt().await?, 0);
    let record = world.db.transaction_record(&name).await?;
    let committed = record.verdict == Some(Verdict::Commit);
    world.all_have(world.ids().await?, if committed { &[1, 2] } else { &[1] });
    // This one can't yet, and says so.
    let at_once = RecoverySettings::new().min_age(Duration::ZERO);
    let report = db.recover_with(at_once.clone()).await?;
    assert_eq!(report.unreachable.len(), 1, "{report:?}");
    proxy.restore();
    let report = db.recover_with(at_once).await?;
    assert!(report.unreachable.is_empty(), "{report:?}");
    assert_eq!(A::query().count(&db).await?, B::query().count(&db).await?);
    db.close().await
}
