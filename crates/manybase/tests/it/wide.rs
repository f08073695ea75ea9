//! A hundred columns.

use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{Result, create_table};
use std::sync::Arc;

on_every_database! { a_hundred_columns }

macro_rules! wide {
    ($($field:ident)*) => {
        #[derive(Debug, Clone, PartialEq, Model)]
        struct Wide {
            #[model(key, auto)]
            id: i64,
            $($field: Option<i32>,)*
        }

        fn wide(first: i32) -> Wide {
            let mut next = first - 1;
            let mut number = || {
                next += 1;
                (next % 7 != 0).then_some(next)
            };
            Wide { id: 0, $($field: number(),)* }
        }
    };
}

wide! {
    c00 c01 c02 c03 c04 c05 c06 c07 c08 c09 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19 c20 c21 c22 c23 c24
    c25 c26 c27 c28 c29 c30 c31 c32 c33 c34 c35 c36 c37 c38 c39 c40 c41 c42 c43 c44 c45 c46 c47 c48 c49
    c50 c51 c52 c53 c54 c55 c56 c57 c58 c59 c60 c61 c62 c63 c64 c65 c66 c67 c68 c69 c70 c71 c72 c73 c74
    c75 c76 c77 c78 c79 c80 c81 c82 c83 c84 c85 c86 c87 c88 c89 c90 c91 c92 c93 c94 c95 c96 c97 c98
}

async fn a_hundred_columns(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Wide>(db).await?;
    assert_eq!(Wide::meta().columns.len(), 100);
    let mut one = wide(1).insert(db).await?;
    assert_eq!(Wide::find(one.id).one(db).await?, one);
    // More values than one statement can bind.
    assert_eq!(
        Wide::insert_many((0..2_000).map(|n| wide(n * 100)), db).await?,
        2_000
    );
    one.c98 = Some(-1);
    one.c00 = None;
    assert_eq!(one.dirty_fields(), ["c00", "c98"]);
    one.save(db).await?;
    assert_eq!(Wide::find(one.id).one(db).await?, one);
    let all = Wide::query().order_by(|c| c.id.asc()).all(db).await?;
    for (found, n) in all[1..].iter().zip(0..) {
        assert_eq!(
            **found,
            Wide {
                id: found.id,
                ..wide(n * 100)
            }
        );
    }
    let (first, last) = Wide::query()
        .select(|c| (c.c01.max(), c.c98.min()))
        .one(db)
        .await?;
    assert_eq!((first, last), (Some(199_901), Some(-1)));
    Ok(())
}
