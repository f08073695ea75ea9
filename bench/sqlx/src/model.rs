//! The structs that rows are read into.

use bench_common::Source;
use chrono::{NaiveDate, NaiveDateTime};

#[derive(Debug, Clone, sqlx::FromRow)]
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

#[derive(Debug, sqlx::FromRow)]
pub struct Author {
    pub id: i64,
    pub name: String,
}

#[derive(Debug, sqlx::FromRow)]
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
