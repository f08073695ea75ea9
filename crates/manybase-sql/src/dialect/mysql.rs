//! MySQL, MariaDB and MatrixOne: one wire protocol, three databases that differ in what they can do.

mod capability;
mod conflict;
mod ddl;
mod full_text;
mod function;
mod json;
mod list;
mod moment;
mod update;

use super::{Dialect, Lexical, LiteralDialect};
use crate::expr::BinaryOp;
use crate::schema::{Column, DefaultValue};
use crate::{
    Capability, DataType, Error, Expr, Insert, LikePattern, Lock, LockStrength, OnConflict, Order, OrderBy,
    Result, SqlWriter, Update, Value, render,
};
use chrono::{DateTime, Utc};

/// Which database speaks MySQL's protocol.
///
/// ```
/// use manybase_sql::{dialect::{Flavor, MySql}, Dialect};
/// assert_eq!(MySql { flavor: Flavor::MariaDb }.name(), "MariaDB");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// MySQL 8.
    MySql,
    /// MariaDB 10.6 and later.
    MariaDb,
    /// MatrixOne.
    MatrixOne,
}

/// MySQL and what speaks its protocol.
///
/// ```
/// use manybase_sql::{dialect::{Flavor, MySql}, Dialect};
/// assert_eq!(MySql { flavor: Flavor::MySql }.quote(), '`');
/// ```
#[derive(Debug)]
pub struct MySql {
    /// Which database it is.
    pub flavor: Flavor,
}

impl MySql {
    /// The dialect of a server, from the version that it reports.
    ///
    /// ```
    /// use manybase_sql::{dialect::MySql, Dialect};
    /// assert_eq!(MySql::of_version("10.11.19-MariaDB-log").name(), "MariaDB");
    /// assert_eq!(MySql::of_version("8.0.30-MatrixOne-v3.0.4").name(), "MatrixOne");
    /// assert_eq!(MySql::of_version("8.4.2").name(), "MySQL");
    /// ```
    pub fn of_version(version: &str) -> &'static dyn Dialect {
        if version.contains("MatrixOne") {
            super::matrixone()
        } else if version.contains("MariaDB") {
            super::mariadb()
        } else {
            super::mysql()
        }
    }

    /// A collation in which texts are equal only when they are the same, spaces at the end included.
    fn exact_collation(&self) -> &'static str {
        match self.flavor {
            Flavor::MySql => "utf8mb4_0900_bin",
            Flavor::MariaDb => "utf8mb4_nopad_bin",
            Flavor::MatrixOne => "utf8mb4_bin",
        }
    }
}

impl Dialect for MySql {
    fn name(&self) -> &'static str {
        match self.flavor {
            Flavor::MySql => "MySQL",
            Flavor::MariaDb => "MariaDB",
            Flavor::MatrixOne => "MatrixOne",
        }
    }

    fn capability(&self) -> &'static Capability {
        match self.flavor {
            Flavor::MySql => &capability::MYSQL,
            Flavor::MariaDb => &capability::MARIADB,
            Flavor::MatrixOne => &capability::MATRIXONE,
        }
    }

    fn quote(&self) -> char {
        '`'
    }

    /// As by default: neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES in the SQL mode.
    fn lexical(&self) -> Lexical {
        Lexical {
            backslash_escapes: true,
            double_quoted_strings: true,
            backticks: true,
            hash_comments: true,
            dashes_need_space: true,
            executable_comments: true,
            ..Lexical::STANDARD
        }
    }

    /// The limit counts characters here.
    fn identifier_too_long(&self, name: &str) -> Option<String> {
        let (limit, length) = (self.capability().max_identifier, name.chars().count());
        if name.chars().any(|c| c as u32 > 0xFFFF) {
            return Some(format!(
                "{} takes no characters outside the basic plane in it",
                self.name()
            ));
        }
        // Of an alias it takes the spaces in front away, without a word.
        if name.starts_with(' ') || name.ends_with(' ') {
            return Some(format!("{} takes no space at its ends", self.name()));
        }
        (length > limit).then(|| format!("it has {length} characters, {} takes {limit}", self.name()))
    }

    fn insert_defaults(&self, w: &mut SqlWriter<'_>, insert: &Insert) -> Result<()> {
        w.push(" () VALUES ");
        w.comma_separated(0..insert.rows, |w, _| {
            w.push("()");
            Ok(())
        })
    }

    fn on_conflict(&self, w: &mut SqlWriter<'_>, _insert: &Insert, conflict: &OnConflict) -> Result<()> {
        conflict::on_conflict(w, conflict)
    }

    fn lock(&self, w: &mut SqlWriter<'_>, lock: Lock) {
        match (self.flavor, lock.strength) {
            // It knows the older spelling only.
            (Flavor::MariaDb, LockStrength::Share) => {
                w.push(" LOCK IN SHARE MODE");
                render::wait(w, lock.wait);
            }
            _ => render::lock(w, lock),
        }
    }

    fn limit(&self, w: &mut SqlWriter<'_>, limit: Option<u64>, offset: Option<u64>) -> Result<()> {
        // There is no OFFSET without LIMIT.
        render::limit(w, limit.or(offset.map(|_| u64::MAX)), offset)
    }

    /// There is no NULLS FIRST or LAST.
    fn order_by(&self, w: &mut SqlWriter<'_>, key: &OrderBy) -> Result<()> {
        let wanted = key.nulls_first.unwrap_or(key.order == Order::Asc);
        if key.expr.is_nullable() && wanted != self.nulls_first_by_itself(key.order) {
            render::grouped(w, &key.expr)?;
            w.push(if wanted { " IS NULL DESC, " } else { " IS NULL, " });
        }
        self.expr(w, &key.expr)?;
        if key.order == Order::Desc {
            w.push(" DESC");
        }
        Ok(())
    }

    /// A decimal travels as text, and texts are compared and calculated with as doubles here. The cast says what it is.
    fn expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Value(Value::Decimal(value)) => {
                w.push("CAST(");
                w.bind(Value::Decimal(*value));
                w.push(&format!(" AS DECIMAL(65, {}))", value.scale()));
                Ok(())
            }
            expr => render::expr(w, expr),
        }
    }

    fn binary(&self, w: &mut SqlWriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        match op {
            // `||` is OR here.
            BinaryOp::Concat => {
                w.push("CONCAT(");
                self.expr(w, left)?;
                w.push(", ");
                self.expr(w, right)?;
                w.push(")");
                Ok(())
            }
            BinaryOp::Div => function::quotient(w, left, right),
            _ => render::binary(w, left, op, right),
        }
    }

    fn in_long_list(&self, w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
        list::in_long_list(w, expr, list, negated)
    }

    fn update(&self, w: &mut SqlWriter<'_>, update: &Update) -> Result<()> {
        update::update(w, update)
    }

    /// Collations mostly ignore case here, and accents, so both forms name one that does not; the second folds both
    /// sides.
    fn like(
        &self,
        w: &mut SqlWriter<'_>,
        expr: &Expr,
        pattern: &LikePattern,
        case_insensitive: bool,
    ) -> Result<()> {
        if case_insensitive {
            w.push("LOWER(");
            self.expr(w, expr)?;
            w.push(") LIKE LOWER(");
            w.bind(pattern.to_like().into());
            w.push(")");
        } else {
            render::grouped(w, expr)?;
            w.push(" LIKE ");
            w.bind(pattern.to_like().into());
        }
        w.push(" COLLATE utf8mb4_bin ESCAPE '!'");
        Ok(())
    }

    fn cast(&self, w: &mut SqlWriter<'_>, expr: &Expr, to: DataType) -> Result<()> {
        match moment::cast(w, expr, to)? {
            true => Ok(()),
            false => render::cast(w, expr, to),
        }
    }

    fn cast_type(&self, w: &mut SqlWriter<'_>, to: DataType) -> Result<()> {
        w.push(match to {
            DataType::Bool | DataType::I16 | DataType::I32 | DataType::I64 => "SIGNED",
            DataType::U64 => "UNSIGNED",
            DataType::F32 | DataType::F64 => "DOUBLE",
            DataType::Text { .. } | DataType::Char(_) | DataType::Uuid => "CHAR",
            DataType::Bytes => "BINARY",
            DataType::Date => "DATE",
            DataType::Time => "TIME(6)",
            DataType::DateTime | DataType::Timestamp => "DATETIME(6)",
            DataType::Decimal { precision: None } => "DECIMAL(65, 20)",
            DataType::Decimal { precision: Some(_) } => {
                w.push(&self.type_name(to)?);
                return Ok(());
            }
            DataType::Json => {
                return Err(Error::Unsupported {
                    dialect: self.name(),
                    feature: "CAST to JSON",
                    way_out: "bind the document as a value, or use a function of the database",
                });
            }
        });
        Ok(())
    }

    fn ddl(&self) -> Option<&dyn crate::ddl::Ddl> {
        self.as_ddl()
    }

    fn catalog(&self) -> Option<&'static dyn crate::catalog::Catalog> {
        match self.flavor {
            Flavor::MariaDb => Some(&crate::catalog::MySqlCatalog::MARIADB),
            Flavor::MySql => Some(&crate::catalog::MySqlCatalog::MYSQL),
            Flavor::MatrixOne => None,
        }
    }

    fn type_name(&self, data_type: DataType) -> Result<String> {
        Ok(match data_type {
            DataType::Bool => "tinyint(1)".into(),
            DataType::I16 => "smallint".into(),
            DataType::I32 => "int".into(),
            DataType::I64 => "bigint".into(),
            DataType::U64 => "bigint unsigned".into(),
            DataType::F32 => "float".into(),
            DataType::F64 => "double".into(),
            // The widest that a Decimal of 28 digits can fill from both ends.
            DataType::Decimal { precision: None } => "decimal(57, 28)".into(),
            DataType::Decimal {
                precision: Some((total, scale)),
            } => format!("decimal({total}, {scale})"),
            DataType::Text { length: None } => "longtext".into(),
            // A row has no room for more, four bytes for each character.
            DataType::Text { length: Some(length) } if length > 16_383 => "longtext".into(),
            DataType::Text { length: Some(length) } => format!("varchar({length})"),
            DataType::Char(length) if length > 255 => format!("varchar({length})"),
            DataType::Char(length) => format!("char({length})"),
            DataType::Bytes => "longblob".into(),
            DataType::Date => "date".into(),
            DataType::Time => "time(6)".into(),
            // TIMESTAMP ends in 2038; an instant is kept in UTC.
            DataType::DateTime | DataType::Timestamp => "datetime(6)".into(),
            DataType::Uuid => "char(36) character set ascii collate ascii_bin".into(),
            DataType::Json => "json".into(),
        })
    }

    fn column_def(&self, w: &mut SqlWriter<'_>, column: &Column, indexed: bool) -> Result<()> {
        w.identifier(&column.name)?;
        w.push(" ");
        // Only a bounded text or bytes can stand in a key.
        let name: String = match column.data_type {
            DataType::Text { length: None } if indexed => "varchar(255)".into(),
            DataType::Bytes if indexed => "varbinary(255)".into(),
            data_type => self.type_name(data_type)?,
        };
        w.push(&name);
        if column.data_type.is_text() {
            w.push(" collate ");
            w.push(self.exact_collation());
        }
        match &column.default {
            // A large object takes no literal as its default, but an expression.
            Some(DefaultValue::Value(default))
                if matches!(name.as_str(), "longtext" | "longblob" | "json") =>
            {
                if !column.nullable {
                    w.push(" NOT NULL");
                }
                w.push(" DEFAULT (");
                self.literal(w, default)?;
                w.push(")");
            }
            _ => render::null_and_default(w, column)?,
        }
        if column.auto {
            w.push(" AUTO_INCREMENT");
        }
        if let Some(comment) = &column.comment {
            w.push(" COMMENT ");
            w.push(&self.comment_literal(comment));
        }
        Ok(())
    }

    /// Other engines do not take part in transactions.
    fn table_options(&self) -> &'static str {
        match self.flavor {
            Flavor::MatrixOne => "",
            _ => " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
        }
    }
}

impl LiteralDialect for MySql {
    /// Comments are kept in a character set without characters outside the basic plane.
    fn comment_literal(&self, comment: &str) -> String {
        let basic = |c: char| if c as u32 > 0xFFFF { '\u{FFFD}' } else { c };
        self.string_literal(&comment.chars().map(basic).collect::<String>())
    }

    /// Instants are kept in UTC, without a zone.
    fn timestamp_text(&self, at: DateTime<Utc>) -> String {
        at.format("%F %T%.6f").to_string()
    }

    /// A backslash escapes here.
    fn string_literal(&self, text: &str) -> String {
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
    }
}
