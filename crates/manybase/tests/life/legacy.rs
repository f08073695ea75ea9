//! Schemas that nobody would make today.

use crate::support::{Kind, On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table, sql};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

on_every_database! {
    names_of_any_kind,
    padded_columns,
    padded_keys,
    codes_that_nobody_knows,
    numbers_that_nobody_knows,
    columns_put_together,
    two_models_of_one_table,
    enums_of_the_database,
}

/// A natural key of three columns, and names with spaces, quotes, dots and keywords.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Order Lines")]
struct Line {
    #[model(key, column = "Company No.", length = 3)]
    company: String,
    #[model(key, column = "ORDER")]
    order: i32,
    #[model(key, column = "line\"no")]
    line: i16,
    #[model(column = "Qty (ordered)")]
    qty: i32,
    #[model(column = "Größe", length = 20)]
    size: Option<String>,
    #[model(soft_delete, column = "deleted?")]
    deleted: Option<NaiveDateTime>,
}

fn line(company: &str, order: i32, line: i16) -> Line {
    Line {
        company: company.into(),
        order,
        line,
        qty: order * 10,
        size: None,
        deleted: None,
    }
}

async fn names_of_any_kind(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Line>(db).await?;
    Line::insert_many([line("A", 1, 1), line("A", 1, 2), line("B", 1, 1)], db).await?;
    let mut one = Line::find(("A".to_owned(), 1, 2)).one(db).await?;
    one.size = Some("ß".into());
    one.increment(db, |c| c.qty, 5).await?;
    assert!(one.save(db).await?);
    assert_eq!(Line::filter(|c| c.size.eq("ß")).one(db).await?.qty, 15);
    one.delete(db).await?;
    assert!(
        Line::find(("A".to_owned(), 1, 2))
            .one_or_none(db)
            .await?
            .is_none()
    );
    let mut back = Line::query().only_deleted().one(db).await?;
    assert!(back.restore(db).await?);
    let error = line("B", 1, 1).insert(db).await.expect_err("taken");
    let fields: Vec<_> = error
        .field_errors()
        .iter()
        .map(|one| one.field.to_string())
        .collect();
    assert_eq!(fields, ["company", "order", "line"], "{error}");
    // Another order of the same company, and a key that moves.
    let (found, created) = Line::find(("C".to_owned(), 1, 1))
        .find_or_create(db, || line("C", 1, 1))
        .await?;
    assert!(created);
    let mut moved = found;
    moved.order = 9;
    moved.save(db).await?;
    assert!(Line::find(("C".to_owned(), 9, 1)).exists(db).await?);
    Ok(())
}

/// Status codes of a legacy program: some are in no list any more.
#[derive(Debug, Clone, PartialEq, DbEnum)]
enum Status {
    #[db("A")]
    Active,
    #[db("I")]
    Inactive,
    #[db(unknown)]
    Unknown(String),
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "ARTICLES")]
struct Article {
    #[model(key, trim, column = "ART_NO", length = 8)]
    number: String,
    #[model(trim, column = "NAME", length = 20)]
    name: Option<String>,
    #[model(trim, column = "STATUS", length = 4)]
    status: Status,
    #[model(column = "N")]
    n: i32,
}

async fn padded(on: &On) -> Result<()> {
    // SQLite has no type that pads: a program did.
    on.execute(on.pick(
        "CREATE TABLE \"ARTICLES\" (\"ART_NO\" TEXT PRIMARY KEY, \"NAME\" TEXT, \"STATUS\" TEXT, \"N\" INTEGER)",
        "CREATE TABLE \"ARTICLES\" (\"ART_NO\" CHAR(8) PRIMARY KEY, \"NAME\" VARCHAR(20), \"STATUS\" CHAR(4), \"N\" INTEGER)",
        "CREATE TABLE `ARTICLES` (`ART_NO` CHAR(8) PRIMARY KEY, `NAME` VARCHAR(20), `STATUS` CHAR(4), `N` INTEGER)",
    ))
    .await?;
    let table = on.kind.quoted("ARTICLES");
    for row in [
        "'A1      ', 'Valve    ', 'A   ', 1",
        "'A2      ', NULL, 'I   ', 2",
        "' A3     ', ' Lens', 'X9  ', 3",
    ] {
        on.execute(format!("INSERT INTO {table} VALUES ({row})")).await?;
    }
    Ok(())
}

async fn padded_columns(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    padded(&on).await?;
    let all = Article::query().order_by(|c| c.n.asc()).all(db).await?;
    let read: Vec<_> = all
        .iter()
        .map(|one| (one.number.as_str(), one.name.as_deref(), one.status.clone()))
        .collect();
    let expected = [
        ("A1", Some("Valve"), Status::Active),
        ("A2", None, Status::Inactive),
        // Spaces at the front belong to it.
        (" A3", Some(" Lens"), Status::Unknown("X9".into())),
    ];
    assert_eq!(read, expected);
    let numbers = |query: Query<Article>| query.order_by(|c| c.n.asc()).select(|c| c.number).all(db);
    assert_eq!(numbers(Article::filter(|c| c.name.eq("Valve"))).await?, ["A1"]);
    assert_eq!(
        numbers(Article::filter(|c| c.status.eq(Status::Active))).await?,
        ["A1"]
    );
    assert_eq!(
        numbers(Article::filter(|c| c
            .status
            .in_list([Status::Inactive, Status::Unknown("X9".into())])))
        .await?,
        ["A2", " A3"]
    );
    assert_eq!(
        numbers(Article::filter(|c| c.name.ends_with("ve"))).await?,
        ["A1"]
    );
    assert_eq!(
        numbers(Article::filter(|c| c.number.between("A1", "A2"))).await?,
        ["A1", "A2"]
    );
    assert_eq!(
        Article::filter(|c| c.name.eq("Valve"))
            .update(db, |c| c.n.set(7))
            .await?,
        1
    );
    // The struct takes rows of raw SQL, too.
    let text = format!(
        "SELECT * FROM {} WHERE {} = 7",
        on.kind.quoted("ARTICLES"),
        on.kind.quoted("N")
    );
    let raw: Vec<Article> = sql(text).rows().all(db).await?;
    assert_eq!(raw[0].number, "A1");
    Ok(())
}

async fn padded_keys(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    padded(&on).await?;
    for _ in 0..2 {
        let mut one = Article::find("A1").one(db).await?;
        one.n += 1;
        assert!(one.save(db).await?);
        one.increment(db, |c| c.n, 10).await?;
        one.refresh(db).await?;
    }
    let one = Article::find("A1").one(db).await?;
    assert_eq!((one.n, one.is_dirty()), (23, false));
    one.delete(db).await?;
    assert!(!Article::find("A1").exists(db).await?);
    let new = Article {
        number: "B1".into(),
        name: None,
        status: Status::Active,
        n: 0,
    };
    new.insert(db).await?;
    assert_eq!(Article::find("B1").one(db).await?.status, Status::Active);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Coded {
    #[model(key)]
    id: i64,
    #[model(length = 30)]
    status: Status,
    before: Option<Status>,
}

async fn codes_that_nobody_knows(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Coded>(db).await?;
    let odd = ["", "a", "A ", "ä", "A\u{0301}", "a very long code of old"];
    for (id, code) in (1..).zip(odd) {
        let status = Status::Unknown(code.to_owned());
        Coded {
            id,
            status: status.clone(),
            before: None,
        }
        .insert(db)
        .await?;
        let mut found = Coded::find(id).one(db).await?;
        assert_eq!(found.status, status);
        // Written back, it is what it was.
        found.before = Some(found.status.clone());
        found.save(db).await?;
        let texts: (String, String) =
            sql("SELECT status, before FROM coded WHERE id = ?".replace("before", &on.kind.quoted("before")))
                .bind(id)
                .rows()
                .one(db)
                .await?;
        assert_eq!(texts, (code.to_owned(), code.to_owned()));
    }
    // A known value is its own variant, whoever wrote it.
    Coded {
        id: 90,
        status: Status::Unknown("I".into()),
        before: Some(Status::Active),
    }
    .insert(db)
    .await?;
    let known = Coded::filter(|c| c.status.eq(Status::Inactive)).one(db).await?;
    assert_eq!(
        (known.id, &known.status, &known.before),
        (90, &Status::Inactive, &Some(Status::Active))
    );
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, DbEnum)]
#[db(integer)]
enum Grade {
    #[db(1)]
    Low,
    #[db(9)]
    High,
    #[db(unknown)]
    Other(i64),
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Graded {
    #[model(key)]
    id: i64,
    grade: Grade,
}

async fn numbers_that_nobody_knows(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Graded>(db).await?;
    let grades = [
        Grade::Low,
        Grade::High,
        Grade::Other(0),
        Grade::Other(i64::MAX),
        Grade::Other(-5),
    ];
    for (id, grade) in (1..).zip(grades) {
        Graded { id, grade }.insert(db).await?;
        assert_eq!(Graded::find(id).one(db).await?.grade, grade);
    }
    assert_eq!(Graded::filter(|c| c.grade.gt(Grade::High)).one(db).await?.id, 4);
    // Without such a variant it is an error that names the column.
    #[derive(Debug, Clone, Copy, PartialEq, DbEnum)]
    #[db(integer)]
    enum Strict {
        Low = 1,
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    #[model(table = "graded")]
    struct Strictly {
        #[model(key)]
        id: i64,
        grade: Strict,
    }
    assert_eq!(Strictly::find(1).one(db).await?.grade, Strict::Low);
    fails_with(Strictly::find(2).one(db).await, ErrorKind::Decode, "Strictly");
    Ok(())
}

/// One column for each part, one field for the whole.
#[derive(Debug, Clone, PartialEq, Embedded)]
struct Name {
    #[model(column = "FIRST", trim, length = 10)]
    first: String,
    #[model(column = "LAST", trim, length = 10)]
    last: String,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Amount {
    #[model(column = "AMT", precision = (10, 2))]
    amount: Decimal,
    #[model(column = "CUR", trim, length = 3)]
    currency: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "people")]
struct Person {
    #[model(key)]
    id: i64,
    #[model(embedded, prefix = "NAME_")]
    name: Name,
    #[model(embedded, prefix = "LIM_")]
    limit: Amount,
    #[model(embedded, prefix = "BAL_")]
    balance: Amount,
}

async fn columns_put_together(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let amount = |cents, currency: &str| Amount {
        amount: Decimal::new(cents, 2),
        currency: currency.into(),
    };
    let name = Name {
        first: "Ann  ".into(),
        last: "Lee".into(),
    };
    Person {
        id: 1,
        name,
        limit: amount(10_050, "EUR"),
        balance: amount(-5, "USD"),
    }
    .insert(db)
    .await?;
    let mut ann = Person::filter(|c| c.name.first.eq("Ann") & c.limit.currency.eq("EUR"))
        .one(db)
        .await?;
    assert_eq!(ann.name.first, "Ann");
    ann.balance.currency = "EUR".into();
    assert_eq!(ann.dirty_fields(), ["balance.currency"]);
    ann.save(db).await?;
    ann.update_fields(db, |c| c.balance.amount.set(c.limit.amount))
        .await?;
    assert_eq!(ann.balance, ann.limit);
    Ok(())
}

/// What the list shows, and what the form writes.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "people", readonly)]
struct PersonRow {
    #[model(key)]
    id: i64,
    #[model(column = "NAME_LAST", trim)]
    last: String,
}

async fn two_models_of_one_table(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let amount = || Amount {
        amount: Decimal::ONE,
        currency: "EUR".into(),
    };
    let name = Name {
        first: "Ann".into(),
        last: "Lee".into(),
    };
    Person {
        id: 1,
        name,
        limit: amount(),
        balance: amount(),
    }
    .insert(db)
    .await?;
    // Texts of statements are kept for each model, not for each table.
    for _ in 0..2 {
        assert_eq!(PersonRow::find(1).one(db).await?.last, "Lee");
        assert_eq!(Person::find(1).one(db).await?.name.first, "Ann");
    }
    fails_with(
        PersonRow::find(1).one(db).await?.delete(db).await,
        ErrorKind::ReadOnly,
        "PersonRow",
    );
    Person::find(1).one(db).await?.delete(db).await?;
    assert_eq!(PersonRow::query().count(db).await?, 0);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, DbEnum)]
enum Mood {
    Glad,
    Sad,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Visitor {
    #[model(key)]
    id: i64,
    mood: Mood,
    other: Option<Mood>,
}

struct Those(std::vec::IntoIter<Visitor>);

impl futures_core::Stream for Those {
    type Item = Result<Visitor>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

/// A type of the database's own holds the values of an enum.
async fn enums_of_the_database(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    match on.kind {
        Kind::Postgres => {
            on.execute("CREATE TYPE mood AS ENUM ('glad', 'sad')").await?;
            on.execute("CREATE TABLE visitor (id bigint PRIMARY KEY, mood mood NOT NULL, other mood)")
                .await?;
        }
        Kind::MariaDb => {
            on.execute("CREATE TABLE visitor (id bigint PRIMARY KEY, mood ENUM('glad', 'sad') NOT NULL, other ENUM('glad', 'sad'))")
                .await?;
        }
        _ => create_table::<Visitor>(db).await?,
    }
    let visitor = |id, mood: Mood| Visitor {
        id,
        mood,
        other: None,
    };
    visitor(1, Mood::Glad).insert(db).await?;
    Visitor::insert_many((2..=40).map(|id| visitor(id, Mood::Sad)), db).await?;
    let more = Vec::from_iter((41..=60).map(|id| visitor(id, Mood::Glad)));
    let loaded = Visitor::bulk_load(Those(more.into_iter())).exec(db).await?;
    assert_eq!(loaded.inserted, 20);
    assert_eq!(Visitor::filter(|v| v.mood.eq(Mood::Glad)).count(db).await?, 21);
    Visitor::filter(|v| v.id.eq(1))
        .update(db, |v| v.mood.set(Mood::Sad))
        .await?;
    let mut first = Visitor::find(1).one(db).await?;
    first.other = Some(Mood::Glad);
    first.save(db).await?;
    Visitor::upsert_many([visitor(2, Mood::Glad), visitor(61, Mood::Glad)])
        .exec(db)
        .await?;
    assert_eq!(Visitor::filter(|v| v.mood.eq(Mood::Glad)).count(db).await?, 22);
    let changed = || [visitor(3, Mood::Glad), visitor(4, Mood::Glad)];
    if on.kind == Kind::Postgres {
        let error = Visitor::update_many(changed())
            .exec(db)
            .await
            .expect_err("needs a cast");
        assert!(error.to_string().contains("CREATE CAST"), "{error}");
        on.execute("CREATE CAST (text AS mood) WITH INOUT AS ASSIGNMENT")
            .await?;
    }
    assert_eq!(Visitor::update_many(changed()).exec(db).await?, 2);
    assert_eq!(Visitor::filter(|v| v.mood.eq(Mood::Glad)).count(db).await?, 24);
    Ok(())
}
