//! PostgreSQL's own catalog: the information schema lacks indexes, comments and enums.

use super::{Catalog, ColumnKind, ComparedAs, Compares, Holds, NativeType};

#[derive(Debug)]
pub(crate) struct PostgresCatalog;

/// Not what extensions brought, nor the parts of a partitioned table.
const TABLES: &str = "\
SELECT c.relname::text,
       CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized' WHEN 'f' THEN 'foreign' ELSE 'table' END,
       obj_description(c.oid, 'pg_class'),
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
       array_to_json(ARRAY[
         CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED' END,
         CASE WHEN c.relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(c.oid) END,
         CASE WHEN c.reloptions IS NOT NULL THEN 'WITH (' || array_to_string(c.reloptions, ', ') || ')' END])::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname::text = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1";

/// A domain is followed down to what it is made of.
const COLUMNS: &str = "\
SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), b.typname::text,
       CASE WHEN b.typname IN ('varchar', 'bpchar') AND m.typmod > 4 THEN m.typmod - 4 END,
       CASE WHEN b.typname = 'numeric' AND m.typmod > 4 THEN ((m.typmod - 4) >> 16) & 65535 END,
       CASE WHEN b.typname = 'numeric' AND m.typmod > 4 THEN (((m.typmod - 4) & 2047) # 1024) - 1024 END,
       NOT (a.attnotnull OR t.typnotnull),
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(e.adbin, e.adrelid) END,
       a.attidentity <> '' OR COALESCE(a.attgenerated = '' AND pg_get_expr(e.adbin, e.adrelid) LIKE 'nextval(%', false),
       CASE a.attgenerated WHEN 'v' THEN 1 WHEN 's' THEN 2 ELSE 0 END,
       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(e.adbin, e.adrelid) END,
       col_description(c.oid, a.attnum),
       CASE WHEN b.typtype = 'e' THEN b.typname::text END,
       (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder)::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = b.oid),
       CASE WHEN a.attcollation <> t.typcollation THEN v.collname::text END,
       CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'default' END,
       NULL, false, CASE WHEN t.typtype = 'd' THEN t.typname::text END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation v ON v.oid = a.attcollation
CROSS JOIN LATERAL (
  WITH RECURSIVE made_of(type, typmod, depth) AS (
    SELECT a.atttypid, a.atttypmod, 0
    UNION ALL
    SELECT y.typbasetype, GREATEST(o.typmod, y.typtypmod), o.depth + 1
    FROM made_of o JOIN pg_catalog.pg_type y ON y.oid = o.type WHERE y.typtype = 'd'
  ) SELECT type, typmod FROM made_of ORDER BY depth DESC LIMIT 1
) m
JOIN pg_catalog.pg_type b ON b.oid = m.type
WHERE n.nspname::text = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, a.attnum";

const INDEXES: &str = "\
SELECT t.relname::text, i.relname::text,
       CASE WHEN x.indisprimary THEN 'primary' WHEN x.indisunique THEN 'unique' ELSE 'index' END,
       a.attname::text,
       CASE WHEN k.attnum = 0 THEN pg_get_indexdef(i.oid, k.n::int, false) END,
       pg_get_expr(x.indpred, x.indrelid),
       (x.indoption[k.n::int - 1] & 1) = 1, (x.indoption[k.n::int - 1] & 2) = 2,
       EXISTS (SELECT 1 FROM pg_catalog.pg_constraint o WHERE o.conindid = i.oid AND o.contype IN ('p', 'u')),
       m.amname::text,
       (SELECT json_agg(b.attname ORDER BY j.n)::text
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS j(attnum, n)
        JOIN pg_catalog.pg_attribute b ON b.attrelid = t.oid AND b.attnum = j.attnum WHERE j.n > x.indnkeyatts),
       COALESCE((to_jsonb(x) ->> 'indnullsnotdistinct')::bool, false), NULL,
       CASE WHEN x.indcollation[k.n::int - 1] NOT IN (0, a.attcollation) THEN v.collname::text END,
       CASE WHEN NOT q.opcdefault THEN q.opcname::text END
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = i.relam
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum AND k.attnum > 0
LEFT JOIN pg_catalog.pg_collation v ON v.oid = x.indcollation[k.n::int - 1]
LEFT JOIN pg_catalog.pg_opclass q ON q.oid = x.indclass[k.n::int - 1]
WHERE n.nspname::text = $1 AND x.indisvalid AND NOT x.indisexclusion AND k.n <= x.indnkeyatts AND NOT t.relispartition
ORDER BY 1, 2, k.n";

const FOREIGN_KEYS: &str = "\
SELECT t.relname::text, c.conname::text, c.conname::text, a.attname::text,
       o.nspname::text, r.relname::text, b.attname::text,
       CASE c.confupdtype WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL'
                          WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END,
       CASE c.confdeltype WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL'
                          WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END,
       c.condeferrable, c.condeferred
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = c.confrelid
JOIN pg_catalog.pg_namespace o ON o.oid = r.relnamespace
CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k(here, there, n)
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.here
JOIN pg_catalog.pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.there
WHERE n.nspname::text = $1 AND c.contype = 'f' AND c.conparentid = 0 AND NOT t.relispartition
ORDER BY 1, 2, k.n";

const CHECKS: &str = "\
SELECT t.relname::text, c.conname::text,
       CASE c.contype WHEN 'c' THEN pg_get_expr(c.conbin, c.conrelid) ELSE pg_get_constraintdef(c.oid) END,
       CASE c.contype WHEN 'c' THEN 'check' ELSE 'exclude' END, NULL
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname::text = $1 AND c.contype IN ('c', 'x') AND NOT t.relispartition
ORDER BY 1, 2";

/// The condition is in the whole text only.
const TRIGGERS: &str = r"
SELECT c.relname::text, t.tgname::text,
       CASE WHEN t.tgtype & 64 <> 0 THEN 'INSTEAD OF' WHEN t.tgtype & 2 <> 0 THEN 'BEFORE' ELSE 'AFTER' END,
       concat_ws(',', CASE WHEN t.tgtype & 4 <> 0 THEN 'INSERT' END, CASE WHEN t.tgtype & 16 <> 0 THEN 'UPDATE' END,
                 CASE WHEN t.tgtype & 8 <> 0 THEN 'DELETE' END, CASE WHEN t.tgtype & 32 <> 0 THEN 'TRUNCATE' END),
       (SELECT json_agg(a.attname ORDER BY k.n)::text FROM unnest(t.tgattr::int2[]) WITH ORDINALITY AS k(attnum, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum),
       CASE WHEN t.tgtype & 1 <> 0 THEN 'row' ELSE 'statement' END,
       (regexp_match(pg_get_triggerdef(t.oid), ' WHEN \((.+)\) EXECUTE FUNCTION '))[1],
       pg_get_triggerdef(t.oid), pg_get_functiondef(t.tgfoid), t.tgenabled <> 'D'
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname::text = $1 AND NOT t.tgisinternal AND t.tgparentid = 0 AND NOT c.relispartition
ORDER BY 1, 2";

const SEQUENCES: &str = "\
SELECT c.relname::text, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle,
       s.seqcache, o.relname::text, a.attname::text, COALESCE(d.deptype = 'i', false), obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
  AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_class o ON o.oid = d.refobjid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE n.nspname::text = $1 ORDER BY 1";

const TYPES: &str = "\
SELECT t.typname::text, CASE t.typtype WHEN 'e' THEN 'enum' ELSE 'domain' END,
       (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder)::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid),
       CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, t.typdefault,
       (SELECT json_agg(json_build_array(c.conname, pg_get_expr(c.conbin, 0)) ORDER BY c.conname)::text
        FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c'),
       obj_description(t.oid, 'pg_type')
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname::text = $1 AND t.typtype IN ('e', 'd')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY 1";

/// A primary that nobody writes to sends nothing, and its replica is not behind for that. One whose connection to the
/// primary is lost does not know.
const LAG: &str = "\
SELECT CASE WHEN NOT pg_is_in_recovery() THEN NULL
            WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                 AND EXISTS (SELECT 1 FROM pg_catalog.pg_stat_wal_receiver) THEN 0
            ELSE EXTRACT(EPOCH FROM now() - pg_last_xact_replay_timestamp()) END::float8 AS lag";

impl Catalog for PostgresCatalog {
    fn replica_lag(&self) -> Option<(&'static str, &'static str)> {
        Some((LAG, "lag"))
    }

    fn upkeep(&self) -> &'static crate::upkeep::Upkeep {
        &crate::upkeep::POSTGRES
    }

    fn current_schema(&self) -> &'static str {
        "SELECT current_schema()::text"
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
        Some(CHECKS)
    }

    fn triggers(&self) -> &'static str {
        TRIGGERS
    }

    fn sequences(&self) -> Option<&'static str> {
        Some(SEQUENCES)
    }

    fn types(&self) -> Option<&'static str> {
        Some(TYPES)
    }

    fn holds(&self, native: &NativeType<'_>) -> Holds {
        let timed = matches!(native.base, "time" | "timestamp" | "timestamptz");
        Holds {
            fraction: timed.then(|| Holds::fraction(native.full, 6)).flatten(),
            ..Holds::default()
        }
    }

    /// Collations order texts; what is equal has the same bytes, but for `citext` and the padding of `char`.
    fn compares(&self, text: ComparedAs<'_>) -> Compares {
        Compares {
            ignores_case: text.base == "citext",
            ignores_padding: text.base == "bpchar",
        }
    }

    fn pads(&self) -> bool {
        true
    }

    fn kind(&self, native: &NativeType<'_>) -> ColumnKind {
        if native.is_enum {
            return ColumnKind::Enum;
        }
        match native.base {
            "bool" => ColumnKind::Bool,
            "int2" => ColumnKind::signed(16),
            "int4" => ColumnKind::signed(32),
            "int8" => ColumnKind::signed(64),
            "float4" => ColumnKind::F32,
            "float8" => ColumnKind::F64,
            "numeric" => ColumnKind::decimal(native.precision, native.scale),
            "text" | "citext" | "name" | "xml" => ColumnKind::text(None),
            "varchar" => ColumnKind::text(native.length),
            // Without a length it is text that nobody pads.
            "bpchar" if native.length.is_none() => ColumnKind::text(None),
            "bpchar" => ColumnKind::fixed(native.length),
            "char" => ColumnKind::Char(1),
            "bytea" => ColumnKind::Bytes,
            "date" => ColumnKind::Date,
            "time" => ColumnKind::Time,
            "timestamp" => ColumnKind::DateTime,
            "timestamptz" => ColumnKind::Timestamp,
            "uuid" => ColumnKind::Uuid,
            "json" | "jsonb" => ColumnKind::Json,
            _ => ColumnKind::Other,
        }
    }
}
