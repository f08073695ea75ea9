//! More parents than a statement can bind.

use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{Result, create_table};
use std::sync::Arc;

on_every_database! {
    seventy_thousand_parents,
    texts_days_and_decimals,
    keys_of_several_columns,
    children_that_are_read_twice,
}

const MANY: i64 = 70_000;

#[derive(Debug, Model)]
struct Parent {
    #[model(key)]
    id: i64,
    children: HasMany<Child>,
}

#[derive(Debug, Model)]
struct Child {
    #[model(key)]
    id: i64,
    parent_id: i64,
    parent: BelongsTo<Parent>,
}

async fn seventy_thousand_parents(on: Arc<On>) -> Result<()> {
    create_table::<Parent>(&on.db).await?;
    create_table::<Child>(&on.db).await?;
    let parent = |id| Parent {
        id,
        children: HasMany::default(),
    };
    Parent::insert_many((1..=MANY).map(parent), &on.db).await?;
    let child = |id| Child {
        id,
        parent_id: 1 + id % MANY,
        parent: BelongsTo::default(),
    };
    Child::insert_many((1..=MANY + 10).map(child), &on.db).await?;
    let parents = Parent::query().include(|p| p.children).all(&on.db).await?;
    assert_eq!(parents.len(), MANY as usize);
    for parent in &parents {
        let children = parent.children.loaded()?;
        let expected = if (2..=11).contains(&parent.id) { 2 } else { 1 };
        assert_eq!(children.len(), expected, "{}", parent.id);
        assert!(children.iter().all(|child| child.parent_id == parent.id));
    }
    let first = Parent::query()
        .include(|p| p.children.limit(1))
        .all(&on.db)
        .await?;
    assert!(
        first
            .iter()
            .all(|parent| parent.children.loaded().is_ok_and(|children| children.len() == 1))
    );
    let children = Child::query().include(|c| c.parent).all(&on.db).await?;
    for child in &children {
        assert_eq!(
            child.parent.loaded()?.map(|parent| parent.id),
            Some(child.parent_id)
        );
    }
    Ok(())
}

#[derive(Debug, Model)]
struct Wide {
    #[model(key)]
    id: i64,
    text: String,
    day: chrono::NaiveDate,
    number: Decimal,
    #[model(foreign_key = text, references = text)]
    by_text: HasMany<Narrow>,
    #[model(foreign_key = day, references = day)]
    by_day: HasMany<Narrow>,
    #[model(foreign_key = number, references = number)]
    by_number: HasMany<Narrow>,
}

#[derive(Debug, Model)]
struct Narrow {
    #[model(key)]
    id: i64,
    text: String,
    day: chrono::NaiveDate,
    number: Decimal,
}

/// Days can't be bound as one list on every database.
async fn texts_days_and_decimals(on: Arc<On>) -> Result<()> {
    const SOME: i64 = 40_000;
    create_table::<Wide>(&on.db).await?;
    create_table::<Narrow>(&on.db).await?;
    let day = |n: i64| chrono::NaiveDate::default() + chrono::Days::new(n as u64);
    let text = |n: i64| format!("text {n} – ß {}", "x".repeat((n % 50) as usize));
    let wide = |id| Wide {
        id,
        text: text(id),
        day: day(id),
        number: Decimal::new(id, 2),
        by_text: HasMany::default(),
        by_day: HasMany::default(),
        by_number: HasMany::default(),
    };
    Wide::insert_many((1..=SOME).map(wide), &on.db).await?;
    let narrow = |id| Narrow {
        id,
        text: text(id),
        day: day(id),
        number: Decimal::new(id * 10, 3),
    };
    Narrow::insert_many((1..=SOME).step_by(3).map(narrow), &on.db).await?;
    let begun = std::time::Instant::now();
    let all = Wide::query()
        .include(|w| w.by_text)
        .include(|w| w.by_day)
        .include(|w| w.by_number)
        .all(&on.db)
        .await?;
    // Each key is looked up, not compared with all others.
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
    for wide in &all {
        let expected = if wide.id % 3 == 1 { vec![wide.id] } else { vec![] };
        for found in [&wide.by_text, &wide.by_day, &wide.by_number] {
            let ids: Vec<i64> = found.loaded()?.iter().map(|narrow| narrow.id).collect();
            assert_eq!(ids, expected, "{}", wide.id);
        }
    }
    Ok(())
}

#[derive(Debug, Model)]
struct Account {
    #[model(key)]
    company: i32,
    #[model(key)]
    number: String,
    #[model(foreign_key = (company, account))]
    entries: HasMany<Entry>,
}

#[derive(Debug, Model)]
struct Entry {
    #[model(key)]
    id: i64,
    company: i64,
    account: Option<String>,
    #[model(foreign_key = (company, account), references = (company, number))]
    of: BelongsTo<Account>,
}

async fn keys_of_several_columns(on: Arc<On>) -> Result<()> {
    create_table::<Account>(&on.db).await?;
    create_table::<Entry>(&on.db).await?;
    let account = |n: i32| Account {
        company: n % 7,
        number: format!("n{}", n / 7),
        entries: HasMany::default(),
    };
    Account::insert_many((0..5_000).map(account), &on.db).await?;
    let entry = |id: i64| Entry {
        id,
        company: id % 7,
        account: (id % 10 != 0).then(|| format!("n{}", id / 7)),
        of: BelongsTo::default(),
    };
    Entry::insert_many((0..6_000).map(entry), &on.db).await?;
    let accounts = Account::query().include(|a| a.entries).all(&on.db).await?;
    let mut count = 0;
    for account in &accounts {
        for entry in account.entries.loaded()? {
            assert_eq!(
                (entry.company, entry.account.as_deref()),
                (account.company.into(), Some(&*account.number))
            );
            count += 1;
        }
    }
    assert_eq!(count, 4_500);
    let one = Account::query()
        .include(|a| a.entries.limit(1))
        .all(&on.db)
        .await?;
    let count: usize = one
        .iter()
        .map(|account| account.entries.loaded().map_or(9, <[_]>::len))
        .sum();
    assert_eq!(count, 4_500);
    let entries = Entry::query().include(|e| e.of).all(&on.db).await?;
    for entry in &entries {
        let of = entry.of.loaded()?;
        assert_eq!(
            of.is_some(),
            entry.id % 10 != 0 && entry.id < 5_000,
            "{}",
            entry.id
        );
    }
    Ok(())
}

#[derive(Debug, Model)]
struct Shelf {
    #[model(key)]
    id: i64,
    books: HasMany<Book>,
}

#[derive(Debug, Model)]
struct Book {
    #[model(key)]
    id: i64,
    shelf_id: i64,
    title: String,
    subtitle: Option<String>,
    pages: i32,
    weight: f64,
    bound: bool,
    language: String,
}

/// On SQLite a statement with so many cells begins on the caller's thread and begins once more on another.
async fn children_that_are_read_twice(on: Arc<On>) -> Result<()> {
    const SHELVES: i64 = 40;
    create_table::<Shelf>(&on.db).await?;
    create_table::<Book>(&on.db).await?;
    let shelf = |id| Shelf {
        id,
        books: HasMany::default(),
    };
    Shelf::insert_many((0..SHELVES).map(shelf), &on.db).await?;
    let book = |id| Book {
        id,
        shelf_id: id % SHELVES,
        title: id.to_string(),
        subtitle: None,
        pages: 7,
        weight: 0.5,
        bound: true,
        language: "en".into(),
    };
    Book::insert_many((0..1_000).map(book), &on.db).await?;
    for _ in 0..2 {
        let shelves = Shelf::query()
            .order_by(|s| s.id.asc())
            .include(|s| s.books.order_by(|b| b.id.asc()))
            .all(&on.db)
            .await?;
        assert_eq!(shelves.len(), SHELVES as usize);
        for shelf in &shelves {
            let books = shelf.books.loaded()?.iter().map(|book| book.id);
            let wanted = (shelf.id..1_000).step_by(SHELVES as usize);
            assert_eq!(books.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
        }
    }
    Ok(())
}
