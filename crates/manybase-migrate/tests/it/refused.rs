//! What can't be taken back while there are rows, and says so before anything is changed.

use crate::support::{World, number, on_every_database, run_sql};
use manybase_db::Result;
use manybase_migrate::operation::Operation;
use manybase_migrate::schema::{Column, ForeignKey, Index, Schema, Table};
use manybase_migrate::{Direction, Migrator, Problem, Set, Target, ddl, lint, operation};
use manybase_sql::{DataType, Dialect};

const NAME: &str = "20250102000000_b";

/// With everything that does not come back: a unique column, a reference that takes no NULL, and what it refers to.
fn before() -> Schema {
    let text = |name: &str| Column::new(name, DataType::Text { length: Some(40) });
    let person = Table::new("person")
        .auto_key("id")
        .column(text("email"))
        .column(Column::new("city", DataType::I64))
        .index(Index::of(["email"]).named("by_email").unique());
    let mut person = person;
    let mut key = ForeignKey::new(["city"], "city", ["id"]);
    key.name = Some("lives_in".into());
    person.foreign_keys.push(key);
    Schema::of_tables([Table::new("city").auto_key("id"), person])
}

fn up() -> Vec<Operation> {
    let before = before();
    let person = &before.tables[1];
    let drop = |column: &str| Operation::DropColumn {
        table: "person".into(),
        column: column.into(),
    };
    let comment = Operation::CommentTable {
        table: "person".into(),
        comment: None,
    };
    vec![
        Operation::DropForeignKey {
            table: "person".into(),
            key: person.foreign_keys[0].clone(),
        },
        Operation::DropIndex {
            table: "person".into(),
            index: person.indexes[0].clone(),
        },
        comment,
        drop("email"),
        drop("city"),
    ]
}

/// The two files as `generate` writes them.
fn files(dialect: &dyn Dialect) -> Result<(Set, Vec<Operation>)> {
    let (before, up) = (before(), up());
    let create: Vec<Operation> = before
        .tables
        .iter()
        .cloned()
        .map(|table| Operation::CreateTable { table })
        .collect();
    let mut after = before.clone();
    up.iter().try_for_each(|operation| after.apply(operation))?;
    let down: Vec<Operation> = operation::invert(&up, &before)?
        .into_iter()
        .map(|one| one.operation)
        .collect();
    let text = |operations: &[Operation], schema: &Schema| -> Result<String> {
        let script = ddl::render(operations, schema, dialect)?;
        let mut text = String::new();
        if script.foreign_keys_off {
            text.push_str("-- manybase: foreign-keys-off\n");
        }
        for refusal in ddl::refusals(operations, schema, dialect)? {
            text.push_str(&format!(
                "-- manybase: refuse-if {} -- {}\n",
                refusal.condition, refusal.why
            ));
        }
        Ok(text + &script.to_sql())
    };
    let set = Set::of([
        (
            "main/20250101000000_a/up.sql".to_owned(),
            text(&create, &Schema::default())?,
        ),
        (format!("main/{NAME}/up.sql"), text(&up, &before)?),
        (format!("main/{NAME}/down.sql"), text(&down, &after)?),
    ])?;
    Ok((set, up))
}

async fn a_way_back_that_rows_are_in_changes_nothing(world: World) -> Result<()> {
    let db = world.db();
    db.connection("main")?.ping().await?;
    let dialect = db.connection("main")?.dialect();
    let (set, operations) = files(dialect)?;
    let codes: Vec<&str> = lint::lint(&operations, &before(), dialect)
        .iter()
        .map(|found| found.code)
        .collect();
    assert_eq!(
        codes.iter().filter(|code| **code == "way-back-refused").count(),
        2,
        "{codes:?}"
    );

    let migrator = Migrator::new(&db, set);
    migrator.up_to(&Target::Steps(1)).await.into_result()?;
    run_sql(
        &db,
        "main",
        "INSERT INTO city (id) VALUES (1), (2);
         INSERT INTO person (id, email, city) VALUES (1, 'ann', 1), (2, 'bob', 2)",
    )
    .await?;
    migrator.up().await?;
    let before = structure(&db).await?;
    for (rows, wanted) in [(2, "person (email)"), (1, "person (city)")] {
        let error = migrator
            .down_to(&Target::Steps(1))
            .await
            .into_result()
            .expect_err("rows are in the way");
        let Some(Problem::Refused {
            migration,
            direction: "down",
            line,
            why,
        }) = Problem::of(&error)
        else {
            panic!("{error}");
        };
        assert_eq!(migration, NAME);
        assert!(*line > 0 && why.contains(wanted), "{why}");
        assert!(error.help().expect("a way out").contains("nothing was changed"));
        assert_eq!(structure(&db).await?, before, "nothing was changed");
        assert_eq!(number(&db, "main", "SELECT COUNT(*) FROM person").await?, rows);
        let applied = "SELECT COUNT(*) FROM manybase_migration WHERE state = 'applied'";
        assert_eq!(number(&db, "main", applied).await?, 2, "and it was not begun");
        run_sql(
            &db,
            "main",
            "DELETE FROM person WHERE id = (SELECT MAX(id) FROM (SELECT id FROM person) AS p)",
        )
        .await?;
    }
    let report = migrator.down_to(&Target::Steps(1)).await.into_result()?;
    assert_eq!(report.connections[0].done[0].direction, Direction::Down);
    run_sql(
        &db,
        "main",
        "INSERT INTO person (id, email, city) VALUES (1, 'ann', 1)",
    )
    .await?;
    assert!(
        run_sql(
            &db,
            "main",
            "INSERT INTO person (id, email, city) VALUES (2, 'ann', 1)"
        )
        .await
        .is_err()
    );
    Ok(())
}

async fn structure(db: &manybase_db::Db) -> Result<Schema> {
    Ok(Schema::of_database(&manybase_schema::Introspect::of("main").read(db).await?).canonical())
}

async fn a_condition_keeps_what_stands_behind_it_from_running(world: World) -> Result<()> {
    let sql = "CREATE TABLE a (b INTEGER); INSERT INTO a VALUES (1);
        -- manybase: refuse-if (SELECT COUNT(*) FROM a) > 0 -- a has rows -- and they matter
        CREATE TABLE c (d INTEGER)";
    let migrator = world.migrator(&[("main/20250101000000_a/up.sql", sql)]);
    let error = migrator.up().await.expect_err("there is a row");
    let Some(Problem::Refused {
        direction: "up",
        line: 2..,
        why,
        ..
    }) = Problem::of(&error)
    else {
        panic!("{error}");
    };
    assert_eq!(why, "and they matter");
    let db = world.db();
    // What was before it stays where it is done step by step, and the same run goes on there.
    if number(&db, "main", "SELECT COUNT(*) FROM manybase_migration").await? == 1 {
        run_sql(&db, "main", "DELETE FROM a").await?;
        migrator.up().await?;
        assert_eq!(number(&db, "main", "SELECT COUNT(*) FROM c").await?, 0);
    }
    let dangling = Set::of([(
        "main/20250101000000_x/up.sql",
        "SELECT 1;\n-- manybase: refuse-if 1 = 1",
    )])?;
    let migration = &dangling.line("main").expect("a line").migrations()[0];
    let error = migration
        .up(db.connection("main")?.dialect())
        .expect_err("nothing follows");
    assert!(error.to_string().contains("there is none"), "{error}");
    Ok(())
}

on_every_database!(
    a_way_back_that_rows_are_in_changes_nothing,
    a_condition_keeps_what_stands_behind_it_from_running
);
