//! The records that all tests ask about.

use crate::support::On;
use manybase::prelude::*;
use manybase::{Result, create_table};

#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Customer {
    #[model(key)]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) city: Option<String>,
    #[model(embedded)]
    pub(crate) rating: Rating,
    #[model(soft_delete)]
    pub(crate) deleted_at: Option<DateTime<Utc>>,
    pub(crate) orders: HasMany<Order>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
pub(crate) struct Rating {
    pub(crate) stars: i32,
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "orders")]
pub(crate) struct Order {
    #[model(key)]
    pub(crate) id: i64,
    pub(crate) customer_id: Option<i64>,
    pub(crate) total: Decimal,
    pub(crate) day: NaiveDate,
    pub(crate) customer: BelongsTo<Customer>,
}

#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Employee {
    #[model(key)]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) city: String,
    pub(crate) salary: i64,
    pub(crate) chief_id: Option<i64>,
    pub(crate) chief: BelongsTo<Employee>,
    #[model(foreign_key = chief_id)]
    pub(crate) team: HasMany<Employee>,
}

pub(crate) fn customers() -> Vec<Customer> {
    let rows = [
        (1, "Ann", Some("Rome"), 5, Some("good"), false),
        (2, "Bob", None, 3, None, false),
        (3, "Cid", Some("Oslo"), 1, None, false),
        (4, "Dora", Some("Rome"), 4, Some("late"), true),
    ];
    rows.map(|(id, name, city, stars, note, deleted)| Customer {
        id,
        name: name.into(),
        city: city.map(Into::into),
        rating: Rating {
            stars,
            note: note.map(Into::into),
        },
        deleted_at: deleted.then(|| DateTime::from_timestamp(1_700_000_000, 0).unwrap()),
        orders: HasMany::default(),
    })
    .into()
}

pub(crate) fn orders() -> Vec<Order> {
    let rows = [
        (1, Some(1), "10.50", 1),
        (2, Some(1), "9.00", 2),
        (3, Some(2), "100.00", 3),
        (4, Some(4), "55.25", 4),
        (5, None, "7.75", 5),
        (6, Some(1), "-2.00", 6),
    ];
    rows.map(|(id, customer_id, total, day)| Order {
        id,
        customer_id,
        total: total.parse().unwrap(),
        day: NaiveDate::from_ymd_opt(2026, 1, day).unwrap(),
        customer: BelongsTo::default(),
    })
    .into()
}

pub(crate) fn employees() -> Vec<Employee> {
    let rows = [
        (1, "Eva", "Rome", 90, None),
        (2, "Fay", "Rome", 50, Some(1)),
        (3, "Gil", "Oslo", 60, Some(1)),
        (4, "Hal", "Oslo", 40, Some(3)),
        (5, "Ida", "Rome", 50, Some(4)),
        (6, "Jon", "Oslo", 95, None),
    ];
    rows.map(|(id, name, city, salary, chief_id)| Employee {
        id,
        name: name.into(),
        city: city.into(),
        salary,
        chief_id,
        chief: BelongsTo::default(),
        team: HasMany::default(),
    })
    .into()
}

/// Customers that are not deleted.
pub(crate) fn alive() -> Vec<Customer> {
    let mut alive = customers();
    alive.retain(|customer| customer.deleted_at.is_none());
    alive
}

pub(crate) async fn fill(on: &On) -> Result<()> {
    create_table::<Customer>(&on.db).await?;
    create_table::<Order>(&on.db).await?;
    create_table::<Employee>(&on.db).await?;
    Customer::insert_many(customers(), &on.db).await?;
    Order::insert_many(orders(), &on.db).await?;
    Employee::insert_many(employees(), &on.db).await?;
    Ok(())
}
