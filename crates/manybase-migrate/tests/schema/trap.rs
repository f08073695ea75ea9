//! SQLite: a table that is made anew must not take along what refers to it.

use crate::support::{Kind, World};
use manybase_db::Result;
use manybase_migrate::operation::Operation;
use manybase_migrate::schema::{Check, Column, Schema};
use manybase_sql::DataType;

const TABLES: &str = "
CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, above INTEGER REFERENCES parent (id),
                     CONSTRAINT named CHECK (name <> ''));
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
CREATE INDEX parent_name ON parent (name) WHERE name <> 'x';
CREATE TABLE log (line TEXT);
CREATE VIEW names AS SELECT id, name FROM parent;
CREATE TRIGGER keep AFTER UPDATE ON parent BEGIN INSERT INTO log VALUES (new.name); END;
INSERT INTO parent (id, name, above) VALUES (1, 'a', NULL), (2, 'b', 1), (50, 'c', 1);
DELETE FROM parent WHERE id = 50;
INSERT INTO child (id, parent_id) VALUES (10, 1), (11, 2), (12, 2);
";

/// What needs a new table.
fn change() -> Operation {
    let check = Check {
        name: Some("short".into()),
        expression: "length(name) < 10".into(),
    };
    Operation::AddCheck {
        table: "parent".into(),
        check,
    }
}

async fn world() -> Result<(World, Schema)> {
    let world = World::new(Kind::Sqlite).await.expect("needs no server");
    world.script(TABLES).await?;
    let before = world.live().await?;
    let triggers = &before.table(&"parent".into()).expect("it is there").triggers;
    assert_eq!(
        triggers
            .iter()
            .map(|trigger| trigger.name.as_str())
            .collect::<Vec<_>>(),
        ["keep"]
    );
    Ok((world, before))
}

#[tokio::test]
async fn children_stay_when_their_parent_is_made_anew() -> Result<()> {
    let (world, before) = world().await?;
    let script = world.run(&[change()], &before).await?;
    assert!(script.foreign_keys_off);
    assert!(
        script
            .steps
            .iter()
            .any(|step| step.sql.starts_with("DROP TABLE \"parent\"")),
        "it is made anew"
    );

    assert_eq!(
        world
            .rows("SELECT id, parent_id FROM child".into(), 2)
            .await?
            .len(),
        3
    );
    assert_eq!(world.rows("SELECT id, name FROM names".into(), 2).await?.len(), 2);
    // The counter goes on behind the row that was deleted.
    world.script("INSERT INTO parent (name) VALUES ('d')").await?;
    assert_eq!(
        world.rows("SELECT MAX(id) FROM parent".into(), 1).await?,
        [[Some("51".to_owned())]]
    );
    // The trigger, the checks, the index and the references are there.
    world.script("UPDATE parent SET name = 'bb' WHERE id = 2").await?;
    assert_eq!(
        world.rows("SELECT line FROM log".into(), 1).await?,
        [[Some("bb".to_owned())]]
    );
    assert!(
        world
            .script("INSERT INTO parent (name) VALUES ('')")
            .await
            .is_err()
    );
    assert!(
        world
            .script("INSERT INTO parent (name) VALUES ('0123456789')")
            .await
            .is_err()
    );
    assert!(world.script("INSERT INTO child VALUES (13, 99)").await.is_err());
    let live = world.live().await?;
    let parent = live.table(&"parent".into()).expect("it is there");
    let was = before.table(&"parent".into()).expect("it is there");
    assert_eq!(parent.columns, was.columns, "collations too");
    assert_eq!(parent.indexes[0].condition.as_deref(), Some("name <> 'x'"));
    world.script("DELETE FROM parent WHERE id = 2").await?;
    assert_eq!(
        world.rows("SELECT id FROM child".into(), 1).await?,
        [[Some("10".to_owned())]]
    );
    Ok(())
}

/// That the trap is there: this is what the plan's `foreign_keys_off` is for.
#[tokio::test]
async fn with_foreign_keys_on_the_children_would_be_gone() -> Result<()> {
    let (world, before) = world().await?;
    world.script("UPDATE parent SET above = NULL").await?;
    let dialect = world.db.connection("main")?.dialect();
    let script = manybase_migrate::ddl::render(&[change()], &before, dialect)?;
    let steps: String = script
        .steps
        .iter()
        .map(|step| format!("{};\n", step.sql))
        .collect();
    world
        .script(&format!("BEGIN; PRAGMA foreign_keys = OFF; {steps} COMMIT"))
        .await?;
    assert_eq!(world.rows("SELECT id FROM child".into(), 1).await?.len(), 0);
    assert_eq!(world.rows("PRAGMA foreign_key_check".into(), 1).await?.len(), 0);
    Ok(())
}

#[tokio::test]
async fn what_is_not_known_stops_it() -> Result<()> {
    let (world, mut before) = world().await?;
    before
        .table_mut(&"parent".into())
        .expect("it is there")
        .triggers
        .clear();
    let error = world
        .run(&[change()], &before)
        .await
        .expect_err("the trigger would be lost");
    assert!(
        error
            .to_string()
            .contains("table parent has indexes or triggers that this migration does not know"),
        "{error}"
    );
    assert_eq!(world.rows("SELECT id FROM child".into(), 1).await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn many_changes_make_a_table_anew_once() -> Result<()> {
    let (world, before) = world().await?;
    let column = Column::new("born", DataType::Date);
    let add = Operation::AddColumn {
        table: "parent".into(),
        column,
        fill: Some(manybase_migrate::schema::DefaultValue::Date("2000-01-31".into())),
    };
    let script = world.run(&[change(), add], &before).await?;
    assert_eq!(
        script
            .steps
            .iter()
            .filter(|step| step.sql.starts_with("CREATE TABLE"))
            .count(),
        1
    );
    assert_eq!(
        world.rows("SELECT DISTINCT born FROM parent".into(), 1).await?,
        [[Some("2000-01-31".to_owned())]]
    );
    Ok(())
}
