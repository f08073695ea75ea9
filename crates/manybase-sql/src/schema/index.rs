//! Indexes, and conditions of tables.

use crate::{Dialect, Name, Rendered, Result, SqlWriter, TableName};

/// A condition that each row keeps to.
///
/// ```
/// use manybase_sql::schema::Check;
/// let check = Check { name: "stock_qty_check".into(), sql: "qty >= 0".into() };
/// assert_eq!(check.sql, "qty >= 0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name.
    pub name: Name,
    /// The condition, in the database's own SQL.
    pub sql: Name,
}

/// What an index is sorted by.
///
/// ```
/// use manybase_sql::schema::{Index, IndexKey};
/// assert_eq!(Index::new("i").column("a").columns[0].key, IndexKey::Column("a".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexKey {
    /// A column.
    Column(Name),
    /// What the database calculates from a row, in its own SQL.
    Expression(Name),
}

/// A column of an index, or an expression in its place.
///
/// ```
/// assert!(manybase_sql::schema::Index::new("i").column("a").descending().columns[0].descending);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexColumn {
    /// What it is.
    pub key: IndexKey,
    /// From high to low.
    pub descending: bool,
}

/// An index.
///
/// ```
/// use manybase_sql::schema::Index;
/// let index = Index::new("customer_email_idx").expression("lower(email)").unique().filter("deleted_at IS NULL");
/// assert!(index.unique);
/// assert_eq!(index.names(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: Name,
    /// In its order.
    pub columns: Vec<IndexColumn>,
    /// Whether what stands in it occurs once.
    pub unique: bool,
    /// Only rows of which this is true stand in it; in the database's own SQL.
    pub filter: Option<Name>,
}

impl Index {
    /// An index without columns as yet.
    ///
    /// ```
    /// let index = manybase_sql::schema::Index::new("person_name_idx");
    /// assert!(index.columns.is_empty());
    /// ```
    pub fn new(name: impl Into<Name>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            unique: false,
            filter: None,
        }
    }

    /// Adds a column.
    ///
    /// ```
    /// let index = manybase_sql::schema::Index::new("i").column("a").column("b");
    /// assert_eq!(index.names().unwrap().len(), 2);
    /// ```
    #[must_use]
    pub fn column(self, name: impl Into<Name>) -> Self {
        self.key(IndexKey::Column(name.into()))
    }

    /// Adds an expression, in the database's own SQL.
    ///
    /// ```
    /// let index = manybase_sql::schema::Index::new("i").expression("lower(name)");
    /// assert_eq!(index.columns.len(), 1);
    /// ```
    #[must_use]
    pub fn expression(self, sql: impl Into<Name>) -> Self {
        self.key(IndexKey::Expression(sql.into()))
    }

    fn key(mut self, key: IndexKey) -> Self {
        self.columns.push(IndexColumn {
            key,
            descending: false,
        });
        self
    }

    /// The last of them from high to low.
    ///
    /// ```
    /// let index = manybase_sql::schema::Index::new("i").column("a").column("b").descending();
    /// assert!(!index.columns[0].descending && index.columns[1].descending);
    /// ```
    #[must_use]
    pub fn descending(mut self) -> Self {
        if let Some(last) = self.columns.last_mut() {
            last.descending = true;
        }
        self
    }

    /// What stands in it occurs once.
    ///
    /// ```
    /// assert!(manybase_sql::schema::Index::new("i").column("a").unique().unique);
    /// ```
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Only rows of which this is true stand in it; in the database's own SQL.
    ///
    /// ```
    /// let index = manybase_sql::schema::Index::new("i").column("a").filter("b IS NULL");
    /// assert_eq!(index.filter.as_deref(), Some("b IS NULL"));
    /// ```
    #[must_use]
    pub fn filter(mut self, sql: impl Into<Name>) -> Self {
        self.filter = Some(sql.into());
        self
    }

    /// The names of its columns, unless there is an expression among them.
    ///
    /// ```
    /// let index = manybase_sql::schema::Index::new("i").column("a");
    /// assert_eq!(index.names().unwrap(), ["a"]);
    /// ```
    pub fn names(&self) -> Option<Vec<Name>> {
        let name = |column: &IndexColumn| match &column.key {
            IndexKey::Column(name) => Some(name.clone()),
            IndexKey::Expression(_) => None,
        };
        self.columns.iter().map(name).collect()
    }
}

/// `CREATE INDEX`.
///
/// ```
/// use manybase_sql::{dialect, schema::{CreateIndex, Index}};
/// let index = Index::new("late").column("due").descending().filter("paid IS NULL");
/// let create = CreateIndex { table: "invoice".into(), index, if_not_exists: false };
/// assert_eq!(
///     create.render(dialect::postgres())?.sql,
///     r#"CREATE INDEX "late" ON "invoice" ("due" DESC) WHERE paid IS NULL"#
/// );
/// assert!(create.render(dialect::mariadb()).is_err());
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateIndex {
    /// The table.
    pub table: TableName,
    /// The index.
    pub index: Index,
    /// Does nothing when an index of that name is there; MySQL has no such thing.
    pub if_not_exists: bool,
}

impl CreateIndex {
    /// SQL text for one dialect.
    ///
    /// # Errors
    /// Identifiers that the database can't have, an expression or a condition where it has no such indexes.
    ///
    /// ```
    /// use manybase_sql::{dialect, schema::{CreateIndex, Index}};
    /// let create = CreateIndex { table: "t".into(), index: Index::new("i").column("a").unique(), if_not_exists: true };
    /// assert_eq!(create.render(dialect::sqlite())?.sql, r#"CREATE UNIQUE INDEX IF NOT EXISTS "i" ON "t" ("a")"#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| dialect.create_index(w, self))
    }
}
