//! Records: what has changed, save, refresh, delete.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table, drop_table};
use std::sync::Arc;

on_every_database! {
    only_what_changed_is_written,
    nothing_changed_sends_nothing,
    keys_can_change,
    refresh_and_delete,
    dirty_fields_of_all_kinds,
    a_failed_save_keeps_its_changes,
    records_go_back_where_they_came_from,
    clones_and_comparisons,
    views_of_one_connection,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Place {
    street: String,
    city: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Person {
    #[model(key, auto)]
    id: i64,
    name: String,
    age: i32,
    ratio: f64,
    price: Decimal,
    #[model(json)]
    tags: Vec<String>,
    data: Vec<u8>,
    #[model(embedded)]
    home: Place,
    #[model(embedded, prefix = "")]
    work: Place,
}

fn person(name: &str) -> Person {
    let place = |street: &str| Place {
        street: street.into(),
        city: None,
    };
    Person {
        id: 0,
        name: name.into(),
        age: 30,
        ratio: 0.5,
        price: Decimal::new(150, 2),
        tags: vec!["a".into()],
        data: vec![1],
        home: place("home"),
        work: place("work"),
    }
}

async fn only_what_changed_is_written(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let one = person("Ann").insert(db).await?;
    // Two hold the same row and change different columns: both changes are there in the end.
    let mut first = Person::find(one.id).one(db).await?;
    let mut second = Person::find(one.id).one(db).await?;
    first.name = "Anna".into();
    second.age = 31;
    second.home.city = Some("Graz".into());
    assert!(first.save(db).await?);
    assert!(second.save(db).await?);
    let end = Person::find(one.id).one(db).await?;
    assert_eq!(
        (&*end.name, end.age, end.home.city.as_deref()),
        ("Anna", 31, Some("Graz"))
    );
    // Other rows stay as they are.
    let other = person("Bob").insert(db).await?;
    first.name = "Annabel".into();
    first.save(db).await?;
    assert_eq!(Person::find(other.id).one(db).await?, other);
    Ok(())
}

async fn nothing_changed_sends_nothing(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let mut one = person("Ann").insert(db).await?;
    drop_table::<Person>(db).await?;
    // Without a table any statement would fail.
    assert!(!one.save(db).await?);
    one.name = "Bob".into();
    one.name = "Ann".into();
    one.price = Decimal::new(15, 1);
    assert!(!one.is_dirty(), "{:?}", one.dirty_fields());
    assert!(!one.save(db).await?);
    one.name = "Bob".into();
    fails_with(one.save(db).await, ErrorKind::UnknownTable, "Person");
    assert_eq!(one.dirty_fields(), ["name"]);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Seat {
    #[model(key)]
    row: i32,
    #[model(key, length = 5)]
    letter: String,
    guest: String,
}

async fn keys_can_change(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Seat>(db).await?;
    let seat = |row, letter: &str| Seat {
        row,
        letter: letter.into(),
        guest: format!("{row}{letter}"),
    };
    Seat::insert_many([seat(1, "a"), seat(1, "b"), seat(2, "a")], db).await?;
    let mut one = Seat::find((1, "a".to_owned())).one(db).await?;
    one.row = 9;
    one.letter = "z".into();
    one.guest = "moved".into();
    assert_eq!(one.dirty_fields(), ["row", "letter", "guest"]);
    one.save(db).await?;
    assert_eq!(Seat::find((9, "z".to_owned())).one(db).await?, one);
    assert_eq!(Seat::find((1, "a".to_owned())).one_or_none(db).await?, None);
    assert_eq!(Seat::query().count(db).await?, 3);
    // To a key that is taken.
    one.row = 1;
    one.letter = "b".into();
    fails_with(one.save(db).await, ErrorKind::UniqueViolation, "Seat");
    // A refresh and a delete go by the key that the row has, not by the one that was not saved.
    one.refresh(db).await?;
    assert_eq!((one.row, &*one.letter), (9, "z"));
    one.row = 1;
    one.letter = "b".into();
    one.delete(db).await?;
    assert_eq!(Seat::find((1, "b".to_owned())).one(db).await?.guest, "1b");
    assert_eq!(Seat::query().count(db).await?, 2);
    Ok(())
}

async fn refresh_and_delete(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let mut one = person("Ann").insert(db).await?;
    Person::query()
        .update(db, |c| (c.age.set(99), c.work.city.set("Linz")))
        .await?;
    one.name = "unsaved".into();
    one.refresh(db).await?;
    assert_eq!(
        (&*one.name, one.age, one.work.city.as_deref()),
        ("Ann", 99, Some("Linz"))
    );
    assert!(!one.is_dirty());
    let mut copy = one.clone();
    one.clone().delete(db).await?;
    let error = fails_with(one.delete(db).await, ErrorKind::NotFound, "Person");
    assert!(error.message().contains("gone"), "{error}");
    fails_with(copy.refresh(db).await, ErrorKind::NotFound, "Person");
    copy.age = 1;
    fails_with(copy.save(db).await, ErrorKind::NotFound, "Person");
    assert_eq!(copy.dirty_fields(), ["age"]);
    // An inserted record can be put back.
    let again = copy.into_inner().insert(db).await?;
    assert_eq!(Person::find(again.id).one(db).await?, again);
    Ok(())
}

async fn dirty_fields_of_all_kinds(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let mut one = person("Ann").insert(db).await?;
    assert!(one.dirty_fields().is_empty());
    one.home.street.push('!');
    assert_eq!(one.dirty_fields(), ["home.street"]);
    one.work.city = Some(String::new());
    one.tags.push("b".into());
    one.data.clear();
    one.ratio = -0.0;
    one.age += 1;
    one.age -= 1;
    assert_eq!(
        one.dirty_fields(),
        ["ratio", "tags", "data", "home.street", "work.city"]
    );
    one.save(db).await?;
    assert!(!one.is_dirty());
    assert_eq!(Person::find(one.id).one(db).await?, one);
    one.tags[0] = "c".into();
    assert_eq!(one.dirty_fields(), ["tags"]);
    one.save(db).await?;
    assert_eq!(
        Person::filter(|c| c.home.street.eq("home!")).one(db).await?.tags,
        ["c", "b"]
    );
    Ok(())
}

async fn a_failed_save_keeps_its_changes(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Seat>(db).await?;
    let seat = |row| Seat {
        row,
        letter: "a".into(),
        guest: String::new(),
    };
    seat(1).insert(db).await?;
    let mut two = seat(2).insert(db).await?;
    two.row = 1;
    fails_with(two.save(db).await, ErrorKind::UniqueViolation, "Seat");
    assert_eq!(two.dirty_fields(), ["row"]);
    Seat::find((1, "a".to_owned())).one(db).await?.delete(db).await?;
    assert!(two.save(db).await?);
    assert!(!two.is_dirty());
    assert_eq!(Seat::query().one(db).await?.row, 1);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(connection = "main")]
struct Order {
    #[model(key)]
    id: i64,
    state: String,
}

async fn records_go_back_where_they_came_from(on: Arc<On>) -> Result<()> {
    on.add("archive");
    let db = &on.db;
    let order = |state: &str| Order {
        id: 1,
        state: state.into(),
    };
    create_table::<Order>(db).await?;
    // Until it is dialled nobody knows that it is MariaDB and not MySQL.
    db.connection("archive")?.ping().await?;
    let create = Order::meta()
        .schema()
        .create()
        .render(db.connection("archive")?.dialect())?
        .sql;
    sql(create).using("archive").execute(db).await?;
    order("new").insert(db).await?;
    sql("INSERT INTO \"order\" VALUES (1, 'old')".replace(
        '"',
        if on.kind == crate::support::Kind::MariaDb {
            "`"
        } else {
            "\""
        },
    ))
    .using("archive")
    .execute(db)
    .await?;
    let state = async |name: &'static str| Order::find(1).using(name).select(|c| c.state).one(db).await;
    // A model's own connection goes before a scope.
    assert_eq!(Order::find(1).one(&db.using("archive")).await?.state, "new");
    let mut archived = Order::find(1).using("archive").one(db).await?;
    assert_eq!(archived.state, "old");
    archived.state = "older".into();
    archived.save(db).await?;
    assert_eq!(
        (&*state("main").await?, &*state("archive").await?),
        ("new", "older")
    );
    archived.state = "unsaved".into();
    archived.refresh(db).await?;
    assert_eq!(archived.state, "older");
    archived.state = "oldest".into();
    archived.save(db).await?;
    assert_eq!(
        (&*state("main").await?, &*state("archive").await?),
        ("new", "oldest")
    );
    // Set-wise calls too.
    assert_eq!(
        Order::query()
            .using("archive")
            .update(db, |c| c.state.set("set"))
            .await?,
        1
    );
    assert_eq!(
        (&*state("main").await?, &*state("archive").await?),
        ("new", "set")
    );
    archived.clone().delete(db).await?;
    let gone = archived.delete(db).await.expect_err("gone");
    assert_eq!(
        (gone.kind(), gone.connection()),
        (ErrorKind::NotFound, Some("archive")),
        "{gone}"
    );
    assert_eq!(Order::query().using("archive").count(db).await?, 0);
    assert_eq!(Order::query().count(db).await?, 1);
    let error = Order::find(1)
        .using("archive")
        .one(db)
        .await
        .expect_err("none there");
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::NotFound, Some("archive")),
        "{error}"
    );
    Ok(())
}

async fn clones_and_comparisons(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let mut one = person("Ann").insert(db).await?;
    one.age = 1;
    let mut copy = one.clone();
    assert_eq!(copy, one);
    assert_eq!(copy.dirty_fields(), ["age"]);
    copy.save(db).await?;
    assert_eq!(one.dirty_fields(), ["age"]);
    assert_eq!(format!("{one:?}"), format!("{:?}", *one));
    assert_eq!(one.into_inner(), copy.into_inner());
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "person")]
struct Name {
    #[model(key, auto)]
    id: i64,
    name: String,
}

async fn views_of_one_connection(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Person>(db).await?;
    let ann = person("Ann").insert(db).await?;
    let mut name = Name::find(ann.id).one(db).await?;
    name.name = "Anna".into();
    name.save(db).await?;
    let found = Person::find(ann.id).one(db).await?;
    assert_eq!(
        *found,
        Person {
            name: "Anna".into(),
            ..(*ann).clone()
        }
    );
    on.add("other");
    let view = db.using("other");
    create_table::<Name>(&view).await?;
    Name {
        id: 0,
        name: "there".into(),
    }
    .insert(&view)
    .await?;
    assert_eq!(Name::query().one(&view).await?.name, "there");
    assert_eq!(Name::query().one(db).await?.name, "Anna");
    assert_eq!(Name::query().using("main").one(&view).await?.name, "Anna");
    let one: i64 = sql("SELECT COUNT(*) FROM person WHERE name = ?")
        .bind("there")
        .scalar(&view)
        .await?;
    assert_eq!(one, 1);
    Ok(())
}
