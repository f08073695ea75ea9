//! Set operations.

use crate::data::{Customer, Employee, Order, fill};
use crate::support::{On, on_every_database};
use manybase::Result;
use manybase::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

on_every_database! {
    each_operation,
    chains_and_nests,
    order_and_limit,
    whole_records,
}

fn cities(on_customers: bool) -> Vec<Option<String>> {
    let customers = crate::data::alive().into_iter().map(|customer| customer.city);
    let employees = crate::data::employees()
        .into_iter()
        .map(|employee| Some(employee.city));
    if on_customers {
        customers.collect()
    } else {
        employees.collect()
    }
}

async fn each_operation(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let customers = || Customer::query().select(|c| c.city);
    let employees = || Employee::filter(|e| e.salary.lt(60)).select(|e| e.city.nullable());
    let (a, b) = (cities(true), {
        let below = crate::data::employees().into_iter().filter(|e| e.salary < 60);
        below.map(|e| Some(e.city)).collect::<Vec<_>>()
    });
    let (left, right) = (BTreeSet::from_iter(a.clone()), BTreeSet::from_iter(b.clone()));
    let sorted = |set: BTreeSet<Option<String>>| set.into_iter().collect::<Vec<_>>();
    let union = customers()
        .union(employees())
        .order_by(|city| city.asc())
        .all(&on.db)
        .await?;
    assert_eq!(union, sorted(left.union(&right).cloned().collect()));
    let every = customers()
        .union_all(employees())
        .order_by(|city| city.asc())
        .all(&on.db)
        .await?;
    let mut wanted = [a, b].concat();
    wanted.sort();
    assert_eq!(every, wanted);
    let both = customers()
        .intersect(employees())
        .order_by(|city| city.asc())
        .all(&on.db)
        .await?;
    assert_eq!(both, sorted(left.intersection(&right).cloned().collect()));
    let only = customers()
        .except(employees())
        .order_by(|city| city.asc())
        .all(&on.db)
        .await?;
    assert_eq!(only, sorted(left.difference(&right).cloned().collect()));
    assert_eq!((union.len(), both.len(), only.len()), (3, 2, 1));
    Ok(())
}

async fn chains_and_nests(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let ids = |from: i64, to: i64| Employee::filter(|e| e.id.between(from, to)).select(|e| e.id);
    // Databases read these from the left, or intersect first: here it is as it is written.
    let chain = ids(1, 2)
        .union(ids(2, 3))
        .intersect(ids(3, 6))
        .order_by(|id| id.asc());
    assert_eq!(chain.all(&on.db).await?, [3]);
    let nested = ids(1, 2)
        .union(ids(2, 3).intersect(ids(3, 6)))
        .order_by(|id| id.asc());
    assert_eq!(nested.all(&on.db).await?, [1, 2, 3]);
    let without = ids(1, 6)
        .except(ids(1, 2).union_all(ids(5, 6)))
        .order_by(|id| id.desc());
    assert_eq!(without.all(&on.db).await?, [4, 3]);
    let three = ids(1, 1)
        .union_all(ids(1, 1))
        .union_all(ids(2, 2))
        .order_by(|id| id.asc());
    assert_eq!(three.all(&on.db).await?, [1, 1, 2]);
    let filtered = ids(1, 2)
        .union(ids(3, 4))
        .filter(|id| id.gt(1))
        .union(ids(6, 6))
        .order_by(|id| id.asc());
    assert_eq!(filtered.all(&on.db).await?, [2, 3, 4, 6]);
    Ok(())
}

async fn order_and_limit(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    // Each query keeps what it had, the whole has its own.
    let dear = Order::query()
        .order_by(|o| o.total.desc())
        .limit(2)
        .select(|o| (o.id, o.total));
    let cheap = Order::query()
        .order_by(|o| o.total.asc())
        .limit(2)
        .select(|o| (o.id, o.total));
    let ends = dear.union_all(cheap);
    assert_eq!(ends.clone().count(&on.db).await?, 4);
    let found = ends
        .clone()
        .order_by(|(_, total)| total.desc())
        .offset(1)
        .limit(2)
        .all(&on.db)
        .await?;
    assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [4, 5]);
    let sum = ends.select(|(_, total)| total.sum()).one(&on.db).await?;
    assert_eq!(sum, Some("161.00".parse().unwrap()));
    Ok(())
}

async fn whole_records(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let rich = Employee::filter(|e| e.salary.gt(80));
    let roman = Employee::filter(|e| e.city.eq("Rome"));
    let mut found: Vec<Rec<Employee>> = rich.union(roman).order_by(|e| e.id.asc()).all(&on.db).await?;
    assert_eq!(found.iter().map(|e| e.id).collect::<Vec<_>>(), [1, 2, 5, 6]);
    found[0].salary += 1;
    found[0].save(&on.db).await?;
    assert_eq!(Employee::find(1).one(&on.db).await?.salary, 91);
    Ok(())
}
