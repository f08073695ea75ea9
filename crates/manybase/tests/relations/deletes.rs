//! What happens at the other end, which no foreign key can hold.

use crate::world::{World, across_databases};
use manybase::prelude::*;
use manybase::{Error, ErrorKind, Result, create_table};
use std::sync::Arc;

across_databases! {
    restrict,
    cascade,
    nullify,
    links_and_rings,
    set_wise,
    all_or_nothing,
}

#[derive(Debug, Model)]
#[model(connection = "a")]
struct Customer {
    #[model(key)]
    id: i64,
    #[model(on_delete = "cascade")]
    orders: HasMany<Order>,
    #[model(on_delete = "restrict")]
    invoices: HasMany<Invoice>,
    #[model(on_delete = "nullify")]
    notes: HasMany<Note>,
    #[model(on_delete = "cascade")]
    groups: ManyToMany<Group, Membership>,
}

#[derive(Debug, Model)]
#[model(connection = "b", table = "orders")]
struct Order {
    #[model(key)]
    id: i64,
    customer_id: i32,
    #[model(on_delete = "cascade")]
    lines: HasMany<Line>,
}

#[derive(Debug, Model)]
#[model(connection = "c")]
struct Line {
    #[model(key)]
    id: i64,
    order_id: i64,
}

#[derive(Debug, Model)]
#[model(connection = "b")]
struct Invoice {
    #[model(key)]
    id: i64,
    customer_id: i64,
}

#[derive(Debug, Model)]
#[model(connection = "b")]
struct Note {
    #[model(key)]
    id: i64,
    customer_id: Option<i64>,
}

#[derive(Debug, Model)]
#[model(connection = "a", table = "groups_of_customers")]
struct Group {
    #[model(key)]
    id: i64,
}

#[derive(Debug, Model)]
#[model(connection = "c")]
struct Membership {
    #[model(key)]
    customer_id: i64,
    #[model(key)]
    group_id: i64,
}

#[derive(Debug, Model)]
#[model(connection = "c")]
struct Person {
    #[model(key)]
    id: i64,
    boss: Option<i64>,
    #[model(foreign_key = boss, on_delete = "cascade")]
    staff: HasMany<Person>,
}

/// Customers 1 to 3, each with two orders of two lines, one note, one membership.
async fn shop(db: &Db) -> Result<()> {
    create_table::<Customer>(db).await?;
    create_table::<Order>(db).await?;
    create_table::<Line>(db).await?;
    create_table::<Invoice>(db).await?;
    create_table::<Note>(db).await?;
    create_table::<Group>(db).await?;
    create_table::<Membership>(db).await?;
    create_table::<Person>(db).await?;
    for id in 1..=3 {
        let customer = Customer {
            id,
            orders: HasMany::default(),
            invoices: HasMany::default(),
            notes: HasMany::default(),
            groups: ManyToMany::default(),
        };
        customer.insert(db).await?;
        let order = |id: i64, customer_id: i64| Order {
            id,
            customer_id: customer_id as i32,
            lines: HasMany::default(),
        };
        Order::insert_many([order(2 * id, id), order(2 * id + 1, id)], db).await?;
        let line = |n: i64| Line {
            id: 4 * id + n,
            order_id: 2 * id + n / 2,
        };
        Line::insert_many((0..4).map(line), db).await?;
        Note {
            id,
            customer_id: Some(id),
        }
        .insert(db)
        .await?;
        Membership {
            customer_id: id,
            group_id: 1,
        }
        .insert(db)
        .await?;
    }
    Group { id: 1 }.insert(db).await?;
    Ok(())
}

/// Customers, orders, lines, notes that point to somebody, memberships.
async fn counts(db: &Db) -> Result<[u64; 5]> {
    Ok([
        Customer::query().count(db).await?,
        Order::query().count(db).await?,
        Line::query().count(db).await?,
        Note::filter(|n| n.customer_id.is_not_null()).count(db).await?,
        Membership::query().count(db).await?,
    ])
}

fn restricted(error: &Error, records: &str) {
    assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation, "{error}");
    assert!(error.is_foreign_key_violation());
    assert_eq!((error.model(), error.connection()), (Some("Customer"), Some("a")));
    let expected = format!("relation invoices: {records}");
    assert!(error.message().contains(&expected), "{error}");
}

async fn restrict(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    shop(db).await?;
    let invoice = |id| Invoice { id, customer_id: 2 };
    Invoice::insert_many([invoice(1), invoice(2)], db).await?;
    let error = Customer::find(2)
        .one(db)
        .await?
        .delete(db)
        .await
        .expect_err("two point to it");
    restricted(&error, "2 records of Invoice still point");
    // Nothing has happened to the other relations either.
    assert_eq!(counts(db).await?, [3, 6, 12, 3, 3]);
    Invoice::find(1).delete(db).await?;
    let error = Customer::query().delete(db).await.expect_err("one points to it");
    restricted(&error, "1 record of Invoice still points");
    assert_eq!(counts(db).await?, [3, 6, 12, 3, 3]);
    Invoice::find(2).delete(db).await?;
    Customer::find(2).one(db).await?.delete(db).await?;
    assert_eq!(counts(db).await?, [2, 4, 8, 2, 2]);
    Ok(())
}

async fn cascade(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    shop(db).await?;
    Order::find(2).one(db).await?.delete(db).await?;
    assert_eq!(counts(db).await?, [3, 5, 10, 3, 3]);
    Customer::find(1).one(db).await?.delete(db).await?;
    assert_eq!(counts(db).await?, [2, 4, 8, 2, 2]);
    assert_eq!(
        Order::query()
            .select(|o| o.customer_id)
            .distinct()
            .count(db)
            .await?,
        2
    );
    db.transaction(async |tx| Customer::find(2).one(tx).await?.delete(tx).await)
        .await?;
    assert_eq!(counts(db).await?, [1, 2, 4, 1, 1]);
    Ok(())
}

async fn nullify(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    shop(db).await?;
    Customer::find(3).one(db).await?.delete(db).await?;
    let notes = Note::query()
        .order_by(|n| n.id.asc())
        .select(|n| n.customer_id)
        .all(db)
        .await?;
    assert_eq!(notes, [Some(1), Some(2), None]);

    #[derive(Debug, Model)]
    #[model(connection = "a", table = "customer")]
    struct Owner {
        #[model(key)]
        id: i64,
        #[model(foreign_key = customer_id, on_delete = "nullify")]
        orders: HasMany<Order>,
    }
    let error = Owner::find(1)
        .delete(db)
        .await
        .expect_err("the key can't be NULL");
    assert_eq!(
        (error.kind(), error.model()),
        (ErrorKind::Statement, Some("Order")),
        "{error}"
    );
    assert!(
        error.to_string().contains("relation orders: customer_id"),
        "{error}"
    );
    assert_eq!(counts(db).await?[0], 2);
    Ok(())
}

async fn links_and_rings(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    shop(db).await?;
    Customer::find(1).one(db).await?.delete(db).await?;
    // The link has gone, what it linked has not.
    assert_eq!(
        (
            Membership::query().count(db).await?,
            Group::query().count(db).await?
        ),
        (2, 1)
    );
    let person = |(id, boss)| Person {
        id,
        boss,
        staff: HasMany::default(),
    };
    let people = [
        (1, Some(3)),
        (2, Some(1)),
        (3, Some(2)),
        (4, Some(3)),
        (5, Some(5)),
        (6, None),
        (7, Some(6)),
    ];
    Person::insert_many(people.map(person), db).await?;
    Person::find(1).one(db).await?.delete(db).await?;
    assert_eq!(
        Person::query()
            .order_by(|p| p.id.asc())
            .select(|p| p.id)
            .all(db)
            .await?,
        [5, 6, 7]
    );
    assert_eq!(Person::find(5).delete(db).await?, 1);
    Person::query().delete(db).await?;
    assert_eq!(Person::query().count(db).await?, 0);
    Ok(())
}

async fn set_wise(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    shop(db).await?;
    assert_eq!(Customer::filter(|c| c.id.ge(2)).delete(db).await?, 2);
    assert_eq!(counts(db).await?, [1, 2, 4, 1, 1]);
    assert_eq!(Customer::filter(|c| c.id.ge(2)).delete(db).await?, 0);
    let error = Customer::query().limit(1).delete(db).await.expect_err("a limit");
    assert_eq!(error.kind(), ErrorKind::Statement, "{error}");
    // More than a page, and more than one batch of theirs.
    let order = |id| Order {
        id,
        customer_id: 1,
        lines: HasMany::default(),
    };
    Order::insert_many((1_000..3_500).map(order), db).await?;
    let line = |id| Line {
        id,
        order_id: 1_000 + id % 2_500,
    };
    Line::insert_many((10_000..14_000).map(line), db).await?;
    assert_eq!(Order::filter(|o| o.id.ge(1_000)).delete(db).await?, 2_500);
    assert_eq!(counts(db).await?, [1, 2, 4, 1, 1]);
    assert_eq!(Customer::query().hard_delete(db).await?, 1);
    assert_eq!(counts(db).await?, [0, 0, 0, 0, 0]);
    Ok(())
}

async fn all_or_nothing(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    shop(db).await?;
    // The lines have gone when it is found that the notes are not there.
    manybase::drop_table::<Note>(db).await?;
    let error = Customer::find(1)
        .one(db)
        .await?
        .delete(db)
        .await
        .expect_err("no such table");
    assert_eq!(
        (error.kind(), error.model()),
        (ErrorKind::UnknownTable, Some("Note")),
        "{error}"
    );
    let lines = Line::query().count(db).await?;
    assert_eq!(
        (
            Customer::query().count(db).await?,
            Order::query().count(db).await?,
            lines
        ),
        (3, 6, 12)
    );
    create_table::<Note>(db).await?;
    let result: Result<()> = db
        .transaction(async |tx| {
            Customer::find(1).one(tx).await?.delete(tx).await?;
            Err(Error::new(ErrorKind::NotFound, "changed my mind"))
        })
        .await;
    assert!(result.is_err());
    assert_eq!(Line::query().count(db).await?, 12);
    Ok(())
}
