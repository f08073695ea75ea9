//! The text of queries; nothing here needs a database.

use super::{Color, Item};
use manybase::prelude::*;
use manybase::{Result, Value, dialect};

#[test]
fn one_query_in_every_dialect() -> Result<()> {
    let query = Item::filter(|c| {
        c.name.starts_with("50%") & c.stock.is_null() & c.color.eq(Color::Red) & c.id.in_list([1, 2])
    })
    .order_by(|c| c.stock.desc())
    .limit(5)
    .offset(10)
    .select(|c| (c.id, c.name.lower()));
    let sqlite = query.to_sql(dialect::sqlite())?;
    assert_eq!(
        sqlite.sql,
        r#"SELECT "id", MB_LOWER("name") FROM "item" WHERE "name" GLOB ? AND "stock" IS NULL AND "color" = ? AND "id" IN (?, ?) ORDER BY "stock" DESC LIMIT 5 OFFSET ?"#
    );
    assert_eq!(sqlite.binds.len(), 5);
    assert_eq!(sqlite.binds[0], Value::from("50%*"));
    let postgres = query.to_sql(dialect::postgres())?;
    assert!(postgres.sql.contains("= ANY($3"), "{}", postgres.sql);
    assert!(postgres.sql.contains("NULLS LAST"), "{}", postgres.sql);
    assert_eq!(postgres.binds[0], Value::from("50!%%"));
    for dialect in [dialect::mysql(), dialect::mariadb(), dialect::matrixone()] {
        let text = query.to_sql(dialect)?.sql;
        assert!(
            text.starts_with("SELECT `id`, LOWER(`name`) FROM `item` WHERE "),
            "{text}"
        );
    }
    Ok(())
}

#[test]
fn values_are_bound_and_never_spliced() -> Result<()> {
    let evil = "'; DROP TABLE item; --";
    let query = Item::filter(|c| {
        c.name.eq(evil)
            & c.nick.contains(evil)
            & c.name.in_list([evil, "x"])
            & c.name.concat(evil).ne(evil)
            & coalesce(c.nick, evil).replace(evil, evil).ieq(evil)
    });
    for dialect in [
        dialect::sqlite(),
        dialect::postgres(),
        dialect::mysql(),
        dialect::mariadb(),
        dialect::matrixone(),
    ] {
        let rendered = query.to_sql(dialect)?;
        assert!(!rendered.sql.contains("DROP"), "{}", rendered.sql);
        assert!(rendered.binds.len() >= 7, "{:?}", rendered.binds);
    }
    assert!(!format!("{query:?}").contains("DROP"));
    Ok(())
}
