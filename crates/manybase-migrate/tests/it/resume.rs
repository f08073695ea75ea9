//! What is found after a statement was cut off.

use crate::support::{Kind, World, number, run_sql, tests_on};
use manybase_db::Result;
use manybase_migrate::{Problem, Repair, StepVerdict};

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
