//! A model goes to its own database, whatever transaction is open.

use crate::world::{World, across_databases};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

/// The other three pairs.
mod the_other_way {
    use super::{an_error_of_the_other_database_surfaces, inside_a_transaction_of_another_database};
    use crate::world::rotation;

    rotation!(postgres_sqlite Postgres File MariaDb:
        inside_a_transaction_of_another_database an_error_of_the_other_database_surfaces);
    rotation!(mariadb_postgres MariaDb Postgres File:
        inside_a_transaction_of_another_database an_error_of_the_other_database_surfaces);
    rotation!(sqlite_mariadb File MariaDb Postgres:
        inside_a_transaction_of_another_database an_error_of_the_other_database_surfaces);
}

across_databases! {
    inside_a_transaction_of_another_database,
    an_error_of_the_other_database_surfaces,
    relations_follow_where_the_records_come_from,
}

#[derive(Debug, Model)]
#[model(connection = "a")]
struct Customer {
    #[model(key)]
    id: i64,
    notes: HasMany<Note>,
}

/// The same table's name on both databases: what goes astray would be found there.
#[derive(Debug, Model)]
#[model(connection = "b")]
struct Note {
    #[model(key)]
    id: i64,
    customer_id: i64,
    text: String,
    customer: BelongsTo<Customer>,
}

#[derive(Debug, Model)]
#[model(connection = "a", table = "note")]
struct Astray {
    #[model(key)]
    id: i64,
    customer_id: i64,
    text: String,
}

fn customer(id: i64) -> Customer {
    Customer {
        id,
        notes: HasMany::default(),
    }
}

fn note(id: i64, text: &str) -> Note {
    Note {
        id,
        customer_id: 1,
        text: text.into(),
        customer: BelongsTo::default(),
    }
}

/// The predecessor read and wrote on the transaction's first connection, and said nothing.
async fn inside_a_transaction_of_another_database(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    create_table::<Customer>(db).await?;
    create_table::<Note>(db).await?;
    create_table::<Astray>(db).await?;
    let astray = Astray {
        id: 1,
        customer_id: 1,
        text: "of a".into(),
    };
    astray.insert(db).await?;
    note(1, "of b").insert(db).await?;
    db.transaction(async |tx| {
        customer(1).insert(tx).await?;
        note(2, "written inside").insert(tx).await?;
        let mut found = Note::find(1).one(tx).await?;
        assert_eq!(found.text, "of b");
        found.text = "changed inside".into();
        found.save(tx).await?;
        let customers = Customer::query()
            .include(|c| c.notes.order_by(|n| n.id.asc()))
            .all(tx)
            .await?;
        let texts: Vec<&str> = customers[0]
            .notes
            .loaded()?
            .iter()
            .map(|note| &*note.text)
            .collect();
        assert_eq!(texts, ["changed inside", "written inside"]);
        let notes = Note::query().include(|n| n.customer).all(tx).await?;
        assert!(
            notes
                .iter()
                .all(|note| note.customer.loaded().is_ok_and(|customer| customer.is_some()))
        );
        Ok(())
    })
    .await?;
    assert_eq!(Astray::query().all(db).await?[0].text, "of a");
    assert_eq!(Astray::query().count(db).await?, 1);
    assert_eq!(
        Note::query()
            .order_by(|n| n.id.asc())
            .select(|n| n.text)
            .all(db)
            .await?,
        ["changed inside", "written inside"]
    );
    Ok(())
}

/// The predecessor returned nothing.
async fn an_error_of_the_other_database_surfaces(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    create_table::<Customer>(db).await?;
    customer(1).insert(db).await?;
    let error = Customer::query()
        .include(|c| c.notes)
        .all(db)
        .await
        .expect_err("there is no such table");
    assert_eq!(
        (error.kind(), error.model(), error.connection()),
        (ErrorKind::UnknownTable, Some("Note"), Some("b"))
    );
    let mut one = Customer::find(1).one(db).await?;
    assert_eq!(
        one.load(db, |c| c.notes).await.expect_err("as before").kind(),
        ErrorKind::UnknownTable
    );
    let unloaded = one.notes.loaded().expect_err("not loaded");
    assert_eq!(unloaded.kind(), ErrorKind::NotLoaded);
    assert!(
        unloaded.help().is_some_and(|help| help.contains("include")),
        "{unloaded}"
    );
    let inside = db
        .transaction(async |tx| Customer::query().include(|c| c.notes).all(tx).await.map(drop))
        .await
        .expect_err("as before");
    assert_eq!(inside.connection(), Some("b"));
    Ok(())
}

#[derive(Debug, Model)]
#[model(connection = "a")]
struct Order {
    #[model(key)]
    id: i64,
    lines: HasMany<Line>,
}

#[derive(Debug, Model)]
#[model(connection = "a")]
struct Line {
    #[model(key)]
    id: i64,
    order_id: i64,
    of: String,
    order: BelongsTo<Order>,
}

/// The archive has its own orders and lines, with the same keys.
async fn relations_follow_where_the_records_come_from(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    for (connection, name) in [("a", "orders"), ("c", "archive")] {
        for table in [
            "CREATE TABLE \"order\" (id BIGINT PRIMARY KEY)",
            "CREATE TABLE line (id BIGINT PRIMARY KEY, order_id BIGINT, \"of\" VARCHAR(20))",
            "INSERT INTO \"order\" VALUES (1)",
            &format!("INSERT INTO line VALUES (1, 1, '{name}')"),
        ] {
            let maria = db.connection(connection)?.dialect().quote() == '`';
            let table = if maria {
                table.replace('"', "`")
            } else {
                table.to_owned()
            };
            manybase::sql(table).using(connection).execute(db).await?;
        }
    }
    for (using, of) in [(None, "orders"), (Some("c"), "archive"), (Some("a"), "orders")] {
        let mut query = Order::query().include(|o| o.lines.include(|l| l.order));
        if let Some(using) = using {
            query = query.using(using);
        }
        let mut orders = query.all(db).await?;
        assert_eq!(orders[0].lines.loaded()?[0].of, of);
        assert!(orders[0].lines.loaded()?[0].order.loaded()?.is_some());
        orders[0].load(db, |o| o.lines).await?;
        assert_eq!(orders[0].lines.loaded()?[0].of, of);
    }
    let said = Order::query()
        .include(|o| o.lines.filter(|l| l.id.gt(0)).using("c"))
        .all(db)
        .await?;
    assert_eq!(said[0].lines.loaded()?[0].of, "archive");
    Ok(())
}
