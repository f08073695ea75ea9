//! Keys.

use crate::support::{Kind, On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table, drop_table};
use std::sync::Arc;

on_every_database! { numbered_keys, made_keys, natural_and_composite_keys, newtype_keys, only_a_key }

#[derive(Debug, Clone, PartialEq, Model)]
struct Wide {
    #[model(key, auto)]
    id: i64,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Narrow {
    #[model(key, auto)]
    id: i32,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Unsigned {
    #[model(key, auto)]
    id: u64,
    name: String,
}

async fn numbered_keys(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    macro_rules! check {
        ($($model:ident)*) => {$(
            create_table::<$model>(db).await?;
            create_table::<$model>(db).await?; // it is there already
            let one = $model { id: 0, name: "one".into() }.insert(db).await?;
            let two = $model { id: 0, name: "two".into() }.insert(db).await?;
            assert!(one.id > 0 && two.id > one.id, "{one:?} {two:?}");
            assert_eq!($model::find(two.id).one(db).await?, two);
            // A key that is given is kept.
            let set = $model { id: 1_000, name: "set".into() }.insert(db).await?;
            assert_eq!(set.id, 1_000);
            assert_eq!($model::find(set.id).one(db).await?.name, "set");
            let taken = $model { id: 1_000, name: "again".into() }.insert(db).await;
            let error = fails_with(taken, ErrorKind::UniqueViolation, stringify!($model));
            assert!(error.is_unique_violation());
            assert_eq!($model::query().count(db).await?, 3);
            drop_table::<$model>(db).await?;
            drop_table::<$model>(db).await?;
        )*};
    }
    check! { Wide Narrow Unsigned }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Document {
    #[model(key, auto)]
    id: Uuid,
    title: String,
}

async fn made_keys(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Document>(db).await?;
    let titled = |title: &str| Document {
        id: Uuid::nil(),
        title: title.into(),
    };
    let one = titled("one").insert(db).await?;
    assert_eq!(one.id.get_version_num(), 7);
    let given = Uuid::from_u128(7);
    let two = Document {
        id: given,
        title: "two".into(),
    }
    .insert(db)
    .await?;
    assert_eq!(two.id, given);
    assert_eq!(
        Document::insert_many((0..10).map(|i| titled(&i.to_string())), db).await?,
        10
    );
    let all = Document::query().order_by(|c| c.id.asc()).all(db).await?;
    assert_eq!(all.len(), 12);
    // Version 7 is made in order of time, so that the order of keys is the order of inserts.
    let titles: Vec<&str> = all.iter().map(|one| &*one.title).collect();
    assert_eq!(
        titles,
        ["two", "one", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
    );
    assert_eq!(Document::find(one.id).one(db).await?, one);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Currency {
    #[model(key, length = 3)]
    code: String,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Line {
    #[model(key)]
    order_id: i64,
    #[model(key)]
    number: i32,
    item: String,
}

async fn natural_and_composite_keys(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Currency>(db).await?;
    let euro = Currency {
        code: "EUR".into(),
        name: "Euro".into(),
    };
    let mut euro = euro.insert(db).await?;
    assert_eq!(Currency::find("EUR").one(db).await?, euro);
    // Keys that differ in case only are two.
    let other = Currency {
        code: "eur".into(),
        name: "other".into(),
    };
    other.insert(db).await?;
    euro.name = "Euro €".into();
    euro.save(db).await?;
    assert_eq!(Currency::find("eur").one(db).await?.name, "other");
    assert_eq!(Currency::find("EUR").one(db).await?.name, "Euro €");

    create_table::<Line>(db).await?;
    for (order_id, number) in [(1, 1), (1, 2), (2, 1)] {
        let line = Line {
            order_id,
            number,
            item: format!("{order_id}.{number}"),
        };
        assert_eq!(line.clone().insert(db).await?.into_inner(), line);
    }
    let mut line = Line::find((1, 2)).one(db).await?;
    assert_eq!(line.item, "1.2");
    line.item = "changed".into();
    line.save(db).await?;
    let items: Vec<String> = Line::query()
        .order_by(|c| (c.order_id.asc(), c.number.asc()))
        .select(|c| c.item)
        .all(db)
        .await?;
    assert_eq!(items, ["1.1", "changed", "2.1"]);
    line.delete(db).await?;
    assert_eq!(Line::query().count(db).await?, 2);
    let again = Line {
        order_id: 2,
        number: 1,
        item: String::new(),
    };
    fails_with(again.insert(db).await, ErrorKind::UniqueViolation, "Line");
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, DbType)]
#[db(auto)]
struct OrderId(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, DbType)]
#[db(auto)]
struct Token(Uuid);

#[derive(Debug, Clone, PartialEq, DbType)]
struct Email(String);

#[derive(Debug, Clone, PartialEq, Model)]
struct Order {
    #[model(key, auto)]
    id: OrderId,
    token: Token,
    email: Email,
    cc: Option<Email>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Session {
    #[model(key, auto)]
    id: Token,
    order_id: OrderId,
}

async fn newtype_keys(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Order>(db).await?;
    create_table::<Session>(db).await?;
    let order = Order {
        id: OrderId(0),
        token: Token(Uuid::from_u128(1)),
        email: Email("a@b".into()),
        cc: None,
    };
    let order = order.insert(db).await?;
    assert_ne!(order.id, OrderId(0));
    assert_eq!(Order::find(order.id).one(db).await?, order);
    let session = Session {
        id: Token(Uuid::nil()),
        order_id: order.id,
    };
    let session = session.insert(db).await?;
    assert_eq!(session.id.0.get_version_num(), 7);
    let found = Session::filter(|c| c.order_id.eq(order.id)).one(db).await?;
    assert_eq!(found, session);
    let email = Order::filter(|c| c.email.eq(Email("a@b".into())) & c.cc.is_null())
        .select(|c| c.email)
        .one(db)
        .await?;
    assert_eq!(email, Email("a@b".into()));
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Ticket {
    #[model(key, auto)]
    id: i64,
}

async fn only_a_key(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Ticket>(db).await?;
    let one = Ticket { id: 0 }.insert(db).await?;
    let two = Ticket { id: 0 }.insert(db).await?;
    assert!(two.id > one.id);
    assert_eq!(
        Ticket::insert_many((0..5).map(|_| Ticket { id: 0 }), db).await?,
        5
    );
    assert_eq!(Ticket::query().count(db).await?, 7);
    assert_eq!(
        Ticket::query().order_by(|c| c.id.asc()).first(db).await?,
        Some(one.clone())
    );
    let mut moved = one;
    moved.id = 500;
    moved.save(db).await?;
    assert_eq!(Ticket::find(500).one(db).await?.id, 500);
    if on.kind == Kind::MariaDb {
        // A key of 0 that is said is kept by the session's settings; here 0 means "none yet".
        assert_ne!(Ticket { id: 0 }.insert(db).await?.id, 0);
    }
    Ok(())
}
