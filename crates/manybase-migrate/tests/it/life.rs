//! From the first migration to the last and back.

use crate::support::{Kind, World, number, on, on_every_database, run_sql};
use manybase_db::{Access, ErrorKind, Executor, Result};
use manybase_migrate::{Direction, Problem, Set, Standing, Target};

const PEOPLE: [(&str, &str); 4] = [
    (
        "main/20250101000000_person/up.sql",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
         INSERT INTO person VALUES (1, 'Ann; the first'), (2, 'Bob');",
    ),
    ("main/20250101000000_person/down.sql", "DROP TABLE person;"),
    (
        "main/20250102000000_city/up.sql",
        "ALTER TABLE person ADD city VARCHAR(40); UPDATE person SET city = 'Aachen';",
    ),
    (
        "main/20250102000000_city/down.sql",
        "ALTER TABLE person DROP COLUMN city;",
    ),
];

async fn up_status_down_redo(world: World) -> Result<()> {
    let migrator = world.migrator(&PEOPLE).who("the test");
    let db = world.db();

    // Looking makes nothing.
    let status = migrator.status().await?;
    assert_eq!(status[0].pending(), 2);
    let planned = migrator.plan(Direction::Up, &Target::All).await?;
    assert_eq!(planned.len(), 2);
    assert_eq!(planned[0].transaction, world.kind != Kind::MariaDb);
    assert!(
        number(&db, "main", "SELECT COUNT(*) FROM manybase_migration")
            .await
            .is_err()
    );

    let report = migrator.up_to(&Target::Steps(1)).await.into_result()?;
    assert_eq!((report.count(), report.connections[0].left), (1, 1));
    let report = migrator.up().await?;
    assert_eq!((report.count(), report.connections[0].left), (1, 0));
    assert_eq!(migrator.up().await?.count(), 0);
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM person WHERE city = 'Aachen'").await?,
        2
    );
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM manybase_migration_step").await?,
        0
    );

    let status = migrator.status().await?;
    assert!(status[0].problems.is_empty());
    let applied = status[0].migrations[0].applied.as_ref().expect("it says so");
    assert_eq!((applied.who.as_str(), applied.checksum.len()), ("the test", 64));
    assert!(applied.tool.starts_with("manybase "));

    let report = migrator
        .down_to(&Target::To("person".into()))
        .await
        .into_result()?;
    assert_eq!(report.connections[0].done[0].migration, "20250102000000_city");
    assert!(
        number(&db, "main", "SELECT COUNT(city) FROM person")
            .await
            .is_err()
    );
    migrator.up().await?;
    assert_eq!(migrator.redo(1).await.into_result()?.count(), 2);
    assert_eq!(migrator.down_to(&Target::All).await.into_result()?.count(), 2);
    assert!(number(&db, "main", "SELECT COUNT(*) FROM person").await.is_err());
    assert_eq!(migrator.status().await?[0].pending(), 2);
    Ok(())
}

async fn a_failing_statement_is_told_and_gone_on_from(world: World) -> Result<()> {
    let up = |last: &str| {
        let sql = format!(
            "CREATE TABLE a (b INTEGER);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);\n{last}\nINSERT INTO a VALUES (3);"
        );
        [("main/20250101000000_a/up.sql".to_owned(), sql)]
    };
    let db = world.db();
    let bad = up("CREATE TABLE nowhere (x INTEGER REFERENCES);");
    let files: Vec<_> = bad
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let migrator = world.migrator(&files);
    for _ in 0..2 {
        let error = migrator.up().await.expect_err("it fails");
        assert_eq!(error.connection(), Some("main"));
        let text = error.to_string();
        assert!(
            text.contains("20250101000000_a up: statement 4 (line 4)"),
            "{text}"
        );
        let there = number(&db, "main", "SELECT COUNT(*) FROM a").await;
        match world.kind {
            Kind::MariaDb => assert_eq!(there?, 2, "each statement once, however often it is tried"),
            _ => assert!(there.is_err(), "nothing of it is there"),
        }
    }
    let status = migrator.status().await?;
    let steps = status[0].migrations[0].steps;
    assert_eq!(steps, (world.kind == Kind::MariaDb).then_some((3, 5)));

    // What is done may not be changed, what comes after it may.
    let good = up("CREATE TABLE somewhere (x INTEGER);");
    if world.kind == Kind::MariaDb {
        let other = good[0].1.replace("VALUES (1)", "VALUES (7)");
        let migrator = world.migrator(&[(good[0].0.as_str(), other.as_str())]);
        let error = migrator.up().await.expect_err("another statement");
        assert!(
            matches!(Problem::of(&error), Some(Problem::DoneEdited { step: 2, .. })),
            "{error}"
        );
        // Taking back what is not finished would guess.
        let error = migrator
            .down_to(&Target::All)
            .await
            .into_result()
            .expect_err("not finished");
        assert!(
            matches!(Problem::of(&error), Some(Problem::Unfinished { .. })),
            "{error}"
        );
    }
    let files: Vec<_> = good
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    world.migrator(&files).up().await?;
    assert_eq!(number(&db, "main", "SELECT COUNT(*) FROM a").await?, 3);
    assert_eq!(number(&db, "main", "SELECT COUNT(*) FROM somewhere").await?, 0);
    Ok(())
}

async fn steps_in_rust_happen_with_their_migration(world: World) -> Result<()> {
    let files = [
        (
            "main/20250101000000_rate/up.sql",
            "CREATE TABLE rate (a INTEGER);\n-- manybase: step\nINSERT INTO rate VALUES (2);",
        ),
        (
            "main/20250101000000_rate/down.sql",
            "-- manybase: step\nDROP TABLE rate;",
        ),
    ];
    let db = world.db();
    let error = world.migrator(&files).up().await.expect_err("there is none");
    assert!(
        matches!(Problem::of(&error), Some(Problem::NoStep { .. })),
        "{error}"
    );
    assert!(
        error
            .help()
            .expect("a way out")
            .contains(".step(\"20250101000000_rate\"")
    );

    let failing = world.migrator(&files).step("20250101000000_rate", async |_tx| {
        Err(manybase_db::Error::new(ErrorKind::Value, "no rates today"))
    });
    let error = failing.up().await.expect_err("it fails");
    assert!(
        error
            .to_string()
            .contains("its step in Rust (line 3): no rates today"),
        "{error}"
    );

    let migrator = world
        .migrator(&files)
        .step("20250101000000_rate", async |tx| {
            let mut lease = tx.lease(on("main"), Access::Write).await?;
            lease.script("INSERT INTO rate VALUES (1)".to_owned()).await
        })
        .step_down("20250101000000_rate", async |tx| {
            let mut lease = tx.lease(on("main"), Access::Write).await?;
            lease.script("DELETE FROM rate WHERE a = 1".to_owned()).await
        });
    migrator.up().await?;
    assert_eq!(number(&db, "main", "SELECT SUM(a) FROM rate").await?, 3);
    migrator.down_to(&Target::All).await.into_result()?;
    assert!(number(&db, "main", "SELECT COUNT(*) FROM rate").await.is_err());

    let stray = world
        .migrator(&PEOPLE)
        .step("20250102000000_city", async |_tx| Ok(()));
    let error = stray.up().await.expect_err("no place for it");
    assert!(
        matches!(Problem::of(&error), Some(Problem::StrayStep { .. })),
        "{error}"
    );
    Ok(())
}

async fn connections_have_histories_of_their_own_and_wait_for_each_other(world: World) -> Result<()> {
    let plan = r#"{"requires": [{"connection": "other", "migration": "20250103000000_c"}]}"#;
    let files = [
        ("main/20250101000000_a/up.sql", "CREATE TABLE a (x INTEGER)"),
        ("main/20250102000000_b/up.sql", "CREATE TABLE b (x INTEGER)"),
        ("main/20250102000000_b/plan.json", plan),
        ("main/20250102000000_b/down.sql", "DROP TABLE b"),
        ("other/20250103000000_c/up.sql", "CREATE TABLE c (x INTEGER)"),
        ("other/20250103000000_c/down.sql", "DROP TABLE c"),
    ];
    let migrator = world.migrator(&files);
    let alone = migrator.clone().only("main").up_to(&Target::All).await;
    assert_eq!(alone.count(), 1, "the one that requires nothing");
    let error = alone.error.expect("it is refused");
    assert!(
        matches!(Problem::of(&error), Some(Problem::Requires { .. })),
        "{error}"
    );
    assert!(error.help().expect("a way out").contains("--connection other"));

    let report = migrator.up().await?;
    assert_eq!(report.count(), 2);
    assert_eq!(report.connections[1].done[0].migration, "20250103000000_c");
    let db = world.db();
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM manybase_migration").await?,
        2
    );
    assert_eq!(
        number(&db, "other", "SELECT COUNT(*) FROM manybase_migration").await?,
        1
    );
    assert_eq!(number(&db, "main", "SELECT COUNT(*) FROM b").await?, 0);

    let error = migrator
        .clone()
        .only("other")
        .down_to(&Target::All)
        .await
        .into_result();
    let error = error.expect_err("b needs it");
    assert!(
        matches!(Problem::of(&error), Some(Problem::Needed { .. })),
        "{error}"
    );
    // How far is for one connection.
    let error = migrator
        .up_to(&Target::Steps(1))
        .await
        .into_result()
        .expect_err("two of them");
    assert_eq!(error.kind(), ErrorKind::Config);
    Ok(())
}

async fn a_baseline_runs_nothing(world: World) -> Result<()> {
    let db = world.db();
    run_sql(
        &db,
        "main",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL)",
    )
    .await?;
    let migrator = world.migrator(&PEOPLE);
    let report = migrator.baseline(&Target::To("person".into())).await?;
    assert_eq!((report.count(), report.connections[0].left), (1, 1));
    assert_eq!(migrator.up().await?.count(), 1);
    assert_eq!(number(&db, "main", "SELECT COUNT(city) FROM person").await?, 0);
    let error = migrator
        .baseline(&Target::All)
        .await
        .expect_err("it has a history");
    assert!(
        matches!(Problem::of(&error), Some(Problem::NotEmpty { applied: 2 })),
        "{error}"
    );
    Ok(())
}

async fn one_for_several_takes_their_place(world: World) -> Result<()> {
    let squashed = [
        (
            "main/20250102000001_all/up.sql",
            "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, city VARCHAR(40))",
        ),
        ("main/20250102000001_all/down.sql", "DROP TABLE person"),
        (
            "main/20250102000001_all/plan.json",
            r#"{"parents": [], "replaces": ["20250101000000_person", "20250102000000_city"]}"#,
        ),
    ];
    let before = world.migrator(&PEOPLE);
    before.up_to(&Target::Steps(1)).await.into_result()?;
    let after = world.migrator(&squashed);
    let error = after.up().await.expect_err("half of them");
    assert!(
        matches!(Problem::of(&error), Some(Problem::HalfSquashed { .. })),
        "{error}"
    );
    before.up().await?;
    assert_eq!(after.status().await?[0].migrations[0].standing, Standing::Applied);
    assert_eq!(after.up().await?.count(), 0, "nothing is run");
    let status = after.status().await?;
    assert_eq!((status[0].migrations.len(), status[0].problems.len()), (1, 0));
    let db = world.db();
    assert_eq!(number(&db, "main", "SELECT COUNT(*) FROM person").await?, 2);
    // A fresh database has the one alone.
    let fresh: Vec<_> = squashed
        .iter()
        .map(|(path, text)| (path.replacen("main", "other", 1), *text))
        .collect();
    let set = Set::of(fresh.iter().map(|(path, text)| (path, text)))?;
    assert_eq!(manybase_migrate::Migrator::new(&db, set).up().await?.count(), 1);
    Ok(())
}

async fn a_thousand_and_none(world: World) -> Result<()> {
    assert_eq!(world.migrator(&[]).up().await?.connections.len(), 0);
    // A thousand where it costs no time; servers are asked for fewer.
    let count = if world.kind == Kind::Sqlite { 1000 } else { 100 };
    let files: Vec<_> = (0..count)
        .map(|n| {
            let path = format!("main/{:014}_m{n}/up.sql", 20_250_101_000_000_u64 + n);
            (path, format!("CREATE TABLE t{n} (a INTEGER)"))
        })
        .collect();
    let migrator = manybase_migrate::Migrator::new(&world.db(), Set::of(files)?);
    assert_eq!(migrator.up().await?.count() as u64, count);
    assert_eq!(migrator.up().await?.count(), 0);
    Ok(())
}

on_every_database!(
    up_status_down_redo,
    a_failing_statement_is_told_and_gone_on_from,
    steps_in_rust_happen_with_their_migration,
    connections_have_histories_of_their_own_and_wait_for_each_other,
    a_baseline_runs_nothing,
    one_for_several_takes_their_place,
    a_thousand_and_none,
);

/// Rebuilding a table to which others refer must not take their rows along.
async fn a_table_is_rebuilt_and_its_children_stay(world: World) -> Result<()> {
    let db = world.db();
    let files = |rebuild: &'static str| {
        [
            (
                "main/20250101000000_a/up.sql",
                "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
                 CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
                 INSERT INTO parent VALUES (1, 'a'), (2, 'b'); INSERT INTO child VALUES (10, 1), (20, 2);",
            ),
            ("main/20250102000000_b/up.sql", rebuild),
        ]
    };
    let lossy = "-- manybase: foreign-keys-off
        CREATE TABLE mb_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        INSERT INTO mb_parent SELECT id, name FROM parent WHERE id = 1;
        DROP TABLE parent; ALTER TABLE mb_parent RENAME TO parent;";
    let error = world
        .migrator(&files(lossy))
        .up()
        .await
        .expect_err("a row is lost");
    assert!(
        matches!(Problem::of(&error), Some(Problem::ForeignKeys { .. })),
        "{error}"
    );
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM parent").await?,
        2,
        "nothing was kept"
    );

    let good = "-- manybase: foreign-keys-off
        CREATE TABLE mb_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        INSERT INTO mb_parent SELECT id, name FROM parent;
        DROP TABLE parent; ALTER TABLE mb_parent RENAME TO parent;";
    let migrator = world.migrator(&files(good));
    let planned = migrator.plan(Direction::Up, &Target::All).await?;
    assert!(planned[0].destroys.is_empty(), "its successor has its rows");
    migrator.up().await?;
    assert_eq!(number(&db, "main", "SELECT COUNT(*) FROM child").await?, 2);
    run_sql(&db, "main", "DELETE FROM parent WHERE id = 1").await?;
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM child").await?,
        1,
        "they are checked again"
    );
    Ok(())
}

crate::support::tests_on!(sqlite_alone Sqlite: a_table_is_rebuilt_and_its_children_stay);

#[tokio::test]
async fn in_memory() {
    let db = manybase_db::Db::builder()
        .connect("main", "sqlite::memory:")
        .connect("other", "sqlite::memory:")
        .open()
        .await
        .expect("opens");
    let plain = "-- manybase: no-transaction\nCREATE TABLE rate (a INTEGER);\n-- manybase: step\n";
    let mut files = PEOPLE.to_vec();
    files.push(("main/20250103000000_rate/up.sql", plain));
    let migrator = manybase_migrate::Migrator::new(&db, Set::of(files).expect("a set")).step(
        "20250103000000_rate",
        async |tx| {
            let mut lease = tx.lease(on("main"), Access::Write).await?;
            lease.script("INSERT INTO rate VALUES (1)".to_owned()).await
        },
    );
    assert_eq!(migrator.up().await.expect("applied").count(), 3);
    let rows = number(&db, "main", "SELECT COUNT(*) FROM person, rate").await;
    assert_eq!(rows.expect("a number"), 2);
}
