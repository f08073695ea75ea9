//! Nobody sees what another test does, whatever the isolation.

use crate::models::{Customer, CustomerFactory, Order};
use manybase_db::{Db, ErrorKind, Executor, Result, TransactionSettings};
use manybase_record::{prelude::*, sql};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Two tests of the same kind wait for each other here, so that they run at the same time.
struct Both(AtomicUsize);

impl Both {
    const fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// For so long as a machine may have only one thread for tests.
    async fn meet(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
        for _ in 0..100 {
            if self.0.load(Ordering::SeqCst) >= 2 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

async fn alone(db: Db, both: &Both) -> Result<()> {
    assert_eq!(Customer::query().count(&db).await?, 0);
    let ann = CustomerFactory::new()
        .email("the@same.example")
        .create(&db)
        .await?;
    // A database of one's own numbers its rows from the start; one that is shared does not go back.
    both.meet().await;
    db.transaction(async |tx| CustomerFactory::new().create(tx).await.map(drop))
        .await?;
    assert_eq!(Customer::query().count(&db).await?, 2);
    assert!(ann.id > 0);
    let undone: Result<()> = db
        .transaction(async |tx| {
            Customer::query().delete(tx).await?;
            Err(manybase_db::Error::new(ErrorKind::NotFound, "undo"))
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(Customer::query().count(&db).await?, 2);
    Ok(())
}

/// Two tests that do the same with the same rows.
macro_rules! twice {
    ($($module:ident $kind:literal $isolation:literal;)*) => {$(
        mod $module {
            use super::*;

            static BOTH: Both = Both::new();

            #[manybase_test::test(connections(app = $kind), models(Customer, Order), isolation = $isolation)]
            async fn one(db: Db) -> Result<()> {
                alone(db, &BOTH).await
            }

            #[manybase_test::test(connections(app = $kind), models(Customer, Order), isolation = $isolation)]
            async fn other(db: Db) -> Result<()> {
                alone(db, &BOTH).await
            }
        }
    )*};
}

twice! {
    memory "sqlite" "memory";
    file "sqlite" "file";
    sqlite_in_a_transaction "sqlite" "tx";
    sqlite_clone "sqlite" "clone";
    postgres_clone "postgres" "clone";
    mariadb_clone "mariadb" "clone";
}

/// In a transaction, equal values of a unique column wait for each other: each test has its own.
macro_rules! in_a_transaction {
    ($($module:ident $kind:literal;)*) => {$(
        mod $module {
            use super::*;

            static BOTH: Both = Both::new();

            #[manybase_test::test(connections(app = $kind), models(Customer, Order), isolation = "tx")]
            async fn one(db: Db) -> Result<()> {
                own_rows(db, &BOTH).await
            }

            #[manybase_test::test(connections(app = $kind), models(Customer, Order))]
            async fn other(db: Db) -> Result<()> {
                own_rows(db, &BOTH).await
            }

            #[manybase_test::test(connections(app = $kind), models(Customer, Order), isolation = "tx")]
            async fn errors_do_not_end_it(db: Db) -> Result<()> {
                errors(db).await
            }
        }
    )*};
}

in_a_transaction! {
    postgres_tx "postgres";
    mariadb_tx "mariadb";
}

async fn own_rows(db: Db, both: &Both) -> Result<()> {
    assert_eq!(Customer::query().count(&db).await?, 0);
    CustomerFactory::new().create_many(3, &db).await?;
    both.meet().await;
    db.transaction(async |tx| {
        CustomerFactory::new().create(tx).await?;
        tx.transaction(async |inner| CustomerFactory::new().create(inner).await.map(drop))
            .await
    })
    .await?;
    assert_eq!(Customer::query().count(&db).await?, 5);
    // A transaction that is dropped leaves nothing, and the next statement does not wait.
    let dropped = db.begin().await?;
    CustomerFactory::new().create(&dropped).await?;
    drop(dropped);
    assert_eq!(Customer::query().count(&db).await?, 5);
    Ok(())
}

async fn errors(db: Db) -> Result<()> {
    CustomerFactory::new()
        .email("twice@example.com")
        .create(&db)
        .await?;
    let again = CustomerFactory::new()
        .email("twice@example.com")
        .create(&db)
        .await;
    assert!(again.unwrap_err().is_unique_violation());
    assert_eq!(Customer::query().count(&db).await?, 1);
    // What would end the transaction around the test, or can't be had inside it, says what to do.
    for text in ["COMMIT", "ROLLBACK"] {
        let error = sql(text).execute(&db).await.unwrap_err().to_string();
        assert!(error.contains("isolation = \"clone\""), "{error}");
    }
    let definition = sql("CREATE TABLE extra (a INTEGER)").execute(&db).await;
    let commits = !db
        .dialect(manybase_db::Route::default())?
        .capability()
        .transactional_ddl;
    assert_eq!(definition.is_err(), commits);
    let settings = TransactionSettings::new().isolation(manybase_driver::IsolationLevel::Serializable);
    let level = db
        .transaction_with(settings)
        .run(async |tx| Customer::query().count(tx).await)
        .await;
    assert_eq!(level.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(Customer::query().count(&db).await?, 1);
    Ok(())
}

/// Copies are numbered as the template is, also those that have been used before.
macro_rules! numbers {
    ($($one:ident $other:ident $kind:literal;)*) => {$(
        #[manybase_test::test(connections(app = $kind), models(Customer, Order), isolation = "clone")]
        async fn $one(db: Db) -> Result<()> {
            assert_eq!(CustomerFactory::new().create(&db).await?.id, 1);
            Ok(())
        }

        #[manybase_test::test(connections(app = $kind), models(Customer, Order), isolation = "clone")]
        async fn $other(db: Db) -> Result<()> {
            assert_eq!(CustomerFactory::new().create_many(2, &db).await?[1].id, 2);
            // A test may change tables: the next one has its own.
            sql("ALTER TABLE customer ADD extra INTEGER").execute(&db).await.map(drop)
        }
    )*};
}

numbers! {
    first_sqlite then_sqlite "sqlite";
    first_postgres then_postgres "postgres";
    first_mariadb then_mariadb "mariadb";
}

/// In memory one connection does everything; a file has readers beside the writer.
#[manybase_test::test(models(Customer), isolation = "file")]
async fn a_file_is_read_while_it_is_written(db: Db) -> Result<()> {
    let tx = db.begin().await?;
    CustomerFactory::new().create(&tx).await?;
    assert_eq!(Customer::query().count(&db).await?, 0);
    tx.commit().await?;
    assert_eq!(Customer::query().count(&db).await?, 1);
    let mode: String = sql("SELECT journal_mode FROM pragma_journal_mode")
        .reads()
        .scalar(&db)
        .await?;
    assert_eq!(mode, "wal");
    Ok(())
}

#[manybase_test::test(models(Customer), threads = 2, timeout = "20s")]
async fn tasks_of_a_test_run_on_its_threads(db: Db) {
    let other = db.clone();
    let task = tokio::spawn(async move { CustomerFactory::new().create(&other).await.map(drop) });
    task.await.expect("no panic").expect("works");
    assert_eq!(Customer::query().count(&db).await.expect("works"), 1);
}

#[manybase_test::test(schema("tests/fixtures/schema.sql"))]
async fn tables_from_a_file(db: Db) -> Result<()> {
    let name: String = sql("SELECT name FROM plain").scalar(&db).await?;
    assert_eq!(name, "from the file");
    Ok(())
}
