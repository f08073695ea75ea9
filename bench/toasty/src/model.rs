//! The models.

use bench_common::Source;
use jiff::civil::{Date, DateTime};

macro_rules! ten_columns {
    ($name:ident, $table:literal) => {
        #[derive(Debug, Clone, toasty::Model)]
        #[table = $table]
        pub struct $name {
            #[key]
            #[auto]
            pub id: i64,
            pub name: String,
            pub email: Option<String>,
            pub age: i32,
            pub balance: i64,
            pub score: f64,
            pub active: bool,
            pub born_on: Date,
            pub seen_at: DateTime,
            pub token: Vec<u8>,
        }
    };
}

ten_columns!(Item, "item");
ten_columns!(Account, "account");
ten_columns!(Entry, "entry");

impl From<Source> for Entry {
    fn from(source: Source) -> Self {
        let (born_on, seen_at) = (source.jiff_date(), source.jiff_time());
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

#[derive(Debug, toasty::Model)]
#[table = "author"]
pub struct Author {
    #[key]
    #[auto]
    pub id: u64,
    pub name: String,
    #[has_many]
    pub books: toasty::Deferred<Vec<Book>>,
}

#[derive(Debug, toasty::Model)]
#[table = "book"]
pub struct Book {
    #[key]
    #[auto]
    pub id: u64,
    #[index]
    pub author_id: u64,
    #[belongs_to(key = author_id, references = id)]
    pub author: toasty::Deferred<Author>,
    pub title: String,
    pub pages: i32,
}

/// The checksum of parents with their children.
pub fn family(authors: &[Author]) -> u64 {
    let mut sum = 0_u64;
    for author in authors {
        for book in author.books.get() {
            let Book {
                id,
                author_id,
                title,
                pages,
                ..
            } = book;
            sum = sum.wrapping_add(bench_common::family(
                author.id.cast_signed(),
                &author.name,
                id.cast_signed(),
                author_id.cast_signed(),
                title,
                *pages,
            ));
        }
    }
    sum
}
