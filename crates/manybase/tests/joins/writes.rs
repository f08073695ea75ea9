//! Updates and deletes whose conditions ask other tables.

use crate::data::{Customer, Employee, Order, fill};
use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_database! {
    deletes,
    updates,
    of_the_table_that_they_change,
    joins_are_refused,
}

async fn deletes(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let gone = Order::filter(|o| not_exists(Customer::filter(|c| o.customer_id.eq(c.id))))
        .delete(&on.db)
        .await?;
    assert_eq!(gone, 2);
    let roman = Customer::filter(|c| c.city.eq("Rome")).select(|c| c.id);
    let gone = Order::filter(|o| o.customer_id.in_query(roman) & o.total.gt(Decimal::from(10)))
        .delete(&on.db)
        .await?;
    assert_eq!(gone, 1);
    assert_eq!(
        Order::query()
            .order_by(|o| o.id.asc())
            .select(|o| o.id)
            .all(&on.db)
            .await?,
        [2, 3, 6]
    );
    // Where deleted records stay, it is an update.
    let idle = Customer::filter(|c| not_exists(Order::filter(|o| o.customer_id.eq(c.id))));
    assert_eq!(idle.delete(&on.db).await?, 1);
    assert_eq!(Customer::query().count(&on.db).await?, 2);
    Ok(())
}

async fn updates(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let set = Customer::filter(|c| {
        exists(Order::filter(|o| {
            o.customer_id.eq(c.id) & o.total.gt(Decimal::from(50))
        }))
    })
    .update(&on.db, |c| {
        let name = Employee::filter(|e| e.id.eq(c.id))
            .limit(1)
            .select(|e| e.name)
            .scalar();
        (c.rating.stars.set(c.rating.stars + 1), c.city.set(name))
    })
    .await?;
    assert_eq!(set, 1);
    let bob = Customer::find(2).one(&on.db).await?;
    assert_eq!((bob.rating.stars, bob.city.as_deref()), (4, Some("Fay")));
    Ok(())
}

async fn of_the_table_that_they_change(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let other = Employee::alias("other");
    let poorest = || other.filter(|o| o.salary.le(50)).select(|o| o.id);
    let raised = Employee::filter(|e| e.id.in_query(poorest()))
        .update(&on.db, |e| e.salary.set(e.salary + 1))
        .await?;
    assert_eq!(raised, 3);
    let mean = other.query().select(|o| o.salary.max()).scalar();
    let gone = Employee::filter(|e| e.salary.nullable().eq(mean))
        .delete(&on.db)
        .await?;
    assert_eq!(gone, 1);
    let leaves = Employee::filter(|e| not_exists(other.filter(|o| o.chief_id.eq(e.id))))
        .delete(&on.db)
        .await?;
    assert_eq!(leaves, 2);
    let left = Employee::query()
        .order_by(|e| e.id.asc())
        .select(|e| (e.id, e.salary))
        .all(&on.db)
        .await?;
    assert_eq!(left, [(1, 90), (3, 60), (4, 41)]);
    Ok(())
}

async fn joins_are_refused(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let aliased = Employee::alias("e").filter(|e| e.salary.gt(0));
    let error = fails_with(aliased.delete(&on.db).await, ErrorKind::Statement, "Employee");
    assert!(error.to_string().contains("alias"), "{error}");
    assert_eq!(Employee::query().count(&on.db).await?, 6);
    Ok(())
}
