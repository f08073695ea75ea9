//! Names from elsewhere.

use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! { identifiers_that_are_hostile }

/// Models whose names come from elsewhere; the derive macro refuses NUL by itself.
macro_rules! named {
    ($($model:ident $table:literal $column:literal;)*) => {$(
        #[derive(Debug, Clone, PartialEq, Model)]
        #[model(table = $table)]
        struct $model {
            #[model(key, auto, column = $column)]
            id: i64,
            n: i32,
        }
    )*};
}

named! {
    Quotes "it's \"quoted\" `back`" "'\"`";
    Emoji "😀 smile" "😀";
    Comment "a--b/*c*/;d" "x; DROP TABLE y";
    Percent "100%_?$1" "?";
    Spaces " front and back " " x ";
    TooLong "t0123456789012345678901234567890123456789012345678901234567890123456789" "id";
}

async fn identifiers_that_are_hostile(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    let mut refused: Vec<&str> = Vec::new();
    macro_rules! check {
        ($($model:ident)*) => {$(
            let worked = async {
                create_table::<$model>(db).await?;
                let mut one = $model { id: 0, n: 1 }.insert(db).await?;
                one.n = 2;
                one.save(db).await?;
                assert_eq!($model::find(one.id).one(db).await?, one);
                assert_eq!($model::filter(|c| c.id.gt(0)).select(|c| c.id.max()).one(db).await?, Some(one.id));
                assert_eq!($model::query().distinct().count(db).await?, 1);
                assert_eq!($model::query().delete(db).await?, 1);
                Ok::<(), manybase::Error>(())
            };
            if let Err(error) = worked.await {
                // What a database can't have as a name, it refuses as such.
                assert_eq!((error.kind(), error.connection(), error.model()), (ErrorKind::Identifier, Some("main"), Some(stringify!($model))), "{error}");
                refused.push(stringify!($model));
            }
        )*};
    }
    check! { Quotes Emoji Comment Percent Spaces TooLong }
    let wanted: &[&str] = on.pick(&[], &["TooLong"], &["Emoji", "Spaces", "TooLong"]);
    assert_eq!(refused, wanted);
    Ok(())
}
