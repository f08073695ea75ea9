//! Rules of fields, and fields of violations.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, FieldErrors, Result, Validate, create_table};
use std::sync::Arc;

on_every_database! {
    at_every_write,
    at_writes_of_many,
    unique_violations_name_fields,
    fields_that_are_written_once,
    models_that_are_only_read,
    texts_of_a_form,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(validate)]
struct Guest {
    #[model(key)]
    id: i64,
    #[model(unique, length = 60, min_len = 3, max_len = 20)]
    email: String,
    #[model(column = "nick name", length = 30, non_empty)]
    nick: Option<String>,
    #[model(range = 18..150)]
    age: i32,
    #[model(precision = (10, 2), range = ..=Decimal::new(99_99, 2))]
    limit: Decimal,
    #[model(length = 10, one_of = ["red", "blue"])]
    colour: String,
    #[model(length = 10, readonly)]
    origin: String,
}

impl Validate for Guest {
    fn validate(&self, errors: &mut FieldErrors) {
        if self.nick.as_deref() == Some(self.email.as_str()) {
            errors.add("", "nick and email are the same");
        }
    }
}

fn guest(id: i64) -> Guest {
    Guest {
        id,
        email: format!("g{id}@x.org"),
        nick: None,
        age: 30,
        limit: Decimal::new(5, 0),
        colour: "red".into(),
        origin: "web".into(),
    }
}

#[track_caller]
fn codes<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    let error = fails_with(result, ErrorKind::Validation, "Guest");
    error
        .field_errors()
        .iter()
        .map(|one| format!("{}:{}", one.field, one.code))
        .collect()
}

async fn at_every_write(on: Arc<On>) -> Result<()> {
    create_table::<Guest>(&on.db).await?;
    let db = &on.db;
    let wrong = Guest {
        email: "ä".into(),
        nick: Some("  ".into()),
        age: 150,
        limit: Decimal::new(100, 0),
        colour: "green".into(),
        ..guest(1)
    };
    let all = [
        "email:min_len",
        "nick:non_empty",
        "age:range",
        "limit:range",
        "colour:one_of",
    ];
    assert_eq!(codes(wrong.clone().insert(db).await), all);
    assert_eq!(
        codes(Guest::insert_many([guest(2), wrong.clone()], db).await),
        all
    );
    assert_eq!(
        codes(Guest::upsert_many([guest(2), wrong.clone()]).exec(db).await),
        all
    );
    assert_eq!(codes(wrong.insert_or_update(db).await), all);
    assert_eq!(Guest::query().count(db).await?, 0);

    let mut ann = guest(1).insert(db).await?;
    ann.email = "a".repeat(21);
    assert_eq!(codes(ann.save(db).await), ["email:max_len"]);
    ann.email = "ann".into();
    ann.nick = Some("ann".into());
    assert_eq!(codes(ann.save(db).await), [":invalid"]);
    ann.nick = None;
    assert!(ann.save(db).await?);
    assert_eq!(
        codes(ann.update_fields(db, |c| c.age.set(17)).await),
        ["age:range"]
    );
    assert_eq!(
        codes(
            Guest::query()
                .update(db, |c| (c.age.set(17), c.colour.set("x")))
                .await
        ),
        ["age:range", "colour:one_of"]
    );
    // What an expression gives is not known before.
    assert_eq!(Guest::query().update(db, |c| c.age.set(c.age - 20)).await?, 1);
    Ok(())
}

async fn unique_violations_name_fields(on: Arc<On>) -> Result<()> {
    create_table::<Guest>(&on.db).await?;
    let db = &on.db;
    let mut one = guest(1).insert(db).await?;
    guest(2).insert(db).await?;
    let taken = |error: manybase::Error| {
        assert!(error.is_unique_violation(), "{error}");
        error
            .field_errors()
            .iter()
            .map(|one| format!("{}:{}", one.field, one.code))
            .collect::<Vec<_>>()
    };
    let same_email = Guest {
        email: guest(1).email,
        ..guest(3)
    };
    assert_eq!(
        taken(same_email.clone().insert(db).await.expect_err("taken")),
        ["email:taken"]
    );
    assert_eq!(
        taken(Guest::insert_many([same_email], db).await.expect_err("taken")),
        ["email:taken"]
    );
    assert_eq!(
        taken(
            Guest {
                email: "new".into(),
                ..guest(1)
            }
            .insert(db)
            .await
            .expect_err("taken")
        ),
        ["id:taken"]
    );
    one.email = guest(2).email;
    assert_eq!(taken(one.save(db).await.expect_err("taken")), ["email:taken"]);
    let update = Guest::filter(|c| c.id.eq(1))
        .update(db, |c| c.email.set(guest(2).email))
        .await;
    assert_eq!(taken(update.expect_err("taken")), ["email:taken"]);
    Ok(())
}

async fn fields_that_are_written_once(on: Arc<On>) -> Result<()> {
    create_table::<Guest>(&on.db).await?;
    let db = &on.db;
    let mut one = guest(1).insert(db).await?;
    one.origin = "other".into();
    fails_with(one.save(db).await, ErrorKind::ReadOnly, "Guest");
    fails_with(
        Guest::query().update(db, |c| c.origin.set("x")).await,
        ErrorKind::ReadOnly,
        "Guest",
    );
    fails_with(
        one.update_fields(db, |c| c.origin.set("x")).await,
        ErrorKind::ReadOnly,
        "Guest",
    );
    let again = Guest {
        origin: "upsert".into(),
        age: 77,
        ..guest(1)
    };
    fails_with(
        Guest::upsert_many([again.clone()])
            .update(|c| c.origin)
            .exec(db)
            .await,
        ErrorKind::ReadOnly,
        "Guest",
    );
    let there = again.insert_or_update(db).await?;
    assert_eq!((there.age, there.origin.as_str()), (77, "web"));
    Ok(())
}

/// The same table, only read; and a view, whose rows have no key.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "guest", readonly)]
struct Seen {
    #[model(key)]
    id: i64,
    age: i32,
    #[model(length = 10)]
    colour: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "guests_by_colour", keyless, readonly)]
struct ByColour {
    colour: String,
    guests: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(keyless)]
struct Event {
    #[model(length = 20)]
    what: String,
    n: i32,
}

async fn models_that_are_only_read(on: Arc<On>) -> Result<()> {
    create_table::<Guest>(&on.db).await?;
    let db = &on.db;
    Guest::insert_many((1..=3).map(guest), db).await?;
    let mut seen = Seen::find(2).one(db).await?;
    seen.age = 99;
    let refused: [Result<()>; 7] = [
        seen.save(db).await.map(drop),
        seen.touch(db).await,
        seen.clone().delete(db).await,
        seen.clone().into_inner().insert(db).await.map(drop),
        Seen::insert_many([seen.clone().into_inner()], db).await.map(drop),
        Seen::query().update(db, |c| c.age.set(1)).await.map(drop),
        Seen::query().delete(db).await.map(drop),
    ];
    for (nth, refused) in refused.into_iter().enumerate() {
        // A touch has nothing to set here in the first place.
        let kind = if nth == 1 {
            ErrorKind::Statement
        } else {
            ErrorKind::ReadOnly
        };
        fails_with(refused, kind, "Seen");
    }
    fails_with(
        Seen::upsert_many([seen.into_inner()]).exec(db).await,
        ErrorKind::ReadOnly,
        "Seen",
    );

    on.execute(
        "CREATE VIEW guests_by_colour AS SELECT colour, COUNT(*) AS guests FROM guest GROUP BY colour",
    )
    .await?;
    let all = ByColour::query().all(db).await?;
    assert_eq!((all.len(), all[0].colour.as_str(), all[0].guests), (1, "red", 3));
    assert_eq!(ByColour::filter(|c| c.guests.gt(5)).count(db).await?, 0);
    assert!(ByColour::query().first(db).await?.is_some());

    // A table without a key takes rows, and loses them set-wise.
    create_table::<Event>(db).await?;
    let mut event = Event {
        what: "in".into(),
        n: 1,
    }
    .insert(db)
    .await?;
    Event::insert_many(
        [Event {
            what: "out".into(),
            n: 2,
        }],
        db,
    )
    .await?;
    event.n = 7;
    fails_with(event.save(db).await, ErrorKind::Statement, "Event");
    assert_eq!(Event::filter(|c| c.n.eq(1)).delete(db).await?, 1);
    assert_eq!(Event::query().count(db).await?, 1);
    Ok(())
}

async fn at_writes_of_many(on: Arc<On>) -> Result<()> {
    create_table::<Guest>(&on.db).await?;
    let young = |id: i64| Guest { age: 3, ..guest(id) };
    let error = Guest::insert_many_returning([guest(1), young(2)], &on.db)
        .await
        .expect_err("rules");
    let found: Vec<_> = error
        .field_errors()
        .iter()
        .map(|one| (one.record, &*one.field))
        .collect();
    assert_eq!(found, [(Some(1), "age")]);
    let error = Guest::bulk_load_all([guest(1), young(2)])
        .exec(&on.db)
        .await
        .expect_err("rules");
    assert_eq!(error.kind(), ErrorKind::Validation);
    assert_eq!(Guest::query().count(&on.db).await?, 0);
    // A load may leave out what breaks them.
    let loaded = Guest::bulk_load_all([guest(1), young(2)])
        .max_rejects(1)
        .exec(&on.db)
        .await?;
    assert_eq!((loaded.rejected, Guest::query().count(&on.db).await?), (1, 1));

    let error = Guest::update_many([young(1)])
        .exec(&on.db)
        .await
        .expect_err("rules");
    assert_eq!(error.kind(), ErrorKind::Validation);
    // Fields that are written once are left alone, and may not be chosen.
    let other = Guest {
        origin: "shop".into(),
        age: 40,
        ..guest(1)
    };
    assert_eq!(Guest::update_many([other.clone()]).exec(&on.db).await?, 1);
    let kept = Guest::find(1).one(&on.db).await?;
    assert_eq!((&*kept.origin, kept.age), ("web", 40));
    let error = Guest::update_many([other])
        .set(|c| c.origin)
        .exec(&on.db)
        .await
        .expect_err("readonly");
    assert!(error.to_string().contains("readonly"), "{error}");
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Contact {
    #[model(key)]
    id: i64,
    #[model(length = 80, email)]
    email: String,
    #[model(length = 80, url)]
    home: Option<String>,
    #[model(length = 10, pattern = "[A-Z]{2}-[0-9]{3,5}")]
    code: String,
}

async fn texts_of_a_form(on: Arc<On>) -> Result<()> {
    create_table::<Contact>(&on.db).await?;
    let good = Contact {
        id: 1,
        email: "ann@example.org".into(),
        home: None,
        code: "AB-123".into(),
    };
    let mut kept = good.clone().insert(&on.db).await?;
    let wrong = Contact {
        id: 2,
        email: "ann@example".into(),
        home: Some("example.org".into()),
        code: "xAB-123".into(),
    };
    let told = |result: Result<()>| {
        let error = fails_with(result, ErrorKind::Validation, "Contact");
        let errors = error.field_errors().iter();
        errors
            .map(|one| format!("{}:{}", one.field, one.code))
            .collect::<Vec<_>>()
    };
    let all = ["email:email", "home:url", "code:pattern"];
    assert_eq!(told(wrong.clone().insert(&on.db).await.map(drop)), all);
    assert_eq!(
        told(
            Contact::insert_many(vec![good.clone(), wrong], &on.db)
                .await
                .map(drop)
        ),
        all
    );
    kept.code = "AB-123\n".into();
    kept.home = Some("https://example.org".into());
    assert_eq!(told(kept.save(&on.db).await.map(drop)), ["code:pattern"]);
    let changed = Contact::query()
        .update(&on.db, |c| c.email.set("nobody".to_owned()))
        .await;
    assert_eq!(told(changed.map(drop)), ["email:email"]);
    assert_eq!(*Contact::find(1).one(&on.db).await?, good);
    Ok(())
}
