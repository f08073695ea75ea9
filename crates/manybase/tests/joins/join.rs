//! Joins.

use crate::data::{Customer, Employee, Order, alive, employees, fill, orders};
use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_database! {
    inner,
    left,
    right_and_full,
    cross,
    a_model_with_itself,
    groups,
    three_tables,
    whole_records_and_includes,
    pages_and_counts,
    same_query_twice_in_another_shape,
    mistakes;
    servers:
    locks_the_first_table,
}

async fn inner(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let found = Order::query()
        .join_on(Customer::query(), |o, c| o.customer_id.eq(c.id))
        .filter(|(o, c)| o.total.gt(Decimal::from(9)) | c.rating.stars.eq(3))
        .order_by(|(o, c)| (c.name.desc(), o.total.asc()))
        .select(|(o, c)| (o.id, c.name, c.city, c.rating.note, o.total))
        .all(&on.db)
        .await?;
    let mut wanted = Vec::new();
    for customer in alive() {
        for order in orders() {
            let fits = order.total > Decimal::from(9) || customer.rating.stars == 3;
            if order.customer_id == Some(customer.id) && fits {
                let note = customer.rating.note.clone();
                wanted.push((
                    order.id,
                    customer.name.clone(),
                    customer.city.clone(),
                    note,
                    order.total,
                ));
            }
        }
    }
    wanted.sort_by(|a, b| b.1.cmp(&a.1).then(a.4.cmp(&b.4)));
    assert_eq!(found, wanted);
    assert_eq!(found.len(), 2);
    Ok(())
}

async fn left(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    // The condition on the joined model belongs to the join: customers without such an order stay.
    let found = Customer::query()
        .left_join_on(Order::filter(|o| o.total.gt(Decimal::ZERO)), |c, o| {
            o.customer_id.eq(c.id)
        })
        .order_by(|(c, o)| (o.total.asc(), c.id.desc()))
        .select(|(c, o)| (c.name, o.id, o.total, o.day))
        .all(&on.db)
        .await?;
    let mut wanted = Vec::new();
    for customer in alive() {
        let own: Vec<_> = orders()
            .into_iter()
            .filter(|order| order.customer_id == Some(customer.id) && order.total > Decimal::ZERO)
            .collect();
        for order in &own {
            wanted.push((
                customer.name.clone(),
                Some(order.id),
                Some(order.total),
                Some(order.day),
            ));
        }
        if own.is_empty() {
            wanted.push((customer.name.clone(), None, None, None));
        }
    }
    // NULL is the least everywhere.
    wanted.sort_by_key(|row| row.2);
    assert_eq!(found, wanted);
    // Deleted customers are as if they were not there.
    let names = Order::query()
        .left_join_on(Customer::query(), |o, c| o.customer_id.eq(c.id))
        .order_by(|(o, _)| o.id.asc())
        .select(|(_, c)| c.name)
        .all(&on.db)
        .await?;
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(
        names,
        [name("Ann"), name("Ann"), name("Bob"), None, None, name("Ann")]
    );
    let all = Order::query()
        .left_join_on(Customer::query().with_deleted(), |o, c| o.customer_id.eq(c.id))
        .filter(|(_, c)| c.name.is_null())
        .count(&on.db)
        .await?;
    assert_eq!(all, 1);
    Ok(())
}

async fn right_and_full(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    // Deleted customers leave their orders without a customer, whichever side they are on.
    let right = Customer::query()
        .right_join_on(Order::query(), |c, o| o.customer_id.eq(c.id))
        .order_by(|(_, o)| o.id.asc())
        .select(|(c, o)| (c.name, o.id))
        .all(&on.db)
        .await?;
    let wanted: Vec<(Option<String>, i64)> = orders()
        .iter()
        .map(|order| {
            let customer = alive()
                .into_iter()
                .find(|customer| order.customer_id == Some(customer.id));
            (customer.map(|customer| customer.name), order.id)
        })
        .collect();
    assert_eq!(right, wanted);
    let other = Order::query()
        .right_join_on(Customer::query(), |o, c| o.customer_id.eq(c.id))
        .order_by(|(o, c)| (c.id.asc(), o.id.asc()))
        .select(|(o, c)| (c.name, o.id))
        .all(&on.db)
        .await?;
    let mut wanted = Vec::new();
    for customer in alive() {
        let own = orders()
            .into_iter()
            .filter(|order| order.customer_id == Some(customer.id));
        let mut own: Vec<_> = own.map(|order| Some(order.id)).collect();
        if own.is_empty() {
            own.push(None);
        }
        wanted.extend(own.into_iter().map(|id| (customer.name.clone(), id)));
    }
    assert_eq!(other, wanted);
    let full = Customer::query()
        .full_join_on(Order::query(), |c, o| o.customer_id.eq(c.id))
        .order_by(|(c, o)| (c.id.asc(), o.id.asc()))
        .select(|(c, o)| (c.name, o.id));
    if on.pick(true, true, false) {
        let (all, name) = (full.all(&on.db).await?, |name: &str| Some(name.to_owned()));
        let wanted = [
            (None, Some(4)),
            (None, Some(5)),
            (name("Ann"), Some(1)),
            (name("Ann"), Some(2)),
            (name("Ann"), Some(6)),
            (name("Bob"), Some(3)),
            (name("Cid"), None),
        ];
        assert_eq!(all, wanted);
    } else {
        fails_with(full.all(&on.db).await, ErrorKind::Unsupported, "Customer");
    }
    Ok(())
}

async fn cross(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let pairs = Employee::query().cross_join(Order::query());
    assert_eq!(pairs.clone().count(&on.db).await?, 36);
    // A query with a condition of its own is joined by it.
    let alive = Employee::query()
        .cross_join(Customer::query())
        .count(&on.db)
        .await?;
    assert_eq!(alive, 18);
    let distinct = pairs.select(|(e, _)| e.city).distinct();
    assert_eq!(distinct.count(&on.db).await?, 2);
    Ok(())
}

async fn a_model_with_itself(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let (chief, top) = (Employee::alias("chief"), Employee::alias("top"));
    let found = Employee::query()
        .left_join_on(chief, |e, c| e.chief_id.eq(c.id))
        .left_join_on(top.filter(|t| t.salary.ge(60)), |(_, c), t| c.chief_id.eq(t.id))
        .order_by(|(e, _, _)| e.id.asc())
        .select(|(e, c, t)| (e.name, c.name, t.name))
        .all(&on.db)
        .await?;
    let all = employees();
    let by_id = |id: Option<i64>| all.iter().find(|employee| Some(employee.id) == id);
    let wanted: Vec<_> = all
        .iter()
        .map(|employee| {
            let chief = by_id(employee.chief_id);
            let top = chief
                .and_then(|chief| by_id(chief.chief_id))
                .filter(|top| top.salary >= 60);
            (
                employee.name.clone(),
                chief.map(|c| c.name.clone()),
                top.map(|t| t.name.clone()),
            )
        })
        .collect();
    assert_eq!(found, wanted);
    let twice = Employee::query().join_on(Employee::query(), |e, c| e.chief_id.eq(c.id));
    let error = fails_with(twice.all(&on.db).await, ErrorKind::Statement, "Employee");
    assert!(error.to_string().contains("alias"), "{error}");
    Ok(())
}

async fn groups(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let found = Customer::query()
        .left_join_on(Order::query(), |c, o| o.customer_id.eq(c.id))
        .group_by(|(c, _)| (c.id, c.name))
        .having(|(_, o)| o.id.count().ne(1))
        .order_by(|(c, o)| (o.total.sum().desc(), c.name.asc()))
        .select(|(c, o)| (c.name, o.id.count(), o.total.sum()))
        .all(&on.db)
        .await?;
    let sum = "17.50".parse::<Decimal>().unwrap();
    assert_eq!(
        found,
        [("Ann".to_owned(), 3, Some(sum)), ("Cid".to_owned(), 0, None)]
    );
    Ok(())
}

async fn three_tables(on: Arc<On>) -> Result<()> {
    #[derive(Debug, PartialEq, FromRow)]
    struct Line {
        order: i64,
        customer: String,
        seller: Option<String>,
    }
    fill(&on).await?;
    let lines = Order::query()
        .join_on(Customer::query(), |o, c| o.customer_id.eq(c.id))
        .left_join_on(Employee::filter(|e| e.salary.gt(55)), |(_, c), e| {
            c.city.eq(e.city)
        })
        .filter(|(o, _, _)| o.id.in_list([1, 3]))
        .order_by(|(o, _, e)| (o.id.asc(), e.name.asc()))
        .select_into::<Line, _>(|(o, c, e)| (o.id, c.name, e.name))
        .all(&on.db)
        .await?;
    let line = |order, customer: &str, seller: Option<&str>| Line {
        order,
        customer: customer.into(),
        seller: seller.map(Into::into),
    };
    assert_eq!(lines, [line(1, "Ann", Some("Eva")), line(3, "Bob", None)]);
    Ok(())
}

async fn whole_records_and_includes(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let mut found = Customer::query()
        .join_on(Order::filter(|o| o.total.gt(Decimal::from(50))), |c, o| {
            o.customer_id.eq(c.id)
        })
        .include(|c| c.orders)
        .all(&on.db)
        .await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].orders.loaded()?.len(), 1);
    // It is a record like any other.
    found[0].name = "Bobby".into();
    found[0].save(&on.db).await?;
    assert_eq!(Customer::find(2).one(&on.db).await?.name, "Bobby");
    let by_key = Order::find(1).join_on(Customer::query(), |o, c| o.customer_id.eq(c.id));
    assert_eq!(by_key.one(&on.db).await?.id, 1);
    Ok(())
}

async fn pages_and_counts(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let joined = || Order::query().join_on(Customer::query(), |o, c| o.customer_id.eq(c.id));
    assert_eq!(joined().count(&on.db).await?, 4);
    assert_eq!(joined().limit(3).count(&on.db).await?, 3);
    assert!(joined().filter(|(_, c)| c.name.eq("Bob")).exists(&on.db).await?);
    assert!(!joined().filter(|(_, c)| c.name.eq("Cid")).exists(&on.db).await?);
    // Without an order the first by key, of the first table.
    assert_eq!(joined().first(&on.db).await?.map(|order| order.id), Some(1));
    let page = joined().order_by(|(o, _)| o.id.asc()).offset(1).limit(2);
    let ids: Vec<_> = page.all(&on.db).await?.iter().map(|order| order.id).collect();
    assert_eq!(ids, [2, 3]);
    let mut seen = 0;
    let rows = joined().select(|(o, c)| (o.id, c.id)).for_each(&on.db, move |_| {
        seen += 1;
        assert!(seen < 5);
        Ok(())
    });
    assert_eq!(rows.await?, 4);
    Ok(())
}

/// Texts are kept by their shape: what differs in tables or subqueries has another one.
async fn same_query_twice_in_another_shape(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    for _ in 0..3 {
        let plain = Employee::filter(|e| e.salary.gt(50)).count(&on.db).await?;
        let all = Employee::filter(|e| e.salary.gt(50)).all(&on.db).await?;
        assert_eq!((plain, all.len()), (3, 3));
        let aliased = Employee::alias("e")
            .filter(|e| e.salary.gt(50))
            .all(&on.db)
            .await?;
        assert_eq!(aliased.len(), 3);
        let chief = Employee::alias("chief");
        let below = Employee::filter(|e| e.salary.gt(50)).join_on(chief, |e, c| e.chief_id.eq(c.id));
        assert_eq!(below.all(&on.db).await?.len(), 1);
        let with = Employee::filter(|e| e.salary.gt(50) & exists(chief.filter(|c| c.id.eq(e.chief_id))));
        assert_eq!(with.all(&on.db).await?.len(), 1);
        let without =
            Employee::filter(|e| e.salary.gt(50) & not_exists(chief.filter(|c| c.id.eq(e.chief_id))));
        assert_eq!(without.all(&on.db).await?.len(), 2);
    }
    Ok(())
}

async fn mistakes(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let limited = Order::query().join_on(Customer::query().limit(1), |o, c| o.customer_id.eq(c.id));
    let error = fails_with(limited.all(&on.db).await, ErrorKind::Statement, "Order");
    assert!(error.to_string().contains("as_table"), "{error}");
    let unselected = Order::query().right_join_on(Customer::query(), |o, c| o.customer_id.eq(c.id));
    let error = fails_with(unselected.all(&on.db).await, ErrorKind::Statement, "Order");
    assert!(error.to_string().contains("select"), "{error}");
    // A column of a table that is not there, by way of an alias that was not joined.
    let chief = Employee::alias("chief");
    let lost = Employee::filter(|e| e.id.in_query(chief.query().select(|c| c.chief_id)))
        .join_on(Order::query(), |e, o| e.id.eq(o.id))
        .filter(|(e, _)| e.name.eq("x"));
    assert_eq!(lost.count(&on.db).await?, 0);
    let update = Employee::alias("e")
        .filter(|e| e.id.eq(1))
        .update(&on.db, |e| e.salary.set(1));
    fails_with(update.await, ErrorKind::Statement, "Employee");
    Ok(())
}

async fn locks_the_first_table(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let tx = on.db.begin().await?;
    let locked = Order::query()
        .left_join_on(Customer::query(), |o, c| o.customer_id.eq(c.id))
        .filter(|(_, c)| c.name.eq("Bob"))
        .for_update()
        .all(&tx)
        .await?;
    assert_eq!(locked.len(), 1);
    let other = on.db.begin().await?;
    let taken = Order::find(3).for_update().nowait().all(&other).await;
    fails_with(taken, ErrorKind::LockTimeout, "Order");
    other.rollback().await?;
    tx.commit().await
}
