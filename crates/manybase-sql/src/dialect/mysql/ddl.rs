//! MariaDB and MySQL copy a table, or lock it, for most changes: they are said in one statement. DDL can't be taken back.

use super::{Flavor, MySql};
use crate::ddl::{Alter, ColumnSpec, Conversion, Ddl, DdlStyle, Scratch};
use crate::{DataType, Result, SqlWriter, TableName};

const STYLE: DdlStyle = DdlStyle {
    alter: Alter::Together,
    scratch: Scratch::Database,
    sequences: false,
    no_cycle: " NOCYCLE",
    materialized_views: false,
    concurrent_indexes: false,
    not_valid: false,
    index_for_foreign_key: true,
    index_nulls: false,
    exclusions: false,
};

static MYSQL: DdlStyle = STYLE;

static MARIADB: DdlStyle = DdlStyle {
    sequences: true,
    ..STYLE
};

impl Ddl for MySql {
    fn style(&self) -> &'static DdlStyle {
        match self.flavor {
            Flavor::MariaDb => &MARIADB,
            _ => &MYSQL,
        }
    }

    fn column(&self, w: &mut SqlWriter<'_>, column: &ColumnSpec<'_>) -> Result<()> {
        w.identifier(column.name)?;
        w.push(" ");
        // Only a bounded text or bytes can stand in a key.
        let name: String = match (column.native, column.data_type) {
            (None, Some(DataType::Text { length: None })) if column.indexed => "varchar(255)".into(),
            (None, Some(DataType::Bytes)) if column.indexed => "varbinary(255)".into(),
            _ => column.plain_type(w)?,
        };
        w.push(&name);
        let texts = column.native.is_none() && column.data_type.is_some_and(DataType::is_text);
        if let Some(collation) = column.collation.or_else(|| texts.then(|| self.exact_collation())) {
            w.push(" collate ");
            w.push(collation);
        }
        if let Some((expression, stored)) = column.generated {
            w.push(" GENERATED ALWAYS AS (");
            w.push(expression);
            w.push(if stored { ") STORED" } else { ") VIRTUAL" });
        } else if !column.nullable {
            w.push(" NOT NULL");
        } else {
            w.push(" NULL");
        }
        if let Some(default) = column.default {
            // A large object takes no literal as its default, but an expression.
            let large = matches!(name.as_str(), "longtext" | "longblob" | "json");
            let computed = large || column.computed_default;
            let bare = default.to_ascii_lowercase();
            // These are written without parentheses in every version.
            let computed =
                computed && (large || !(bare.starts_with("current_timestamp") || bare.starts_with('(')));
            w.push(if computed { " DEFAULT (" } else { " DEFAULT " });
            w.push(default);
            if computed {
                w.push(")");
            }
        }
        if let Some(sql) = column.on_update {
            w.push(" ON UPDATE ");
            w.push(sql);
        }
        if column.auto {
            w.push(" AUTO_INCREMENT");
        }
        if let Some(comment) = column.comment {
            w.push(" COMMENT ");
            w.push(&w.dialect().comment_literal(comment));
        }
        Ok(())
    }

    /// Strict mode, which the driver sets, refuses what does not fit.
    fn convert(&self, column: &str, from: DataType, to: DataType) -> Conversion {
        use DataType as T;
        let _ = column;
        match (from, to) {
            (T::Bool, _) if to.is_integer() => Conversion::ByItself,
            (T::Date, T::DateTime | T::Timestamp) => Conversion::ByItself,
            // Both are kept as they are, in UTC.
            (T::DateTime, T::Timestamp) | (T::Timestamp, T::DateTime) => Conversion::ByItself,
            _ if crate::ddl::by_itself(from, to) => Conversion::ByItself,
            _ => Conversion::Unknown,
        }
    }

    fn rename_table(&self, w: &mut SqlWriter<'_>, from: &TableName, to: &TableName) -> Result<()> {
        w.push("ALTER TABLE ");
        w.table(from)?;
        w.push(" RENAME TO ");
        w.table(to)
    }

    fn drop_foreign_key(&self, w: &mut SqlWriter<'_>, name: &str) -> Result<()> {
        w.push("DROP FOREIGN KEY ");
        w.identifier(name)
    }
}

impl MySql {
    pub(super) fn as_ddl(&self) -> Option<&dyn Ddl> {
        match self.flavor {
            Flavor::MatrixOne => None,
            Flavor::MySql | Flavor::MariaDb => Some(self),
        }
    }
}
