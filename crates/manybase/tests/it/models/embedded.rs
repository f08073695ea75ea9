//! Structs inside of models.

use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{Result, create_table};
use std::sync::Arc;

on_every_database! { embedded_structs }

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Address {
    street: String,
    #[model(column = "TOWN")]
    city: Option<String>,
    #[model(json)]
    phones: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Position {
    lat: f64,
    lon: f64,
    #[model(precision = (8, 2))]
    height: Decimal,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Person {
    #[model(key, auto)]
    id: i64,
    #[model(embedded)]
    home: Address,
    #[model(embedded, prefix = "w ")]
    work: Address,
    #[model(embedded, prefix = "")]
    at: Position,
    name: String,
}

async fn embedded_structs(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let names: Vec<_> = Person::meta()
        .columns
        .iter()
        .map(|column| &*column.name)
        .collect();
    assert_eq!(
        names,
        [
            "id",
            "home_street",
            "home_TOWN",
            "home_phones",
            "w street",
            "w TOWN",
            "w phones",
            "lat",
            "lon",
            "height",
            "name"
        ]
    );
    let address = |street: &str, city: Option<&str>| Address {
        street: street.into(),
        city: city.map(Into::into),
        phones: vec!["1".into(), "2\"'".into()],
    };
    let person = Person {
        id: 0,
        home: address("Main St.", Some("Graz")),
        work: address("Side St.", None),
        at: Position {
            lat: 47.07,
            lon: 15.44,
            height: Decimal::new(35_350, 2),
        },
        name: "Ann".into(),
    };
    let mut one = person.insert(db).await?;
    assert_eq!(Person::find(one.id).one(db).await?, one);
    one.home.city = None;
    one.work.phones.clear();
    one.at.lat = 47.0;
    assert_eq!(one.dirty_fields(), ["home.city", "work.phones", "at.lat"]);
    one.save(db).await?;
    assert_eq!(Person::find(one.id).one(db).await?, one);
    let query = Person::filter(|c| {
        c.home.street.eq("Main St.") & c.home.city.is_null() & c.at.height.gt(Decimal::ONE)
    });
    assert_eq!(
        query.select(|c| (c.work.street, c.at.lon)).one(db).await?,
        ("Side St.".into(), 15.44)
    );
    let set = Person::query().update(db, |c| (c.work.city.set("Linz"), c.at.lon.set(c.at.lat + 1.0)));
    assert_eq!(set.await?, 1);
    one.refresh(db).await?;
    assert_eq!((one.work.city.as_deref(), one.at.lon), (Some("Linz"), 48.0));
    Ok(())
}
