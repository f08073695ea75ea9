//! Records that are stamped instead of removed.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    a_record_alone,
    keys_and_their_texts,
    set_wise,
    included,
    upserts_bring_back,
    two_at_once,
    changes_stay,
    updates_of_many_leave_them_alone,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Shop {
    #[model(key)]
    id: i64,
    notes: HasMany<Note>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Note {
    #[model(key)]
    id: i64,
    shop_id: i64,
    #[model(length = 40)]
    text: String,
    #[model(version)]
    version: i32,
    #[model(updated_at)]
    updated_at: DateTime<Utc>,
    #[model(soft_delete, column = "GONE AT")]
    gone: Option<DateTime<Utc>>,
}

fn note(id: i64) -> Note {
    Note {
        id,
        shop_id: id % 2,
        text: format!("note {id}"),
        version: 1,
        updated_at: DateTime::default(),
        gone: None,
    }
}

async fn ids(query: Query<Note>, on: &On) -> Result<Vec<i64>> {
    query.order_by(|c| c.id.asc()).select(|c| c.id).all(&on.db).await
}

async fn filled(on: &On) -> Result<()> {
    create_table::<Note>(&on.db).await?;
    Note::insert_many((1..=6).map(note), &on.db).await?;
    Ok(())
}

async fn a_record_alone(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    filled(&on).await?;
    let before = Note::find(1).one(db).await?;
    before.clone().delete(db).await?;
    fails_with(Note::find(1).one(db).await, ErrorKind::NotFound, "Note");
    assert_eq!(Note::query().count(db).await?, 5);
    assert!(!Note::filter(|c| c.id.eq(1)).exists(db).await?);
    assert_eq!(ids(Note::query(), &on).await?, [2, 3, 4, 5, 6]);

    let mut gone = Note::find(1).with_deleted().one(db).await?;
    let at = gone.gone.expect("a time");
    assert_eq!((gone.version, gone.updated_at), (2, at));
    assert!((Utc::now() - at).num_seconds().abs() < 60);
    assert_eq!(ids(Note::query().only_deleted(), &on).await?, [1]);

    // Changes of a deleted record are possible, and it stays deleted.
    gone.text = "changed".into();
    gone.save(db).await?;
    gone.refresh(db).await?;
    assert_eq!(
        (gone.text.as_str(), gone.gone, gone.version),
        ("changed", Some(at), 3)
    );

    assert!(gone.restore(db).await?);
    assert_eq!((gone.gone, gone.version, gone.is_dirty()), (None, 4, false));
    assert!(!gone.restore(db).await?);
    let again = Note::find(1).one(db).await?;
    assert_eq!(*again, *gone);
    again.hard_delete(db).await?;
    assert!(Note::find(1).with_deleted().one_or_none(db).await?.is_none());
    Ok(())
}

/// One key, three questions: each has a text of its own, also the second time.
async fn keys_and_their_texts(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    filled(&on).await?;
    Note::find(3).one(db).await?.delete(db).await?;
    for _ in 0..2 {
        for (id, deleted) in [(3, true), (4, false)] {
            assert_eq!(Note::find(id).one_or_none(db).await?.is_none(), deleted);
            assert_eq!(
                Note::find(id).only_deleted().one_or_none(db).await?.is_some(),
                deleted
            );
            assert!(Note::find(id).with_deleted().one_or_none(db).await?.is_some());
            // Back and forth.
            let shown = Note::find(id)
                .only_deleted()
                .with_deleted()
                .filter(|c| c.shop_id.eq(id % 2));
            assert!(shown.only_deleted().one_or_none(db).await?.is_some() == deleted);
        }
    }
    Ok(())
}

async fn set_wise(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    filled(&on).await?;
    assert_eq!(Note::filter(|c| c.id.le(3)).delete(db).await?, 3);
    // Those that are deleted are not deleted again, and not changed.
    assert_eq!(
        Note::query()
            .with_deleted()
            .filter(|c| c.id.le(4))
            .delete(db)
            .await?,
        1
    );
    assert_eq!(Note::query().update(db, |c| c.text.set("x")).await?, 2);
    assert_eq!(
        Note::query()
            .with_deleted()
            .update(db, |c| c.shop_id.set(9))
            .await?,
        6
    );
    let versions = Note::query()
        .with_deleted()
        .order_by(|c| c.id.asc())
        .select(|c| c.version);
    assert_eq!(versions.all(db).await?, [3, 3, 3, 3, 3, 3]);
    fails_with(
        Note::query().only_deleted().delete(db).await,
        ErrorKind::Statement,
        "Note",
    );

    assert_eq!(Note::filter(|c| c.id.gt(2)).restore(db).await?, 2);
    assert_eq!(ids(Note::query(), &on).await?, [3, 4, 5, 6]);
    assert_eq!(Note::query().only_deleted().hard_delete(db).await?, 2);
    assert_eq!(Note::filter(|c| c.id.eq(6)).hard_delete(db).await?, 1);
    assert_eq!(ids(Note::query().with_deleted(), &on).await?, [3, 4, 5]);
    Ok(())
}

async fn included(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    filled(&on).await?;
    create_table::<Shop>(db).await?;
    Shop {
        id: 1,
        notes: HasMany::default(),
    }
    .insert(db)
    .await?;
    Note::find(3).one(db).await?.delete(db).await?;
    let shop = Shop::query()
        .include(|c| c.notes.order_by(|n| n.id.asc()))
        .one(db)
        .await?;
    let found: Vec<i64> = shop.notes.loaded()?.iter().map(|note| note.id).collect();
    assert_eq!(found, [1, 5]);
    let all = Shop::query().include(|c| c.notes.with_deleted().order_by(|n| n.id.asc()));
    assert_eq!(all.one(db).await?.notes.loaded()?.len(), 3);
    let gone = Shop::query().include(|c| c.notes.only_deleted()).one(db).await?;
    assert_eq!(gone.notes.loaded()?[0].id, 3);
    Ok(())
}

async fn upserts_bring_back(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    filled(&on).await?;
    Note::filter(|c| c.id.le(3)).delete(db).await?;
    Note::upsert_many([note(1), note(7)]).exec(db).await?;
    Note::upsert_many([note(2)]).update(|c| c.text).exec(db).await?;
    assert_eq!(ids(Note::query(), &on).await?, [1, 4, 5, 6, 7]);
    assert_eq!(note(3).insert_or_update(db).await?.gone, None);
    assert_eq!(ids(Note::query().only_deleted(), &on).await?, [2]);
    Ok(())
}

async fn two_at_once(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    filled(&on).await?;
    let mine = Note::find(1).one(db).await?;
    let mut yours = mine.clone();
    mine.delete(db).await?;
    yours.text = "mine".into();
    fails_with(yours.save(db).await, ErrorKind::Stale, "Note");
    fails_with(yours.delete(db).await, ErrorKind::Stale, "Note");

    // Without a version it is the stamp that tells.
    #[derive(Debug, Clone, Model)]
    #[model(table = "note")]
    struct Plain {
        #[model(key)]
        id: i64,
        text: String,
        #[model(soft_delete, column = "GONE AT")]
        gone: Option<DateTime<Utc>>,
    }
    let mine = Plain::find(2).one(db).await?;
    let mut yours = mine.clone();
    mine.delete(db).await?;
    yours.text = "mine".into();
    fails_with(yours.save(db).await, ErrorKind::NotFound, "Plain");
    fails_with(yours.clone().delete(db).await, ErrorKind::NotFound, "Plain");
    yours.refresh(db).await?;
    assert!(yours.gone.is_some());
    Ok(())
}

async fn changes_stay(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    filled(&on).await?;
    Note::find(1).one(db).await?.delete(db).await?;
    let mut note = Note::find(1).with_deleted().one(db).await?;
    note.text = "not saved".into();
    note.restore(db).await?;
    assert_eq!(note.dirty_fields(), ["text"]);
    assert_eq!(Note::find(1).one(db).await?.text, "note 1");
    assert!(note.save(db).await?);
    assert_eq!(Note::find(1).one(db).await?.text, "not saved");
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Ticket {
    #[model(key)]
    id: i64,
    seat: i32,
    #[model(soft_delete)]
    gone: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Pass {
    #[model(key)]
    zone: i32,
    #[model(key)]
    number: i64,
    seat: i32,
    #[model(version)]
    version: i32,
    #[model(soft_delete)]
    gone: Option<NaiveDateTime>,
}

async fn updates_of_many_leave_them_alone(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Ticket>(db).await?;
    let tickets = Vec::from_iter((1..=4).map(|id| Ticket {
        id,
        seat: 0,
        gone: None,
    }));
    Ticket::insert_many(tickets.clone(), db).await?;
    Ticket::filter(|t| t.id.le(2)).delete(db).await?;
    let moved = || {
        tickets
            .iter()
            .map(|ticket| Ticket {
                seat: 9,
                ..ticket.clone()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(Ticket::update_many(moved()).exec(db).await?, 2);
    let seats = || {
        Ticket::query()
            .with_deleted()
            .order_by(|t| t.id.asc())
            .select(|t| t.seat)
            .all(db)
    };
    assert_eq!(seats().await?, [0, 0, 9, 9]);
    assert_eq!(Ticket::query().count(db).await?, 2, "none came back");
    assert_eq!(
        Ticket::update_many(moved())
            .set(|t| t.seat)
            .with_deleted()
            .exec(db)
            .await?,
        4
    );
    assert_eq!(seats().await?, [9, 9, 9, 9]);

    create_table::<Pass>(db).await?;
    let passes = Vec::from_iter((1..=3).map(|number| Pass {
        zone: 1,
        number,
        seat: 0,
        version: 1,
        gone: None,
    }));
    Pass::insert_many(passes.clone(), db).await?;
    let kept = Pass::query().order_by(|p| p.number.asc()).all(db).await?;
    let changed = Vec::from_iter(kept.iter().map(|pass| Pass {
        seat: 5,
        ..(**pass).clone()
    }));
    Pass::filter(|p| p.number.eq(3)).delete(db).await?;
    // With a version, a row that is gone is somebody else's work.
    let error = Pass::update_many(changed.clone())
        .exec(db)
        .await
        .expect_err("is stale");
    assert_eq!(error.kind(), ErrorKind::Stale);
    assert_eq!(Pass::update_many(changed[..2].to_vec()).exec(db).await?, 2);
    Ok(())
}
