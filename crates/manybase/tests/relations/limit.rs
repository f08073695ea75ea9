//! So many for each parent.

use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{Result, create_table};
use std::sync::Arc;

on_every_database! {
    so_many_of_each,
    what_is_equal_comes_by_key,
    null_is_the_least,
    one_of_many,
    nested,
    of_a_parent,
}

#[derive(Debug, Model)]
struct Customer {
    #[model(key)]
    id: i64,
    orders: HasMany<Order>,
    #[model(foreign_key = customer_id)]
    last: HasOne<Order>,
}

#[derive(Debug, Model)]
#[model(table = "orders")]
struct Order {
    #[model(key, auto)]
    id: i64,
    customer_id: Option<i64>,
    total: Option<i64>,
    customer: BelongsTo<Customer>,
    lines: HasMany<Line>,
}

#[derive(Debug, Model)]
struct Line {
    #[model(key, auto)]
    id: i64,
    order_id: i64,
    no: i32,
}

fn order(customer_id: i64, total: Option<i64>) -> Order {
    Order {
        id: 0,
        customer_id: Some(customer_id),
        total,
        customer: BelongsTo::default(),
        lines: HasMany::default(),
    }
}

/// Customers 1 to 4: 1 has totals 10, 20, …, 50; 2 has NULL, 7, 7; 3 has one; 4 none.
async fn shop(on: &On) -> Result<()> {
    create_table::<Customer>(&on.db).await?;
    create_table::<Order>(&on.db).await?;
    create_table::<Line>(&on.db).await?;
    let customer = |id| Customer {
        id,
        orders: HasMany::default(),
        last: HasOne::default(),
    };
    Customer::insert_many((1..=4).map(customer), &on.db).await?;
    let mut orders: Vec<Order> = (1..=5).map(|n| order(1, Some(10 * n))).collect();
    orders.extend([None, Some(7), Some(7)].map(|total| order(2, total)));
    orders.push(order(3, Some(1)));
    Order::insert_many(orders, &on.db).await?;
    Ok(())
}

fn totals(customers: &[Rec<Customer>]) -> Result<Vec<Vec<Option<i64>>>> {
    let of = |customer: &Rec<Customer>| {
        Ok(customer
            .orders
            .loaded()?
            .iter()
            .map(|order| order.total)
            .collect())
    };
    customers.iter().map(of).collect()
}

fn ids(customers: &[Rec<Customer>]) -> Result<Vec<Vec<i64>>> {
    let of = |customer: &Rec<Customer>| Ok(customer.orders.loaded()?.iter().map(|order| order.id).collect());
    customers.iter().map(of).collect()
}

fn customers() -> Query<Customer> {
    Customer::query().order_by(|c| c.id.asc())
}

async fn so_many_of_each(on: Arc<On>) -> Result<()> {
    shop(&on).await?;
    let some = |of: &[i64]| of.iter().copied().map(Some).collect::<Vec<_>>();
    let top = customers()
        .include(|c| c.orders.order_by(|o| o.total.desc()).limit(2))
        .all(&on.db)
        .await?;
    assert_eq!(
        totals(&top)?,
        [some(&[50, 40]), some(&[7, 7]), some(&[1]), vec![]]
    );
    let next = customers()
        .include(|c| c.orders.order_by(|o| o.total.desc()).offset(2).limit(2))
        .all(&on.db)
        .await?;
    assert_eq!(totals(&next)?, [some(&[30, 20]), vec![None], vec![], vec![]]);
    let rest = customers().include(|c| c.orders.offset(4)).all(&on.db).await?;
    assert_eq!(totals(&rest)?, [some(&[50]), vec![], vec![], vec![]]);
    let filtered = customers()
        .include(|c| {
            c.orders
                .filter(|o| o.total.lt(40))
                .order_by(|o| o.total.desc())
                .limit(1)
        })
        .all(&on.db)
        .await?;
    assert_eq!(totals(&filtered)?, [some(&[30]), some(&[7]), some(&[1]), vec![]]);
    let none = customers().include(|c| c.orders.limit(0)).all(&on.db).await?;
    assert_eq!(totals(&none)?, vec![Vec::<Option<i64>>::new(); 4]);
    let all = customers()
        .include(|c| c.orders.limit(u64::MAX).offset(0))
        .all(&on.db)
        .await?;
    assert_eq!(totals(&all)?[0], some(&[10, 20, 30, 40, 50]));
    // The same shape without a limit has another text.
    let whole = customers()
        .include(|c| c.orders.order_by(|o| o.total.desc()))
        .all(&on.db)
        .await?;
    assert_eq!(totals(&whole)?[0].len(), 5);
    let expression = customers()
        .include(|c| c.orders.order_by(|o| (o.total % 20).desc()).limit(2))
        .all(&on.db)
        .await?;
    assert_eq!(totals(&expression)?[0], some(&[10, 30]));
    Ok(())
}

async fn what_is_equal_comes_by_key(on: Arc<On>) -> Result<()> {
    shop(&on).await?;
    let unordered = customers().include(|c| c.orders.limit(2)).all(&on.db).await?;
    assert_eq!(ids(&unordered)?, [vec![1, 2], vec![6, 7], vec![9], vec![]]);
    let equal = customers()
        .include(|c| c.orders.order_by(|o| o.customer_id.desc()).limit(2))
        .all(&on.db)
        .await?;
    assert_eq!(ids(&equal)?, [vec![1, 2], vec![6, 7], vec![9], vec![]]);
    Ok(())
}

async fn null_is_the_least(on: Arc<On>) -> Result<()> {
    shop(&on).await?;
    let up = customers()
        .include(|c| c.orders.order_by(|o| o.total.asc()).limit(2))
        .all(&on.db)
        .await?;
    assert_eq!(totals(&up)?[1], [None, Some(7)]);
    let down = customers()
        .include(|c| c.orders.order_by(|o| o.total.desc()).limit(3))
        .all(&on.db)
        .await?;
    assert_eq!(totals(&down)?[1], [Some(7), Some(7), None]);
    let last = customers()
        .include(|c| c.orders.order_by(|o| o.total.asc().nulls_last()).limit(3))
        .all(&on.db)
        .await?;
    assert_eq!(totals(&last)?[1], [Some(7), Some(7), None]);
    Ok(())
}

async fn one_of_many(on: Arc<On>) -> Result<()> {
    shop(&on).await?;
    let last = customers()
        .include(|c| c.last.order_by(|o| o.id.desc()).limit(1))
        .all(&on.db)
        .await?;
    let ids: Vec<Option<i64>> = last
        .iter()
        .map(|customer| Ok(customer.last.loaded()?.map(|order| order.id)))
        .collect::<Result<_>>()?;
    assert_eq!(ids, [Some(5), Some(8), Some(9), None]);
    let error = customers()
        .include(|c| c.last)
        .all(&on.db)
        .await
        .expect_err("several");
    assert_eq!(error.kind(), manybase::ErrorKind::NotUnique, "{error}");
    assert!(error.to_string().contains("relation last"), "{error}");
    Ok(())
}

async fn nested(on: Arc<On>) -> Result<()> {
    shop(&on).await?;
    let line = |n: i32| Line {
        id: 0,
        order_id: i64::from(1 + n % 9),
        no: n,
    };
    Line::insert_many((0..90).map(line), &on.db).await?;
    let found = customers()
        .include(|c| {
            c.orders
                .order_by(|o| o.total.desc())
                .limit(2)
                .include(|o| o.lines.order_by(|l| l.no.desc()).limit(3))
        })
        .all(&on.db)
        .await?;
    let orders = found[0].orders.loaded()?;
    assert_eq!(orders.len(), 2);
    let numbers: Vec<i32> = orders[0].lines.loaded()?.iter().map(|line| line.no).collect();
    assert_eq!(numbers, [85, 76, 67]);
    // Later, for records that are there.
    let mut some = customers().limit(2).all(&on.db).await?;
    Rec::load_all(&mut some, &on.db, |c| {
        c.orders.limit(1).include(|o| o.lines.limit(1))
    })
    .await?;
    assert_eq!(some[1].orders.loaded()?[0].lines.loaded()?.len(), 1);
    assert!(some[0].dirty_fields().is_empty());
    some[0].load(&on.db, |c| c.orders).await?;
    assert_eq!(some[0].orders.loaded()?.len(), 5);
    Ok(())
}

async fn of_a_parent(on: Arc<On>) -> Result<()> {
    shop(&on).await?;
    let none = Order::query()
        .include(|o| o.customer.limit(0))
        .all(&on.db)
        .await?;
    assert!(none[0].customer.loaded()?.is_none());
    let one = Order::query()
        .include(|o| o.customer.limit(1))
        .all(&on.db)
        .await?;
    assert_eq!(one[0].customer.loaded()?.map(|customer| customer.id), Some(1));
    Ok(())
}
