//! SQL text written by the user, with bound values.

use crate::{
    CellResult, Cells, ColumnType, FromRow,
    rec::placed,
    rows::{Match, Rows},
};
use manybase_db::{Executor, Route};
use manybase_driver::{Access, Done, Error, ErrorKind, Result, Statement};
use manybase_sql::{Dialect, RawSql, Value};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

/// SQL text, with `?` for each value on every database (`??` for a question mark that is no placeholder; `$1` is
/// taken on PostgreSQL too).
///
/// ```
/// use manybase_record::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").connect("hr", "sqlite::memory:").build()?;
/// # for on in ["main", "hr"] {
/// #     sql("CREATE TABLE person (name TEXT, age INTEGER)").using(on).execute(&db).await?;
/// # }
/// # let db = &db;
/// let n: i64 = sql("SELECT COUNT(*) FROM person WHERE name = ?").bind("Ann").using("hr").scalar(db).await?;
/// let rows: Vec<(String, i32)> = sql("SELECT name, age FROM person").rows().all(db).await?;
/// # Ok(())
/// # }
/// ```
pub fn sql(text: impl Into<Cow<'static, str>>) -> RawQuery {
    RawQuery {
        text: text.into(),
        binds: Vec::new(),
        invalid: None,
        using: None,
        access: None,
        rows: PhantomData,
    }
}

/// SQL text with values, whose rows become `O`. See [`sql`].
///
/// ```
/// use manybase_record::{RawQuery, sql};
/// let query: RawQuery<(i64, String)> = sql("SELECT id, name FROM person").rows();
/// ```
#[must_use = "a query does nothing until it is run"]
pub struct RawQuery<O = ()> {
    text: Cow<'static, str>,
    binds: Vec<Value>,
    /// A value that could not be written.
    invalid: Option<String>,
    using: Option<Arc<str>>,
    access: Option<Access>,
    rows: PhantomData<fn() -> O>,
}

/// What can be bound: whatever a column can hold, and slices.
///
/// ```
/// let query = manybase_record::sql("SELECT ?, ?").bind(7).bind("text");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be bound as a value",
    label = "this type is no column type",
    note = "values are what columns can hold, &str and &[u8]; wrap a serde type in Json(…)"
)]
pub trait Bind {
    /// The value.
    ///
    /// # Errors
    /// A document that can't be written.
    fn bind(self) -> CellResult<Value>;
}

impl<T: ColumnType> Bind for T {
    fn bind(self) -> CellResult<Value> {
        self.encode()
    }
}

impl Bind for &str {
    fn bind(self) -> CellResult<Value> {
        Ok(self.into())
    }
}

impl Bind for &[u8] {
    fn bind(self) -> CellResult<Value> {
        Ok(self.into())
    }
}

impl<O> RawQuery<O> {
    /// Gives the next placeholder its value.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let n: i64 = sql("SELECT COUNT(*) FROM person WHERE name = ? AND age > ?").bind("Ann").bind(18).scalar(&db).await?;
    /// assert_eq!(n, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bind(mut self, value: impl Bind) -> Self {
        match value.bind() {
            Ok(value) => self.binds.push(value),
            Err(error) => {
                self.invalid
                    .get_or_insert(format!("value {}: {error}", self.binds.len() + 1));
                self.binds.push(Value::Null);
            }
        }
        self
    }

    /// Runs on this connection instead of the default one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// use manybase_record::sql;
    /// let db = manybase_db::Db::builder()
    ///     .connect("shop", "sqlite::memory:")
    ///     .connect("archive", "sqlite::memory:")
    ///     .build()?;
    /// sql("CREATE TABLE old (id INTEGER)").using("archive").execute(&db).await?;
    /// assert!(sql("SELECT * FROM old").execute(&db).await.is_err()); // "shop" has no such table
    /// # Ok(())
    /// # }
    /// ```
    pub fn using(mut self, connection: impl Into<Arc<str>>) -> Self {
        self.using = Some(connection.into());
        self
    }

    /// Says that the text only reads, where that can't be seen from its first word, so that it may go to a reader.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let n: i64 = sql("WITH adult AS (SELECT * FROM person WHERE age >= 18) SELECT COUNT(*) FROM adult")
    ///     .reads()
    ///     .scalar(&db)
    ///     .await?;
    /// assert_eq!(n, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reads(mut self) -> Self {
        self.access = Some(Access::Read);
        self
    }

    /// Rows as tuples, in the order of the columns, or as models and structs with `FromRow`, by column name.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// let people = sql("SELECT * FROM person WHERE name LIKE ?").bind("A%").rows::<Person>();
    /// let pairs = sql("SELECT id, name FROM person").rows::<(i64, String)>();
    /// ```
    pub fn rows<R: FromRow>(self) -> RawQuery<R> {
        let Self {
            text,
            binds,
            invalid,
            using,
            access,
            ..
        } = self;
        RawQuery {
            text,
            binds,
            invalid,
            using,
            access,
            rows: PhantomData,
        }
    }

    /// Runs it for what it does, not for rows.
    ///
    /// # Errors
    /// Those of the database; [`ErrorKind::Placeholders`] when values and placeholders do not match.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let done = sql("UPDATE person SET age = age + 1").execute(&db).await?;
    /// assert_eq!(done.affected, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn execute(self, on: &dyn Executor) -> Result<Done> {
        let mut lease = on.lease(self.route(), Access::Write).await?;
        let statement = self.statement(lease.dialect(), Access::Write);
        let statement = statement.map_err(|error| error.with_connection(lease.connection().clone()))?;
        lease.execute(statement).await
    }

    /// The first column of the only row.
    ///
    /// # Errors
    /// As [`RawQuery::execute`]; [`ErrorKind::NotFound`] without a row, [`ErrorKind::NotUnique`] with more.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let age: Option<i64> = sql("SELECT MAX(age) FROM person").scalar(&db).await?;
    /// assert_eq!(age, Some(30));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn scalar<T: ColumnType>(self, on: &dyn Executor) -> Result<T> {
        let rows = self.fetch(on, Match::AsTheyCome, 2, |cells| cells.take::<T>());
        only(rows.await?).map_err(|error| placed(error, on, self.route()))
    }

    fn route(&self) -> Route<'_> {
        Route {
            using: self.using.as_deref(),
            ..Route::default()
        }
    }

    fn statement(&self, dialect: &dyn Dialect, access: Access) -> Result<Statement> {
        if let Some(why) = &self.invalid {
            return Err(Error::new(ErrorKind::Value, why.clone()));
        }
        let raw = RawSql::new(self.text.clone()).bind_all(self.binds.iter().cloned());
        Ok(Statement::rendered(raw.render(dialect)?, access))
    }

    async fn fetch<T: Send + 'static>(
        &self,
        on: &dyn Executor,
        columns: Match,
        at_most: usize,
        decode: fn(&mut Cells<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let route = self.route();
        let access = match self.access {
            Some(access) => access,
            None if manybase_sql::raw::is_read_only(&self.text, on.dialect(route)?) => Access::Read,
            None => Access::Write,
        };
        let mut lease = on.lease(route, access).await?;
        let statement = self.statement(lease.dialect(), access);
        let statement = statement.map_err(|error| error.with_connection(lease.connection().clone()))?;
        Ok(lease
            .query(statement, Rows::new(decode, columns).at_most(at_most))
            .await?
            .rows)
    }
}

impl<R: FromRow> RawQuery<R> {
    async fn take(self, on: &dyn Executor, at_most: usize) -> Result<Vec<R>> {
        let columns = R::columns().map_or(Match::AsTheyCome, Match::ByName);
        self.fetch(on, columns, at_most, R::from_row).await
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`RawQuery::execute`]; [`ErrorKind::Decode`] when a cell does not fit.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let pairs: Vec<(String, i32)> = sql("SELECT name, age FROM person").rows().all(&db).await?;
    /// assert_eq!(pairs, [("Ann".to_owned(), 30)]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn all(self, on: &dyn Executor) -> Result<Vec<R>> {
        self.take(on, usize::MAX).await
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`RawQuery::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let none = sql("SELECT name FROM person WHERE age > 90").rows::<(String,)>().first(&db).await?;
    /// assert_eq!(none, None);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn first(self, on: &dyn Executor) -> Result<Option<R>> {
        Ok(self.take(on, 1).await?.pop())
    }

    /// The only row.
    ///
    /// # Errors
    /// As [`RawQuery::all`]; [`ErrorKind::NotFound`] without a row, [`ErrorKind::NotUnique`] with more.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let ann: Person = sql("SELECT * FROM person WHERE name = ?").bind("Ann").rows().one(&db).await?;
    /// assert_eq!(ann.age, 30);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn one(self, on: &dyn Executor) -> Result<R> {
        let using = self.using.clone();
        let route = Route {
            using: using.as_deref(),
            ..Route::default()
        };
        only(self.take(on, 2).await?).map_err(|error| placed(error, on, route))
    }
}

fn only<T>(mut rows: Vec<T>) -> Result<T> {
    if rows.len() > 1 {
        return Err(
            Error::new(ErrorKind::NotUnique, "more than one row for this query")
                .with_help("use all() or first()"),
        );
    }
    rows.pop().ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "no row for this query")
            .with_help("use first() where there may be none")
    })
}

/// The text, not the values: they are the users' data.
impl<O> std::fmt::Debug for RawQuery<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawQuery")
            .field("text", &self.text)
            .field("values", &self.binds.len())
            .finish_non_exhaustive()
    }
}
