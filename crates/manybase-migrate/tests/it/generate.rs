//! Migrations from models, and what checks them.

use crate::support::{World, number, on_every_database, run_sql};
use manybase_db::{Db, Result};
use manybase_migrate::diff::{DiffError, Hints};
use manybase_migrate::{Generate, Migrator, Problem, Set, squash};
use manybase_record::ModelMeta;
use manybase_record::prelude::*;

mod first {
    use super::*;

    #[derive(Debug, Model)]
    #[model(table = "person")]
    pub(super) struct Person {
        #[model(key, auto)]
        pub(super) id: i64,
        #[model(length = 40)]
        pub(super) name: String,
        pub(super) age: i32,
    }
}

mod second {
    use super::*;

    #[derive(Debug, Model)]
    #[model(table = "person")]
    pub(super) struct Person {
        #[model(key, auto)]
        pub(super) id: i64,
        #[model(length = 80, unique)]
        pub(super) name: String,
        pub(super) years: i32,
        pub(super) city: Option<String>,
    }
}

fn migrator(db: &Db, world: &World) -> Result<Migrator> {
    Ok(Migrator::new(db, Set::read(world.directory.path().join("migrations"))?).only("main"))
}

async fn from_models_to_tables_and_on(world: World) -> Result<()> {
    let db = world.db();
    let wanted = Generate::for_connection("main");
    let old: [&ModelMeta; 1] = [first::Person::meta()];
    let new: [&ModelMeta; 1] = [second::Person::meta()];
    // Somebody else's table is nobody's business.
    run_sql(&db, "main", "CREATE TABLE somebody_elses (x INTEGER)").await?;

    let generated = migrator(&db, &world)?.generate(&old, &wanted).await?;
    assert_eq!(generated.operations.len(), 1, "{:?}", generated.operations);
    let name = generated.write(migrator(&db, &world)?.set(), "make person")?;
    let migrator_now = migrator(&db, &world)?;
    migrator_now.up().await?;
    assert!(migrator_now.generate(&old, &wanted).await?.operations.is_empty());
    run_sql(
        &db,
        "main",
        "INSERT INTO person (name, age) VALUES ('Ann', 30), ('Bob', 40)",
    )
    .await?;

    let error = migrator_now
        .generate(&new, &wanted)
        .await
        .expect_err("may be a rename");
    assert!(matches!(error, DiffError::Ambiguous(_)), "{error}");
    let renamed = wanted
        .clone()
        .hints(Hints::default().rename_column("person", "age", "years"));
    let generated = migrator_now.generate(&new, &renamed).await?;
    assert!(
        !generated
            .operations
            .iter()
            .any(|operation| operation.loss().is_some())
    );
    generated.write(migrator_now.set(), "change person")?;
    let migrator_now = migrator(&db, &world)?;
    migrator_now.up().await?;
    assert_eq!(
        number(&db, "main", "SELECT SUM(years) FROM person").await?,
        70,
        "no value is lost"
    );
    assert!(migrator_now.generate(&new, &renamed).await?.operations.is_empty());

    let verified = migrator_now.verify(Some(&new)).await?;
    assert!(verified[0].is_fine(), "{verified:?}");
    assert!(
        verified[0].checks.iter().all(|check| check.skipped.is_none()),
        "{verified:?}"
    );
    // Somebody changes the table by hand.
    run_sql(&db, "main", "ALTER TABLE person ADD by_hand VARCHAR(10)").await?;
    let verified = migrator_now.verify(Some(&new)).await?;
    let findings: Vec<_> = verified[0]
        .checks
        .iter()
        .flat_map(|check| &check.findings)
        .collect();
    assert!(
        findings.len() == 1 && findings[0].contains("by_hand"),
        "{findings:?}"
    );
    let generated = migrator_now.generate(&new, &renamed).await?;
    assert!(generated.drift[0].contains("by_hand") && generated.operations.is_empty());
    run_sql(&db, "main", "ALTER TABLE person DROP COLUMN by_hand").await?;

    // Back, with the rows.
    migrator_now
        .down_to(&manybase_migrate::Target::Steps(1))
        .await
        .into_result()?;
    assert_eq!(number(&db, "main", "SELECT SUM(age) FROM person").await?, 70);
    migrator_now.up().await?;

    let last = migrator_now.set().line("main").expect("two").migrations()[1]
        .name()
        .to_owned();
    squash(migrator_now.set(), "main", &last, "start")?;
    let squashed = migrator(&db, &world)?;
    assert_eq!(squashed.up().await?.count(), 0);
    assert!(squashed.generate(&new, &wanted).await?.operations.is_empty());
    let verified = squashed.verify(Some(&new)).await?;
    assert!(verified[0].is_fine(), "{verified:?}");
    assert!(!squashed.set().place("main", &name).expect("a place").exists());
    Ok(())
}

async fn a_wrong_way_back_is_found(world: World) -> Result<()> {
    let files = [
        (
            "main/20250101000000_a/up.sql",
            "CREATE TABLE a (b INTEGER); CREATE TABLE left_over (b INTEGER);",
        ),
        ("main/20250101000000_a/down.sql", "DROP TABLE a;"),
    ];
    let migrator = world.migrator(&files);
    let verified = migrator.verify(None).await?;
    let findings: Vec<_> = verified[0]
        .checks
        .iter()
        .flat_map(|check| &check.findings)
        .collect();
    assert!(
        findings
            .iter()
            .any(|finding| finding.contains("table left_over is left")),
        "{findings:?}"
    );
    let linted = migrator.lint(true).await?;
    assert!(linted.is_empty(), "{linted:?}");
    Ok(())
}

on_every_database!(a_wrong_way_back_is_found, from_models_to_tables_and_on);

#[tokio::test]
async fn files_in_the_binary() -> Result<()> {
    let files = manybase_migrate::include!("tests/embedded");
    assert_eq!(files.len(), 3, "{files:?}");
    let db = Db::builder().connect("main", "sqlite::memory:").build()?;
    let error = Set::embedded(files)?.check().expect_err("nobody has sealed them");
    assert!(
        matches!(Problem::of(&error), Some(Problem::Unsealed { .. })),
        "{error}"
    );
    assert_eq!(
        Migrator::new(&db, Set::of(files.iter().copied())?)
            .up()
            .await?
            .count(),
        1
    );
    Ok(())
}
