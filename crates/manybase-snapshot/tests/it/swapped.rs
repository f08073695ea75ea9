//! A database that takes the place of the one that is there.

use crate::support::{Kind, Place, cells, on_every_database, open};
use manybase_db::{Db, ErrorKind, Executor, Result, Route};
use manybase_driver::Access;
use manybase_snapshot::{Progress, Restore, Step};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

on_every_database!(
    the_two_change_places,
    others_who_are_connected,
    killed_in_the_middle,
    what_can_not_be_swapped,
);

const PARENT_AND_CHILD: &str = "CREATE TABLE parent (id int PRIMARY KEY); \
     CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent (id)); \
     INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (10, 1), (20, 2)";

impl Place {
    /// Nobody of ours is connected any more.
    async fn leave(&mut self) -> Result<()> {
        let url = self.url.clone();
        std::mem::replace(&mut self.db, open(&url)).close().await
    }

    fn swap(&self) -> Restore {
        Restore::from(self.path("monday")).in_place_of(&self.db, "app")
    }

    /// The old one, opened; it goes with the place.
    fn old(&mut self, kept: &str) -> Db {
        self.goes_too(kept);
        open(&self.url_of(kept))
    }
}

async fn the_two_change_places(mut place: Place) -> Result<()> {
    place.script(PARENT_AND_CHILD).await?;
    place.back_up("monday").await?;
    place
        .script("DELETE FROM child WHERE id = 10; CREATE TABLE later (a int)")
        .await?;
    place.leave().await?;
    let swapped = place.swap().run().await?;
    let old = place.old(swapped.kept.as_deref().expect("a name"));
    assert_eq!(swapped.left, [""; 0]);
    let sql = "SELECT id FROM child ORDER BY id";
    assert_eq!(cells(&place.db, sql).await?, ["10", "20"]);
    assert_eq!(cells(&old, sql).await?, ["20"]);
    assert!(cells(&place.db, "SELECT a FROM later").await.is_err());
    assert_eq!(cells(&old, "SELECT a FROM later").await?, [""; 0]);
    // Both are whole: references lead into their own database.
    for db in [&place.db, &old] {
        let mut lease = db.lease(Route::default(), Access::Write).await?;
        let orphan = lease
            .script("INSERT INTO child VALUES (30, 3)".to_owned())
            .await
            .unwrap_err();
        assert_eq!(orphan.kind(), ErrorKind::ForeignKeyViolation, "{orphan}");
    }
    old.close().await?;
    // Where nothing is there it is as without a swap.
    let name = place.copy_name();
    let again = Restore::from(place.path("monday"))
        .beside(&place.db, "app", name)
        .swap()
        .run()
        .await?;
    assert_eq!(again.kept, None);
    Ok(())
}

async fn others_who_are_connected(mut place: Place) -> Result<()> {
    place.script(PARENT_AND_CHILD).await?;
    place.back_up("monday").await?;
    place.script("DELETE FROM child WHERE id = 10").await?;
    let other = open(&place.url);
    let sql = "SELECT count(*) FROM child";
    let one = cells(&other, sql).await?;
    place.leave().await?;
    let swapped = place.swap().run().await;
    if place.kind == Kind::MariaDb {
        // Tables change places below who is connected.
        let kept = swapped?.kept.expect("a name");
        place.goes_too(&kept);
        assert_eq!(
            (one, cells(&other, sql).await?),
            (vec!["1".to_owned()], vec!["2".to_owned()])
        );
        return other.close().await;
    }
    let error = swapped.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InUse, "{error}");
    assert!(error.help().is_some());
    // Nothing has changed, and who is connected can write.
    assert_eq!(cells(&other, sql).await?, one);
    let mut lease = other.lease(Route::default(), Access::Write).await?;
    lease
        .script("INSERT INTO child VALUES (40, 1)".to_owned())
        .await?;
    drop(lease);
    other.close().await?;
    let kept = place.swap().run().await?.kept.expect("a name");
    let old = place.old(&kept);
    assert_eq!(
        cells(&old, "SELECT id FROM child ORDER BY id").await?,
        ["20", "40"]
    );
    old.close().await
}

const CHILD: &str = "MANYBASE_TEST_SWAP";

/// The process that is killed: run by the test below, and nothing by itself.
#[test]
fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let [url, from, nth] = told
        .split('\n')
        .collect::<Vec<_>>()
        .try_into()
        .expect("three parts");
    let nth: u64 = nth.parse().expect("a number");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let restore = Restore::from(from).in_place_of(&open(url), "app");
        let restore = restore.progress(move |progress: &Progress| {
            if progress.step == Step::Swap && progress.done == nth {
                let me = std::process::id().to_string();
                std::process::Command::new("kill")
                    .args(["-9", &me])
                    .status()
                    .expect("killed");
                std::thread::sleep(Duration::from_secs(60));
            }
        });
        let _ = restore.run().await;
    });
}

async fn killed_in_the_middle(mut place: Place) -> Result<()> {
    place.script(PARENT_AND_CHILD).await?;
    place.back_up("monday").await?;
    place.script("DELETE FROM child WHERE id = 10").await?;
    place.leave().await?;
    let sql = "SELECT id FROM child ORDER BY id";
    for nth in [0, 1] {
        let ended = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "swapped::child", "--nocapture"])
            .env(
                CHILD,
                format!("{}\n{}\n{nth}", place.url, place.path("monday").display()),
            )
            .stdout(std::process::Stdio::null())
            .status()
            .expect("it runs");
        assert!(!ended.success());
        // The old one is there under its name, whole, and can be written to.
        assert_eq!(cells(&place.db, sql).await?, ["20"], "{nth}");
        place
            .script("INSERT INTO parent VALUES (9); DELETE FROM parent WHERE id = 9")
            .await?;
        place.leave().await?;
    }
    // What was left is told, with what removes it, and does not stop the next one.
    let swaps = Arc::new(AtomicU64::new(0));
    let seen = swaps.clone();
    let restore = place.swap().progress(move |progress| {
        if progress.step == Step::Swap {
            seen.fetch_add(1, Ordering::SeqCst);
        }
    });
    let swapped = restore.run().await?;
    let kept = swapped.kept.expect("a name");
    assert_eq!(
        swaps.load(Ordering::SeqCst),
        2,
        "it was killed where it changes names"
    );
    assert_eq!(cells(&place.db, sql).await?, ["10", "20"]);
    assert!(swapped.left.len() >= 2, "{:?}", swapped.left);
    for left in &swapped.left {
        let (name, removes) = left.split_once(": ").expect("what removes it");
        assert!(removes.contains("DROP") || removes.contains("remove"), "{left}");
        place.goes_too(name);
    }
    let old = place.old(&kept);
    assert_eq!(cells(&old, sql).await?, ["20"]);
    old.close().await
}

async fn what_can_not_be_swapped(mut place: Place) -> Result<()> {
    place
        .script("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t")
        .await?;
    place.back_up("monday").await?;
    place.leave().await?;
    match place.kind {
        Kind::MariaDb => {
            let error = place.swap().run().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            let help = error.help().unwrap_or_default();
            assert!(
                error.message().contains("view v") && help.contains("--into"),
                "{error} {help}"
            );
        }
        Kind::Sqlite => {
            let link = place.path("link.db");
            std::os::unix::fs::symlink(place.path("app.db"), &link).expect("made");
            let error = Restore::from(place.path("monday"))
                .into_file(&link)
                .swap()
                .run()
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            let raw = place.path("app.db");
            std::fs::set_permissions(&raw, std::os::unix::fs::PermissionsExt::from_mode(0o640)).expect("set");
            let kept = place.swap().run().await?.kept.expect("a name");
            let mode = |path: &str| {
                std::os::unix::fs::PermissionsExt::mode(
                    &std::fs::metadata(path).expect("there").permissions(),
                )
            };
            assert_eq!(
                (mode(&kept) & 0o777, mode(&raw.display().to_string()) & 0o777),
                (0o640, 0o640)
            );
            for end in ["-wal", "-shm", "-journal"] {
                assert!(!std::path::Path::new(&format!("{kept}{end}")).exists(), "{end}");
            }
        }
        Kind::Postgres => {
            // What belongs to the database itself goes to the new one.
            let (_, name) = place.url.rsplit_once('/').expect("a name");
            let name = name.to_owned();
            place
                .script(&format!(
                    "ALTER DATABASE \"{name}\" SET search_path TO \"$user\", public, \"O'x\"; \
                     ALTER DATABASE \"{name}\" SET my.text TO 'it''s, so'; COMMENT ON DATABASE \"{name}\" IS 'the ''live'' one'; \
                     REVOKE ALL ON DATABASE \"{name}\" FROM PUBLIC; ALTER DATABASE \"{name}\" CONNECTION LIMIT 17"
                ))
                .await?;
            place.leave().await?;
            let sql = "SELECT concat_ws('|', array_to_string((SELECT array_agg(c ORDER BY c) FROM pg_db_role_setting s, \
                 unnest(s.setconfig) c WHERE s.setdatabase = d.oid), ';'), shobj_description(d.oid, 'pg_database'), \
                 d.datconnlimit, has_database_privilege('public', d.oid, 'CONNECT')) FROM pg_database d \
                 WHERE datname = current_database()";
            let before = cells(&place.db, sql).await?;
            assert!(
                before[0].contains("my.text=it's, so") && before[0].ends_with("the 'live' one|17|f"),
                "{before:?}"
            );
            place.leave().await?;
            let kept = place.swap().run().await?.kept.expect("a name");
            place.goes_too(&kept);
            assert_eq!(cells(&place.db, sql).await?, before);
        }
    }
    Ok(())
}
