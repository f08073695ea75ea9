//! Backups that did not come to their end.

use crate::support::{Place, on_every_database};
use manybase_db::{ErrorKind, Result};
use manybase_snapshot::{Backup, Restore, Step, Verify, leftovers, list, settled};
use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

on_every_database!(
    what_is_dropped_leaves_nothing,
    a_killed_process_leaves_no_backup,
    what_a_killed_verification_leaves_is_removed_by_the_next
);

/// Lets it run for a while, and drops it.
async fn cut_off<T>(work: impl Future<Output = T>, after: Duration) -> Option<T> {
    tokio::time::timeout(after, pin!(work)).await.ok()
}

async fn what_is_dropped_leaves_nothing(mut place: Place) -> Result<()> {
    place
        .script("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)")
        .await?;
    place.back_up("whole").await?;
    for millis in [0, 1, 3, 10, 30, 60, 100] {
        let backup = Backup::of(&place.db, "app").to(place.path("all/b"));
        if cut_off(backup.run(), Duration::from_millis(millis))
            .await
            .is_some()
        {
            break;
        }
        assert!(!place.path("all/b").exists());
        if let Ok(found) = leftovers(place.path("all")) {
            assert_eq!(found, []);
        }
        let name = place.copy_name();
        let restore = Restore::from(place.path("whole")).beside(&place.db, "app", &name);
        let done = cut_off(restore.run(), Duration::from_millis(millis)).await;
        let verified = cut_off(place.verify("whole").run(), Duration::from_millis(millis)).await;
        settled().await;
        // All of it, or nothing; and nothing that was only for a while.
        let name = name.rsplit('/').next().expect("a name").to_owned();
        let mut left = place.databases(&name).await?;
        left.extend(place.temporary().await?);
        left.retain(|found| *found != name);
        assert_eq!(left, [""; 0]);
        assert!(done.is_none_or(|done| done.is_ok()));
        assert!(verified.is_none_or(|verified| verified.is_ok()));
    }
    // It works as before.
    place.restore("whole").await?.close().await
}

const CHILD: &str = "MANYBASE_TEST_BACKUP";

/// The process that is killed: run by the test below, and nothing by itself.
#[test]
fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let (what, rest) = told.split_once('\n').expect("three parts");
    let (url, to) = rest.split_once('\n').expect("three parts");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let db = crate::support::open(url);
        // The first sign of life is when it is in the middle.
        if what == "backup" {
            let _ = Backup::of(&db, "app").to(to).progress(|_| kill()).run().await;
        } else {
            let verify = Verify::of(to).on(&db, "app").progress(|progress| {
                // It is told that it begins before anything is made.
                if progress.step == Step::Tables || progress.step == Step::Restore && progress.done > 0 {
                    kill();
                }
            });
            let _ = verify.run().await;
        }
    });
}

fn kill() {
    std::process::Command::new("kill")
        .args(["-9", &std::process::id().to_string()])
        .status()
        .expect("killed");
    std::thread::sleep(Duration::from_secs(60));
}

fn killed(place: &Place, what: &str, to: &std::path::Path) {
    let child = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "interrupted::child", "--nocapture"])
        .env(CHILD, format!("{what}\n{}\n{}", place.url, to.display()))
        .stdout(std::process::Stdio::null())
        .status()
        .expect("it runs");
    assert!(!child.success());
}

async fn what_a_killed_verification_leaves_is_removed_by_the_next(place: Place) -> Result<()> {
    if place.url.starts_with("sqlite") {
        // It leaves a file among the temporary ones of the system, which nobody but that cleans up.
        return Ok(());
    }
    place
        .script("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)")
        .await?;
    place.back_up("whole").await?;
    killed(&place, "verify", &place.path("whole"));
    let left = place.temporary().await?;
    assert_eq!(left.len(), 1, "it was killed in the middle: {left:?}");
    // One that somebody uses stays.
    let begun = Instant::now();
    loop {
        let (one, two) = tokio::join!(place.verify("whole").run(), place.verify("whole").run());
        one?;
        two?;
        let still = place.temporary().await?;
        if still.is_empty() {
            return Ok(());
        }
        // Until the server notices that the killed one is gone, it is in use for all that anybody knows.
        assert_eq!(still, left);
        assert!(begun.elapsed() < Duration::from_secs(30), "{still:?} stays");
    }
}

async fn a_killed_process_leaves_no_backup(mut place: Place) -> Result<()> {
    place
        .script("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)")
        .await?;
    let to = place.path("backups/b");
    killed(&place, "backup", &to);
    assert!(!to.exists());
    assert!(list(place.path("backups"))?.is_empty());
    let found = leftovers(place.path("backups"))?;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(!found[0].running);
    let name = place.copy_name();
    let error = Restore::from(&found[0].path)
        .beside(&place.db, "app", name)
        .run()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Backup, "{error}");
    if let Some(password) = place.password() {
        crate::secrets::never_in_files(&found[0].path, password);
    }
    // The name is free, and the next one is a whole one.
    place.back_up("backups/b").await?;
    assert_eq!(list(place.path("backups"))?.len(), 1);
    Ok(())
}
