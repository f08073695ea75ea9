//! SQLite's pragmas, as tables.

use super::{
    Catalog, ColumnKind, ComparedAs, Compares, Holds, IndexText, NativeType, TableText, TriggerText,
    sqlite_checks, sqlite_text,
};

#[derive(Debug)]
pub(crate) struct SqliteCatalog;

/// What a full-text index consists of is no table of the user's.
const TABLES: &str = r"
SELECT t.name, CASE t.type WHEN 'view' THEN 'view' WHEN 'virtual' THEN 'virtual' ELSE 'table' END, NULL, s.sql, NULL
FROM pragma_table_list t
JOIN sqlite_schema s ON s.name = t.name AND s.type IN ('table', 'view')
WHERE t.schema = ? AND t.type <> 'shadow' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
  AND (t.type = 'table' OR t.name NOT LIKE '%\_full\_text\_%' ESCAPE '\')
ORDER BY 1";

/// The only column of a key that is an INTEGER is the row's own number.
const COLUMNS: &str = r#"
SELECT t.name, c.name, c.type, c.type, NULL, NULL, NULL,
       c."notnull" = 0 AND NOT (c.pk = 1 AND t.wr = 0 AND UPPER(c.type) = 'INTEGER' AND k.columns = 1),
       c.dflt_value,
       c.pk = 1 AND t.wr = 0 AND UPPER(c.type) = 'INTEGER' AND k.columns = 1,
       CASE c.hidden WHEN 2 THEN 1 WHEN 3 THEN 2 ELSE 0 END, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, 0, NULL
FROM pragma_table_list t
JOIN (SELECT l.schema, l.name, SUM(p.pk > 0) AS columns
      FROM pragma_table_list l JOIN pragma_table_xinfo(l.name, l.schema) p GROUP BY l.schema, l.name) k
  ON k.schema = t.schema AND k.name = t.name
JOIN pragma_table_xinfo(t.name, t.schema) c
WHERE t.schema = ? AND t.type <> 'shadow' AND c.hidden <> 1 AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY t.name, c.cid"#;

/// Expression and condition stand in the index's text, which is given instead.
const INDEXES: &str = r#"
SELECT "table", name, kind, column, expression, condition, descending, 0, is_constraint, NULL, NULL, 0, NULL, collation, NULL
FROM (
  SELECT t.schema AS schema, t.name AS "table", 'PRIMARY' AS name, 'primary' AS kind, c.name AS column,
         NULL AS expression, NULL AS condition, 0 AS descending, 1 AS is_constraint, NULL AS collation, c.pk AS place
  FROM pragma_table_list t JOIN pragma_table_xinfo(t.name, t.schema) c
  WHERE c.pk > 0 AND t.type <> 'shadow'
  UNION ALL
  SELECT t.schema, t.name, i.name, CASE WHEN i."unique" THEN 'unique' ELSE 'index' END, x.name,
         CASE WHEN x.cid = -2 THEN s.sql END, CASE WHEN i.partial THEN s.sql END, x."desc", i.origin = 'u',
         NULLIF(x.coll, 'BINARY'), x.seqno
  FROM pragma_table_list t
  JOIN pragma_index_list(t.name, t.schema) i
  JOIN pragma_index_xinfo(i.name, t.schema) x
  LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
  WHERE i.origin <> 'pk' AND x.key = 1 AND t.type <> 'shadow'
) WHERE schema = ? ORDER BY 1, 2, place"#;

/// Those that keep a full-text index up to date belong to it.
const TRIGGERS: &str = "\
SELECT tbl_name, name, NULL, NULL, NULL, 'row', NULL, sql, NULL, 1
FROM sqlite_schema WHERE type = 'trigger' AND ? = 'main'
 AND NOT (name GLOB '*_full_text_*_inserted' OR name GLOB '*_full_text_*_deleted' OR name GLOB '*_full_text_*_updated')
ORDER BY 1, 2";

/// Without a column over there it is the key.
const FOREIGN_KEYS: &str = r#"
SELECT t.name, CAST(f.id AS TEXT), NULL, f."from", NULL, f."table", f."to", f.on_update, f.on_delete, 0, 0
FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name, t.schema) f
WHERE t.schema = ? ORDER BY t.name, f.id DESC, f.seq"#;

impl Catalog for SqliteCatalog {
    fn upkeep(&self) -> &'static crate::upkeep::Upkeep {
        &crate::upkeep::SQLITE
    }

    fn current_schema(&self) -> &'static str {
        "SELECT 'main'"
    }

    fn tables(&self) -> &'static str {
        TABLES
    }

    fn columns(&self) -> &'static str {
        COLUMNS
    }

    fn indexes(&self) -> &'static str {
        INDEXES
    }

    fn foreign_keys(&self) -> &'static str {
        FOREIGN_KEYS
    }

    fn checks(&self) -> Option<&'static str> {
        None
    }

    fn triggers(&self) -> &'static str {
        TRIGGERS
    }

    fn table_in(&self, definition: &str) -> Option<TableText> {
        Some(sqlite_text::table(definition))
    }

    fn trigger_in(&self, definition: &str) -> Option<TriggerText> {
        Some(sqlite_text::trigger(definition))
    }

    fn index_in(&self, definition: &str) -> Option<IndexText> {
        Some(sqlite_text::index(definition))
    }

    fn query_in(&self, definition: &str) -> String {
        sqlite_text::query(definition)
    }

    fn compares(&self, text: ComparedAs<'_>) -> Compares {
        let is = |name: &str| text.collation.is_some_and(|own| own.eq_ignore_ascii_case(name));
        Compares {
            ignores_case: is("NOCASE"),
            ignores_padding: is("RTRIM"),
        }
    }

    /// Whatever is put in; times are texts with microseconds.
    fn holds(&self, _native: &NativeType<'_>) -> Holds {
        Holds {
            fraction: Some(6),
            loose: true,
            ..Holds::default()
        }
    }

    fn checks_in(&self, definition: &str) -> Vec<(Option<String>, String)> {
        sqlite_checks::find(definition)
    }

    /// By name first, since SQLite itself keeps to no type; then by its rules of affinity.
    fn kind(&self, native: &NativeType<'_>) -> ColumnKind {
        let full = native.full.to_ascii_uppercase();
        let (name, arguments) = match full.split_once('(') {
            Some((name, rest)) => (name.trim(), rest.trim_end_matches(')')),
            None => (full.trim(), ""),
        };
        let mut numbers = arguments
            .split(',')
            .map(|number| number.trim().parse::<i64>().ok());
        let (first, second) = (numbers.next().flatten(), numbers.next().flatten());
        let has = |part| name.contains(part);
        match name {
            "BOOLEAN" | "BOOL" | "BIT" => ColumnKind::Bool,
            "UNSIGNED BIG INT" => ColumnKind::Integer {
                bits: 64,
                signed: false,
            },
            "DECIMAL_TEXT" => ColumnKind::decimal(first, second),
            "DATE" | "DATE_TEXT" => ColumnKind::Date,
            "TIME" | "TIME_TEXT" => ColumnKind::Time,
            "DATETIME" | "DATETIME_TEXT" | "TIMESTAMP" => ColumnKind::DateTime,
            "TIMESTAMP_TEXT" | "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" => ColumnKind::Timestamp,
            "UUID" | "UUID_TEXT" | "GUID" => ColumnKind::Uuid,
            "JSON" | "JSON_TEXT" | "JSONB" => ColumnKind::Json,
            // Any number of any width goes in, whatever the name says.
            _ if has("INT") && !has("POINT") => ColumnKind::signed(64),
            _ if has("CHAR") || has("CLOB") || has("TEXT") || has("STRING") => ColumnKind::text(first),
            _ if has("BLOB") || has("BINARY") || has("IMAGE") => ColumnKind::Bytes,
            "" => ColumnKind::Other,
            // Decimals in such a column become floating-point numbers.
            _ if has("REAL") || has("FLOA") || has("DOUB") || has("NUM") || has("DEC") || has("MONEY") => {
                ColumnKind::F64
            }
            _ => ColumnKind::Other,
        }
    }
}
