//! Tests that fail or die, each run in a process of its own by `failing` and `leftovers`.

use crate::models::{Customer, CustomerFactory, Order};
use manybase_db::{Db, Error, ErrorKind, Result};

#[manybase_test::test(models(Customer), isolation = "file")]
#[ignore = "fails"]
async fn panics_in_a_file(db: Db) {
    CustomerFactory::new()
        .name("Left")
        .create(&db)
        .await
        .expect("works");
    panic!("on purpose");
}

#[manybase_test::test(models(Customer), isolation = "memory")]
#[ignore = "fails"]
async fn errs_in_memory(db: Db) -> Result<()> {
    CustomerFactory::new().name("Left").create(&db).await?;
    Err(Error::new(ErrorKind::NotFound, "on purpose"))
}

#[manybase_test::test(connections(app = "postgres"), models(Customer, Order), isolation = "clone")]
#[ignore = "fails"]
async fn panics_on_postgres(db: Db) {
    CustomerFactory::new()
        .name("Left")
        .create(&db)
        .await
        .expect("works");
    panic!("on purpose");
}

#[manybase_test::test(connections(app = "mariadb"), models(Customer, Order))]
#[ignore = "fails"]
async fn panics_in_a_transaction(db: Db) {
    CustomerFactory::new().create(&db).await.expect("works");
    panic!("on purpose");
}

#[manybase_test::test(models(Customer), isolation = "file", timeout = "200ms")]
#[ignore = "fails"]
async fn never_ends(db: Db) {
    CustomerFactory::new().create(&db).await.expect("works");
    std::future::pending::<()>().await;
}

#[manybase_test::test(models(Customer), isolation = "file")]
#[ignore = "fails"]
#[should_panic(expected = "something else")]
async fn should_panic_and_does_not(_db: Db) {}

/// Waits to be killed, once it has told that it is there.
#[manybase_test::test(
    connections(app = "postgres", files = "sqlite"),
    default = "app",
    models(Customer, Order)
)]
#[ignore = "waits to be killed"]
async fn waits(db: Db) {
    CustomerFactory::new().create(&db).await.expect("works");
    let address = db.connection("app").expect("is there").address();
    let file = std::env::var("MANYBASE_TEST_TOLD").expect("where to tell");
    std::fs::write(format!("{file}.part"), address).expect("tells");
    std::fs::rename(format!("{file}.part"), file).expect("tells");
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
}

/// On a server that outlives the process.
#[manybase_test::test(
    connections(app = "env:MANYBASE_IT_URL"),
    models(Customer, Order),
    isolation = "clone"
)]
#[ignore = "needs a server"]
async fn waits_on_a_server(db: Db) {
    CustomerFactory::new().create(&db).await.expect("works");
    let Ok(file) = std::env::var("MANYBASE_TEST_TOLD") else {
        return;
    };
    std::fs::write(file, "there").expect("tells");
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
}

#[manybase_test::test(
    connections(app = "env:MANYBASE_IT_URL"),
    models(Customer, Order),
    isolation = "clone"
)]
#[ignore = "needs a server"]
async fn fails_on_a_server(db: Db) {
    CustomerFactory::new().create(&db).await.expect("works");
    panic!("on purpose");
}

#[manybase_test::test(connections(app = "sqlite"), models(Customer, Order))]
#[ignore = "needs a project"]
async fn customers_of_the_project(db: Db) -> Result<()> {
    crate::migrated::counts_customers(&db).await
}

#[manybase_test::test(connections(app = "sqlite"), models(Customer, Order), migrations = false)]
#[ignore = "needs a project"]
async fn customers_without_migrations(db: Db) -> Result<()> {
    crate::migrated::counts_customers(&db).await
}

#[manybase_test::test(
    connections(app = "env:MANYBASE_IT_URL"),
    models(Customer, Order),
    isolation = "clone"
)]
#[ignore = "needs a project and a server"]
async fn customers_on_a_server(db: Db) -> Result<()> {
    crate::migrated::counts_customers(&db).await
}
