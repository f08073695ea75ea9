//! What is known of a model: its table, columns and keys.

mod assign;
mod texts;

pub(crate) use texts::{Key, Shape, Texts};

use crate::{ColumnType, Rule};
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::schema::{Column, Table};
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
    pub default: Option<Value>,
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
    /// Whether records are looked at before they are written.
    pub(crate) validated: bool,
    /// The rules of its fields.
    pub(crate) rules: Vec<(usize, Rule)>,
    pub(crate) texts: Texts,
}

impl ModelMeta {
    /// The schema of the table, as far as the model tells it.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let meta = MetaBuilder::new("Person", "person".into(), None).column::<i64>("id", "id", Role::Key).finish();
    /// assert_eq!(meta.schema().primary_key, ["id"]);
    /// ```
    pub fn schema(&self) -> Table {
        let mut table = Table::new(self.table.clone());
        for column in &self.columns {
            table.columns.push(Column {
                name: column.name.clone(),
                data_type: column.data_type,
                nullable: column.nullable,
                default: column.default.clone(),
                auto: column.role == Role::AutoKey { by_database: true },
            });
            if column.unique {
                table.uniques.push(vec![column.name.clone()]);
            }
        }
        table.primary_key = self
            .keys
            .iter()
            .map(|&key| self.columns[key].name.clone())
            .collect();
        table
    }

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

/// Puts a [`ModelMeta`] together; the derive macro calls it.
///
/// ```
/// use manybase_record::{MetaBuilder, Role};
/// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key);
/// assert_eq!(builder.finish().connection, Some("hr"));
/// ```
#[derive(Debug)]
pub struct MetaBuilder(ModelMeta);

impl MetaBuilder {
    /// Begins a model.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key);
    /// assert_eq!(builder.finish().name, "Person");
    /// ```
    pub fn new(name: &'static str, table: TableName, connection: Option<&'static str>) -> Self {
        Self(ModelMeta {
            name,
            table,
            connection,
            columns: Vec::new(),
            keys: Vec::new(),
            generated: Vec::new(),
            soft_delete: None,
            readonly: false,
            validated: false,
            rules: Vec::new(),
            texts: Texts::default(),
        })
    }

    /// Adds a column.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key);
    /// assert_eq!(builder.finish().columns[0].name, "full_name");
    /// ```
    #[must_use]
    pub fn column<T: ColumnType>(
        mut self,
        field: impl Into<Name>,
        name: impl Into<Name>,
        role: Role,
    ) -> Self {
        let at = self.0.columns.len();
        match role {
            Role::Key => self.0.keys.push(at),
            Role::AutoKey { by_database } => {
                self.0.keys.push(at);
                if by_database {
                    self.0.generated.push(at);
                }
            }
            Role::Generated => self.0.generated.push(at),
            Role::DeletedAt => self.0.soft_delete = Some(at),
            _ => {}
        }
        self.0.columns.push(ColumnMeta {
            field: field.into(),
            name: name.into(),
            data_type: T::DATA_TYPE,
            nullable: T::NULLABLE,
            role,
            unique: false,
            trimmed: false,
            readonly: false,
            default: None,
        });
        self
    }

    /// Gives the last column another type in the schema, such as a length.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// use manybase_sql::DataType;
    /// let builder = MetaBuilder::new("Person", "person".into(), None).column::<i64>("age", "age", Role::Plain);
    /// assert_eq!(builder.typed(DataType::I16).finish().columns[0].data_type, DataType::I16);
    /// ```
    #[must_use]
    pub fn typed(mut self, data_type: DataType) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.data_type = data_type;
        }
        self
    }

    /// Each value of the last column occurs once.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key).unique();
    /// assert!(builder.finish().columns[0].unique);
    /// ```
    #[must_use]
    pub fn unique(mut self) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.unique = true;
        }
        self
    }

    /// A default for the last column in the schema.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key).default("nobody");
    /// assert_eq!(builder.finish().columns[0].default, Some("nobody".into()));
    /// ```
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.default = Some(value.into());
        }
        self
    }

    /// Adds a rule that the last column keeps to.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        if let Some(at) = self.0.columns.len().checked_sub(1) {
            self.0.rules.push((at, rule));
            self.0.validated = true;
        }
        self
    }

    /// The model has rules of its own.
    #[must_use]
    pub fn validated(mut self) -> Self {
        self.0.validated = true;
        self
    }

    /// The model is only read.
    #[must_use]
    pub fn readonly(mut self) -> Self {
        self.0.readonly = true;
        self
    }

    /// The last column is written when the record is inserted, and never again.
    #[must_use]
    pub fn only_inserted(mut self) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.readonly = true;
        }
        self
    }

    /// Spaces at the end of what is in the last column do not count.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.trimmed = true;
        }
        self
    }

    /// Adds the columns of an embedded struct.
    ///
    /// ```
    /// use manybase_record::{Embedded, MetaBuilder};
    /// #[derive(Clone, Embedded)]
    /// struct Address {
    ///     city: String,
    /// }
    /// let meta = MetaBuilder::new("Person", "person".into(), None).embed::<Address>("home", "home_").finish();
    /// assert_eq!(meta.columns[0].name, "home_city");
    /// ```
    #[must_use]
    pub fn embed<E: crate::Embedded>(self, field: &'static str, prefix: &'static str) -> Self {
        E::describe(self, field, prefix)
    }

    /// The model.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key);
    /// assert_eq!(builder.finish().keys, [0]);
    /// ```
    pub fn finish(self) -> ModelMeta {
        self.0
    }
}
