//! Relations whose two ends live in different databases.

use manybase_db::Db;
use manybase_driver::{ErrorKind, Result};
use manybase_record::{create_table, prelude::*};

#[derive(Debug, Model)]
#[model(connection = "erp")]
struct Customer {
    #[model(key, auto)]
    id: i64,
    name: String,
    orders: HasMany<Order>,
    profile: HasOne<Profile>,
}

/// The key of the other end stands here in a narrower type, and may be missing.
#[derive(Debug, Model)]
#[model(connection = "shop")]
struct Order {
    #[model(key, auto)]
    id: i64,
    customer_id: Option<i32>,
    total: i64,
    customer: BelongsTo<Customer>,
    lines: HasMany<Line>,
}

#[derive(Debug, Model)]
#[model(connection = "shop")]
struct Line {
    #[model(key, auto)]
    id: i64,
    order_id: i64,
    item: String,
}

#[derive(Debug, Model)]
#[model(connection = "shop")]
struct Profile {
    #[model(key, auto)]
    id: i64,
    #[model(column = "OWNER")]
    owner: i64,
    customer_id: i64,
    #[model(foreign_key = owner)]
    owned_by: BelongsTo<Customer>,
}

fn customer(name: &str) -> Customer {
    Customer {
        id: 0,
        name: name.into(),
        orders: HasMany::default(),
        profile: HasOne::default(),
    }
}

fn order(customer_id: Option<i32>, total: i64) -> Order {
    Order {
        id: 0,
        customer_id,
        total,
        customer: BelongsTo::default(),
        lines: HasMany::default(),
    }
}

async fn two_databases() -> Result<Db> {
    let db = Db::builder()
        .connect("erp", "sqlite::memory:")
        .connect("shop", "sqlite::memory:")
        .build()?;
    create_table::<Customer>(&db).await?;
    create_table::<Order>(&db).await?;
    create_table::<Line>(&db).await?;
    create_table::<Profile>(&db).await?;
    Customer::insert_many(["Ann", "Bob", "Cem"].map(customer), &db).await?;
    let orders = [
        (Some(1), 10),
        (Some(1), 200),
        (Some(2), 30),
        (None, 4),
        (Some(99), 5),
    ];
    Order::insert_many(orders.map(|(customer, total)| order(customer, total)), &db).await?;
    Line::insert_many(
        [1, 1, 3].map(|order_id| Line {
            id: 0,
            order_id,
            item: format!("item of {order_id}"),
        }),
        &db,
    )
    .await?;
    Ok(db)
}

#[tokio::test]
async fn children_come_from_their_own_database() -> Result<()> {
    let db = two_databases().await?;
    let customers = Customer::query()
        .include(|c| c.orders)
        .order_by(|c| c.id.asc())
        .all(&db)
        .await?;
    let totals: Vec<Vec<i64>> = customers
        .iter()
        .map(|customer| {
            Ok(customer
                .orders
                .loaded()?
                .iter()
                .map(|order| order.total)
                .collect())
        })
        .collect::<Result<_>>()?;
    assert_eq!(totals, [vec![10, 200], vec![30], vec![]]);
    Ok(())
}

#[tokio::test]
async fn the_other_end_can_be_filtered_ordered_and_nested() -> Result<()> {
    let db = two_databases().await?;
    let customers = Customer::query()
        .include(|c| {
            c.orders
                .filter(|o| o.total.lt(100))
                .order_by(|o| o.total.desc())
                .include(|o| o.lines)
        })
        .order_by(|c| c.id.asc())
        .all(&db)
        .await?;
    let orders = customers[0].orders.loaded()?;
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].lines.loaded()?.len(), 2);
    assert_eq!(orders[0].lines.loaded()?[0].item, "item of 1");
    Ok(())
}

#[tokio::test]
async fn a_parent_is_found_across_integer_widths_and_may_be_missing() -> Result<()> {
    let db = two_databases().await?;
    let orders = Order::query()
        .include(|o| o.customer)
        .order_by(|o| o.id.asc())
        .all(&db)
        .await?;
    let names: Vec<Option<String>> = orders
        .iter()
        .map(|order| Ok(order.customer.loaded()?.map(|customer| customer.name.clone())))
        .collect::<Result<_>>()?;
    let names: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
    assert_eq!(names, [Some("Ann"), Some("Ann"), Some("Bob"), None, None]);
    Ok(())
}

#[tokio::test]
async fn a_relation_that_was_not_included_is_an_error() -> Result<()> {
    let db = two_databases().await?;
    let customer = Customer::find(1).one(&db).await?;
    let error = customer.orders.loaded().expect_err("it has not been loaded");
    assert_eq!(error.kind(), ErrorKind::NotLoaded);
    assert_eq!(error.model(), Some("Order"));
    Ok(())
}

#[tokio::test]
async fn an_error_while_loading_surfaces() -> Result<()> {
    let db = two_databases().await?;
    manybase_record::drop_table::<Order>(&db).await?;
    let error = Customer::query()
        .include(|c| c.orders)
        .all(&db)
        .await
        .expect_err("the table is gone");
    assert_eq!(error.kind(), ErrorKind::UnknownTable);
    assert_eq!(error.model(), Some("Order"));
    assert_eq!(error.connection(), Some("shop"));
    Ok(())
}

#[tokio::test]
async fn two_where_there_should_be_one_is_an_error() -> Result<()> {
    let db = two_databases().await?;
    for _ in 0..2 {
        let profile = Profile {
            id: 0,
            owner: 2,
            customer_id: 1,
            owned_by: BelongsTo::default(),
        };
        profile.insert(&db).await?;
    }
    let error = Customer::query()
        .include(|c| c.profile)
        .all(&db)
        .await
        .expect_err("there are two");
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    let profiles = Profile::query().include(|p| p.owned_by).all(&db).await?;
    assert_eq!(
        profiles[0].owned_by.loaded()?.map(|owner| owner.name.as_str()),
        Some("Bob")
    );
    Ok(())
}

#[tokio::test]
async fn a_thousand_parents_share_one_query_and_one_child() -> Result<()> {
    let db = two_databases().await?;
    Order::insert_many(
        (0..5_000).map(|total| order(Some(1 + total % 3), total.into())),
        &db,
    )
    .await?;
    let orders = Order::filter(|o| o.customer_id.is_not_null())
        .include(|o| o.customer)
        .all(&db)
        .await?;
    assert_eq!(orders.len(), 5_004);
    assert!(orders.iter().all(|order| order.customer.is_loaded()));
    let customers = Customer::query().include(|c| c.orders).all(&db).await?;
    let count: usize = customers
        .iter()
        .map(|customer| customer.orders.loaded().map_or(0, <[_]>::len))
        .sum();
    assert_eq!(count, 5_003);
    Ok(())
}

/// A record of a model that is bound to no connection once forgot the scope it came from, and `save` then wrote to
/// the default connection.
#[tokio::test]
async fn an_unbound_record_goes_back_where_it_came_from() -> Result<()> {
    #[derive(Debug, Model)]
    struct Note {
        #[model(key, auto)]
        id: i64,
        text: String,
    }
    let db = Db::builder()
        .connect("main", "sqlite::memory:")
        .connect("other", "sqlite::memory:")
        .default_connection("main")
        .build()?;
    let other = db.using("other");
    create_table::<Note>(&db).await?;
    create_table::<Note>(&other).await?;
    let note = |text: &str| Note {
        id: 0,
        text: text.into(),
    };
    note("main").insert(&db).await?;
    let mut inserted = note("other").insert(&other).await?;
    inserted.text = "changed".into();
    inserted.save(&db).await?;
    let mut loaded = Note::find(1).one(&other).await?;
    assert_eq!(loaded.text, "changed");
    loaded.text = "changed again".into();
    loaded.save(&db).await?;
    loaded.refresh(&db).await?;
    assert_eq!(loaded.text, "changed again");
    assert_eq!(Note::find(1).one(&db).await?.text, "main");
    Ok(())
}
