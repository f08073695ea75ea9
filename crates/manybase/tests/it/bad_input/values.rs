//! Values that do not fit.

use super::{Row, row};
use crate::support::{Kind, On, fails, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    numbers_out_of_range,
    invalid_utf8,
    text_that_is_hostile,
    values_that_do_not_fit_a_column,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "row")]
struct Tiny {
    #[model(key, auto)]
    id: i64,
    name: String,
    n: i8,
}

async fn numbers_out_of_range(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Row>(db).await?;
    for n in [128, -129, i32::MAX, i32::MIN] {
        let one = row("x", n).insert(db).await?;
        let error = fails_with(Tiny::find(one.id).one(db).await, ErrorKind::Decode, "Tiny");
        assert!(
            error.message().contains("column n (field n)") && error.message().contains("range of i8"),
            "{error}"
        );
        one.delete(db).await?;
    }
    // A sum that is too large, and arithmetic beyond the type: an error, never a wrong number.
    row("x", i32::MAX).insert(db).await?;
    match Row::query().select(|c| c.n * c.n * c.n).all(db).await {
        Ok(found) => panic!("{found:?}"),
        Err(error) => assert!(
            matches!(error.kind(), ErrorKind::Value | ErrorKind::Decode),
            "{error}"
        ),
    }
    match Row::query().update(db, |c| c.n.set(c.n + 1)).await {
        // SQLite's column holds more; who reads it into i32 is told.
        Ok(_) => {
            assert!(on.kind.is_sqlite());
            fails_with(Row::query().all(db).await, ErrorKind::Decode, "Row");
        }
        Err(error) => assert_eq!(
            (error.kind(), error.connection(), error.model()),
            (ErrorKind::Value, Some("main"), Some("Row")),
            "{error}"
        ),
    }
    Ok(())
}

async fn invalid_utf8(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    match on.kind {
        Kind::Memory | Kind::File => {
            create_table::<Row>(db).await?;
            on.execute("INSERT INTO row (name, n) VALUES (CAST(x'61FF62' AS TEXT), 1)")
                .await?;
            let error = fails_with(Row::query().all(db).await, ErrorKind::Decode, "Row");
            assert!(
                error.message().contains("column name (field name)") && error.message().contains("UTF-8"),
                "{error}"
            );
            let bytes: Vec<u8> = sql("SELECT CAST(name AS BLOB) FROM row").scalar(db).await?;
            assert_eq!(bytes, [0x61, 0xFF, 0x62]);
            // A name that is no UTF-8.
            let odd = sql("SELECT CAST(x'FF' AS TEXT)").scalar::<String>(db).await;
            fails(odd, ErrorKind::Decode, "main");
        }
        Kind::Postgres => {
            // It refuses to make such text.
            let odd = sql("SELECT convert_from('\\xff'::bytea, 'UTF8')")
                .scalar::<String>(db)
                .await
                .expect_err("no UTF-8");
            assert_eq!(
                (odd.kind(), odd.connection()),
                (ErrorKind::Value, Some("main")),
                "{odd}"
            );
        }
        Kind::MariaDb => {
            // Another character set is converted on the way.
            on.execute("CREATE TABLE `row` (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(20) CHARACTER SET latin1, n int)").await?;
            on.execute("INSERT INTO `row` (name, n) VALUES (x'61FF62', 1)")
                .await?;
            assert_eq!(Row::query().one(db).await?.name, "aÿb");
            // Bytes are no text.
            on.execute("ALTER TABLE `row` MODIFY name varbinary(20)").await?;
            let error = fails_with(Row::query().all(db).await, ErrorKind::Decode, "Row");
            assert!(error.message().contains("column name (field name)"), "{error}");
            let bytes: Vec<u8> = sql("SELECT name FROM `row`").scalar(db).await?;
            assert_eq!(bytes, [0x61, 0xFF, 0x62]);
        }
    }
    Ok(())
}

async fn text_that_is_hostile(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Row>(db).await?;
    for text in [
        "'",
        "\"",
        "`",
        "\\",
        "\\'",
        "'; DROP TABLE row; --",
        "😀",
        "$1",
        "?",
        "??",
        "%",
        "\u{202e}",
        "\r\n",
        "/*",
        "--",
    ] {
        let mut one = row(text, 1).insert(db).await?;
        one.name = format!("{text}{text}");
        one.save(db).await?;
        let found = Row::filter(|c| {
            c.name.eq(one.name.as_str()) & c.name.contains(text) & c.name.in_list([text, &one.name])
        })
        .one(db)
        .await?;
        assert_eq!(found, one);
        assert_eq!(
            sql("SELECT name FROM row WHERE name = ?".replace("row", &on.kind.quoted("row")))
                .bind(one.name.as_str())
                .scalar::<String>(db)
                .await?,
            one.name
        );
        assert_eq!(
            Row::filter(|c| c.name.starts_with(text) & c.id.eq(one.id))
                .update(db, |c| c.name.set(text))
                .await?,
            1
        );
        assert_eq!(Row::filter(|c| c.name.eq(text)).delete(db).await?, 1);
    }
    // NUL in a value: kept, or refused by name, and never cut off.
    let nul = "a\0b";
    let outcomes = [
        row(nul, 1).insert(db).await.map(drop),
        Row::insert_many([row(nul, 1)], db).await.map(drop),
        Row::filter(|c| c.name.eq(nul))
            .all(db)
            .await
            .map(|found| assert_eq!(found.len(), 2)),
        Row::filter(|c| c.name.in_list([nul, "x"]))
            .count(db)
            .await
            .map(|n| assert_eq!(n, 2)),
        Row::filter(|c| c.name.contains("\0"))
            .count(db)
            .await
            .map(|n| assert_eq!(n, 2)),
        Row::filter(|c| c.name.starts_with("a\0"))
            .count(db)
            .await
            .map(|n| assert_eq!(n, 2)),
        Row::query().update(db, |c| c.name.set(nul)).await.map(drop),
    ];
    for outcome in outcomes {
        if let Err(error) = outcome {
            assert!(on.kind != Kind::MariaDb, "{error}");
            assert!(
                matches!(error.kind(), ErrorKind::Value | ErrorKind::Statement),
                "{error}"
            );
            assert_eq!(
                (error.connection(), error.model()),
                (Some("main"), Some("Row")),
                "{error}"
            );
            assert!(
                error.message().to_lowercase().contains("nul") || error.message().contains("0x00"),
                "{error}"
            );
        }
    }
    let left = Row::query().count(db).await?;
    assert_eq!(left, if on.kind == Kind::Postgres { 0 } else { 2 });
    // A JSON document too.
    let json = sql(on.pick("SELECT ?", "SELECT ?::jsonb", "SELECT ?"))
        .bind(serde_json::json!("a\0b"))
        .scalar::<serde_json::Value>(db)
        .await;
    match json {
        Ok(found) => assert_eq!(found, serde_json::json!("a\0b")),
        Err(error) => assert_eq!(
            (on.kind, error.kind()),
            (Kind::Postgres, ErrorKind::Value),
            "{error}"
        ),
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Fit {
    #[model(key, auto)]
    id: i64,
    #[model(length = 3)]
    short: String,
    #[model(precision = (5, 2))]
    price: Decimal,
    small: i16,
}

async fn values_that_do_not_fit_a_column(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Fit>(db).await?;
    let good = Fit {
        id: 0,
        short: "abc".into(),
        price: Decimal::new(99_999, 2),
        small: i16::MAX,
    };
    let mut saved = good.clone().insert(db).await?;
    for bad in [
        Fit {
            short: "abcd".into(),
            ..good.clone()
        },
        Fit {
            price: Decimal::new(100_000, 2),
            ..good.clone()
        },
    ] {
        match bad.clone().insert(db).await {
            Ok(one) => {
                assert!(on.kind.is_sqlite(), "only SQLite knows no limits");
                assert_eq!(Fit::find(one.id).one(db).await?, one);
                one.delete(db).await?;
            }
            Err(error) => {
                assert_eq!(
                    (error.kind(), error.connection(), error.model()),
                    (ErrorKind::Value, Some("main"), Some("Fit")),
                    "{error}"
                );
                let id = saved.id;
                *saved = Fit { id, ..bad };
                fails_with(saved.save(db).await, ErrorKind::Value, "Fit");
                saved.refresh(db).await?;
            }
        }
    }
    assert_eq!(Fit::query().one(db).await?, saved);
    Ok(())
}
