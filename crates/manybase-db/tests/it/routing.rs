//! Which connection a statement goes to.

use crate::fake::{Fake, run, run_at, to, write};
use manybase_db::{Access, Db, ErrorKind, Executor, Route};

fn bound(connection: &'static str) -> Route<'static> {
    Route {
        bound: Some(connection),
        model: Some("Customer"),
        ..Route::default()
    }
}

fn name(on: &dyn Executor, route: Route<'_>) -> String {
    on.resolve(route).unwrap().to_string()
}

#[tokio::test]
async fn using_goes_before_the_model_before_the_scope_before_the_default() {
    let db = Fake::default().two().await;
    let all = Route {
        using: Some("a"),
        ..bound("b")
    };
    assert_eq!(name(&db, all), "a");
    assert_eq!(name(&db, bound("b")), "b");
    assert_eq!(name(&db.using("a"), bound("b")), "b");
    assert_eq!(name(&db.using("b"), Route::default()), "b");
    assert_eq!(name(&db.using("b"), to("a")), "a");
    assert_eq!(name(&db, Route::default()), "a");
    assert_eq!(name(&&db, Route::default()), "a");
    assert_eq!(name(&std::sync::Arc::new(db), Route::default()), "a");
}

#[tokio::test]
async fn statements_arrive_where_they_should() {
    let fake = Fake::default();
    let db = fake.two().await;
    run(&db, "one").await.unwrap();
    run_at(&db, bound("b"), "two").await.unwrap();
    run(&db.using("b"), "three").await.unwrap();
    assert_eq!(fake.log(), ["a: one", "b: two", "b: three"]);
}

#[tokio::test]
async fn an_unknown_name_is_told_with_the_nearest_one() {
    let db = Fake::default()
        .db()
        .connect("archive", "fake://postgres/x")
        .connect("erp", "fake://postgres/y")
        .open()
        .await
        .unwrap();
    let error = run_at(&db, bound("achive"), "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownConnection);
    assert_eq!(
        error.to_string(),
        "unknown connection, model Customer: there is no connection \"achive\"; \
         did you mean \"archive\"? there are: \"archive\", \"erp\""
    );
    // A scope that does not exist is found out at the first use.
    let error = run(&db.using("nowhere"), "x").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown connection: there is no connection \"nowhere\"; there are: \"archive\", \"erp\""
    );
    assert_eq!(
        db.connection("erb").unwrap_err().kind(),
        ErrorKind::UnknownConnection
    );
}

#[tokio::test]
async fn the_default_is_the_only_one_or_has_a_usual_name() {
    let open = async |names: &[&str]| -> Db {
        let fake = Fake::default();
        let connect = |db, name: &&str| -> manybase_db::DbBuilder {
            manybase_db::DbBuilder::connect(db, *name, "fake://postgres/x")
        };
        names.iter().fold(fake.db(), connect).open().await.unwrap()
    };
    assert_eq!(name(&open(&["x"]).await, Route::default()), "x");
    assert_eq!(name(&open(&["x", "main"]).await, Route::default()), "main");
    assert_eq!(
        name(&open(&["x", "main", "default"]).await, Route::default()),
        "default"
    );
    let error = open(&["x", "y"]).await.resolve(Route::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "configuration error: no connection is named, and none of \"x\", \"y\" is the default; \
         write `default = \"…\"` into the configuration file, bind the model to a connection, or name one with \
         `.using(\"…\")`"
    );
    let error = open(&[]).await.resolve(Route::default()).unwrap_err();
    assert!(error.to_string().contains("there are no connections"), "{error}");
}

#[tokio::test]
async fn a_tenant_that_comes_later_does_not_change_the_default() {
    let db = Fake::default()
        .db()
        .connect("x", "fake://postgres/x")
        .open()
        .await
        .unwrap();
    db.add("main", "fake://postgres/main").unwrap();
    db.add("y", "fake://postgres/y").unwrap();
    assert_eq!(name(&db, Route::default()), "x");
}

#[tokio::test]
async fn an_unknown_default_is_an_error_at_once() {
    let db = Fake::default()
        .db()
        .connect("erp", "fake://postgres/x")
        .default_connection("epr");
    assert_eq!(
        db.build().unwrap_err().to_string(),
        "configuration error: default_connection: there is no connection \"epr\"; did you mean \"erp\"? there are: \"erp\""
    );
}

#[tokio::test]
async fn errors_of_a_lease_name_connection_and_model() {
    let db = Fake::default().two().await;
    let error = run_at(&db, bound("b"), "UNIQUE").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "unique violation on connection \"b\", model Customer: the database says no (code 7)"
    );
    let error = run_at(&db, bound("b"), "NOT SENT").await.unwrap_err();
    assert_eq!((error.connection(), error.model()), (Some("b"), Some("Customer")));
}

#[tokio::test]
async fn a_lease_for_reading_does_not_write() {
    let fake = Fake::default();
    let db = fake.two().await;
    let mut lease = db.lease(bound("a"), Access::Read).await.unwrap();
    assert_eq!(
        lease.execute(write("x")).await.unwrap_err().kind(),
        ErrorKind::ReadOnly
    );
    assert_eq!(
        lease.script("x".into()).await.unwrap_err().kind(),
        ErrorKind::ReadOnly
    );
    assert_eq!(
        lease.batch(vec![write("x")], true).await.unwrap_err().kind(),
        ErrorKind::ReadOnly
    );
    assert_eq!(fake.log(), [] as [&str; 0]);
    assert_eq!(
        (&**lease.connection(), lease.dialect().name()),
        ("a", "PostgreSQL")
    );
}

#[tokio::test]
async fn units_of_a_lease_nest() {
    let fake = Fake::default();
    let db = fake.two().await;
    let mut lease = db.lease(Route::default(), Access::Write).await.unwrap();
    assert!(!lease.in_transaction());
    assert_eq!(
        lease.commit_nested().await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
    lease.begin_nested().await.unwrap();
    assert!(lease.in_transaction());
    lease.begin_nested().await.unwrap();
    lease.execute(write("x")).await.unwrap();
    lease.rollback_nested().await.unwrap();
    lease.commit_nested().await.unwrap();
    assert!(!lease.in_transaction());
    let sent = [
        "BEGIN",
        "SAVEPOINT mb_1",
        "x",
        "ROLLBACK TO SAVEPOINT mb_1",
        "RELEASE SAVEPOINT mb_1",
        "COMMIT",
    ];
    assert_eq!(fake.log(), sent.map(|line| format!("a: {line}")));

    lease.begin_nested().await.unwrap();
    lease.execute(write("UNIQUE")).await.unwrap_err();
    assert_eq!(
        lease.execute(write("y")).await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
    assert_eq!(
        lease.commit_nested().await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
    lease.execute(write("z")).await.unwrap();
    assert_eq!(fake.log(), ["a: BEGIN", "a: UNIQUE", "a: ROLLBACK", "a: z"]);

    lease.begin_nested().await.unwrap();
    drop(lease);
    fake.wait_for("a: reset").await;
}
