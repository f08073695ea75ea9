//! Factories, with parents in their own databases.

use crate::models::{Customer, CustomerFactory, Kind, Note, NoteFactory, Order, OrderFactory};
use manybase_db::{Db, Result};
use manybase_record::prelude::*;
use rust_decimal::Decimal;
use std::collections::HashSet;

#[test]
fn a_record_without_a_database() {
    let one = CustomerFactory::new().city("Rome".to_owned()).build();
    let other = CustomerFactory::new().name("Bob").build();
    assert_eq!(
        (one.name.as_str(), one.city.as_deref()),
        ("Somebody", Some("Rome"))
    );
    assert_eq!((other.name.as_str(), other.city), ("Bob", None));
    assert_ne!(one.email, other.email);
    // Nothing is created for it.
    assert_eq!(OrderFactory::new().build().customer_id, 0);
}

#[manybase_test::test(models(Customer, Order))]
async fn many_with_sequences(db: Db) -> Result<()> {
    let all = CustomerFactory::new().name("Twin").create_many(3, &db).await?;
    let emails: HashSet<_> = all.iter().map(|customer| customer.email.clone()).collect();
    assert_eq!(emails.len(), 3);
    assert!(
        all.iter()
            .all(|customer| customer.name == "Twin" && customer.id > 0)
    );
    Ok(())
}

#[manybase_test::test(models(Customer, Order))]
async fn parents_are_created_unless_they_are_said(db: Db) -> Result<()> {
    let order = OrderFactory::new().create(&db).await?;
    assert_eq!(Customer::find(order.customer_id).one(&db).await?.name, "Somebody");
    let ann = CustomerFactory::new().name("Ann").create(&db).await?;
    let of_ann = OrderFactory::new()
        .customer(&ann)
        .total(Decimal::from(7))
        .create_many(2, &db)
        .await?;
    assert!(
        of_ann
            .iter()
            .all(|order| order.customer_id == ann.id && order.total == Decimal::from(7))
    );
    let bob = CustomerFactory::new().name("Bob");
    let of_bob = OrderFactory::new().customer_from(bob).create(&db).await?;
    assert_eq!(Customer::find(of_bob.customer_id).one(&db).await?.name, "Bob");
    assert_eq!(Customer::query().count(&db).await?, 3);
    Ok(())
}

macro_rules! across {
    ($($name:ident $app:literal $audit:literal;)*) => {$(
        #[manybase_test::test(connections(app = $app, audit = $audit), default = "app", models(Customer, Order, Note))]
        async fn $name(db: Db) -> Result<()> {
            let note = NoteFactory::new().kind(Kind::Long).create(&db).await?;
            let parent = Customer::query().using("app").one(&db).await?;
            assert_eq!((note.customer_id, note.kind), (Some(parent.id), Kind::Long));
            Ok(())
        }
    )*};
}

across! {
    a_parent_in_another_file "sqlite" "sqlite";
    a_parent_on_another_server "mariadb" "postgres";
}
