//! Schema objects: tables, columns, keys, indexes.

mod column;
mod full_text;
mod index;
mod name;
mod view;

use crate::{Comments, DataType, Dialect, Name, Rendered, Result, SqlWriter, TableName};

pub use column::{Column, DefaultValue};
pub(crate) use full_text::named;
pub use full_text::{FullTextChange, FullTextIndex};
pub use index::{Check, CreateIndex, Index, IndexColumn, IndexKey};
pub use name::object_name;
pub use view::{CreateView, DropView};

/// A reference to another table's key, in the same database.
///
/// ```
/// use manybase_sql::schema::{OnDelete, Table};
/// let table = Table::new("line").foreign_key(["order_id"], "orders", ["id"], OnDelete::Cascade);
/// assert_eq!(table.foreign_keys[0].columns, ["order_id"]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKey {
    /// The columns here.
    pub columns: Vec<Name>,
    /// The other table.
    pub references: TableName,
    /// Its columns.
    pub referenced_columns: Vec<Name>,
    /// What happens here when a row there goes.
    pub on_delete: OnDelete,
}

/// What happens to rows that refer to a row that goes.
///
/// ```
/// use manybase_sql::schema::{OnDelete, Table};
/// let table = Table::new("line").foreign_key(["order_id"], "orders", ["id"], OnDelete::SetNull);
/// assert_eq!(table.foreign_keys[0].on_delete, OnDelete::SetNull);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The delete fails.
    Restrict,
    /// They go too.
    Cascade,
    /// Their reference becomes NULL.
    SetNull,
}

/// A table.
///
/// ```
/// use manybase_sql::{dialect, schema::Table, DataType};
/// let table = Table::new("person").auto_key("id").column("name", DataType::Text { length: Some(40) });
/// assert_eq!(
///     table.create().render(dialect::sqlite())?.sql,
///     "CREATE TABLE \"person\" (\"id\" INTEGER PRIMARY KEY AUTOINCREMENT, \"name\" VARCHAR(40) NOT NULL)"
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// The columns of the primary key, in order.
    pub primary_key: Vec<Name>,
    /// Sets of columns whose values occur once.
    pub uniques: Vec<Vec<Name>>,
    /// References to other tables.
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes besides those that keys and unique sets have anyway.
    pub indexes: Vec<Index>,
    /// Conditions that each row keeps to.
    pub checks: Vec<Check>,
    /// What the database shows about it to people.
    pub comment: Option<Name>,
}

impl Table {
    /// A table without columns as yet.
    ///
    /// ```
    /// let table = manybase_sql::schema::Table::new("person");
    /// ```
    pub fn new(name: impl Into<TableName>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            primary_key: Vec::new(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
            checks: Vec::new(),
            comment: None,
        }
    }

    /// Adds a 64-bit key that the database numbers.
    ///
    /// ```
    /// let table = manybase_sql::schema::Table::new("person").auto_key("id");
    /// assert_eq!(table.primary_key, ["id"]);
    /// ```
    #[must_use]
    pub fn auto_key(mut self, name: impl Into<Name>) -> Self {
        let name = name.into();
        self.primary_key.push(name.clone());
        let mut column = Column::new(name, DataType::I64);
        column.auto = true;
        self.columns.push(column);
        self
    }

    /// Adds a column that can't be NULL.
    ///
    /// ```
    /// use manybase_sql::{schema::Table, DataType};
    /// let table = Table::new("person").column("born", DataType::Date);
    /// ```
    #[must_use]
    pub fn column(mut self, name: impl Into<Name>, data_type: DataType) -> Self {
        self.columns.push(Column::new(name, data_type));
        self
    }

    /// Adds a column that can be NULL.
    ///
    /// ```
    /// use manybase_sql::{schema::Table, DataType};
    /// let table = Table::new("person").nullable("died", DataType::Date);
    /// ```
    #[must_use]
    pub fn nullable(mut self, name: impl Into<Name>, data_type: DataType) -> Self {
        let mut column = Column::new(name, data_type);
        column.nullable = true;
        self.columns.push(column);
        self
    }

    /// Adds a column to the primary key.
    ///
    /// ```
    /// use manybase_sql::{schema::Table, DataType};
    /// let table = Table::new("line").column("order_id", DataType::I64).key("order_id");
    /// ```
    #[must_use]
    pub fn key(mut self, name: impl Into<Name>) -> Self {
        self.primary_key.push(name.into());
        self
    }

    /// Adds a set of columns whose values occur once.
    ///
    /// ```
    /// use manybase_sql::{schema::Table, DataType};
    /// let table = Table::new("person").column("email", DataType::Text { length: Some(80) }).unique(["email"]);
    /// ```
    #[must_use]
    pub fn unique<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.uniques.push(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a reference to another table's key.
    ///
    /// ```
    /// use manybase_sql::{schema::{OnDelete, Table}, DataType};
    /// let table = Table::new("orders")
    ///     .column("customer_id", DataType::I64)
    ///     .foreign_key(["customer_id"], "customer", ["id"], OnDelete::Cascade);
    /// ```
    #[must_use]
    pub fn foreign_key<N: Into<Name>, R: Into<Name>>(
        mut self,
        columns: impl IntoIterator<Item = N>,
        references: impl Into<TableName>,
        referenced_columns: impl IntoIterator<Item = R>,
        on_delete: OnDelete,
    ) -> Self {
        self.foreign_keys.push(ForeignKey {
            columns: columns.into_iter().map(Into::into).collect(),
            references: references.into(),
            referenced_columns: referenced_columns.into_iter().map(Into::into).collect(),
            on_delete,
        });
        self
    }

    /// Adds an index.
    ///
    /// ```
    /// use manybase_sql::{schema::{Index, Table}, DataType};
    /// let table = Table::new("person").column("born", DataType::Date).index(Index::new("person_born_idx").column("born"));
    /// ```
    #[must_use]
    pub fn index(mut self, index: Index) -> Self {
        self.indexes.push(index);
        self
    }

    /// Adds a condition, in the database's own SQL, that each row keeps to.
    ///
    /// ```
    /// use manybase_sql::{schema::Table, DataType};
    /// let table = Table::new("stock").column("qty", DataType::I64).check("stock_qty_check", "qty >= 0");
    /// ```
    #[must_use]
    pub fn check(mut self, name: impl Into<Name>, sql: impl Into<Name>) -> Self {
        self.checks.push(Check {
            name: name.into(),
            sql: sql.into(),
        });
        self
    }

    /// The statement that creates it, and fails when it is there.
    ///
    /// ```
    /// let create = manybase_sql::schema::Table::new("person").auto_key("id").create();
    /// ```
    pub fn create(self) -> CreateTable {
        CreateTable {
            table: self,
            if_not_exists: false,
        }
    }

    /// The statement that creates it unless a table of that name is there.
    ///
    /// ```
    /// let create = manybase_sql::schema::Table::new("person").auto_key("id").create_if_not_exists();
    /// assert!(create.if_not_exists);
    /// ```
    pub fn create_if_not_exists(self) -> CreateTable {
        CreateTable {
            table: self,
            if_not_exists: true,
        }
    }
}

/// `CREATE TABLE`.
///
/// ```
/// let create = manybase_sql::schema::Table::new("t").auto_key("id").create();
/// assert!(!create.if_not_exists);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// The table.
    pub table: Table,
    /// Does nothing when a table of that name is there.
    pub if_not_exists: bool,
}

impl CreateTable {
    /// SQL text for one dialect. Where indexes and comments are statements of their own they are not in it:
    /// [`CreateTable::statements`] has them.
    ///
    /// # Errors
    /// Types and identifiers that the database can't have.
    ///
    /// ```
    /// use manybase_sql::{dialect, schema::Table};
    /// let sql = Table::new("t").auto_key("id").create().render(dialect::mysql())?.sql;
    /// assert!(sql.contains("AUTO_INCREMENT"));
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| dialect.create_table(w, self))
    }

    /// The statement, and after it those for the indexes and comments that have no place in it on this database. What
    /// a database keeps no comments for gets none.
    ///
    /// # Errors
    /// Types and identifiers that the database can't have; [`crate::Error::Unsupported`] for an index with a condition or
    /// an expression where there is no such thing.
    ///
    /// ```
    /// use manybase_sql::{dialect, schema::{Index, Table}, DataType};
    /// let mut table = Table::new("person").column("born", DataType::Date).index(Index::new("person_born_idx").column("born"));
    /// table.comment = Some("Somebody".into());
    /// let create = table.create();
    /// assert_eq!(create.statements(dialect::postgres())?.len(), 3);
    /// assert_eq!(create.statements(dialect::sqlite())?.len(), 2);
    /// assert_eq!(create.statements(dialect::mysql())?.len(), 1);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn statements(&self, dialect: &dyn Dialect) -> Result<Vec<Rendered>> {
        let mut statements = vec![self.render(dialect)?];
        let capability = dialect.capability();
        if !capability.index_in_table {
            for index in &self.table.indexes {
                let create = CreateIndex {
                    table: self.table.name.clone(),
                    index: index.clone(),
                    if_not_exists: self.if_not_exists,
                };
                statements.push(create.render(dialect)?);
            }
        }
        if capability.comments == Comments::Statement {
            let columns = self.table.columns.iter();
            let columns = columns.filter_map(|column| Some((Some(&column.name), column.comment.as_ref()?)));
            let all = self
                .table
                .comment
                .iter()
                .map(|comment| (None, comment))
                .chain(columns);
            for (column, comment) in all {
                let text = Some(comment.as_ref());
                statements.push(SqlWriter::render(dialect, |w| {
                    dialect.comment_on(w, &self.table.name, column.map(AsRef::as_ref), text)
                })?);
            }
        }
        Ok(statements)
    }
}

/// `DROP TABLE`.
///
/// ```
/// use manybase_sql::{dialect, schema::DropTable};
/// let drop = DropTable { table: "t".into(), if_exists: false };
/// assert_eq!(drop.render(dialect::mysql())?.sql, "DROP TABLE `t`");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DropTable {
    /// The table.
    pub table: TableName,
    /// Does nothing when there is no such table.
    pub if_exists: bool,
}

impl DropTable {
    /// SQL text for one dialect.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    ///
    /// ```
    /// use manybase_sql::{dialect, schema::DropTable};
    /// let drop = DropTable { table: "t".into(), if_exists: true };
    /// assert_eq!(drop.render(dialect::sqlite())?.sql, r#"DROP TABLE IF EXISTS "t""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| dialect.drop_table(w, self))
    }
}
