//! PostgreSQL changes everything in place, and can take it back.

use crate::ddl::{Alter, ColumnSpec, Conversion, Ddl, DdlStyle, Scratch};
use crate::{DataType, Result, SqlWriter, TableName, Value};

#[derive(Debug)]
pub(super) struct PostgresDdl;

static STYLE: DdlStyle = DdlStyle {
    alter: Alter::Each,
    scratch: Scratch::Schema,
    sequences: true,
    no_cycle: " NO CYCLE",
    materialized_views: true,
    concurrent_indexes: true,
    not_valid: true,
    index_for_foreign_key: false,
    index_nulls: true,
    exclusions: true,
};

impl PostgresDdl {
    /// The type, and the collation that texts have: by code point, as the other databases order them.
    fn type_of(w: &SqlWriter<'_>, column: &ColumnSpec<'_>) -> Result<(String, Option<String>)> {
        let name = match column.data_type.filter(|_| column.native.is_none()) {
            // Only whole numbers of the database's own can be numbered.
            Some(DataType::U64) if column.auto => w.dialect().type_name(DataType::I64)?,
            _ => column.plain_type(w)?,
        };
        let texts = column.native.is_none() && column.data_type.is_some_and(DataType::is_text);
        let collation = column
            .collation
            .map(str::to_owned)
            .or(texts.then(|| "C".to_owned()));
        Ok((name, collation))
    }
}

fn numbered(column: &ColumnSpec<'_>) -> &'static str {
    if column.always { "ALWAYS" } else { "BY DEFAULT" }
}

impl Ddl for PostgresDdl {
    fn style(&self) -> &'static DdlStyle {
        &STYLE
    }

    fn column(&self, w: &mut SqlWriter<'_>, column: &ColumnSpec<'_>) -> Result<()> {
        w.identifier(column.name)?;
        w.push(" ");
        let (name, collation) = Self::type_of(w, column)?;
        w.push(&name);
        if let Some(collation) = collation {
            w.push(" COLLATE ");
            w.identifier(&collation)?;
        }
        if column.auto {
            w.push(" GENERATED ");
            w.push(numbered(column));
            w.push(" AS IDENTITY");
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
            w.push(" DEFAULT ");
            w.push(default);
        }
        Ok(())
    }

    fn alter_column(
        &self,
        w: &mut SqlWriter<'_>,
        before: &ColumnSpec<'_>,
        after: &ColumnSpec<'_>,
        using: Option<&str>,
    ) -> Result<()> {
        let mut first = true;
        let mut begin = |w: &mut SqlWriter<'_>| -> Result<()> {
            w.push(if std::mem::take(&mut first) {
                "ALTER COLUMN "
            } else {
                ", ALTER COLUMN "
            });
            w.identifier(after.name)
        };
        let (was, is) = (Self::type_of(w, before)?, Self::type_of(w, after)?);
        // A default of the old type might not be one of the new.
        let retyped = was != is || using.is_some();
        if before.auto && !after.auto {
            begin(w)?;
            w.push(" DROP IDENTITY IF EXISTS");
            begin(w)?;
            w.push(" DROP DEFAULT");
        } else if before.default.is_some() && (retyped || after.default.is_none()) {
            begin(w)?;
            w.push(" DROP DEFAULT");
        }
        if before.generated.is_some() && after.generated.is_none() {
            begin(w)?;
            w.push(" DROP EXPRESSION");
        }
        if retyped {
            begin(w)?;
            w.push(" TYPE ");
            w.push(&is.0);
            if let Some(collation) = &is.1 {
                w.push(" COLLATE ");
                w.identifier(collation)?;
            }
            if let Some(using) = using {
                w.push(" USING ");
                w.push(using);
            }
        }
        if before.nullable != after.nullable {
            begin(w)?;
            w.push(if after.nullable {
                " DROP NOT NULL"
            } else {
                " SET NOT NULL"
            });
        }
        if let Some(default) = after
            .default
            .filter(|_| retyped || before.default != after.default)
        {
            begin(w)?;
            w.push(" SET DEFAULT ");
            w.push(default);
        }
        if after.auto && !before.auto {
            begin(w)?;
            w.push(" ADD GENERATED ");
            w.push(numbered(after));
            w.push(" AS IDENTITY");
        } else if after.auto && before.always != after.always {
            begin(w)?;
            w.push(" SET GENERATED ");
            w.push(numbered(after));
        }
        Ok(())
    }

    /// Without USING the database refuses what does not fit; with a cast it would cut texts off.
    fn convert(&self, column: &str, from: DataType, to: DataType) -> Conversion {
        use DataType as T;
        match (from, to) {
            (T::Bool, T::I16 | T::I32 | T::I64 | T::U64) => Conversion::By(format!("{column}::int")),
            (T::Date, T::DateTime) => Conversion::ByItself,
            (T::Date, T::Timestamp) => Conversion::By(format!("{column}::timestamp AT TIME ZONE 'UTC'")),
            // Not the zone that the session happens to be in.
            (T::DateTime, T::Timestamp) | (T::Timestamp, T::DateTime) => {
                Conversion::By(format!("{column} AT TIME ZONE 'UTC'"))
            }
            _ if crate::ddl::by_itself(from, to) => Conversion::ByItself,
            _ => Conversion::Unknown,
        }
    }

    fn options(&self, options: &[String]) -> (String, String) {
        let (first, last): (Vec<&String>, _) = options.iter().partition(|option| *option == "UNLOGGED");
        let first = first.iter().map(|option| format!("{option} ")).collect();
        (first, last.iter().map(|option| format!(" {option}")).collect())
    }

    fn number_on(&self, w: &mut SqlWriter<'_>, table: &TableName, column: &str) -> Result<bool> {
        w.push("SELECT setval(pg_get_serial_sequence(");
        let quoted = SqlWriter::render(w.dialect(), |w| w.table(table))?.sql;
        w.dialect().literal(w, &Value::Text(quoted))?;
        w.push(", ");
        w.dialect().literal(w, &Value::Text(column.to_owned()))?;
        w.push("), COALESCE(MAX(");
        w.identifier(column)?;
        w.push("), 0) + 1, false) FROM ");
        w.table(table)?;
        Ok(true)
    }
}
