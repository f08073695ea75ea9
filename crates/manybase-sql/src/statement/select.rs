//! `SELECT`.

use crate::{Dialect, Expr, LimitPer, Lock, Name, Rendered, Result, SqlWriter, TableName, Tables};
use smallvec::SmallVec;

/// Direction of an order.
///
/// ```
/// use manybase_sql::{dialect, Expr, Order, Select};
/// let select = Select::from("t").column("a").order_by(Expr::column("a"), Order::Desc);
/// // NULL is the least of all, so it comes last here.
/// assert!(select.render(dialect::postgres())?.sql.ends_with(r#"ORDER BY "a" DESC NULLS LAST"#));
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Least first; NULL counts as less than every value, on every database.
    Asc,
    /// Greatest first; NULL comes last.
    Desc,
}

/// One key of an order.
///
/// ```
/// use manybase_sql::{dialect, Expr, Order, OrderBy, Select};
/// let mut select = Select::from("t").column("a");
/// select.order_by.push(OrderBy { expr: Expr::column("a"), order: Order::Asc, nulls_first: Some(false) });
/// assert!(select.render(dialect::sqlite())?.sql.ends_with(r#"ORDER BY "a" NULLS LAST"#));
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OrderBy {
    /// What to order by.
    pub expr: Expr,
    /// Which way.
    pub order: Order,
    /// Where NULL goes, when not where [`Order`] puts it.
    pub nulls_first: Option<bool>,
}

impl OrderBy {
    /// NULL comes first.
    ///
    /// ```
    /// use manybase_sql::{Expr, Order, OrderBy};
    /// let key = OrderBy { expr: Expr::column("a"), order: Order::Desc, nulls_first: None }.nulls_first();
    /// assert_eq!(key.nulls_first, Some(true));
    /// ```
    #[must_use]
    pub fn nulls_first(mut self) -> Self {
        self.nulls_first = Some(true);
        self
    }

    /// NULL comes last.
    ///
    /// ```
    /// use manybase_sql::{Expr, Order, OrderBy};
    /// let key = OrderBy { expr: Expr::column("a"), order: Order::Asc, nulls_first: None }.nulls_last();
    /// assert_eq!(key.nulls_first, Some(false));
    /// ```
    #[must_use]
    pub fn nulls_last(mut self) -> Self {
        self.nulls_first = Some(false);
        self
    }
}

/// One column of the result.
///
/// ```
/// use manybase_sql::{dialect, Expr, Select, SelectItem};
/// let mut select = Select::from("t");
/// select.items.push(SelectItem { expr: Expr::count_all(), alias: Some("n".into()) });
/// assert_eq!(select.render(dialect::sqlite())?.sql, r#"SELECT COUNT(*) AS "n" FROM "t""#);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SelectItem {
    /// What it is.
    pub expr: Expr,
    /// Its name in the result.
    pub alias: Option<Name>,
}

/// A query.
///
/// ```
/// use manybase_sql::{dialect, Expr, Select};
/// let rendered = Select::from("orders")
///     .column("id")
///     .filter(Expr::column("total").gt(100i64))
///     .order_by(Expr::typed_column("id", manybase_sql::DataType::I64, false), manybase_sql::Order::Desc)
///     .limit(10)
///     .render(dialect::mysql())?;
/// assert_eq!(rendered.sql, "SELECT `id` FROM `orders` WHERE `total` > ? ORDER BY `id` DESC LIMIT ?");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// `SELECT DISTINCT`.
    pub distinct: bool,
    /// What comes out.
    pub items: Vec<SelectItem>,
    /// Where from, unless [`Select::tables`] says otherwise.
    pub from: TableName,
    /// `WHERE`
    pub filter: Option<Expr>,
    /// `GROUP BY`
    pub group_by: Vec<Expr>,
    /// `HAVING`
    pub having: Option<Expr>,
    /// `ORDER BY`; most have one key, which costs no allocation.
    pub order_by: SmallVec<[OrderBy; 1]>,
    /// `LIMIT`
    pub limit: Option<u64>,
    /// `OFFSET`
    pub offset: Option<u64>,
    /// `LIMIT` and `OFFSET` of each group of rows.
    pub limit_per: Option<LimitPer>,
    /// Counts the rows of the query instead of returning them: `SELECT COUNT(*) FROM (…)`.
    pub counted: bool,
    /// Locks the rows until the transaction ends: `FOR UPDATE`.
    pub lock: Option<Lock>,
    /// What is read besides one table: joins, common table expressions, aliases.
    pub tables: Option<Box<Tables>>,
}

impl Select {
    /// A query of a table, without columns as yet.
    ///
    /// ```
    /// let select = manybase_sql::Select::from("orders").column("id");
    /// ```
    pub fn from(table: impl Into<TableName>) -> Self {
        Self {
            distinct: false,
            items: Vec::new(),
            from: table.into(),
            filter: None,
            group_by: Vec::new(),
            having: None,
            order_by: SmallVec::new(),
            limit: None,
            offset: None,
            limit_per: None,
            counted: false,
            lock: None,
            tables: None,
        }
    }

    /// Adds a column to the result.
    ///
    /// ```
    /// assert_eq!(manybase_sql::Select::from("t").column("a").items.len(), 1);
    /// ```
    #[must_use]
    pub fn column(self, name: impl Into<Name>) -> Self {
        self.item(Expr::column(name))
    }

    /// Adds an expression to the result.
    ///
    /// ```
    /// use manybase_sql::{Expr, Select};
    /// assert_eq!(Select::from("t").item(Expr::count_all()).items.len(), 1);
    /// ```
    #[must_use]
    pub fn item(mut self, expr: Expr) -> Self {
        self.items.push(SelectItem { expr, alias: None });
        self
    }

    /// Keeps rows for which this holds, besides what was asked before.
    ///
    /// ```
    /// use manybase_sql::{Expr, Select};
    /// assert!(Select::from("t").filter(Expr::column("a").eq(1i64)).filter.is_some());
    /// ```
    #[must_use]
    pub fn filter(mut self, condition: Expr) -> Self {
        Expr::and_into(&mut self.filter, condition);
        self
    }

    /// Adds a key to the order.
    ///
    /// ```
    /// use manybase_sql::{Expr, Order, Select};
    /// assert_eq!(Select::from("t").order_by(Expr::column("a"), Order::Asc).order_by.len(), 1);
    /// ```
    #[must_use]
    pub fn order_by(mut self, expr: Expr, order: Order) -> Self {
        self.order_by.push(OrderBy {
            expr,
            order,
            nulls_first: None,
        });
        self
    }

    /// At most so many rows.
    ///
    /// ```
    /// assert_eq!(manybase_sql::Select::from("t").limit(3).limit, Some(3));
    /// ```
    #[must_use]
    pub fn limit(mut self, rows: u64) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Locks the rows until the transaction ends.
    ///
    /// ```
    /// use manybase_sql::{dialect, Lock, LockStrength, LockWait, Select};
    /// let mut lock = Lock::new(LockStrength::Update);
    /// lock.wait = LockWait::SkipLocked;
    /// let select = Select::from("t").column("a").lock(lock);
    /// assert_eq!(select.render(dialect::postgres())?.sql, r#"SELECT "a" FROM "t" FOR UPDATE SKIP LOCKED"#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    #[must_use]
    pub fn lock(mut self, lock: Lock) -> Self {
        self.lock = Some(lock);
        self
    }

    /// SQL text and values for one dialect.
    ///
    /// # Errors
    /// What the database lacks, identifiers it can't have, more values than it can bind.
    ///
    /// ```
    /// use manybase_sql::{dialect, Select};
    /// assert_eq!(Select::from("t").column("a").render(dialect::sqlite())?.sql, r#"SELECT "a" FROM "t""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| dialect.select(w, self))
    }

    /// As [`Select::render`], for a query without [`Select::items`]: it selects `columns`, a list that was written for
    /// the same dialect before. Never give it anything that comes from a user.
    ///
    /// # Errors
    /// As [`Select::render`].
    ///
    /// ```
    /// use manybase_sql::{dialect, Expr, Select};
    /// let query = Select::from("t").filter(Expr::column("a").eq(1i64));
    /// let rendered = query.render_columns(dialect::sqlite(), r#""a", "b""#)?;
    /// assert_eq!(rendered.sql, r#"SELECT "a", "b" FROM "t" WHERE "a" = ?"#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render_columns(&self, dialect: &dyn Dialect, columns: &str) -> Result<Rendered> {
        SqlWriter::render_columns(dialect, columns, |w| dialect.select(w, self))
    }
}
