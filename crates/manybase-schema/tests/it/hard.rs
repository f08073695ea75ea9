//! Names that have to be quoted, and types of one's own: the same on each database.

use crate::home::{Home, Kind};
use crate::on;
use manybase_db::Result;
use manybase_schema::ColumnKind;

on! {
    sqlite Sqlite odd_names;
    postgres Postgres odd_names;
    mariadb MariaDb odd_names;
    postgres_only Postgres arrays_and_partitions;
}

async fn odd_names(on: &Home) -> Result<()> {
    let (note, about) = match on.kind {
        Kind::MariaDb => (" COMMENT 'it''s \"so\" | `this`'", " COMMENT 'a\\\\b -- c'"),
        _ => ("", ""),
    };
    let script = format!(
        "CREATE TABLE {{q}}select{{q}} (
             {{q}}Größe in €{{q}} INTEGER NOT NULL,
             {{q}}order by{{q}} VARCHAR(20) DEFAULT 'it''s' NOT NULL,
             {{q}}日本{{q}} DATE{note},
             PRIMARY KEY ({{q}}order by{{q}}, {{q}}Größe in €{{q}})
         ){about};
         CREATE TABLE {{q}}Größen & Co.{{q}} (
             {{q}}group{{q}} INTEGER PRIMARY KEY, {{q}}to{{q}} VARCHAR(20), {{q}}from{{q}} INTEGER,
             CONSTRAINT {{q}}leads there{{q}} FOREIGN KEY ({{q}}to{{q}}, {{q}}from{{q}})
                 REFERENCES {{q}}select{{q}} ({{q}}order by{{q}}, {{q}}Größe in €{{q}}) ON DELETE CASCADE,
             CONSTRAINT {{q}}it's not much{{q}} CHECK ({{q}}from{{q}} > 0)
         );
         CREATE UNIQUE INDEX {{q}}by 日本{{q}} ON {{q}}select{{q}} ({{q}}日本{{q}} DESC, {{q}}order by{{q}});
         CREATE VIEW {{q}}all of it{{q}} AS SELECT {{q}}Größe in €{{q}} AS {{q}}as is{{q}} FROM {{q}}select{{q}}"
    );
    on.script(script.replace("{q}", if on.kind == Kind::MariaDb { "`" } else { "\"" }))
        .await?;
    if on.kind == Kind::Postgres {
        on.script(
            "COMMENT ON COLUMN \"select\".\"日本\" IS 'it''s \"so\" | `this`'; COMMENT ON TABLE \"select\" IS 'a\\b -- c'",
        )
        .await?;
    }
    let found = on.read().await?;
    let names: Vec<_> = found.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");

    let select = found.table("select").expect("there");
    let columns: Vec<_> = select.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["Größe in €", "order by", "日本"]);
    let key = select.primary_key.as_ref().expect("a key");
    assert_eq!(key.columns, ["order by", "Größe in €"], "in the key's own order");
    assert!(
        select.columns[1]
            .default
            .as_deref()
            .is_some_and(|sql| sql.contains("it"))
    );
    assert_eq!(select.columns[1].kind, ColumnKind::Text { length: Some(20) });
    let comments = (select.comment.as_deref(), select.columns[2].comment.as_deref());
    match on.kind {
        Kind::Sqlite => assert_eq!(comments, (None, None), "it has none"),
        _ => assert_eq!(comments, (Some("a\\b -- c"), Some("it's \"so\" | `this`"))),
    }
    let index = select
        .indexes
        .iter()
        .find(|index| index.name == "by 日本")
        .expect("there");
    let columns: Vec<_> = index
        .columns
        .iter()
        .map(|column| (column.name.as_deref(), column.descending))
        .collect();
    assert_eq!(columns, [(Some("日本"), true), (Some("order by"), false)]);
    assert!(index.unique && !index.constraint);

    let other = found.table("Größen & Co.").expect("there");
    let [key] = other.foreign_keys.as_slice() else {
        panic!("one: {:?}", other.foreign_keys)
    };
    assert_eq!(key.name.as_deref(), Some("leads there"));
    assert_eq!(
        (key.columns.join("|"), key.referenced_table.as_str()),
        ("to|from".to_owned(), "select")
    );
    assert_eq!(key.referenced_columns, ["order by", "Größe in €"]);
    assert_eq!(key.on_delete, "CASCADE");
    assert_eq!(
        found.referenced(key).map(|table| table.name.as_str()),
        Some("select")
    );
    let [check] = other.checks.as_slice() else {
        panic!("one: {:?}", other.checks)
    };
    assert_eq!(check.name.as_deref(), Some("it's not much"));
    assert!(check.expression.contains("from"), "{}", check.expression);

    let view = found.table("all of it").expect("there");
    assert_eq!(view.columns[0].name, "as is");
    assert!(
        view.kind.is_view()
            && view
                .query
                .as_deref()
                .is_some_and(|query| query.contains("Größe in €"))
    );
    Ok(())
}

async fn arrays_and_partitions(on: &Home) -> Result<()> {
    on.script(
        "CREATE TYPE \"Mood x\" AS ENUM ('a b', 'c');
         CREATE TABLE t (id int PRIMARY KEY, tags text[] NOT NULL, moods \"Mood x\"[], grid int[][], mood \"Mood x\");
         CREATE TABLE parts (a int, at date, b int CHECK (b > 0), PRIMARY KEY (a, at)) PARTITION BY RANGE (at);
         CREATE TABLE \"parts 2026\" PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
         CREATE INDEX by_b ON parts (b)",
    )
    .await?;
    let found = on.read().await?;
    let table = found.table("t").expect("there");
    let types: Vec<_> = table
        .columns
        .iter()
        .map(|column| (column.native_type.as_str(), column.kind))
        .collect();
    assert_eq!(
        types[1..4],
        [
            ("text[]", ColumnKind::Other),
            ("\"Mood x\"[]", ColumnKind::Other),
            ("integer[]", ColumnKind::Other),
        ]
    );
    assert_eq!(
        (types[4].1, table.columns[4].values.join("|")),
        (ColumnKind::Enum, "a b|c".to_owned())
    );
    // A partition is a part of its table, and no table of its own: nothing is there twice.
    let names: Vec<_> = found.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["parts", "t"]);
    let parts = found.table("parts").expect("there");
    assert_eq!(
        parts
            .primary_key
            .as_ref()
            .map(|key| key.columns.join("|"))
            .as_deref(),
        Some("a|at")
    );
    assert_eq!((parts.indexes.len(), parts.checks.len()), (1, 1));
    Ok(())
}
