//! SQLite's pragmas, as tables.

use super::{Catalog, ColumnKind, NativeType, sqlite_checks};

#[derive(Debug)]
pub(crate) struct SqliteCatalog;

const TABLES: &str = r"
SELECT t.name, CASE t.type WHEN 'view' THEN 'view' WHEN 'virtual' THEN 'virtual' ELSE 'table' END, NULL, s.sql
FROM pragma_table_list t
JOIN sqlite_schema s ON s.name = t.name AND s.type IN ('table', 'view')
WHERE t.schema = ? AND t.type <> 'shadow' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY 1";

/// The only column of a key that is an INTEGER is the row's own number.
const COLUMNS: &str = r#"
SELECT t.name, c.name, c.type, c.type, NULL, NULL, NULL,
       c."notnull" = 0 AND NOT (c.pk = 1 AND t.wr = 0 AND UPPER(c.type) = 'INTEGER' AND k.columns = 1),
       c.dflt_value,
       c.pk = 1 AND t.wr = 0 AND UPPER(c.type) = 'INTEGER' AND k.columns = 1,
       CASE c.hidden WHEN 2 THEN 1 WHEN 3 THEN 2 ELSE 0 END, NULL, NULL, NULL, NULL
FROM pragma_table_list t
JOIN (SELECT l.schema, l.name, SUM(p.pk > 0) AS columns
      FROM pragma_table_list l JOIN pragma_table_xinfo(l.name, l.schema) p GROUP BY l.schema, l.name) k
  ON k.schema = t.schema AND k.name = t.name
JOIN pragma_table_xinfo(t.name, t.schema) c
WHERE t.schema = ? AND t.type <> 'shadow' AND c.hidden <> 1 AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY t.name, c.cid"#;

const INDEXES: &str = r#"
SELECT "table", name, kind, column, NULL, condition, descending FROM (
  SELECT t.schema AS schema, t.name AS "table", 'PRIMARY' AS name, 'primary' AS kind, c.name AS column,
         NULL AS condition, 0 AS descending, c.pk AS place
  FROM pragma_table_list t JOIN pragma_table_xinfo(t.name, t.schema) c
  WHERE c.pk > 0 AND t.type <> 'shadow'
  UNION ALL
  SELECT t.schema, t.name, i.name, CASE WHEN i."unique" THEN 'unique' ELSE 'index' END, x.name,
         CASE WHEN i.partial THEN SUBSTR(s.sql, INSTR(UPPER(s.sql), ' WHERE ') + 7) END, x."desc", x.seqno
  FROM pragma_table_list t
  JOIN pragma_index_list(t.name, t.schema) i
  JOIN pragma_index_xinfo(i.name, t.schema) x
  LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
  WHERE i.origin <> 'pk' AND x.key = 1 AND t.type <> 'shadow'
) WHERE schema = ? ORDER BY 1, 2, place"#;

/// Without a column over there it is the key.
const FOREIGN_KEYS: &str = r#"
SELECT t.name, CAST(f.id AS TEXT), NULL, f."from", NULL, f."table", f."to", f.on_update, f.on_delete
FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name, t.schema) f
WHERE t.schema = ? ORDER BY t.name, f.id DESC, f.seq"#;

impl Catalog for SqliteCatalog {
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
