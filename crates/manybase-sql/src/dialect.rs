//! Dialects: how each database writes what the tree says.
//!
//! A dialect overrides the default methods in which its database differs from the standard, and nothing else.
//! To add one, see `CONTRIBUTING.md`.

mod builtin;
mod expression;
mod lexical;
mod literal;
mod mysql;
mod postgres;
mod sqlite;

pub use builtin::{mariadb, matrixone, mysql, postgres, sqlite, sqlite_attached};
pub use expression::ExprDialect;
pub use lexical::Lexical;
pub use literal::LiteralDialect;
pub use mysql::{Flavor, MySql};
pub use postgres::Postgres;
pub use sqlite::Sqlite;

use crate::expr::BinaryOp;
use crate::schema::{Column, CreateIndex, CreateTable, DropTable};
use crate::{
    Capability, DataType, Delete, Expr, Insert, LikePattern, Lock, OnConflict, Order, OrderBy, Result,
    Select, SqlWriter, TableName, Update, UpdateRows, Value, render,
};
use std::fmt::Debug;

/// How one database writes SQL. The default methods write standard SQL.
///
/// Values are always bound. What is written, and whether a value is bound as it is, may depend on its kind, on how many
/// digits a decimal has behind the point, and on whether a whole number fits the type of what stands beside it; of an
/// insert it depends on no value at all. So a text can be kept and used again for other values.
///
/// ```
/// use manybase_sql::{dialect, Dialect, Select};
/// for dialect in [dialect::sqlite(), dialect::postgres(), dialect::mysql()] {
///     let quote = dialect.quote();
///     assert_eq!(
///         Select::from("t").column("a").render(dialect)?.sql,
///         format!("SELECT {quote}a{quote} FROM {quote}t{quote}")
///     );
/// }
/// # Ok::<(), manybase_sql::Error>(())
/// ```
///
/// A dialect of one's own says what differs:
///
/// ```
/// use manybase_sql::dialect::{self, ExprDialect, LiteralDialect};
/// use manybase_sql::{schema::Column, Capability, DataType, Dialect, Result, Select, SqlWriter};
///
/// #[derive(Debug)]
/// struct Mine;
///
/// impl ExprDialect for Mine {}
/// impl LiteralDialect for Mine {}
///
/// impl Dialect for Mine {
///     fn name(&self) -> &'static str {
///         "Mine"
///     }
///     fn capability(&self) -> &'static Capability {
///         dialect::postgres().capability()
///     }
///     fn type_name(&self, data_type: DataType) -> Result<String> {
///         dialect::postgres().type_name(data_type)
///     }
///     fn column_def(&self, w: &mut SqlWriter<'_>, column: &Column, indexed: bool) -> Result<()> {
///         dialect::postgres().column_def(w, column, indexed)
///     }
///     fn limit(&self, w: &mut SqlWriter<'_>, limit: Option<u64>, _offset: Option<u64>) -> Result<()> {
///         if let Some(limit) = limit {
///             w.push(" FETCH FIRST ");
///             w.bind(limit.into());
///             w.push(" ROWS ONLY");
///         }
///         Ok(())
///     }
/// }
///
/// let rendered = Select::from("t").column("a").limit(3).render(&Mine)?;
/// assert_eq!(rendered.sql, r#"SELECT "a" FROM "t" FETCH FIRST ? ROWS ONLY"#);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
pub trait Dialect: ExprDialect + LiteralDialect + Debug + Send + Sync {
    /// The database's name, for messages only: code asks [`Dialect::capability`].
    fn name(&self) -> &'static str;

    /// What the database can do.
    fn capability(&self) -> &'static Capability;

    /// The dialect of a database that is attached to another's connection under this name: a table that names no
    /// schema is in this one. `None` where databases can't be attached. Each name is kept for good.
    ///
    /// ```
    /// use manybase_sql::dialect;
    /// assert!(dialect::sqlite().attached("mb_crm").is_some());
    /// assert!(dialect::postgres().attached("mb_crm").is_none());
    /// ```
    fn attached(&self, _schema: &str) -> Option<&'static dyn Dialect> {
        None
    }

    /// The schema that is written before a table's name that has none. Texts of two dialects of one name are the same
    /// only if this is.
    ///
    /// ```
    /// assert_eq!(manybase_sql::dialect::sqlite().default_schema(), None);
    /// ```
    fn default_schema(&self) -> Option<&str> {
        None
    }

    /// What asks the database about its own tables, where that is known.
    fn catalog(&self) -> Option<&'static dyn crate::catalog::Catalog> {
        None
    }

    /// How it changes tables, where that is known.
    fn ddl(&self) -> Option<&dyn crate::ddl::Ddl> {
        None
    }

    /// The character around identifiers; inside one it is doubled.
    fn quote(&self) -> char {
        '"'
    }

    /// Writes the placeholder of the nth value, counted from 1.
    ///
    /// ```
    /// let mut sql = String::from("LIMIT ");
    /// manybase_sql::dialect::postgres().placeholder(&mut sql, 2);
    /// assert_eq!(sql, "LIMIT $2");
    /// ```
    fn placeholder(&self, sql: &mut String, _n: usize) {
        sql.push('?');
    }

    /// What its lexer takes for text, names and comments; raw SQL is read by these rules.
    ///
    /// ```
    /// assert!(manybase_sql::dialect::sqlite().lexical().brackets);
    /// ```
    fn lexical(&self) -> Lexical {
        Lexical::STANDARD
    }

    /// Why an identifier is too long, if it is: some databases cut it off without a word. It is not asked about names of
    /// ASCII letters, digits and underscores that are within [`Capability::max_identifier`].
    ///
    /// ```
    /// let postgres = manybase_sql::dialect::postgres();
    /// assert!(postgres.identifier_too_long(&"ü".repeat(31)).is_none());
    /// assert!(postgres.identifier_too_long(&"ü".repeat(32)).is_some());
    /// ```
    fn identifier_too_long(&self, name: &str) -> Option<String> {
        let limit = self.capability().max_identifier;
        (name.len() > limit).then(|| format!("it has {} bytes, {} takes {limit}", name.len(), self.name()))
    }

    /// `SELECT`
    ///
    /// # Errors
    /// As [`Select::render`].
    fn select(&self, w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
        render::select(w, select)
    }

    /// `INSERT`
    ///
    /// # Errors
    /// As [`Insert::render`].
    fn insert(&self, w: &mut SqlWriter<'_>, insert: &Insert) -> Result<()> {
        render::insert(w, insert)
    }

    /// What follows the table's name when an insert gives no values.
    ///
    /// # Errors
    /// More than one such row.
    fn insert_defaults(&self, w: &mut SqlWriter<'_>, insert: &Insert) -> Result<()> {
        if insert.rows > 1 {
            let what = format!(
                "{} rows without a single value into {}: insert them one by one",
                insert.rows, insert.table
            );
            return Err(crate::Error::Statement(what));
        }
        w.push(" DEFAULT VALUES");
        Ok(())
    }

    /// What an insert does about rows that are there already.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    fn on_conflict(&self, w: &mut SqlWriter<'_>, insert: &Insert, conflict: &OnConflict) -> Result<()> {
        render::on_conflict(w, insert, conflict)
    }

    /// `UPDATE`
    ///
    /// # Errors
    /// As [`Update::render`].
    fn update(&self, w: &mut SqlWriter<'_>, update: &Update) -> Result<()> {
        render::update(w, update)
    }

    /// `UPDATE` of many rows, each with values of its own.
    ///
    /// # Errors
    /// As [`UpdateRows::render`].
    fn update_rows(&self, w: &mut SqlWriter<'_>, update: &UpdateRows) -> Result<()> {
        render::update_rows(w, update)
    }

    /// `DELETE`
    ///
    /// # Errors
    /// As [`Delete::render`].
    fn delete(&self, w: &mut SqlWriter<'_>, delete: &Delete) -> Result<()> {
        render::delete(w, delete)
    }

    /// `LIMIT` and `OFFSET`
    ///
    /// # Errors
    /// None in the standard form.
    fn limit(&self, w: &mut SqlWriter<'_>, limit: Option<u64>, offset: Option<u64>) -> Result<()> {
        render::limit(w, limit, offset)
    }

    /// `FOR UPDATE` and its kind; what the database lacks has been refused before.
    fn lock(&self, w: &mut SqlWriter<'_>, lock: Lock) {
        render::lock(w, lock);
    }

    /// One key of `ORDER BY`.
    ///
    /// # Errors
    /// Those of its expression.
    fn order_by(&self, w: &mut SqlWriter<'_>, key: &OrderBy) -> Result<()> {
        render::order_by(w, key)
    }

    /// Whether NULL comes first in this direction when nothing is said.
    ///
    /// ```
    /// use manybase_sql::{dialect, Order};
    /// assert!(dialect::sqlite().nulls_first_by_itself(Order::Asc));
    /// assert!(!dialect::postgres().nulls_first_by_itself(Order::Asc));
    /// ```
    fn nulls_first_by_itself(&self, order: Order) -> bool {
        order == Order::Asc
    }

    /// An expression.
    ///
    /// # Errors
    /// What the database lacks.
    fn expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        render::expr(w, expr)
    }

    /// An expression whose type nothing around it tells: a column of a result, a branch of a `CASE`.
    ///
    /// # Errors
    /// Those of the expression.
    fn output_expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        self.expr(w, expr)
    }

    /// An expression to order by.
    ///
    /// # Errors
    /// Those of the expression.
    fn order_expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        self.expr(w, expr)
    }

    /// An operator with two sides.
    ///
    /// # Errors
    /// Those of both sides.
    fn binary(&self, w: &mut SqlWriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        render::binary(w, left, op, right)
    }

    /// A side of an operator, in parentheses where needed. `beside` is the other side, from which a database may
    /// guess the type of a placeholder.
    ///
    /// # Errors
    /// Those of the expression.
    fn operand(&self, w: &mut SqlWriter<'_>, expr: &Expr, _beside: &Expr) -> Result<()> {
        render::grouped(w, expr)
    }

    /// `BETWEEN`
    ///
    /// # Errors
    /// Those of the three expressions.
    fn between(&self, w: &mut SqlWriter<'_>, expr: &Expr, low: &Expr, high: &Expr) -> Result<()> {
        self.operand(w, expr, low)?;
        w.push(" BETWEEN ");
        self.operand(w, low, expr)?;
        w.push(" AND ");
        self.operand(w, high, expr)
    }

    /// `IN` a list of any length.
    ///
    /// # Errors
    /// Those of the expression.
    fn in_list(&self, w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
        render::in_list(w, expr, list, negated)
    }

    /// `IN` a list that is too long for a placeholder each.
    ///
    /// # Errors
    /// Those of the expression.
    fn in_long_list(&self, w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
        render::in_placeholders(w, expr, list, negated)
    }

    /// A text pattern.
    ///
    /// # Errors
    /// Those of the expression.
    fn like(
        &self,
        w: &mut SqlWriter<'_>,
        expr: &Expr,
        pattern: &LikePattern,
        case_insensitive: bool,
    ) -> Result<()> {
        render::like(w, expr, pattern, case_insensitive)
    }

    /// `CAST`
    ///
    /// # Errors
    /// Types that the database lacks.
    fn cast(&self, w: &mut SqlWriter<'_>, expr: &Expr, to: DataType) -> Result<()> {
        render::cast(w, expr, to)
    }

    /// A type's name inside `CAST`.
    ///
    /// # Errors
    /// Types that the database lacks.
    fn cast_type(&self, w: &mut SqlWriter<'_>, to: DataType) -> Result<()> {
        w.push(&self.type_name(to)?);
        Ok(())
    }

    /// A type's name in DDL.
    ///
    /// # Errors
    /// Types that the database lacks.
    ///
    /// ```
    /// use manybase_sql::{dialect, DataType};
    /// assert_eq!(dialect::postgres().type_name(DataType::Bytes)?, "bytea");
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    fn type_name(&self, data_type: DataType) -> Result<String>;

    /// A column's definition in DDL. `indexed` tells that it stands in a key or another index.
    ///
    /// # Errors
    /// Types that the database lacks.
    fn column_def(&self, w: &mut SqlWriter<'_>, column: &Column, indexed: bool) -> Result<()>;

    /// What follows the closing parenthesis of `CREATE TABLE`.
    fn table_options(&self) -> &'static str {
        ""
    }

    /// Whether [`Dialect::column_def`] of a numbered column has said `PRIMARY KEY` already.
    fn auto_key_is_primary(&self) -> bool {
        false
    }

    /// `CREATE TABLE`
    ///
    /// # Errors
    /// Types and identifiers that the database can't have.
    fn create_table(&self, w: &mut SqlWriter<'_>, create: &CreateTable) -> Result<()> {
        render::create_table(w, create)
    }

    /// The table that a foreign key of `table` refers to.
    ///
    /// # Errors
    /// Identifiers that the database can't have, a table in another schema where keys can't reach it.
    fn references(&self, w: &mut SqlWriter<'_>, _table: &TableName, references: &TableName) -> Result<()> {
        w.table(references)
    }

    /// `CREATE INDEX`
    ///
    /// # Errors
    /// Identifiers that the database can't have, an expression or a condition where it has no such indexes.
    fn create_index(&self, w: &mut SqlWriter<'_>, create: &CreateIndex) -> Result<()> {
        render::create_index(w, create)
    }

    /// `COMMENT ON` a table, or on one of its columns; no comment takes an old one away. It is asked for where
    /// [`crate::Comments::Statement`] says so.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    fn comment_on(
        &self,
        w: &mut SqlWriter<'_>,
        table: &TableName,
        column: Option<&str>,
        comment: Option<&str>,
    ) -> Result<()> {
        render::comment_on(w, table, column, comment)
    }

    /// `DROP TABLE`
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    fn drop_table(&self, w: &mut SqlWriter<'_>, drop: &DropTable) -> Result<()> {
        render::drop_table(w, drop)
    }
}
