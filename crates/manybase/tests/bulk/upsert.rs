//! Inserts that update what is there already.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    inserts_then_updates,
    chosen_columns,
    ignored,
    the_last_of_a_key_counts,
    composite_keys,
    unique_columns_together,
    null_is_equal_to_nothing,
    decimal_keys,
    many_of_every_number,
    all_or_none,
    keys_given_and_not,
    what_makes_no_sense,
    a_record_alone,
    a_record_that_is_only_its_key,
    inside_a_transaction,
    on_another_connection,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Customer {
    #[model(key, auto)]
    id: i64,
    #[model(unique, length = 60)]
    email: String,
    name: String,
    visits: i32,
    #[model(version)]
    version: i32,
    #[model(created_at)]
    created_at: DateTime<Utc>,
    #[model(updated_at)]
    updated_at: DateTime<Utc>,
}

fn customer(n: i32, name: &str) -> Customer {
    Customer {
        id: 0,
        email: format!("c{n}@example.com"),
        name: name.into(),
        visits: n,
        version: 1,
        created_at: DateTime::default(),
        updated_at: DateTime::default(),
    }
}

async fn by_email(on: &On) -> Result<Vec<Rec<Customer>>> {
    Customer::query().order_by(|c| c.email.asc()).all(&on.db).await
}

async fn inserts_then_updates(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let nobody: [Customer; 0] = [];
    assert_eq!(Customer::upsert_many(nobody).by(|c| c.email).exec(db).await?, 0);
    let first = [customer(1, "Ann"), customer(2, "Bob")];
    assert_eq!(Customer::upsert_many(first).by(|c| c.email).exec(db).await?, 2);
    let before = by_email(&on).await?;
    let old: DateTime<Utc> = "2001-01-01T00:00:00Z".parse().expect("a time");
    let again = Customer {
        visits: 70,
        version: 99,
        created_at: old,
        updated_at: old,
        ..customer(2, "Bobby")
    };
    let sent = Customer::upsert_many([again, customer(3, "Cid")])
        .by(|c| c.email)
        .exec(db)
        .await?;
    assert_eq!(sent, 2);
    let after = by_email(&on).await?;
    assert_eq!(after.len(), 3);
    assert_eq!(after[0], before[0]);
    let (was, is) = (&before[1], &after[1]);
    assert_eq!((is.id, is.created_at, is.version), (was.id, was.created_at, 2));
    assert_eq!((is.name.as_str(), is.visits), ("Bobby", 70));
    assert!(is.updated_at > was.updated_at, "{is:?}");
    assert_eq!((after[2].name.as_str(), after[2].version), ("Cid", 1));
    assert!(after[2].created_at > old && after[2].id > 0);
    Ok(())
}

async fn chosen_columns(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    Customer::insert_many([customer(1, "Ann"), customer(2, "Bob")], db).await?;
    let changed = |name: &str| Customer {
        visits: 50,
        version: 7,
        ..customer(1, name)
    };
    Customer::upsert_many([changed("X")])
        .by(|c| c.email)
        .update(|c| c.visits)
        .exec(db)
        .await?;
    let ann = by_email(&on).await?.remove(0);
    assert_eq!((ann.name.as_str(), ann.visits, ann.version), ("Ann", 50, 2));
    // What is said is written, a version too.
    let upsert = Customer::upsert_many([changed("Y")]).by(|c| c.email);
    upsert.update(|c| (c.name, c.version, c.email)).exec(db).await?;
    let ann = by_email(&on).await?.remove(0);
    assert_eq!((ann.name.as_str(), ann.visits, ann.version), ("Y", 50, 7));
    Ok(())
}

async fn ignored(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    Customer::insert_many([customer(1, "Ann")], db).await?;
    let before = by_email(&on).await?;
    let list = [customer(1, "X"), customer(2, "Bob")];
    assert_eq!(
        Customer::upsert_many(list)
            .by(|c| c.email)
            .or_ignore()
            .exec(db)
            .await?,
        2
    );
    let after = by_email(&on).await?;
    assert_eq!(
        (after.len(), &after[0], after[1].name.as_str()),
        (2, &before[0], "Bob")
    );
    Ok(())
}

async fn the_last_of_a_key_counts(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let list = |offset: i32| (0..2_000).map(move |n| customer(n % 700, &format!("n{}", n + offset)));
    for offset in [0, 10_000] {
        assert_eq!(
            Customer::upsert_many(list(offset))
                .by(|c| c.email)
                .exec(db)
                .await?,
            700
        );
        assert_eq!(Customer::query().count(db).await?, 700);
        let found = Customer::filter(|c| c.email.eq("c5@example.com")).one(db).await?;
        assert_eq!(found.name, format!("n{}", 1_405 + offset));
        assert_eq!(found.version, if offset == 0 { 1 } else { 2 });
    }
    let both = [
        customer(1, "first"),
        customer(9_999, "new"),
        customer(9_999, "newer"),
    ];
    assert_eq!(
        Customer::upsert_many(both)
            .by(|c| c.email)
            .or_ignore()
            .exec(db)
            .await?,
        2
    );
    assert_eq!(
        Customer::filter(|c| c.visits.eq(9_999)).one(db).await?.name,
        "newer"
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Price {
    #[model(key, length = 20)]
    article: String,
    #[model(key)]
    land: i32,
    cents: i64,
    note: Option<String>,
}

fn price(article: &str, land: i32, cents: i64) -> Price {
    Price {
        article: article.into(),
        land,
        cents,
        note: (cents > 10).then(|| "dear".into()),
    }
}

async fn composite_keys(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Price>(db).await?;
    let list = vec![
        price("a", 1, 1),
        price("a", 2, 2),
        price("b", 1, 3),
        price("a", 1, 11),
    ];
    assert_eq!(Price::upsert_many(list).exec(db).await?, 3);
    let list = vec![price("a", 2, 20), price("b", 2, 5)];
    assert_eq!(Price::upsert_many(list).exec(db).await?, 2);
    let all = Price::query()
        .order_by(|c| (c.article.asc(), c.land.asc()))
        .all(db)
        .await?;
    let all: Vec<Price> = all.into_iter().map(Rec::into_inner).collect();
    assert_eq!(
        all,
        [
            price("a", 1, 11),
            price("a", 2, 20),
            price("b", 1, 3),
            price("b", 2, 5)
        ]
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Reading {
    #[model(key, auto)]
    id: i64,
    #[model(length = 20)]
    meter: Option<String>,
    day: i32,
    amount: Decimal,
}

fn reading(meter: Option<&str>, day: i32, amount: i64) -> Reading {
    Reading {
        id: 0,
        meter: meter.map(Into::into),
        day,
        amount: amount.into(),
    }
}

async fn unique_columns_together(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Reading>(db).await?;
    on.execute("CREATE UNIQUE INDEX reading_unique ON reading (meter, day)")
        .await?;
    let list = [
        reading(Some("a"), 1, 10),
        reading(Some("a"), 2, 20),
        reading(Some("a"), 1, 30),
    ];
    assert_eq!(
        Reading::upsert_many(list)
            .by(|c| (c.meter, c.day))
            .exec(db)
            .await?,
        2
    );
    let list = [reading(Some("a"), 2, 40), reading(Some("b"), 2, 50)];
    assert_eq!(
        Reading::upsert_many(list)
            .by(|c| (c.day, c.meter))
            .exec(db)
            .await?,
        2
    );
    let all = Reading::query()
        .order_by(|c| (c.meter.asc(), c.day.asc()))
        .select(|c| c.amount)
        .all(db)
        .await?;
    assert_eq!(all, [30, 40, 50].map(Decimal::from));
    Ok(())
}

async fn null_is_equal_to_nothing(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Reading>(db).await?;
    on.execute("CREATE UNIQUE INDEX reading_unique ON reading (meter, day)")
        .await?;
    let list = || [reading(None, 1, 10), reading(None, 1, 20)];
    for there in [2, 4] {
        assert_eq!(
            Reading::upsert_many(list())
                .by(|c| (c.meter, c.day))
                .exec(db)
                .await?,
            2
        );
        assert_eq!(Reading::query().count(db).await?, there);
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Step {
    #[model(key, precision = (10, 2))]
    at: Decimal,
    note: String,
}

async fn decimal_keys(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Step>(db).await?;
    let step = |at: &str, note: &str| Step {
        at: at.parse().expect("a number"),
        note: note.into(),
    };
    let list = [step("1.5", "a"), step("1.50", "b"), step("2", "c")];
    assert_eq!(Step::upsert_many(list).exec(db).await?, 2);
    assert_eq!(Step::upsert_many([step("2.0", "d")]).exec(db).await?, 1);
    let all = Step::query()
        .order_by(|c| c.at.asc())
        .select(|c| c.note)
        .all(db)
        .await?;
    assert_eq!(all, ["b", "d"]);
    Ok(())
}

async fn many_of_every_number(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    for (round, number) in [1, 499, 500, 501, 10_000].into_iter().enumerate() {
        let list = (0..number).map(|n| customer(n, &format!("r{round}")));
        assert_eq!(
            Customer::upsert_many(list).by(|c| c.email).exec(db).await?,
            number as u64
        );
        assert_eq!(Customer::query().count(db).await?, number as u64);
    }
    assert_eq!(Customer::filter(|c| c.name.eq("r4")).count(db).await?, 10_000);
    assert_eq!(Customer::filter(|c| c.version.eq(5)).count(db).await?, 1);
    Ok(())
}

async fn all_or_none(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    on.execute(on.pick(
        "CREATE TABLE price (article VARCHAR(20), land INT, cents BIGINT CHECK (cents >= 0), note TEXT, PRIMARY KEY (article, land))",
        "CREATE TABLE price (article varchar(20), land int, cents bigint CHECK (cents >= 0), note text, PRIMARY KEY (article, land))",
        "CREATE TABLE price (article varchar(20), land int, cents bigint CHECK (cents >= 0), note text, PRIMARY KEY (article, land))",
    ))
    .await?;
    Price::upsert_many([price("a", 0, 5)]).exec(db).await?;
    for at in [0usize, 1_000, 2_999] {
        let mut list: Vec<Price> = (0..3_000).map(|land| price("a", land, 7)).collect();
        list[at].cents = -1;
        fails_with(
            Price::upsert_many(list).exec(db).await,
            ErrorKind::CheckViolation,
            "Price",
        );
        assert_eq!(Price::query().select(|c| c.cents).all(db).await?, [5]);
    }
    Ok(())
}

async fn keys_given_and_not(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let with_id = |n: i32, name: &str| Customer {
        id: 1_000 + i64::from(n),
        ..customer(n, name)
    };
    let list = vec![
        with_id(1, "a"),
        customer(2, "b"),
        with_id(3, "c"),
        customer(1, "d"),
        with_id(2, "e"),
    ];
    assert_eq!(Customer::upsert_many(list).by(|c| c.email).exec(db).await?, 3);
    let all = by_email(&on).await?;
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["d", "e", "c"]);
    assert_eq!((all[1].id, all[2].id), (1_002, 1_003));
    // By the key that is there; the row keeps it when it is found by something else.
    assert_eq!(Customer::upsert_many([with_id(3, "f")]).exec(db).await?, 1);
    let other = Customer {
        id: 5_000,
        ..customer(3, "g")
    };
    Customer::upsert_many([other]).by(|c| c.email).exec(db).await?;
    let all = by_email(&on).await?;
    assert_eq!((all.len(), all[2].id, all[2].name.as_str()), (3, 1_003, "g"));
    Ok(())
}

async fn what_makes_no_sense(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let list = || [customer(1, "Ann")];
    let error = fails_with(
        Customer::upsert_many(list()).exec(db).await,
        ErrorKind::Statement,
        "Customer",
    );
    assert!(error.to_string().contains("by(|c| c.email)"), "{error}");
    let by_id = Customer::upsert_many(list())
        .by(|c| (c.id, c.email))
        .exec(db)
        .await;
    fails_with(by_id, ErrorKind::Statement, "Customer");
    let update_id = Customer::upsert_many(list())
        .by(|c| c.email)
        .update(|c| c.id)
        .exec(db)
        .await;
    fails_with(update_id, ErrorKind::Statement, "Customer");
    // Columns that are not unique together: MariaDB does not look.
    let not_unique = Customer::upsert_many(list()).by(|c| c.name).exec(db).await;
    assert_eq!(not_unique.is_err(), on.pick(true, true, false), "{not_unique:?}");
    Ok(())
}

async fn a_record_alone(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Price>(db).await?;
    let new = price("a", 1, 5).insert_or_update(db).await?;
    assert_eq!(*new, price("a", 1, 5));
    let mut there = price("a", 1, 50).insert_or_update(db).await?;
    assert_eq!(*there, price("a", 1, 50));
    assert!(!there.is_dirty());
    there.cents = 60;
    there.save(db).await?;
    assert_eq!(Price::query().one(db).await?.cents, 60);

    create_table::<Customer>(db).await?;
    let ann = customer(1, "Ann").insert_or_update(db).await?;
    assert!(ann.id > 0);
    let anna = Customer {
        name: "Anna".into(),
        version: 30,
        created_at: DateTime::default(),
        ..(*ann).clone()
    };
    let anna = anna.insert_or_update(db).await?;
    assert_eq!((anna.id, anna.name.as_str(), anna.version), (ann.id, "Anna", 2));
    assert_eq!(anna.created_at, ann.created_at);
    assert_eq!(anna, Customer::query().one(db).await?);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Tag {
    #[model(key, length = 20)]
    name: String,
}

async fn a_record_that_is_only_its_key(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Tag>(db).await?;
    let tag = |name: &str| Tag { name: name.into() };
    for _ in 0..2 {
        assert_eq!(*tag("a").insert_or_update(db).await?, tag("a"));
        assert_eq!(
            Tag::upsert_many([tag("a"), tag("b"), tag("b")]).exec(db).await?,
            2
        );
        assert_eq!(Tag::query().count(db).await?, 2);
    }
    Ok(())
}

async fn inside_a_transaction(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Price>(db).await?;
    let tx = db.begin().await?;
    assert_eq!(
        Price::upsert_many((0..1_200).map(|land| price("a", land, 1)))
            .exec(&tx)
            .await?,
        1_200
    );
    price("a", 1, 2).insert_or_update(&tx).await?;
    assert_eq!(Price::query().count(&tx).await?, 1_200);
    tx.rollback().await?;
    assert_eq!(Price::query().count(db).await?, 0);
    db.transaction(async |tx| Price::upsert_many([price("a", 1, 1)]).exec(tx).await)
        .await?;
    assert_eq!(Price::query().count(db).await?, 1);
    Ok(())
}

async fn on_another_connection(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    on.add("archive");
    create_table::<Price>(db).await?;
    create_table::<Price>(&db.using("archive")).await?;
    Price::upsert_many([price("a", 1, 1)])
        .using("archive")
        .exec(db)
        .await?;
    assert_eq!(Price::query().count(db).await?, 0);
    assert_eq!(Price::query().using("archive").count(db).await?, 1);
    Ok(())
}
