//! Queries in the place of tables: derived ones, common table expressions, trees, LATERAL.

use crate::data::{Customer, Employee, Order, alive, employees, fill, orders};
use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_database! {
    derived,
    joined_and_outer,
    common,
    tree,
    circle,
    lateral,
    mistakes,
}

async fn derived(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let sums = || {
        Employee::query()
            .group_by(|e| e.city)
            .select(|e| (e.city, e.salary.sum(), count_all()))
    };
    let found = sums()
        .as_table("sums")
        .query()
        .filter(|(_, sum, _)| sum.gt(191))
        .all(&on.db)
        .await?;
    assert_eq!(found, [("Oslo".to_owned(), Some(195), 3)]);
    let mean = sums()
        .as_table("sums")
        .query()
        .select(|(_, sum, _)| sum.max())
        .one(&on.db)
        .await?;
    assert_eq!(mean, Some(195));
    let records: Vec<Rec<Employee>> = Employee::query()
        .order_by(|e| e.salary.desc())
        .limit(3)
        .as_table("top")
        .query()
        .filter(|e| e.city.eq("Oslo"))
        .order_by(|e| e.name.asc())
        .all(&on.db)
        .await?;
    assert_eq!(records.iter().map(|e| e.id).collect::<Vec<_>>(), [3, 6]);
    Ok(())
}

async fn joined_and_outer(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let sums = Order::filter(|o| o.customer_id.is_not_null())
        .group_by(|o| o.customer_id)
        .select(|o| (o.customer_id, o.total.sum(), o.day.max()))
        .as_table("sums");
    let found = Customer::query()
        .left_join_on(sums.clone(), |c, (customer, _, _)| customer.eq(c.id))
        .order_by(|(c, _)| c.id.asc())
        .select(|(c, (_, sum, last))| (c.name, sum, last))
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
            (customer.name, sum, own.iter().map(|o| o.day).max())
        })
        .collect();
    assert_eq!(found, wanted);
    // Twice, under two names.
    let more = sums.clone().alias("more");
    let pairs = sums
        .query()
        .join_on(more, |(a, _, _), (b, _, _)| a.lt(b))
        .count(&on.db)
        .await?;
    assert_eq!(pairs, 3);
    Ok(())
}

async fn common(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let sums = Employee::query()
        .group_by(|e| e.city)
        .select(|e| (e.city, e.salary.avg()))
        .cte("means");
    let above = Employee::query()
        .join_on(sums.clone(), |e, (city, _)| e.city.eq(city))
        .filter(|(e, (_, mean))| e.salary.cast::<f64>().nullable().gt(mean))
        .order_by(|(e, _)| e.name.asc())
        .select(|(e, _)| e.name)
        .all(&on.db)
        .await?;
    assert_eq!(above, ["Eva", "Jon"]);
    // One reads the other, and a subquery and a set operation read both.
    let high = sums
        .clone()
        .query()
        .filter(|(_, mean)| mean.gt(64.0))
        .select(|(city, _)| city)
        .cte("high");
    let roman = Employee::filter(|e| e.city.in_query(high.clone().query())).select(|e| e.id);
    assert_eq!(
        roman.clone().order_by(|e| e.id.asc()).all(&on.db).await?,
        [3, 4, 6]
    );
    let all = roman
        .union(high.join_people())
        .order_by(|id| id.asc())
        .all(&on.db)
        .await?;
    assert_eq!(all, [3, 4, 6]);
    Ok(())
}

trait People {
    fn join_people(self) -> Query<impl manybase::Sources, i64>;
}

impl People for manybase::Table<String> {
    fn join_people(self) -> Query<impl manybase::Sources, i64> {
        let people = Employee::alias("people");
        self.query()
            .join_on(people, |city, p| p.city.eq(city))
            .select(|(_, p)| p.id)
    }
}

async fn tree(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let below: manybase::Table<Rec<Employee>> = Employee::filter(|e| e.id.eq(1))
        .recursive("below", |below| {
            Employee::query().join_on(below, |e, b| e.chief_id.eq(b.id))
        });
    let people = below.query().order_by(|e| e.id.asc()).all(&on.db).await?;
    assert_eq!(people.iter().map(|e| e.id).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    // With what is calculated on the way: the depth, and the sum of the salaries above.
    let levels = Employee::filter(|e| e.chief_id.is_null())
        .select(|e| (e.id, coalesce(e.chief_id, 0), e.salary))
        .recursive("levels", |levels| {
            Employee::query()
                .join_on(levels, |e, (id, _, _)| e.chief_id.eq(id))
                .select(|(e, (_, depth, sum))| (e.id, depth + 1, sum + e.salary))
        });
    let found = levels.query().order_by(|(id, _, _)| id.asc()).all(&on.db).await?;
    let all = employees();
    let wanted: Vec<_> = all
        .iter()
        .map(|employee| {
            let (mut depth, mut sum, mut at) = (0, employee.salary, employee);
            while let Some(chief) = at.chief_id {
                at = all.iter().find(|other| other.id == chief).unwrap();
                depth += 1;
                sum += at.salary;
            }
            (employee.id, depth, sum)
        })
        .collect();
    assert_eq!(found, wanted);
    Ok(())
}

async fn circle(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    // Eva is Hal's chief's chief, and now Hal is hers.
    Employee::filter(|e| e.id.eq(1))
        .update(&on.db, |e| e.chief_id.set(4))
        .await?;
    let above = Employee::filter(|e| e.id.eq(5))
        .select(|e| e.id)
        .recursive_distinct("above", |above| {
            let (chief, own) = (Employee::alias("chief"), Employee::alias("own"));
            own.query()
                .join_on(above, |o, id| o.id.eq(id))
                .join_on(chief, |(o, _), c| o.chief_id.eq(c.id))
                .select(|(_, _, c)| c.id)
        });
    let ids = above.query().order_by(|id| id.asc()).all(&on.db).await?;
    assert_eq!(ids, [1, 3, 4, 5]);
    Ok(())
}

async fn lateral(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let top = || {
        Customer::query()
            .left_join_lateral(|c| {
                let own = Order::filter(|o| o.customer_id.eq(c.id))
                    .order_by(|o| o.total.desc())
                    .limit(2);
                own.select(|o| (o.id, o.total)).as_table("top")
            })
            .order_by(|(c, (id, _))| (c.id.asc(), id.asc()))
            .select(|(c, (id, _))| (c.name, id))
    };
    if on.pick(false, true, false) {
        let name = |name: &str| name.to_owned();
        let wanted = [
            (name("Ann"), Some(1)),
            (name("Ann"), Some(2)),
            (name("Bob"), Some(3)),
            (name("Cid"), None),
        ];
        assert_eq!(top().all(&on.db).await?, wanted);
    } else {
        let error = fails_with(top().all(&on.db).await, ErrorKind::Unsupported, "Customer");
        assert!(error.to_string().contains("LATERAL"), "{error}");
    }
    // Without LATERAL it can't look outside.
    let mut outside = None;
    let _ = Customer::filter(|c| {
        outside = Some(
            Order::filter(|o| o.customer_id.eq(c.id))
                .select(|o| o.id)
                .as_table("own"),
        );
        c.id.eq(1)
    });
    let blind = Customer::query().cross_join(outside.unwrap());
    fails_with(blind.all(&on.db).await, ErrorKind::Statement, "Customer");
    Ok(())
}

async fn mistakes(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let endless = Employee::query()
        .limit(1)
        .recursive("r", |r| Employee::query().join_on(r, |e, r| e.chief_id.eq(r.id)));
    fails_with(
        endless.query().all(&on.db).await,
        ErrorKind::Statement,
        "Employee",
    );
    let one = Employee::filter(|e| e.id.eq(1)).select(|e| e.id).cte("same");
    let two = Employee::filter(|e| e.id.eq(2))
        .select(|e| e.id)
        .cte("same")
        .alias("other");
    let both = one.query().join_on(two, |a, b| a.ne(b));
    let error = fails_with(both.all(&on.db).await, ErrorKind::Statement, "Employee");
    assert!(error.to_string().contains("same"), "{error}");
    Ok(())
}
