//! The information schema, as MySQL and MariaDB have it.

use super::{Catalog, ColumnKind, ComparedAs, Compares, Holds, NativeType};
use std::fmt::Write as _;

#[derive(Debug)]
pub(crate) struct MySqlCatalog {
    checks: &'static str,
    lag: (&'static str, &'static str),
    upkeep: &'static crate::upkeep::Upkeep,
}

impl MySqlCatalog {
    /// MariaDB names a check of a column after the column, and says the table.
    pub(crate) const MARIADB: Self = Self {
        checks: "\
SELECT table_name, constraint_name, check_clause, 'check', CASE WHEN level = 'Column' THEN constraint_name END
FROM information_schema.check_constraints
WHERE constraint_schema = ? ORDER BY 1, 2",
        lag: ("SHOW REPLICA STATUS", "Seconds_Behind_Master"),
        upkeep: &crate::upkeep::MARIADB,
    };
    /// MySQL's names are the schema's, and the table stands elsewhere.
    pub(crate) const MYSQL: Self = Self {
        checks: "\
SELECT t.table_name, c.constraint_name, c.check_clause, 'check', NULL
FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t
  ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
WHERE c.constraint_schema = ? AND t.constraint_type = 'CHECK' ORDER BY 1, 2",
        lag: ("SHOW REPLICA STATUS", "Seconds_Behind_Source"),
        upkeep: &crate::upkeep::MYSQL,
    };
}

const TABLES: &str = "\
SELECT t.table_name, CASE t.table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END,
       CASE WHEN t.table_type = 'VIEW' THEN NULL ELSE NULLIF(t.table_comment, '') END, v.view_definition,
       JSON_ARRAY(CONCAT('ENGINE=', t.engine), CONCAT('COLLATE=', t.table_collation), NULLIF(t.create_options, ''),
                  CASE WHEN t.table_type = 'SYSTEM VERSIONED' THEN 'WITH SYSTEM VERSIONING' END)
FROM information_schema.tables t
LEFT JOIN information_schema.views v ON v.table_schema = t.table_schema AND v.table_name = t.table_name
WHERE t.table_schema = ? AND t.table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
ORDER BY 1";

/// MariaDB writes the default NULL out. The invisible column of a full-text index is none of the user's.
const COLUMNS: &str = "\
SELECT table_name, column_name, column_type, data_type,
       character_maximum_length, numeric_precision, numeric_scale, is_nullable = 'YES',
       CASE WHEN column_default = 'NULL' OR generation_expression <> '' THEN NULL ELSE column_default END,
       extra LIKE '%auto\\_increment%',
       CASE WHEN extra LIKE '%VIRTUAL%' THEN 1 WHEN extra LIKE '%STORED%' OR extra LIKE '%PERSISTENT%' THEN 2 ELSE 0 END,
       NULLIF(generation_expression, ''), NULLIF(column_comment, ''), NULL, NULL,
       collation_name, NULL,
       CASE WHEN extra LIKE '%on update %' THEN SUBSTRING(extra, LOCATE('on update ', extra) + 10) END,
       extra LIKE '%INVISIBLE%', NULL
FROM information_schema.columns
WHERE table_schema = ? AND NOT (extra LIKE '%INVISIBLE%' AND column_name LIKE 'full\\_text\\_%')
ORDER BY table_name, ordinal_position";

const INDEXES: &str = "\
SELECT table_name, index_name,
       CASE WHEN index_name = 'PRIMARY' THEN 'primary' WHEN non_unique = 0 THEN 'unique' ELSE 'index' END,
       column_name, NULL, NULL, COALESCE(collation = 'D', 0),
       0, index_name = 'PRIMARY', LOWER(index_type), NULL, 0, sub_part, NULL, NULL
FROM information_schema.statistics
WHERE table_schema = ? AND NOT (index_type = 'FULLTEXT' AND column_name LIKE 'full\\_text\\_%')
ORDER BY table_name, index_name, seq_in_index";

const FOREIGN_KEYS: &str = "\
SELECT k.table_name, k.constraint_name, k.constraint_name, k.column_name,
       k.referenced_table_schema, k.referenced_table_name, k.referenced_column_name, r.update_rule, r.delete_rule, 0, 0
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
 AND r.table_name = k.table_name
WHERE k.table_schema = ? AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_name, k.constraint_name, k.ordinal_position";

/// In the order in which they run.
const TRIGGERS: &str = "\
SELECT event_object_table, trigger_name, action_timing, event_manipulation, NULL, 'row', NULL,
       CONCAT('CREATE TRIGGER `', REPLACE(trigger_name, '`', '``'), '` ', action_timing, ' ', event_manipulation,
              ' ON `', REPLACE(event_object_table, '`', '``'), '` FOR EACH ROW ', action_statement), NULL, 1
FROM information_schema.triggers
WHERE event_object_schema = ? ORDER BY 1, action_timing DESC, event_manipulation, action_order, 2";

const SEQUENCES: &str = "\
SELECT table_name, NULLIF(table_comment, '') FROM information_schema.tables
WHERE table_schema = ? AND table_type = 'SEQUENCE' ORDER BY 1";

impl Catalog for MySqlCatalog {
    fn upkeep(&self) -> &'static crate::upkeep::Upkeep {
        self.upkeep
    }

    fn current_schema(&self) -> &'static str {
        "SELECT DATABASE()"
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

    fn replica_lag(&self) -> Option<(&'static str, &'static str)> {
        Some(self.lag)
    }

    fn checks(&self) -> Option<&'static str> {
        Some(self.checks)
    }

    fn triggers(&self) -> &'static str {
        TRIGGERS
    }

    fn sequences(&self) -> Option<&'static str> {
        Some(SEQUENCES)
    }

    /// Reading one does not move it.
    fn sequences_of(&self, schema: &str, names: &[&str]) -> Option<String> {
        let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
        let mut sql = String::new();
        for (at, name) in names.iter().enumerate() {
            // Writing into a String can't fail.
            let _ = write!(
                sql,
                "{}SELECT {at}, 'bigint', CAST(start_value AS CHAR), CAST(increment AS CHAR), CAST(minimum_value AS CHAR), \
                 CAST(maximum_value AS CHAR), cycle_option, CAST(cache_size AS CHAR), NULL, NULL, 0, NULL FROM {}.{}",
                if at == 0 { "" } else { " UNION ALL " },
                quoted(schema),
                quoted(name)
            );
        }
        (!sql.is_empty()).then_some(sql)
    }

    /// It writes `'it\'s'`, which elsewhere would be the beginning of a text only.
    fn expression(&self, sql: String) -> String {
        if !sql.contains("\\'") {
            return sql;
        }
        let mut written = String::with_capacity(sql.len());
        let mut chars = sql.chars();
        let mut inside = false;
        while let Some(c) = chars.next() {
            match c {
                '\'' => {
                    inside = !inside;
                    written.push(c);
                }
                '\\' if inside => match chars.next() {
                    Some('\'') => written.push_str("''"),
                    Some(next) => written.extend(['\\', next]),
                    None => written.push('\\'),
                },
                c => written.push(c),
            }
        }
        written
    }

    fn holds(&self, native: &NativeType<'_>) -> Holds {
        let bytes = match native.base {
            "tinytext" | "tinyblob" => Some(255),
            "text" | "blob" => Some(65_535),
            "mediumtext" | "mediumblob" => Some(16_777_215),
            "binary" | "varbinary" => native.length.and_then(|length| u64::try_from(length).ok()),
            _ => None,
        };
        let timed = matches!(native.base, "time" | "datetime" | "timestamp");
        Holds {
            fraction: timed.then(|| Holds::fraction(native.full, 0)).flatten(),
            bytes,
            loose: false,
            // TIMESTAMP ends in 2038.
            any_zone: native.base == "datetime",
        }
    }

    fn indexes_foreign_keys(&self) -> bool {
        true
    }

    /// Collations say it in their names. Most ignore spaces at the end; MySQL's newer ones do not.
    fn compares(&self, text: ComparedAs<'_>) -> Compares {
        let Some(collation) = text.collation else {
            return Compares::default();
        };
        let has = |part: &str| collation.contains(part);
        Compares {
            ignores_case: collation.ends_with("_ci"),
            ignores_padding: collation != "binary" && !has("nopad") && !has("0900"),
        }
    }

    fn kind(&self, native: &NativeType<'_>) -> ColumnKind {
        let signed = !native.full.contains("unsigned");
        let integer = |bits| ColumnKind::Integer { bits, signed };
        match native.base {
            // What BOOLEAN is written as, whatever else has been put in there.
            "tinyint" if native.full == "tinyint(1)" => ColumnKind::Bool,
            "tinyint" => integer(8),
            "smallint" => integer(16),
            "mediumint" | "int" => integer(32),
            "bigint" => integer(64),
            "year" => ColumnKind::Integer {
                bits: 16,
                signed: false,
            },
            "bit" if native.full == "bit(1)" => ColumnKind::Bool,
            "bit" => ColumnKind::Integer {
                bits: 64,
                signed: false,
            },
            "float" => ColumnKind::F32,
            "double" => ColumnKind::F64,
            "decimal" => ColumnKind::decimal(native.precision, native.scale),
            "varchar" => ColumnKind::text(native.length),
            "char" => ColumnKind::fixed(native.length),
            "tinytext" | "text" | "mediumtext" | "longtext" | "set" => ColumnKind::text(None),
            "enum" => ColumnKind::Enum,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => ColumnKind::Bytes,
            "date" => ColumnKind::Date,
            "time" => ColumnKind::Time,
            "datetime" => ColumnKind::DateTime,
            "timestamp" => ColumnKind::Timestamp,
            "uuid" => ColumnKind::Uuid,
            "json" => ColumnKind::Json,
            "inet4" | "inet6" => ColumnKind::text(None),
            _ => ColumnKind::Other,
        }
    }

    /// `enum('a','it''s')`
    fn values(&self, native: &str) -> Option<Vec<String>> {
        let mut rest = native
            .strip_prefix("enum(")?
            .strip_suffix(')')?
            .chars()
            .peekable();
        let mut values = Vec::new();
        while let Some(c) = rest.next() {
            if c != '\'' {
                continue;
            }
            let mut value = String::new();
            while let Some(c) = rest.next() {
                match c {
                    '\'' if rest.peek() == Some(&'\'') => {
                        rest.next();
                        value.push('\'');
                    }
                    '\'' => break,
                    _ => value.push(c),
                }
            }
            values.push(value);
        }
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_elsewhere() {
        let written = |sql: &str| MySqlCatalog::MARIADB.expression(sql.to_owned());
        assert_eq!(written(r"`a` in ('it\'s','b\\')"), r"`a` in ('it''s','b\\')");
        assert_eq!(written("`a` = 'it''s'"), "`a` = 'it''s'");
    }

    #[test]
    fn values_of_an_enum() {
        let values = MySqlCatalog::MARIADB
            .values("enum('a','it''s','x,y','')")
            .expect("an enum");
        assert_eq!(values, ["a", "it's", "x,y", ""]);
        assert_eq!(MySqlCatalog::MARIADB.values("set('a')"), None);
    }
}
