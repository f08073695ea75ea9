//! Queries inside conditions.

use crate::data::{Customer, Employee, Order, alive, employees, fill, orders};
use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_database! {
    in_a_query,
    exists_and_not,
    scalars,
    one_model_in_two_places,
    several_rows,
}

async fn in_a_query(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let buyers = Order::filter(|o| o.total.gt(Decimal::from(9)) & o.customer_id.is_not_null())
        .select(|o| o.customer_id);
    // Values before, inside and behind the subquery keep their order.
    let names = |not: bool| {
        let buyers = buyers.clone();
        Customer::filter(|c| c.rating.stars.ge(2))
            .filter(move |c| {
                if not {
                    c.id.not_in_query(buyers)
                } else {
                    c.id.in_query(buyers)
                }
            })
            .filter(|c| c.name.ne("Cid"))
            .order_by(|c| c.name.asc())
            .select(|c| c.name)
    };
    let wanted = |not: bool| -> Vec<String> {
        let buys = |id| {
            orders()
                .iter()
                .any(|o| o.total > Decimal::from(9) && o.customer_id == Some(id))
        };
        let all = alive()
            .into_iter()
            .filter(|c| c.rating.stars >= 2 && c.name != "Cid");
        all.filter(|c| buys(c.id) != not).map(|c| c.name).collect()
    };
    assert_eq!(names(false).all(&on.db).await?, wanted(false));
    assert_eq!(names(true).all(&on.db).await?, wanted(true));
    assert_eq!(wanted(false), ["Ann", "Bob"]);
    // With NULL among the values nothing is outside of them, as everywhere in SQL.
    let any = Order::query().select(|o| o.customer_id);
    assert_eq!(
        Customer::filter(|c| c.id.not_in_query(any.clone()))
            .count(&on.db)
            .await?,
        0
    );
    // Decimals, and a limit inside.
    let largest = Order::query()
        .order_by(|o| o.total.desc())
        .limit(2)
        .select(|o| o.total);
    let ids = Order::filter(|o| o.customer_id.is_not_null())
        .order_by(|o| o.id.asc())
        .select(|o| o.id);
    let other = Order::alias("other")
        .query()
        .order_by(|o| o.total.desc())
        .limit(2)
        .select(|o| o.total);
    let found = ids.filter(|o| o.total.in_query(other)).all(&on.db).await?;
    assert_eq!(found, [3, 4]);
    assert_eq!(largest.count(&on.db).await?, 2);
    Ok(())
}

async fn exists_and_not(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let large = |id| {
        orders()
            .into_iter()
            .any(|o| o.customer_id == Some(id) && o.total > Decimal::from(10))
    };
    for wanted in [true, false] {
        let found = Customer::query()
            .filter(|c| {
                let own = Order::filter(|o| o.customer_id.eq(c.id) & o.total.gt(Decimal::from(10)));
                if wanted { exists(own) } else { not_exists(own) }
            })
            .order_by(|c| c.id.asc())
            .select(|c| c.id)
            .all(&on.db)
            .await?;
        let expected: Vec<_> = alive()
            .iter()
            .map(|c| c.id)
            .filter(|id| large(*id) == wanted)
            .collect();
        assert_eq!(found, expected);
    }
    // Two deep, and negated as a whole.
    let none = Employee::filter(|e| {
        !exists(Customer::filter(|c| {
            c.city.eq(e.city)
                & exists(Order::filter(|o| {
                    o.customer_id.eq(c.id) & o.total.lt(Decimal::ZERO)
                }))
        }))
    });
    let names = none
        .order_by(|e| e.id.asc())
        .select(|e| e.name)
        .all(&on.db)
        .await?;
    assert_eq!(names, ["Gil", "Hal", "Jon"]);
    // In a condition of a join, and in one on groups.
    let joined = Order::query()
        .join_on(Customer::query(), |o, c| {
            o.customer_id.eq(c.id) & exists(Employee::filter(|e| c.city.eq(e.city)))
        })
        .group_by(|(_, c)| c.id)
        .having(|(_, c)| exists(Employee::filter(|e| e.id.eq(c.id))))
        .select(|(_, c)| (c.id, count_all()));
    assert_eq!(joined.all(&on.db).await?, [(1, 3)]);
    // Without a row of its own an aggregate is there all the same.
    let always = Customer::filter(|_| exists(Order::filter(|o| o.id.eq(99)).select(|o| o.total.max())));
    assert_eq!(always.count(&on.db).await?, 3);
    Ok(())
}

async fn scalars(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let found = Customer::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            let own = || Order::filter(|o| o.customer_id.eq(c.id));
            (
                c.name,
                own().select(|_| count_all()).scalar(),
                own().select(|o| o.total.sum()).scalar(),
                own()
                    .order_by(|o| o.day.desc())
                    .limit(1)
                    .select(|o| o.day)
                    .scalar(),
            )
        })
        .all(&on.db)
        .await?;
    let wanted: Vec<_> = alive()
        .into_iter()
        .map(|customer| {
            let own: Vec<_> = orders()
                .into_iter()
                .filter(|o| o.customer_id == Some(customer.id))
                .collect();
            let sum = (!own.is_empty()).then(|| own.iter().map(|o| o.total).sum::<Decimal>());
            let count = i64::try_from(own.len()).unwrap();
            (customer.name, Some(count), sum, own.iter().map(|o| o.day).max())
        })
        .collect();
    assert_eq!(found, wanted);
    let name = Order::find(1).select(|o| {
        Customer::filter(|c| o.customer_id.eq(c.id))
            .limit(1)
            .select(|c| c.name)
            .scalar()
    });
    assert_eq!(name.one(&on.db).await?.as_deref(), Some("Ann"));
    let dear = Order::filter(|o| {
        let mean = Order::alias("all").query().select(|a| a.total.avg());
        o.total.nullable().gt(mean.scalar())
    });
    assert_eq!(
        dear.order_by(|o| o.id.asc()).select(|o| o.id).all(&on.db).await?,
        [3, 4]
    );
    Ok(())
}

async fn one_model_in_two_places(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let other = Employee::alias("other");
    // Who earns most in the own city?
    let best = Employee::filter(|e| not_exists(other.filter(|o| o.city.eq(e.city) & o.salary.gt(e.salary))));
    let best = best
        .order_by(|e| e.name.asc())
        .select(|e| e.name)
        .all(&on.db)
        .await?;
    let all = employees();
    let wanted: Vec<_> = all
        .iter()
        .filter(|e| !all.iter().any(|o| o.city == e.city && o.salary > e.salary))
        .map(|e| e.name.clone())
        .collect();
    assert_eq!(best, wanted);
    let above = Employee::filter(|e| {
        let mean = other.filter(|o| o.city.eq(e.city)).select(|o| o.salary.avg());
        e.salary.cast::<f64>().nullable().gt(mean.scalar())
    });
    let above = above
        .order_by(|e| e.name.asc())
        .select(|e| e.name)
        .all(&on.db)
        .await?;
    assert_eq!(above, ["Eva", "Jon"]);
    // Without an alias it could mean either, so it is refused instead of guessed.
    let unclear = Employee::filter(|e| exists(Employee::filter(|o| o.chief_id.eq(e.id))));
    let error = fails_with(unclear.all(&on.db).await, ErrorKind::Statement, "Employee");
    assert!(error.to_string().contains("alias"), "{error}");
    Ok(())
}

async fn several_rows(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let many = Customer::query().select(|_| Order::query().select(|o| o.total).scalar());
    let error = fails_with(many.all(&on.db).await, ErrorKind::Statement, "Customer");
    assert!(error.to_string().contains("limit(1)"), "{error}");
    let locked = Customer::filter(|c| c.id.in_query(Employee::query().for_update().select(|e| e.id)));
    fails_with(locked.all(&on.db).await, ErrorKind::Statement, "Customer");
    Ok(())
}
