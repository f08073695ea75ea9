//! SQLite changes little in place.

use crate::ddl::{Alter, ColumnSpec, Conversion, Ddl, DdlStyle, Scratch};
use crate::{DataType, Result, SqlWriter, TableName};

#[derive(Debug)]
pub(super) struct SqliteDdl;

static STYLE: DdlStyle = DdlStyle {
    alter: Alter::Anew,
    scratch: Scratch::Address("sqlite::memory:"),
    sequences: false,
    no_cycle: " NO CYCLE",
    materialized_views: false,
    concurrent_indexes: false,
    not_valid: false,
    index_for_foreign_key: false,
    index_nulls: false,
    exclusions: false,
};

impl Ddl for SqliteDdl {
    fn style(&self) -> &'static DdlStyle {
        &STYLE
    }

    fn column(&self, w: &mut SqlWriter<'_>, column: &ColumnSpec<'_>) -> Result<()> {
        w.identifier(column.name)?;
        if column.auto && column.key {
            // Only this very spelling makes the key the row's own number.
            w.push(" INTEGER PRIMARY KEY AUTOINCREMENT");
            return Ok(());
        }
        let name = column.plain_type(w)?;
        if !name.is_empty() {
            w.push(" ");
            w.push(&name);
        }
        if let Some(collation) = column.collation {
            w.push(" COLLATE ");
            w.identifier(collation)?;
        }
        if let Some((expression, stored)) = column.generated {
            w.push(" GENERATED ALWAYS AS (");
            w.push(expression);
            w.push(if stored { ") STORED" } else { ") VIRTUAL" });
        }
        if !column.nullable {
            w.push(" NOT NULL");
        }
        if let Some(default) = column.default {
            w.push(if column.computed_default {
                " DEFAULT ("
            } else {
                " DEFAULT "
            });
            w.push(default);
            if column.computed_default {
                w.push(")");
            }
        }
        Ok(())
    }

    /// It keeps any value in any column: what the others refuse is not refused here, so the form is made right.
    fn convert(&self, column: &str, from: DataType, to: DataType) -> Conversion {
        use DataType as T;
        match (from, to) {
            (T::Bool, _) if to.is_integer() => Conversion::ByItself,
            _ if from == to => Conversion::ByItself,
            _ if to.is_text() && (from.is_integer() || from.is_decimal()) => {
                Conversion::By(format!("CAST({column} AS TEXT)"))
            }
            _ if to.is_decimal() && from.is_integer() => Conversion::By(format!("CAST({column} AS TEXT)")),
            _ if to.is_float() && from.is_numeric() => Conversion::By(format!("CAST({column} AS REAL)")),
            (T::Date, T::DateTime) => Conversion::By(format!("{column} || ' 00:00:00.000000'")),
            (T::Date, T::Timestamp) => Conversion::By(format!("{column} || ' 00:00:00.000000+00:00'")),
            (T::DateTime, T::Timestamp) => Conversion::By(format!("{column} || '+00:00'")),
            (T::Timestamp, T::DateTime) => Conversion::By(format!("SUBSTR({column}, 1, 26)")),
            _ if crate::ddl::by_itself(from, to) => Conversion::ByItself,
            _ => Conversion::Unknown,
        }
    }

    fn options(&self, options: &[String]) -> (String, String) {
        (String::new(), format!(" {}", options.join(", ")))
    }

    /// Only a constant, and nothing that the rows which are there would not keep to.
    fn adds_in_place(&self, column: &ColumnSpec<'_>) -> bool {
        let stored = column.generated.is_some_and(|(_, stored)| stored);
        let constant = !column.computed_default && (column.nullable || column.default.is_some());
        !column.auto && !stored && (constant || column.generated.is_some())
    }

    /// Otherwise the new name is looked for in all views and triggers, which speak of a table that is not there just then.
    fn around_rename(&self) -> Option<(&'static str, &'static str)> {
        Some((
            "PRAGMA legacy_alter_table = ON",
            "PRAGMA legacy_alter_table = OFF",
        ))
    }

    fn guard(&self, w: &mut SqlWriter<'_>, table: &TableName, known: &[&str]) -> Result<Vec<String>> {
        let text = |text: &str| w.dialect().string_literal(text);
        let known: Vec<String> = known.iter().map(|name| text(name)).collect();
        let message = format!(
            "table {} has indexes or triggers that this migration does not know",
            table.name
        );
        let name = message.replace('"', "\"\"");
        Ok(vec![
            format!(
                "CREATE TEMP TABLE manybase_guard (unknown INTEGER CONSTRAINT \"{name}\" CHECK (unknown = 0))"
            ),
            format!(
                "INSERT INTO temp.manybase_guard SELECT COUNT(*) FROM main.sqlite_schema WHERE type IN ('index', 'trigger') \
                 AND tbl_name = {} COLLATE NOCASE AND sql IS NOT NULL AND name NOT IN ({})",
                text(&table.name),
                known.join(", ")
            ),
            "DROP TABLE temp.manybase_guard".to_owned(),
        ])
    }

    fn carry_counter(&self, w: &SqlWriter<'_>, from: &str, to: &str) -> Vec<String> {
        let text = |text: &str| w.dialect().string_literal(text);
        vec![
            format!("DELETE FROM sqlite_sequence WHERE name = {}", text(to)),
            format!(
                "INSERT INTO sqlite_sequence (name, seq) SELECT {}, seq FROM sqlite_sequence WHERE name = {}",
                text(to),
                text(from)
            ),
        ]
    }
}
