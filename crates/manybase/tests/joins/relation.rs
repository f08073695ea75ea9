//! Joins and conditions by relations.

use crate::data::{Customer, Employee, Order, alive, employees, fill, orders};
use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    to_one_and_to_many,
    a_model_that_relates_to_itself,
    whether_there_is_one,
    of_itself,
    through_a_join_model,
    columns_that_are_no_key,
    mistakes,
}

async fn to_one_and_to_many(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let found = Order::query()
        .join(|o| o.customer)
        .filter(|(o, c)| o.total.gt(Decimal::ZERO) & c.city.eq("Rome"))
        .order_by(|(o, _)| o.id.asc())
        .select(|(o, c)| (o.id, c.name))
        .all(&on.db)
        .await?;
    assert_eq!(found, [(1, "Ann".to_owned()), (2, "Ann".to_owned())]);
    let left = Customer::query()
        .left_join(|c| c.orders.filter(|o| o.total.gt(Decimal::from(9))))
        .order_by(|(c, _)| c.id.asc())
        .select(|(c, o)| (c.name, o.id))
        .all(&on.db)
        .await?;
    let mut wanted = Vec::new();
    for customer in alive() {
        let own = |o: &&Order| o.customer_id == Some(customer.id) && o.total > Decimal::from(9);
        let id = orders().iter().find(own).map(|order| order.id);
        wanted.push((customer.name.clone(), id));
    }
    assert_eq!(left, wanted);
    // There and back: the customer of the order of a customer.
    let back = Customer::query()
        .join(|c| c.orders)
        .join(|(_, o)| o.customer.alias("back"))
        .filter(|(a, _, b)| a.id.eq(b.id))
        .count(&on.db)
        .await?;
    assert_eq!(back, 4);
    Ok(())
}

async fn a_model_that_relates_to_itself(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let found = Employee::query()
        .left_join(|e| e.chief)
        .left_join(|(_, c)| c.chief.alias("top"))
        .order_by(|(e, _, _)| e.id.asc())
        .select(|(e, c, t)| (e.name, c.name, t.name))
        .all(&on.db)
        .await?;
    let all = employees();
    let chief = |of: &Employee| all.iter().find(|other| Some(other.id) == of.chief_id);
    let wanted: Vec<_> = all
        .iter()
        .map(|employee| {
            let first = chief(employee);
            let top = first.and_then(chief);
            (
                employee.name.clone(),
                first.map(|c| c.name.clone()),
                top.map(|t| t.name.clone()),
            )
        })
        .collect();
    assert_eq!(found, wanted);
    Ok(())
}

async fn whether_there_is_one(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let large = |o: &Order| o.total > Decimal::from(50);
    let has = |customer: &Customer, test: &dyn Fn(&Order) -> bool| {
        orders()
            .iter()
            .any(|o| o.customer_id == Some(customer.id) && test(o))
    };
    let fifty = Decimal::from(50);
    let ids = |query: Query<Customer>| query.order_by(|c| c.id.asc()).select(|c| c.id);
    let wanted = |test: &dyn Fn(&Customer) -> bool| -> Vec<i64> {
        alive()
            .iter()
            .filter(|customer| test(customer))
            .map(|customer| customer.id)
            .collect()
    };
    let found = ids(Customer::filter(|c| c.orders.exists(|o| o.total.gt(fifty))))
        .all(&on.db)
        .await?;
    assert_eq!(found, wanted(&|c| has(c, &large)));
    let found = ids(Customer::filter(|c| c.orders.none(|o| o.total.gt(fifty))))
        .all(&on.db)
        .await?;
    assert_eq!(found, wanted(&|c| !has(c, &large)));
    let found = ids(Customer::filter(|c| c.orders.any())).all(&on.db).await?;
    assert_eq!(found, wanted(&|c| has(c, &|_| true)));
    let found = ids(Customer::filter(|c| c.orders.is_empty())).all(&on.db).await?;
    assert_eq!(found, wanted(&|c| !has(c, &|_| true)));
    // More than one, and columns of both ends.
    let found = ids(Customer::filter(|c| c.orders.offset(1).limit(1).any()))
        .all(&on.db)
        .await?;
    assert_eq!(found, [1]);
    let found = ids(Customer::filter(|c| c.orders.exists(|o| o.id.eq(c.id))))
        .all(&on.db)
        .await?;
    assert_eq!(found, [1]);
    // The other way around a deleted customer is none, and two deep.
    let lost = Order::filter(|o| o.customer.is_empty())
        .order_by(|o| o.id.asc())
        .select(|o| o.id);
    assert_eq!(lost.all(&on.db).await?, [4, 5]);
    let deep = Order::filter(|o| {
        o.customer
            .alias("c")
            .filter(|c| c.orders.alias("x").filter(|x| x.total.lt(o.total)).any())
            .any()
    });
    assert_eq!(
        deep.order_by(|o| o.id.asc()).select(|o| o.id).all(&on.db).await?,
        [1, 2]
    );
    let gone = Order::filter(|o| o.customer.is_empty()).delete(&on.db).await?;
    assert_eq!(gone, 2);
    Ok(())
}

async fn of_itself(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let all = employees();
    let names = |query: Query<Employee>| query.order_by(|e| e.id.asc()).select(|e| e.name);
    let found = names(Employee::filter(|e| {
        e.team.exists(|t| t.salary.ge(50) & t.city.eq(e.city))
    }))
    .all(&on.db)
    .await?;
    let wanted: Vec<_> = all
        .iter()
        .filter(|e| {
            all.iter()
                .any(|t| t.chief_id == Some(e.id) && t.salary >= 50 && t.city == e.city)
        })
        .map(|e| e.name.clone())
        .collect();
    assert_eq!(found, wanted);
    let leaves = names(Employee::filter(|e| e.team.is_empty())).all(&on.db).await?;
    assert_eq!(leaves, ["Fay", "Ida", "Jon"]);
    let deep = Employee::filter(|e| {
        e.team
            .exists(|t| t.team.alias("below").filter(|b| b.salary.lt(e.salary)).any())
    });
    assert_eq!(
        names(deep).all(&on.db).await?,
        ["Eva", "Gil"].map(String::from)[..]
            .to_vec()
            .into_iter()
            .filter(|name| {
                all.iter().any(|e| {
                    e.name == *name
                        && all.iter().any(|t| {
                            t.chief_id == Some(e.id)
                                && all
                                    .iter()
                                    .any(|b| b.chief_id == Some(t.id) && b.salary < e.salary)
                        })
                })
            })
            .collect::<Vec<_>>()
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Person {
    #[model(key)]
    id: i64,
    groups: ManyToMany<Group, Membership>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "person_group")]
struct Group {
    #[model(key)]
    id: i64,
    name: String,
    #[model(foreign_key = group_id, other_key = person_id)]
    people: ManyToMany<Person, Membership>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Membership {
    #[model(key)]
    person_id: i64,
    #[model(key)]
    group_id: i64,
    admin: bool,
}

async fn through_a_join_model(on: Arc<On>) -> Result<()> {
    create_table::<Person>(&on.db).await?;
    create_table::<Group>(&on.db).await?;
    create_table::<Membership>(&on.db).await?;
    let person = |id| Person {
        id,
        groups: Default::default(),
    };
    Person::insert_many((1..=3).map(person), &on.db).await?;
    let group = |(id, name): (i64, &str)| Group {
        id,
        name: name.into(),
        people: Default::default(),
    };
    Group::insert_many([(1, "tennis"), (2, "chess"), (3, "none")].map(group), &on.db).await?;
    let member = |(person_id, group_id, admin)| Membership {
        person_id,
        group_id,
        admin,
    };
    Membership::insert_many([(1, 1, true), (1, 2, false), (2, 2, true)].map(member), &on.db).await?;
    let pairs = Person::query()
        .left_join(|p| p.groups)
        .order_by(|(p, g)| (p.id.asc(), g.id.asc()))
        .select(|(p, g)| (p.id, g.name))
        .all(&on.db)
        .await?;
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(
        pairs,
        [
            (1, name("tennis")),
            (1, name("chess")),
            (2, name("chess")),
            (3, None)
        ]
    );
    let admins = Person::query()
        .join(|p| p.groups.filter_links(|m| m.admin))
        .order_by(|(p, _)| p.id.asc());
    assert_eq!(
        admins.select(|(p, g)| (p.id, g.id)).all(&on.db).await?,
        [(1, 1), (2, 2)]
    );
    let empty = Group::filter(|g| g.people.is_empty())
        .select(|g| g.name)
        .all(&on.db)
        .await?;
    assert_eq!(empty, ["none"]);
    let chess = Person::filter(|p| p.groups.exists(|g| g.name.eq("chess")))
        .count(&on.db)
        .await?;
    assert_eq!(chess, 2);
    let led = Group::filter(|g| g.people.filter_links(|m| m.admin).filter(|p| p.id.eq(1)).any());
    assert_eq!(led.select(|g| g.id).all(&on.db).await?, [1]);
    Ok(())
}

#[derive(Debug, Clone, Model)]
struct Country {
    #[model(key)]
    id: i64,
    region: String,
    code: String,
    #[model(foreign_key = (region, country), references = (region, code))]
    towns: HasMany<Town>,
}

#[derive(Debug, Clone, Model)]
struct Town {
    #[model(key)]
    id: i64,
    region: String,
    country: String,
}

async fn columns_that_are_no_key(on: Arc<On>) -> Result<()> {
    create_table::<Country>(&on.db).await?;
    create_table::<Town>(&on.db).await?;
    let country = |(id, region, code): (i64, &str, &str)| Country {
        id,
        region: region.into(),
        code: code.into(),
        towns: Default::default(),
    };
    Country::insert_many(
        [(1, "eu", "NL"), (2, "eu", "IT"), (3, "xx", "NL")].map(country),
        &on.db,
    )
    .await?;
    let town = |(id, region, country): (i64, &str, &str)| Town {
        id,
        region: region.into(),
        country: country.into(),
    };
    Town::insert_many([(7, "eu", "NL"), (8, "xx", "IT")].map(town), &on.db).await?;
    let pairs = Country::query()
        .join(|c| c.towns)
        .select(|(c, t)| (c.id, t.id))
        .all(&on.db)
        .await?;
    assert_eq!(pairs, [(1, 7)]);
    let without = Country::filter(|c| c.towns.is_empty())
        .order_by(|c| c.id.asc())
        .select(|c| c.id);
    assert_eq!(without.all(&on.db).await?, [2, 3]);
    Ok(())
}

async fn mistakes(on: Arc<On>) -> Result<()> {
    fill(&on).await?;
    let limited = Customer::query().join(|c| c.orders.limit(1));
    let error = fails_with(limited.all(&on.db).await, ErrorKind::Statement, "Customer");
    assert!(error.to_string().contains("include"), "{error}");
    let twice = Employee::query().join(|e| e.chief).join(|(_, c)| c.chief);
    let error = fails_with(twice.all(&on.db).await, ErrorKind::Statement, "Employee");
    assert!(error.to_string().contains("alias"), "{error}");
    Ok(())
}
