//! Records that are inserted together with those in their relations, in several databases at once.

use crate::world::{World, across_databases};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

across_databases! {
    a_parent_with_its_children,
    a_child_with_its_parent,
    links_with_what_they_link,
    all_or_nothing,
    what_would_be_lost_is_refused,
}

#[derive(Debug, Clone, Model)]
#[model(connection = "a")]
struct Customer {
    #[model(key, auto)]
    id: i64,
    #[model(unique)]
    name: String,
    orders: HasMany<Order>,
    profile: HasOne<Profile>,
    groups: ManyToMany<Group, Membership>,
}

#[derive(Debug, Clone, Model)]
#[model(connection = "b", table = "orders")]
struct Order {
    #[model(key, auto)]
    id: Uuid,
    customer_id: Option<i32>,
    #[model(unique)]
    total: i64,
    #[model(foreign_key = order_id)]
    lines: HasMany<Line>,
    customer: BelongsTo<Customer>,
}

#[derive(Debug, Clone, Model)]
#[model(connection = "c")]
struct Line {
    #[model(key)]
    order_id: String,
    #[model(key)]
    no: i32,
}

#[derive(Debug, Clone, Model)]
#[model(connection = "b")]
struct Profile {
    #[model(key)]
    customer_id: i64,
    text: String,
}

#[derive(Debug, Clone, Model)]
#[model(connection = "b", table = "groups_of_customers")]
struct Group {
    #[model(key, auto)]
    id: i64,
    title: String,
}

#[derive(Debug, Clone, Model)]
#[model(connection = "c")]
struct Membership {
    #[model(key)]
    customer_id: i64,
    #[model(key)]
    group_id: i64,
    role: String,
}

fn customer(name: &str) -> Customer {
    Customer {
        id: 0,
        name: name.into(),
        orders: HasMany::default(),
        profile: HasOne::default(),
        groups: ManyToMany::default(),
    }
}

fn order(total: i64, lines: i32) -> Order {
    let line = |no| Line {
        order_id: String::new(),
        no,
    };
    Order {
        id: Uuid::nil(),
        customer_id: None,
        total,
        lines: HasMany::new((0..lines).map(line)),
        customer: BelongsTo::default(),
    }
}

async fn tables(db: &Db) -> Result<()> {
    create_table::<Customer>(db).await?;
    create_table::<Order>(db).await?;
    create_table::<Line>(db).await?;
    create_table::<Profile>(db).await?;
    create_table::<Group>(db).await?;
    create_table::<Membership>(db).await
}

/// How many rows there are, of each model.
async fn counts(db: &Db) -> Result<[u64; 6]> {
    Ok([
        Customer::query().count(db).await?,
        Order::query().count(db).await?,
        Line::query().count(db).await?,
        Profile::query().count(db).await?,
        Group::query().count(db).await?,
        Membership::query().count(db).await?,
    ])
}

async fn a_parent_with_its_children(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    tables(db).await?;
    customer("first").insert(db).await?;
    let profile = Profile {
        customer_id: 0,
        text: "tall".into(),
    };
    let new = Customer {
        orders: HasMany::new([order(10, 2), order(20, 0)]),
        profile: HasOne::new(profile),
        ..customer("Ann")
    };
    assert!(!new.orders.is_loaded());
    assert_eq!(new.orders.loaded().expect_err("new").kind(), ErrorKind::NotLoaded);
    let mut ann = new.insert(db).await?;
    assert_eq!(ann.id, 2);
    let orders = ann.orders.loaded()?;
    assert_eq!(
        orders.iter().map(|order| order.total).collect::<Vec<_>>(),
        [10, 20]
    );
    assert!(
        orders
            .iter()
            .all(|order| order.customer_id == Some(2) && !order.id.is_nil())
    );
    let lines = orders[0].lines.loaded()?;
    assert!(lines.iter().all(|line| line.order_id == orders[0].id.to_string()));
    assert_eq!(ann.profile.loaded()?.map(|profile| profile.customer_id), Some(2));
    assert!(!ann.is_dirty());
    let found = Customer::find(2)
        .include(|c| c.orders.order_by(|o| o.total.asc()).include(|o| o.lines))
        .include(|c| c.profile)
        .one(db)
        .await?;
    assert_eq!(found.orders.loaded()?[0].lines.loaded()?.len(), 2);
    assert_eq!(
        found.profile.loaded()?.map(|profile| &*profile.text),
        Some("tall")
    );
    // A record that is there gets more of them.
    ann.name = "Anna".into();
    ann.orders = HasMany::new([order(30, 1)]);
    assert!(ann.save(db).await?);
    assert_eq!(ann.orders.loaded()?[0].customer_id, Some(2));
    assert_eq!(Customer::find(2).one(db).await?.name, "Anna");
    assert_eq!(counts(db).await?, [2, 3, 3, 1, 0, 0]);
    Ok(())
}

async fn a_child_with_its_parent(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    tables(db).await?;
    let new = Order {
        customer: BelongsTo::new(customer("Bob")),
        ..order(10, 1)
    };
    let mut order = new.insert(db).await?;
    assert_eq!(order.customer_id, Some(1));
    assert_eq!(
        order.customer.loaded()?.map(|customer| &*customer.name),
        Some("Bob")
    );
    assert_eq!(order.lines.loaded()?.len(), 1);
    order.customer = BelongsTo::new(customer("Cem"));
    order.save(db).await?;
    let found = Order::find(order.id).include(|o| o.customer).one(db).await?;
    assert_eq!(
        found.customer.loaded()?.map(|customer| &*customer.name),
        Some("Cem")
    );
    assert_eq!(counts(db).await?, [2, 1, 1, 0, 0, 0]);
    Ok(())
}

async fn links_with_what_they_link(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    tables(db).await?;
    let member = |title: &str, role: &str| {
        let group = Group {
            id: 0,
            title: title.into(),
        };
        let link = Membership {
            customer_id: 0,
            group_id: 0,
            role: role.into(),
        };
        (group, link)
    };
    let new = Customer {
        groups: ManyToMany::new([member("Chess", "admin"), member("Boats", "member")]),
        ..customer("Dee")
    };
    let dee = new.insert(db).await?;
    let roles = |of: &Customer| -> Result<Vec<(String, String, i64)>> {
        let links = of.groups.loaded()?.with_links();
        Ok(links
            .map(|(group, link)| (group.title.clone(), link.role.clone(), link.customer_id))
            .collect())
    };
    let expected =
        [("Chess", "admin"), ("Boats", "member")].map(|(title, role)| (title.into(), role.into(), dee.id));
    assert_eq!(roles(&dee)?, expected);
    let found = Customer::find(dee.id)
        .include(|c| c.groups.order_by(|g| g.id.asc()))
        .one(db)
        .await?;
    assert_eq!(roles(&found)?, expected);
    Ok(())
}

async fn all_or_nothing(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    tables(db).await?;
    order(7, 0).insert(db).await?;
    let before = counts(db).await?;
    let twice = || Customer {
        orders: HasMany::new([order(6, 2), order(7, 1)]),
        ..customer("Eve")
    };
    let error = twice().insert(db).await.expect_err("the total is taken");
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!((error.model(), error.connection()), (Some("Order"), Some("b")));
    assert_eq!(counts(db).await?, before);
    // What is half done can't be committed, even if the error is passed over.
    let tx = db.begin().await?;
    twice().insert(&tx).await.expect_err("as before");
    assert_eq!(
        tx.commit().await.expect_err("it failed").kind(),
        ErrorKind::Transaction
    );
    assert_eq!(counts(db).await?, before);
    // An inner one takes it back alone.
    db.transaction(async |tx| {
        customer("Fay").insert(tx).await?;
        tx.transaction(async |inner| twice().insert(inner).await.map(drop))
            .await
            .expect_err("as before");
        Ok(())
    })
    .await?;
    assert_eq!(Customer::query().select(|c| c.name).all(db).await?, ["Fay"]);
    Ok(())
}

async fn what_would_be_lost_is_refused(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    tables(db).await?;
    let new = || Customer {
        orders: HasMany::new([order(1, 0)]),
        ..customer("Gil")
    };
    for error in [
        Customer::insert_many([new()], db).await.expect_err("many"),
        Customer::upsert_many([new()]).exec(db).await.expect_err("upsert"),
        Customer { id: 5, ..new() }
            .insert_or_update(db)
            .await
            .expect_err("or update"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Statement, "{error}");
        assert!(error.to_string().contains("relation orders"), "{error}");
        assert_eq!(error.model(), Some("Customer"));
    }
    let (one, two) = (new(), new());
    let copy = one.clone();
    one.insert(db).await?;
    let error = Customer {
        name: "copy".into(),
        ..copy
    }
    .insert(db)
    .await
    .expect_err("taken");
    assert!(error.to_string().contains("a clone"), "{error}");
    assert!(two.orders.loaded().is_err());
    assert_eq!(counts(db).await?, [1, 1, 0, 0, 0, 0]);
    Ok(())
}
