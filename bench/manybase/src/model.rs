//! The models.

use bench_common::Source;
use manybase::Result;
use manybase::prelude::*;

macro_rules! ten_columns {
    ($name:ident) => {
        #[derive(Debug, Clone, Model)]
        pub struct $name {
            #[model(key, auto)]
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
    };
}

ten_columns!(Item);
ten_columns!(Account);
ten_columns!(Entry);
ten_columns!(Big);

/// With its key left to the database.
impl From<Source> for Entry {
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
            id: 0,
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

impl Entry {
    /// With the key of the source.
    pub fn with_key(source: Source) -> Self {
        Self {
            id: source.id,
            ..Self::from(source)
        }
    }
}

#[derive(Debug, Clone, Model)]
pub struct Author {
    #[model(key, auto)]
    pub id: i64,
    pub name: String,
    pub books: HasMany<Book>,
}

#[derive(Debug, Clone, Model)]
pub struct Book {
    #[model(key, auto)]
    pub id: i64,
    pub author_id: i64,
    pub title: String,
    pub pages: i32,
}

/// The checksum of parents with their children.
pub fn family(authors: &[Rec<Author>]) -> Result<u64> {
    let mut sum = 0_u64;
    for author in authors {
        for book in author.books.loaded()? {
            let Book {
                id,
                author_id,
                title,
                pages,
            } = &**book;
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
    Ok(sum)
}
