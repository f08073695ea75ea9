//! What is found after a statement was cut off.

use crate::support::{Kind, World, number, open, run_sql, tests_on};
use manybase_db::Result;
use manybase_migrate::{Event, Migrator, Problem, Repair, Set, StepVerdict};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The journal as a process leaves it that dies while its last statement runs.
async fn cut_off(world: &World, files: &[(&str, &str)], happened: &str) -> Result<()> {
    let db = world.db();
    // The last statement fails, so that everything before it is done, and the journal is made to say that it ran.
    world
        .migrator(files)
        .up()
        .await
        .expect_err("the last statement fails");
    run_sql(&db, "main", happened).await?;
    run_sql(
        &db,
        "main",
        "UPDATE manybase_migration_step SET state = 'running' WHERE state = 'failed'",
    )
    .await
}

async fn of_what_nothing_tells_a_person_decides(world: World) -> Result<()> {
    let sql = "CREATE TABLE a (b INTEGER);\nCREATE PROCEDURE p() BEGIN INSERT INTO a VALUES (1); \
               INSERT INTO a VALUES (IF(@works = 1, 2, NULL)); END;\nALTER TABLE a MODIFY b INTEGER NOT NULL;\nCALL p();";
    let files = [("main/20250101000000_a/up.sql", sql)];
    cut_off(&world, &files, "DELETE FROM a").await?;
    let migrator = world.migrator(&files);
    let error = migrator.up().await.expect_err("nobody knows");
    assert_eq!(
        Problem::of(&error),
        Some(&Problem::Unsure {
            migration: "20250101000000_a".into(),
            step: 4,
            line: 4
        })
    );
    assert!(error.help().expect("a way out").contains("--step done"));
    migrator.repair(&Repair::Step(StepVerdict::Again)).await?;
    let error = migrator.up().await.expect_err("it fails as before");
    assert!(error.to_string().contains("statement 4 (line 4)"), "{error}");
    migrator.repair(&Repair::Step(StepVerdict::Done)).await?;
    migrator.up().await?;
    assert!(
        migrator.repair(&Repair::Step(StepVerdict::Done)).await.is_err(),
        "nothing is open"
    );
    Ok(())
}

tests_on!(mariadb MariaDb: of_what_nothing_tells_a_person_decides);

async fn an_index_that_is_not_valid_is_built_again(world: World) -> Result<()> {
    let db = world.db();
    let sql = "-- manybase: no-transaction\nCREATE TABLE a (b INTEGER);\nINSERT INTO a VALUES (1), (1);\n\
               CREATE UNIQUE INDEX CONCURRENTLY \"a b\" ON a (b);";
    let files = [("main/20250101000000_a/up.postgres.sql", sql)];
    let migrator = world.migrator(&files);
    for _ in 0..2 {
        let error = migrator.up().await.expect_err("they are not unique");
        assert!(error.is_unique_violation(), "{error}");
        let invalid = "SELECT COUNT(*) FROM pg_index WHERE NOT indisvalid";
        assert_eq!(
            number(&db, "main", invalid).await?,
            1,
            "PostgreSQL leaves it behind"
        );
    }
    run_sql(
        &db,
        "main",
        "DELETE FROM a WHERE ctid = (SELECT MIN(ctid) FROM a)",
    )
    .await?;
    migrator.up().await?;
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM pg_index WHERE NOT indisvalid").await?,
        0
    );
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM pg_class WHERE relname = 'a b'").await?,
        1
    );
    Ok(())
}

tests_on!(postgres Postgres: an_index_that_is_not_valid_is_built_again);

async fn settings_of_the_session_are_made_again(world: World) -> Result<()> {
    assert_eq!(world.kind, Kind::MariaDb);
    let db = world.db();
    let sql = |last: &str| {
        format!(
            "SET @who = 'ann';\nCREATE TABLE a (b VARCHAR(10));\nINSERT INTO a VALUES (@who);\n{last};\nINSERT INTO a VALUES (@who);"
        )
    };
    let up = "main/20250101000000_a/up.sql";
    let bad = sql("INSERT INTO nowhere VALUES (1)");
    world.migrator(&[(up, &bad)]).up().await.expect_err("it fails");
    let good = sql("INSERT INTO a VALUES ('bob')");
    world.migrator(&[(up, &good)]).up().await?;
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM a WHERE b = 'ann'").await?,
        2
    );
    Ok(())
}

tests_on!(mariadb_too MariaDb: settings_of_the_session_are_made_again);

/// The variable that makes a child of this program: the addresses and the statements, with a line of `--` between.
const ROLE: &str = "MANYBASE_MIGRATE_TEST_RESUME";

fn of_one(urls: &[String], sql: &str) -> Result<Migrator> {
    Ok(Migrator::new(
        &open(urls),
        Set::of([("main/20250101000000_a/up.sql", sql)])?,
    ))
}

/// Not a test of its own: what the child runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let (urls, sql) = role.split_once("\n--\n").expect("two parts");
    let urls: Vec<String> = urls.lines().map(str::to_owned).collect();
    let _ = of_one(&urls, sql).expect("a set").up().await;
}

/// Runs the statements in another process, which dies at a point.
async fn killed(world: &World, sql: &str, at: &str) {
    let mut command = std::process::Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["resume::child", "--exact"])
        .env(ROLE, format!("{}\n--\n{sql}", world.urls.join("\n")))
        .env("MANYBASE_FAULT", format!("{at}:abort"))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("it starts");
    let ended = tokio::task::spawn_blocking(move || child.wait().expect("it ends")).await;
    let ended = ended.expect("no panic");
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&ended),
        Some(9),
        "{ended}"
    );
}

async fn somebody_else_has_changed_the_structure_since(world: World) -> Result<()> {
    let db = world.db();
    let sql = "CREATE TABLE animal (b INTEGER);\nCREATE TABLE other (c INTEGER);\nINSERT INTO animal VALUES (1);\n\
               CREATE TABLE e (f INTEGER, CONSTRAINT low CHECK (f < 5));\n\
               ALTER TABLE animal ADD CONSTRAINT small CHECK (b < 2);";
    killed(&world, sql, "migrate-step-running:4").await;
    let migrator = of_one(&world.urls, sql)?;
    for change in [
        "CREATE INDEX of_somebody ON other (c)",
        "ALTER TABLE other ADD of_somebody INTEGER",
        "ALTER TABLE other ADD CONSTRAINT of_somebody CHECK (c > 0)",
        "CREATE TABLE of_somebody (g INTEGER)",
        "CREATE VIEW seen AS SELECT c FROM other",
    ] {
        run_sql(&db, "main", change).await?;
        let error = migrator.up().await.expect_err("it may have happened, or not");
        let Some(Problem::Meanwhile {
            migration,
            step: 5,
            line: 5,
        }) = Problem::of(&error)
        else {
            panic!("{change}: {error}");
        };
        assert_eq!(migration, "20250101000000_a");
        assert!(error.to_string().contains("changed elsewhere since"), "{error}");
        assert!(error.help().expect("a way out").contains("--step again"));
        run_sql(&db, "main", "INSERT INTO animal VALUES (7)").await?;
    }
    run_sql(&db, "main", "DELETE FROM animal WHERE b = 7").await?;
    migrator.repair(&Repair::Step(StepVerdict::Again)).await?;
    assert_eq!(migrator.up().await?.count(), 1);
    let error = run_sql(&db, "main", "INSERT INTO animal VALUES (7)").await;
    assert!(error.is_err(), "the check is there");
    Ok(())
}

/// What a statement has changed itself is not taken for somebody else's work, and it is not run twice.
async fn what_has_happened_is_known(world: World) -> Result<()> {
    for statement in [
        "ALTER TABLE a ADD c INTEGER",
        "ALTER TABLE a ADD CHECK (b < 5)",
        "ALTER TABLE a ADD UNIQUE (b)",
        "CREATE TABLE d (e INTEGER PRIMARY KEY, f INTEGER CHECK (f > 1), FOREIGN KEY (f) REFERENCES g (h))",
        "RENAME TABLE g TO k, a TO g",
        "CREATE UNIQUE INDEX by_b ON a (b)",
        "CREATE VIEW v AS SELECT b FROM a",
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1",
        "ALTER TABLE child DROP FOREIGN KEY goes_up",
        "DROP TABLE child",
        "ALTER TABLE a RENAME TO z",
    ] {
        let world = World::new(world.kind).expect("there is a server");
        let sql = format!(
            "CREATE TABLE g (h INTEGER PRIMARY KEY);
             CREATE TABLE a (b INTEGER, CHECK (b > 0));
             CREATE TABLE child (i INTEGER, CONSTRAINT goes_up FOREIGN KEY (i) REFERENCES g (h) ON DELETE CASCADE);
             {statement};
             CREATE TABLE last (l INTEGER);"
        );
        killed(&world, &sql, "migrate-step-happened:4").await;
        let found = Arc::new(AtomicUsize::new(0));
        let told = found.clone();
        let migrator = of_one(&world.urls, &sql)?.on_event(move |event| {
            if let Event::Found {
                step: 4,
                happened: true,
                ..
            } = event
            {
                told.fetch_add(1, Ordering::Relaxed);
            }
        });
        if let Err(error) = migrator.up().await {
            panic!("{statement}: {error}");
        }
        assert_eq!(found.load(Ordering::Relaxed), 1, "{statement}");
    }
    Ok(())
}

tests_on!(mariadb_killed MariaDb: somebody_else_has_changed_the_structure_since what_has_happened_is_known);
