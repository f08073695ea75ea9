//! Single things on real databases.

use crate::support::{Kind, World};
use manybase_db::{ErrorKind, Result};
use manybase_migrate::diff::{Hints, Normalised, diff_normalised};
use manybase_migrate::operation::Operation;
use manybase_migrate::schema::{Column, DefaultValue, ObjectName, Schema, Sequence, Table};
use manybase_migrate::scratch::normalise;
use manybase_sql::DataType;
use manybase_testkit::require_server;

const KINDS: [Kind; 3] = [Kind::Sqlite, Kind::Postgres, Kind::MariaDb];

fn person() -> Table {
    Table::new("person")
        .auto_key("id")
        .column(Column::new("name", DataType::Text { length: Some(40) }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_rows_can_not_fill_is_refused() -> Result<()> {
    for kind in KINDS {
        let world = require_server!(World::new(kind).await, Ok(()));
        let schema = Schema::of_tables([person()]);
        world
            .run(&[Operation::CreateTable { table: person() }], &Schema::default())
            .await?;
        world.script("INSERT INTO person (name) VALUES ('Ann')").await?;
        let add = Operation::AddColumn {
            table: "person".into(),
            column: Column::new("age", DataType::I32),
            fill: None,
        };
        world.run(&[add], &schema).await.expect_err("Ann has no age");
        assert_eq!(
            world.rows("SELECT name FROM person".into(), 1).await?,
            [[Some("Ann".to_owned())]],
            "{kind:?}"
        );
    }
    Ok(())
}

/// What a model says in its way and the database in its own is no difference.
#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_drift_where_nothing_has_changed() -> Result<()> {
    for kind in KINDS {
        let world = require_server!(World::new(kind).await, Ok(()));
        let computed =
            Column::new("made", DataType::Timestamp).default(DefaultValue::Sql("CURRENT_TIMESTAMP".into()));
        let mut models = Schema::of_tables([person()
            .column(computed)
            .column(
                Column::new(
                    "price",
                    DataType::Decimal {
                        precision: Some((10, 2)),
                    },
                )
                .default(DefaultValue::Decimal("1.50".into())),
            )
            .column(Column::new("note", DataType::Text { length: None }).default("it's"))
            .check("price>=0  AND price<1000")]);
        models.tables[0].comment = Some("Who we know".into());
        let wanted = normalise(&models, &world.db, "main").await?;
        let nothing = Normalised::as_is(Schema::default());
        let create = diff_normalised(&nothing, &wanted, &Hints::default())?;
        world.run(&create, &Schema::default()).await?;
        world.script("CREATE TABLE somebody_elses (id INTEGER)").await?;
        let live = Normalised::as_is(world.live().await?.known_to(&[&models]));
        let left = diff_normalised(&live, &wanted, &Hints::default())?;
        assert!(left.is_empty(), "{kind:?}: {left:?}");
        // And what has changed is seen.
        models.tables[0].checks[0].expression = "price >= 0 AND price < 999".into();
        let wanted = normalise(&models, &world.db, "main").await?;
        let left = diff_normalised(&live, &wanted, &Hints::default())?;
        assert_eq!(left.len(), 2, "{kind:?}: {left:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn sequences() -> Result<()> {
    for kind in [Kind::Postgres, Kind::MariaDb] {
        let world = require_server!(World::new(kind).await, Ok(()));
        let mut before = Schema::default();
        for (start, increment) in [(100, 1), (100, 5)] {
            let sequence = Sequence {
                start,
                increment,
                ..Sequence::new("invoice_number")
            };
            let after = Schema {
                sequences: vec![sequence],
                ..Schema::default()
            };
            let wanted = normalise(&after, &world.db, "main").await?;
            let operations = diff_normalised(&Normalised::as_is(before.clone()), &wanted, &Hints::default())?;
            assert_eq!(operations.len(), 1, "{kind:?}");
            world.run(&operations, &before).await?;
            before = world.live().await?;
            assert_eq!(before.sequences, wanted.native.sequences, "{kind:?}");
        }
        world
            .run(
                &[Operation::DropSequence {
                    sequence: "invoice_number".into(),
                }],
                &before,
            )
            .await?;
        assert!(world.live().await?.sequences.is_empty());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_goes_on_where_a_column_becomes_numbered() -> Result<()> {
    let world = require_server!(World::new(Kind::Postgres).await, Ok(()));
    let mut plain = person();
    plain.columns[0].auto = false;
    world
        .run(
            &[Operation::CreateTable { table: plain.clone() }],
            &Schema::default(),
        )
        .await?;
    world
        .script("INSERT INTO person (id, name) VALUES (41, 'Ann')")
        .await?;
    let alter = Operation::AlterColumn {
        table: "person".into(),
        column: person().columns[0].clone(),
        fill: None,
        cast: None,
    };
    world.run(&[alter], &Schema::of_tables([plain])).await?;
    world.script("INSERT INTO person (name) VALUES ('Bob')").await?;
    assert_eq!(
        world
            .rows("SELECT id FROM person WHERE name = 'Bob'".into(), 1)
            .await?,
        [[Some("42".to_owned())]]
    );
    Ok(())
}

/// Nothing is left of the scratch places, and tables in other schemas are not touched.
#[tokio::test(flavor = "multi_thread")]
async fn scratch_places_are_gone() -> Result<()> {
    let world = require_server!(World::new(Kind::Postgres).await, Ok(()));
    let mut table = person();
    table.name = ObjectName {
        schema: Some("sales".into()),
        name: "person".into(),
    };
    let normalised = normalise(&Schema::of_tables([table.clone()]), &world.db, "main").await?;
    assert_eq!(normalised.native.tables[0].name, table.name);
    let places = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'manybase%' OR nspname = 'sales'";
    assert!(world.rows(places.into(), 1).await?.is_empty());

    let world = require_server!(World::new(Kind::MariaDb).await, Ok(()));
    let error = normalise(&Schema::of_tables([table]), &world.db, "main")
        .await
        .expect_err("it would really be made");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let broken = Schema::of_tables([person().check("nothing > 1")]);
    normalise(&broken, &world.db, "main")
        .await
        .expect_err("there is no such column");
    normalise(&Schema::of_tables([person()]), &world.db, "main").await?;
    let own = world
        .rows("SELECT DATABASE() LIKE 'manybase\\_scratch%'".into(), 1)
        .await?;
    assert_eq!(own, [[Some("0".to_owned())]]);
    Ok(())
}
