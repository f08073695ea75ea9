//! Rows with names, from files and from code.

use crate::models::{Customer, CustomerFactory, Kind, Note, Order};
use chrono::{TimeZone, Utc};
use manybase_db::{Db, ErrorKind, Executor, Result};
use manybase_record::prelude::*;
use manybase_test::derive::{ModelEntry, Spec};
use manybase_test::{Isolation, fixture, name};
use rust_decimal::Decimal;
use std::panic::catch_unwind;
use std::time::Duration;

/// Rows that a file can't say.
async fn more(db: &Db) -> Result<()> {
    let ann = fixture::<Customer>(db, "ann").await?;
    let order = Order {
        id: 0,
        customer_id: ann.id,
        total: Decimal::ONE,
        version: 0,
        created_at: Utc::now(),
        customer: BelongsTo::default(),
    };
    name(db, "third", &*order.insert(&db.without_hooks()).await?)
}

async fn shop(db: Db) -> Result<()> {
    let ann = fixture::<Customer>(&db, "ann").await?;
    assert_eq!((ann.name.as_str(), ann.city.as_deref()), ("Ann", Some("Rome")));
    let first = fixture::<Order>(&db, "first").await?;
    assert_eq!((first.customer_id, first.total), (ann.id, Decimal::new(1_250, 2)));
    let note = fixture::<Note>(&db, "hello").await?;
    assert_eq!(
        (note.text.as_str(), note.customer_id, note.kind),
        ("007", Some(ann.id), Kind::Short)
    );
    assert_eq!(note.tags.0, serde_json::json!(["a", 1, { "deep": true }]));
    assert_eq!(note.at, Some(Utc.with_ymd_and_hms(2026, 1, 31, 0, 0, 0).unwrap()));
    assert_eq!(fixture::<Order>(&db, "third").await?.total, Decimal::ONE);
    // The next ones are numbered after them.
    let next = CustomerFactory::new().create(&db).await?;
    assert_eq!((next.id, Customer::query().count(&db).await?), (3, 3));
    let error = fixture::<Customer>(&db, "carl").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("there are: ann, bob"), "{error}");
    Ok(())
}

macro_rules! each {
    ($($first:ident $second:ident $app:literal $audit:literal;)*) => {$(
        #[manybase_test::test(
            connections(app = $app, audit = $audit), default = "app", models(Order, Customer, Note),
            fixtures("tests/fixtures/notes.yaml", "tests/fixtures/shop.yaml"), setup = more
        )]
        async fn $first(db: Db) -> Result<()> {
            shop(db).await
        }

        /// The same template, and nothing of the other test.
        #[manybase_test::test(
            connections(app = $app, audit = $audit), default = "app", models(Order, Customer, Note),
            fixtures("tests/fixtures/notes.yaml", "tests/fixtures/shop.yaml"), setup = more
        )]
        async fn $second(db: Db) -> Result<()> {
            shop(db).await
        }
    )*};
}

each! {
    in_files again_in_files "sqlite" "sqlite";
    on_postgres again_on_postgres "postgres" "sqlite";
    on_mariadb again_on_mariadb "mariadb" "postgres";
}

/// What a test with this file dies of.
fn refused(text: &'static str) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("f.yaml"), text).expect("a file");
    let manifest: &'static str = Box::leak(directory.path().display().to_string().into_boxed_str());
    let spec = Spec {
        name: "it::refused",
        package: "manybase-test",
        manifest,
        place: (file!(), line!()),
        connections: &[],
        default: Some("main"),
        isolation: Isolation::Auto,
        models: vec![
            ModelEntry::of::<Customer>(),
            ModelEntry::of::<Order>(),
            ModelEntry::of::<Note>(),
        ],
        migrations: Default::default(),
        schema: &[],
        fixtures: &["f.yaml"],
        setup: None,
        timeout: Duration::from_secs(30),
        threads: 1,
        should_panic: false,
    };
    let run = std::panic::AssertUnwindSafe(|| manybase_test::derive::run(&spec, async |_db: Db| {}));
    let panic = catch_unwind(run).expect_err("it is refused");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn mistakes_are_told_with_file_and_line() {
    let ann = "Customer:\n  ann:\n    name: Ann\n    email: a@b.c\n";
    for (text, says) in [
        (
            "Custommer:\n  ann: {}\n",
            "f.yaml:1: \"Custommer\" is no model of this test; add it to models(…) of the test",
        ),
        (
            "Customer:\n  ann:\n    nam: Ann\n",
            "f.yaml:3: Customer has no column or relation \"nam\"; there are: id, email, name",
        ),
        (
            "Customer:\n  ann:\n    name: Ann\n",
            "f.yaml:2: Customer.email has no value in the row \"ann\"",
        ),
        (
            "Order:\n  one:\n    customer: ~\n    total: much\n",
            "f.yaml:4: Order.total: \"much\" is no decimal",
        ),
        (
            "Order:\n  one:\n    total: 1\n    customer: carl\n",
            "f.yaml:4: customer: no row of Customer is called \"carl\"",
        ),
        (
            "Order:\n  one:\n    total: ~\n",
            "f.yaml:3: Order.total can't be NULL",
        ),
        (
            "Note:\n  n:\n    text: a\n    kind: odd\n    tags: {}\n",
            "stands for none of the variants",
        ),
        ("Customer:\n  - ann\n", "f.yaml:2: rows have names"),
    ] {
        let message = refused(text);
        assert!(message.contains(says), "{text}: {message}");
    }
    let twice = Box::leak(format!("{ann}  bob:\n    name: Bob\n    email: a@b.c\n").into_boxed_str());
    let message = refused(twice);
    assert!(
        message.contains("f.yaml:5: the row \"bob\": unique violation"),
        "{message}"
    );
}
