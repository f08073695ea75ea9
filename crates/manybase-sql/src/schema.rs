//! Schema objects: tables, columns, keys, indexes.

use crate::{DataType, Dialect, Name, Rendered, Result, SqlWriter, TableName, Value};

/// A column of a table.
///
/// ```
/// use manybase_sql::{schema::Table, DataType};
/// let table = Table::new("t").column("a", DataType::Bool);
/// assert!(!table.columns[0].nullable);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub data_type: DataType,
    /// Whether it can hold NULL.
    pub nullable: bool,
    /// What the database puts in when an insert says nothing.
    pub default: Option<Value>,
    /// The database numbers the rows itself.
    pub auto: bool,
}

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
        let data_type = DataType::I64;
        self.columns.push(Column {
            name,
            data_type,
            nullable: false,
            default: None,
            auto: true,
        });
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
        self.columns.push(Column {
            name: name.into(),
            data_type,
            nullable: false,
            default: None,
            auto: false,
        });
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
        self.columns.push(Column {
            name: name.into(),
            data_type,
            nullable: true,
            default: None,
            auto: false,
        });
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
    /// SQL text for one dialect.
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
