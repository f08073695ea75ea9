//! How many statements are sent.

use crate::models::{Customer, CustomerFactory, Note, NoteFactory, Order, OrderFactory};
use manybase_db::{Db, Executor, Result};
use manybase_record::prelude::*;
use manybase_test::{assert_max_queries, assert_queries, count_queries};

async fn counted(db: Db) -> Result<()> {
    let ann = CustomerFactory::new().create(&db).await?;
    // The hooks of an order update its customer.
    let order = assert_queries!(db, 2, OrderFactory::new().customer(&ann).create(&db))?;
    assert_queries!(db, 1, Order::find(order.id).one(&db))?;
    let all = assert_queries!(&db, 2, async {
        Customer::query().include(|c| c.orders).all(&db).await
    })?;
    assert_eq!(all[0].orders.loaded()?.len(), 1);
    assert_max_queries!(db, 3, async { Customer::query().count(&db).await })?;
    // A transaction's own statements do not count, in whatever it is put.
    assert_queries!(db, 1, async {
        db.transaction(async |tx| {
            tx.transaction(async |inner| Customer::query().count(inner).await)
                .await
        })
        .await
    })?;
    assert_queries!(db, 0, async {});
    Ok(())
}

macro_rules! each {
    ($($name:ident $kind:literal $isolation:literal;)*) => {$(
        #[manybase_test::test(connections(app = $kind), models(Customer, Order), isolation = $isolation)]
        async fn $name(db: Db) -> Result<()> {
            counted(db).await
        }
    )*};
}

each! {
    in_memory "sqlite" "memory";
    in_a_file "sqlite" "file";
    postgres_tx "postgres" "tx";
    postgres_clone "postgres" "clone";
    mariadb_tx "mysql" "tx";
    mariadb_clone "mysql" "clone";
}

#[manybase_test::test(models(Customer, Note))]
async fn by_connection(db: Db) -> Result<()> {
    assert_queries!(db, [main = 1, audit = 1], NoteFactory::new().create(&db))?;
    // Names that Rust does not take are written as texts.
    assert_queries!(db, ["main" = 0, "audit" = 1], Note::query().count(&db))?;
    let (_, queries) = count_queries(&db, Note::query().count(&db)).await?;
    assert_eq!(
        (queries.total(), queries.on("audit"), queries.on("main")),
        (1, 1, 0)
    );
    Ok(())
}

#[manybase_test::test(models(Customer))]
#[should_panic(
    expected = "expected 0 statements, and 1 were sent (1 on \"main\"):\n   1. main: SELECT COUNT(*)"
)]
async fn what_was_sent_is_in_the_message(db: Db) {
    let _ = assert_queries!(db, 0, Customer::query().count(&db));
}

/// The future of a count is dropped: the next one begins anew.
#[manybase_test::test(models(Customer))]
async fn a_count_that_is_cut_off(db: Db) -> Result<()> {
    let never = count_queries(&db, std::future::pending::<()>());
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(5), never)
            .await
            .is_err()
    );
    assert_queries!(db, 1, Customer::query().count(&db))?;
    Ok(())
}

#[tokio::test]
async fn a_db_that_nobody_watches() {
    let db = Db::builder()
        .connect("main", "sqlite::memory:")
        .build()
        .expect("a Db");
    let error = count_queries(&db, async {}).await.unwrap_err().to_string();
    assert!(error.contains("testing::watched"), "{error}");
    assert!(db.runs_hooks());
}
