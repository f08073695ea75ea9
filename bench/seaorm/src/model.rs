//! The entities.

use bench_common::Source;

macro_rules! ten_columns {
    ($module:ident, $table:literal) => {
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key)]
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

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

ten_columns!(item, "item");
ten_columns!(account, "account");
ten_columns!(entry, "entry");
ten_columns!(big, "big");

pub mod author {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "author")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::book::Entity")]
        Book,
    }

    impl Related<super::book::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Book.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod book {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "book")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub author_id: i64,
        pub title: String,
        pub pages: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::author::Entity",
            from = "Column::AuthorId",
            to = "super::author::Column::Id"
        )]
        Author,
    }

    impl Related<super::author::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Author.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl From<Source> for entry::Model {
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

/// What is inserted; the key is left to the database.
pub fn without_key(row: entry::Model) -> entry::ActiveModel {
    use sea_orm::ActiveValue::{NotSet, Set};
    let entry::Model {
        name,
        email,
        age,
        balance,
        score,
        active,
        born_on,
        seen_at,
        token,
        ..
    } = row;
    entry::ActiveModel {
        id: NotSet,
        name: Set(name),
        email: Set(email),
        age: Set(age),
        balance: Set(balance),
        score: Set(score),
        active: Set(active),
        born_on: Set(born_on),
        seen_at: Set(seen_at),
        token: Set(token),
    }
}

/// The checksum of parents with their children.
pub fn family(parents: &[(author::Model, Vec<book::Model>)]) -> u64 {
    let mut sum = 0_u64;
    for (author, books) in parents {
        for book::Model {
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
