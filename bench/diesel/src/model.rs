//! The schema and the models.

use bench_common::Source;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

macro_rules! ten_columns {
    ($table:ident) => {
        diesel::table! {
            $table (id) {
                id -> BigInt,
                name -> Text,
                email -> Nullable<Text>,
                age -> Integer,
                balance -> BigInt,
                score -> Double,
                active -> Bool,
                born_on -> Date,
                seen_at -> Timestamp,
                token -> Binary,
            }
        }
    };
}

ten_columns!(item);
ten_columns!(account);
ten_columns!(entry);
ten_columns!(big);

diesel::table! {
    author (id) {
        id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    book (id) {
        id -> BigInt,
        author_id -> BigInt,
        title -> Text,
        pages -> Integer,
    }
}

diesel::joinable!(book -> author (author_id));
diesel::allow_tables_to_appear_in_same_query!(author, book);

/// Of any of the four tables.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = entry)]
pub struct Item {
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub age: i32,
    pub balance: i64,
    pub score: f64,
    pub active: bool,
    pub born_on: NaiveDate,
    pub seen_at: NaiveDateTime,
    pub token: Vec<u8>,
}

/// An entry whose key is left to the database.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = entry)]
pub struct NewEntry {
    pub name: String,
    pub email: Option<String>,
    pub age: i32,
    pub balance: i64,
    pub score: f64,
    pub active: bool,
    pub born_on: NaiveDate,
    pub seen_at: NaiveDateTime,
    pub token: Vec<u8>,
}

impl From<Source> for Item {
    fn from(source: Source) -> Self {
        let (born_on, seen_at) = (source.date(), source.time());
        let Source {
            id,
            name,
            email,
            age,
            balance,
            score,
            active,
            token,
            ..
        } = source;
        Self {
            id,
            name,
            email,
            age,
            balance,
            score,
            active,
            born_on,
            seen_at,
            token,
        }
    }
}

impl From<Source> for NewEntry {
    fn from(source: Source) -> Self {
        let (born_on, seen_at) = (source.date(), source.time());
        let Source {
            name,
            email,
            age,
            balance,
            score,
            active,
            token,
            ..
        } = source;
        Self {
            name,
            email,
            age,
            balance,
            score,
            active,
            born_on,
            seen_at,
            token,
        }
    }
}

#[derive(Debug, Queryable, Identifiable)]
#[diesel(table_name = author)]
pub struct Author {
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Queryable, Identifiable, Associations)]
#[diesel(table_name = book, belongs_to(Author))]
pub struct Book {
    pub id: i64,
    pub author_id: i64,
    pub title: String,
    pub pages: i32,
}

/// The checksum of parents with their children.
pub fn family(parents: &[(Author, Vec<Book>)]) -> u64 {
    let mut sum = 0_u64;
    for (author, books) in parents {
        for Book {
            id,
            author_id,
            title,
            pages,
        } in books
        {
            sum = sum.wrapping_add(bench_common::family(
                author.id,
                &author.name,
                *id,
                *author_id,
                title,
                *pages,
            ));
        }
    }
    sum
}

/// What of an entry is overwritten by an upsert.
#[macro_export]
macro_rules! overwritten {
    () => {{
        use diesel::upsert::excluded;
        use $crate::model::entry::*;
        (
            name.eq(excluded(name)),
            email.eq(excluded(email)),
            age.eq(excluded(age)),
            balance.eq(excluded(balance)),
            score.eq(excluded(score)),
            active.eq(excluded(active)),
            born_on.eq(excluded(born_on)),
            seen_at.eq(excluded(seen_at)),
            token.eq(excluded(token)),
        )
    }};
}

/// The search, for one database.
#[macro_export]
macro_rules! filtered {
    ($backend:ty) => {
        fn filtered(search: &bench_common::Search) -> $crate::model::item::BoxedQuery<'static, $backend> {
            use $crate::model::item;
            let mut query = item::table.into_boxed();
            if let Some(age) = search.age_from {
                query = query.filter(item::age.ge(age));
            }
            if let Some(active) = search.active {
                query = query.filter(item::active.eq(active));
            }
            if let Some(balance) = search.balance_below {
                query = query.filter(item::balance.lt(balance));
            }
            if let Some(score) = search.score_above {
                query = query.filter(item::score.gt(score));
            }
            if let Some(born) = search.born_from() {
                query = query.filter(item::born_on.ge(born));
            }
            query.order(item::id).limit(20)
        }
    };
}
