//! Tests with several databases.

use crate::models::{Customer, CustomerFactory, Note, NoteFactory, Order};
use manybase_db::{Db, ErrorKind, Result};
use manybase_record::prelude::*;

async fn both(db: &Db) -> Result<()> {
    db.transaction(async |tx| {
        let ann = CustomerFactory::new().create(tx).await?;
        NoteFactory::new().customer(&ann).create(tx).await.map(drop)
    })
    .await?;
    assert_eq!(
        (Customer::query().count(db).await?, Note::query().count(db).await?),
        (1, 1)
    );
    Ok(())
}

macro_rules! pairs {
    ($($name:ident $app:literal $audit:literal;)*) => {$(
        #[manybase_test::test(connections(app = $app, audit = $audit), default = "app", models(Customer, Order, Note))]
        async fn $name(db: Db) -> Result<()> {
            both(&db).await
        }
    )*};
}

pairs! {
    postgres_and_sqlite "postgres" "sqlite";
    postgres_and_mariadb "postgres" "mariadb";
    mariadb_and_sqlite "mariadb" "sqlite";
}

/// What a test has prepared and not finished does not hold up the end of its databases.
#[manybase_test::test(
    connections(app = "postgres", audit = "mariadb"),
    default = "app",
    models(Customer, Order, Note)
)]
async fn prepared_and_forgotten(db: Db) -> Result<()> {
    let tx = db.begin().await?;
    let ann = CustomerFactory::new().create(&tx).await?;
    NoteFactory::new().customer(&ann).create(&tx).await?;
    let prepared = tx.prepare().await?;
    std::mem::forget(prepared);
    Ok(())
}

/// Without `connections(…)` there is one in SQLite for each that the models are bound to.
#[manybase_test::test(models(Note, Customer))]
async fn connections_of_the_models(db: Db) {
    assert_eq!(db.connections(), ["audit".into(), "main".into()]);
}

#[manybase_test::test(models(Customer))]
async fn a_connection_that_was_not_declared(db: Db) {
    let error = Note::query().count(&db).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownConnection);
    let text = error.to_string();
    let says = "#[manybase::test(connections(main = \"sqlite\", audit = \"sqlite\"))]";
    assert!(text.contains(says) && text.contains("several.rs:"), "{text}");
}

#[manybase_test::test(connections(app = "sqlite"), models(Note))]
#[should_panic(expected = "Note is bound to the connection \"audit\", which this test does not have")]
async fn a_model_whose_connection_was_not_declared(_db: Db) {}
