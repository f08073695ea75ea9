//! What is known of a model: its table, columns and keys.

mod assign;
mod builder;
mod comment;
mod relation;
mod schema;
mod texts;

pub use builder::MetaBuilder;
pub(crate) use relation::describe;
pub use relation::{RelationKind, RelationMeta, Through};
pub(crate) use texts::{Key, Shape, Texts, kind_of};

use crate::Rule;
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::schema::{Check, DefaultValue, Index};
use manybase_sql::{DataType, Dialect, Name, Order, SqlWriter, TableName, Value};
use std::sync::Arc;

/// What a column is for.
///
/// ```
/// use manybase_record::{Model, Role};
/// #[derive(Model)]
/// struct Page {
///     #[model(key, auto)]
///     id: i64,
///     #[model(version)]
///     version: i32,
/// }
/// assert_eq!(Page::meta().columns[1].role, Role::Version);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Data.
    Plain,
    /// Part of the key.
    Key,
    /// The key, filled in by the database or the library.
    AutoKey {
        /// By the database.
        by_database: bool,
    },
    /// Filled in by the database; never written.
    Generated,
    /// The time of creation.
    CreatedAt,
    /// The time of the last change.
    UpdatedAt,
    /// Counts changes, so that two do not overwrite one another.
    Version,
    /// The time at which the record was deleted; NULL as long as it is not.
    DeletedAt,
}

/// A column of a model.
///
/// ```
/// use manybase_record::Model;
/// #[derive(Model)]
/// struct Page {
///     #[model(key, auto)]
///     id: i64,
///     title: Option<String>,
/// }
/// let column = &Page::meta().columns[1];
/// assert_eq!(column.name, "title");
/// assert!(column.nullable);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ColumnMeta {
    /// The field, with dots inside embedded structs.
    pub field: Name,
    /// The column.
    pub name: Name,
    /// Its type.
    pub data_type: DataType,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// What it is for.
    pub role: Role,
    /// Whether each value occurs once.
    pub unique: bool,
    /// Whether spaces at the end of what is in it do not count.
    pub trimmed: bool,
    /// Whether it is written when the record is inserted, and never again.
    pub readonly: bool,
    /// The default in the schema.
    pub default: Option<DefaultValue>,
    /// The doc comment of the field.
    pub comment: Option<&'static str>,
    /// The name that it had before.
    pub renamed_from: Option<Name>,
}

/// A model, as data.
///
/// ```
/// use manybase_record::{MetaBuilder, Role};
/// let meta = MetaBuilder::new("Person", "person".into(), None)
///     .column::<i64>("id", "id", Role::AutoKey { by_database: true })
///     .column::<String>("name", "name", Role::Plain)
///     .finish();
/// assert_eq!(meta.columns.len(), 2);
/// assert_eq!(meta.keys, [0]);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ModelMeta {
    /// The Rust type's name.
    pub name: &'static str,
    /// The table.
    pub table: TableName,
    /// The connection that it is bound to.
    pub connection: Option<&'static str>,
    /// The columns, in the order of the fields.
    pub columns: Vec<ColumnMeta>,
    /// Positions of the key's columns.
    pub keys: Vec<usize>,
    /// Positions of columns that the database fills in.
    pub generated: Vec<usize>,
    /// Position of the column that says when a record was deleted, where deleted ones stay in the table.
    pub soft_delete: Option<usize>,
    /// Whether it is only read, such as a view.
    pub readonly: bool,
    /// The query that it shows, for a view that the model tells of.
    pub view: Option<&'static str>,
    /// The doc comment of the struct.
    pub comment: Option<&'static str>,
    /// The name that the table had before.
    pub renamed_from: Option<&'static str>,
    /// Indexes besides those of keys, of unique columns and of plain sets of unique columns.
    pub indexes: Vec<Index>,
    /// Sets of several columns whose values occur once.
    pub uniques: Vec<Vec<Name>>,
    /// Conditions that each row keeps to.
    pub checks: Vec<Check>,
    /// What it relates to. A function, since models relate to one another in rings.
    pub(crate) related: Option<fn() -> Vec<RelationMeta>>,
    /// Whether records are looked at before they are written.
    pub(crate) validated: bool,
    /// The rules of its fields.
    pub(crate) rules: Vec<(usize, Rule)>,
    pub(crate) texts: Texts,
    pub(crate) plain: std::sync::OnceLock<manybase_sql::Select>,
}

impl ModelMeta {
    /// What every query of the model asks unless it says otherwise: that the record is not deleted. `None` for a model
    /// whose deleted records are gone.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// let alive = Note::meta().default_filter().unwrap();
    /// let sql = manybase_sql::Select::from("note").column("id").filter(alive).render(manybase_sql::dialect::sqlite())?.sql;
    /// assert_eq!(sql, r#"SELECT "id" FROM "note" WHERE "gone" IS NULL"#);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn default_filter(&self) -> Option<manybase_sql::Expr> {
        let column = |at| self.expr(at).of_table(self.table.name.clone());
        self.soft_delete.map(|at| column(at).is_null())
    }

    /// What every query of the model begins as.
    pub(crate) fn plain(&self) -> &manybase_sql::Select {
        self.plain.get_or_init(|| {
            let mut select = manybase_sql::Select::from(self.table.clone());
            select.filter = self.default_filter();
            select
        })
    }

    /// The time as a value of a column.
    pub(crate) fn time(&self, at: usize, now: chrono::DateTime<chrono::Utc>) -> Value {
        match self.columns[at].data_type {
            DataType::Timestamp => now.into(),
            _ => now.naive_utc().into(),
        }
    }

    /// The column of a role, if there is one.
    pub(crate) fn with_role(&self, role: Role) -> Option<usize> {
        self.columns.iter().position(|column| column.role == role)
    }

    /// Column as an expression.
    pub(crate) fn expr(&self, index: usize) -> manybase_sql::Expr {
        let column = &self.columns[index];
        let expr = manybase_sql::Expr::typed_column(column.name.clone(), column.data_type, column.nullable);
        if column.trimmed {
            crate::column::trimmed(expr)
        } else {
            expr
        }
    }

    /// The list of all columns.
    pub(crate) fn columns_sql(&self, dialect: &dyn Dialect) -> Result<Arc<str>> {
        let key = Key::new(Shape::Columns, dialect);
        if let Some(sql) = self.texts.get(&key) {
            return Ok(sql);
        }
        let rendered = SqlWriter::render(dialect, |w| {
            w.comma_separated(0..self.columns.len(), |w, at| {
                dialect.output_expr(w, &self.expr(at))
            })
        })?;
        let sql = rendered.sql.into();
        self.texts.keep(&key, &sql, &rendered.binds, &[]);
        Ok(sql)
    }

    /// The default order of a query that must have one: by key.
    pub(crate) fn key_order(&self) -> impl Iterator<Item = manybase_sql::OrderBy> + '_ {
        self.keys.iter().map(|&key| manybase_sql::OrderBy {
            expr: self.expr(key),
            order: Order::Asc,
            nulls_first: None,
        })
    }

    pub(crate) fn no_key(&self) -> Error {
        Error::new(
            ErrorKind::Statement,
            format!("{} has no key, so that one row of it can't be named", self.name),
        )
        .with_model(self.name)
    }
}
