//! Queries that read.

use super::{Query, homes, lock::outside_transaction, shape};
use crate::meta::{Key, Shape};
use crate::rec::origin;
use crate::{
    Sources,
    rec::placed,
    rows::{Each, Match, Rows},
};
use manybase_db::{Executor, Lease};
use manybase_driver::{Access, Dialect, Error, ErrorKind, Result, Sink, Statement};
use manybase_sql::{Expr, Select};

impl<S: Sources, O: Send + 'static> Query<S, O> {
    /// All rows.
    ///
    /// # Errors
    /// Those of the database; [`ErrorKind::Decode`] when a cell does not fit its field.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(db).await?;
    /// let people: Vec<Rec<Person>> = Person::filter(|c| c.name.starts_with("A")).all(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn all(self, on: &dyn Executor) -> Result<Vec<O>> {
        self.fetch(on, usize::MAX).await
    }

    /// The first row, if there is one. Without an order, the first by key.
    ///
    /// # Errors
    /// As [`Query::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let eldest = Person::query().order_by(|c| c.age.desc()).first(&db).await?;
    /// assert_eq!(eldest.unwrap().name, "Ann");
    /// assert!(Person::filter(|c| c.age.gt(90)).first(&db).await?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn first(mut self, on: &dyn Executor) -> Result<Option<O>> {
        if self.key.is_none() {
            if self.whole && self.select.order_by.is_empty() && !self.select.distinct {
                self.select.order_by.extend(self.meta.key_order());
            }
            self.select.limit = Some(self.select.limit.unwrap_or(1).min(1));
        }
        Ok(self.fetch(on, 1).await?.pop())
    }

    /// The only row.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a row, [`ErrorKind::NotUnique`] with more than one, else as [`Query::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let ann = Person::filter(|c| c.name.eq("Ann")).one(&db).await?;
    /// assert_eq!(ann.age, 30);
    /// let error = Person::find(99).one(&db).await.unwrap_err();
    /// assert_eq!(error.kind(), manybase_driver::ErrorKind::NotFound);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn one(mut self, on: &dyn Executor) -> Result<O> {
        self.at_most_one(on).await?.ok_or_else(|| {
            let error = Error::new(ErrorKind::NotFound, "no row for this query")
                .with_help("use one_or_none() or first() where there may be none")
                .with_model(self.meta.name);
            placed(error, on, self.route())
        })
    }

    /// The only row, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::NotUnique`] with more than one, else as [`Query::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// assert!(Person::find(1).one_or_none(&db).await?.is_some());
    /// assert!(Person::find(99).one_or_none(&db).await?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn one_or_none(mut self, on: &dyn Executor) -> Result<Option<O>> {
        self.at_most_one(on).await
    }

    async fn at_most_one(&mut self, on: &dyn Executor) -> Result<Option<O>> {
        if self.key.is_none() {
            self.select.limit = Some(self.select.limit.unwrap_or(2).min(2));
        }
        let mut rows = self.fetch(on, 2).await?;
        if rows.len() > 1 {
            let error = Error::new(ErrorKind::NotUnique, "more than one row for this query")
                .with_help("filter by a key, or use first()")
                .with_model(self.meta.name);
            return Err(placed(error, on, self.route()));
        }
        Ok(rows.pop())
    }

    /// The number of rows; with [`Query::limit`] or groups, of what the query would give.
    ///
    /// # Errors
    /// As [`Query::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// assert_eq!(Person::filter(|c| c.age.ge(18)).count(&db).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn count(self, on: &dyn Executor) -> Result<u64> {
        let route = self.route();
        let mut select = self.asked().map_err(|error| placed(error, on, route))?;
        select.order_by.clear();
        // Aggregates without groups give one row, of however many.
        let plain = !select.distinct
            && select.group_by.is_empty()
            && select.having.is_none()
            && !select.items.iter().any(|item| item.expr.is_aggregate())
            && select.limit.is_none()
            && select.offset.is_none();
        if plain {
            select.items.clear();
        } else {
            if self.whole {
                select.items = self.tree().map_err(|error| placed(error, on, route))?.items;
            }
            // Names of the counted columns may coincide, which a subquery must not.
            for (i, item) in select.items.iter_mut().enumerate() {
                item.alias = Some(format!("c{i}").into());
            }
            select.counted = true;
        }
        let one = plain.then(|| (Shape::Count, Expr::count_all()));
        let render = |dialect: &'static dyn Dialect| self.tally(&select, one.as_ref(), dialect);
        let counted = self
            .run(on, Match::InOrder(1), 1, |cells| cells.take::<i64>(), &render)
            .await?;
        let count = counted.first().copied().unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Whether there is a row.
    ///
    /// # Errors
    /// As [`Query::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// assert!(Person::filter(|c| c.name.eq("Ann")).exists(&db).await?);
    /// assert!(!Person::filter(|c| c.name.eq("Bob")).exists(&db).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn exists(self, on: &dyn Executor) -> Result<bool> {
        let route = self.route();
        let mut select = self.asked().map_err(|error| placed(error, on, route))?;
        select.order_by.clear();
        let aggregates = select.items.iter().any(|item| item.expr.is_aggregate());
        let plain = select.group_by.is_empty() && !select.distinct && !aggregates;
        if plain {
            select.items.clear();
        } else if self.whole {
            select.items = self.tree().map_err(|error| placed(error, on, route))?.items;
        }
        select.limit = Some(select.limit.unwrap_or(1).min(1));
        let one = plain.then(|| (Shape::Exists, Expr::Literal(1)));
        let render = |dialect: &'static dyn Dialect| self.tally(&select, one.as_ref(), dialect);
        Ok(!self
            .run(on, Match::AsTheyCome, 1, |_| Ok(()), &render)
            .await?
            .is_empty())
    }

    /// A query that gives its own items; or has none, and gives this `one` value, and its text is kept.
    fn tally(
        &self,
        select: &Select,
        one: Option<&(Shape, Expr)>,
        dialect: &'static dyn Dialect,
    ) -> Result<Statement> {
        let Some((shape, one)) = one else {
            return Ok(Statement::rendered(select.render(dialect)?, Access::Read));
        };
        let mut key = Key::new(*shape, dialect);
        let binds = shape::shape(select, &mut key, dialect);
        let (sql, binds) = shape::kept(self.meta, &key, binds, || {
            let select = select.clone().item(one.clone());
            Ok(select.render(dialect)?)
        })?;
        Ok(Statement::read(sql, binds))
    }

    /// Hands each row to a closure as it comes, without keeping any, and returns how many there were. So a result of any
    /// size is read in bounded memory.
    ///
    /// The connection is in use meanwhile. The closure runs where the rows arrive, on SQLite a thread of the driver's,
    /// so it should not block for long. Its first error ends the query.
    ///
    /// # Errors
    /// The closure's; [`ErrorKind::Statement`] with [`Query::include`], because relations are loaded for many records
    /// at once; else as [`Query::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person::insert_many(["Ann", "Bob"].map(|name| Person { id: 0, name: name.into() }), &db).await?;
    /// let (names, received) = std::sync::mpsc::sync_channel(1_000);
    /// let people = Person::query()
    ///     .select(|c| c.name)
    ///     .for_each(&db, move |name| {
    ///         names.try_send(name.to_uppercase()).ok();
    ///         Ok(())
    ///     })
    ///     .await?;
    /// assert_eq!(people, 2);
    /// assert_eq!(received.iter().collect::<Vec<_>>(), ["ANN", "BOB"]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn for_each(
        self,
        on: &dyn Executor,
        each: impl FnMut(O) -> Result<()> + Send + 'static,
    ) -> Result<u64> {
        let meta = self.meta;
        if !self.includes.is_empty() {
            let error = Error::new(
                ErrorKind::Statement,
                "for_each with include: it keeps no records to load relations for",
            )
            .with_help("use all(), page by page, or ask for the related records in a query of their own")
            .with_model(meta.name);
            return Err(placed(error, on, self.route()));
        }
        if self.hooked && on.runs_hooks() {
            let what = "for_each of records that have hooks: it can't wait for them";
            let error = Error::new(ErrorKind::Statement, what)
                .with_help("run it on `without_hooks()` of the Db or transaction, or select columns");
            let error = error.with_model(meta.name);
            return Err(placed(error, on, self.route()));
        }
        let rows = self.rows(on);
        Ok(self.pour_into(on, Each::new(rows, each)).await?.count)
    }

    /// What makes of a row what the query gives.
    pub(super) fn rows(&self, on: &dyn Executor) -> Rows<O> {
        Rows::new(self.decode, Match::InOrder(self.width()))
            .of(self.meta, self.whole)
            .from(origin(self.meta, on, self.using.as_ref()))
    }

    /// The same where nothing else belongs to the rows: no relations, and no hooks that are to be heard.
    pub(crate) fn bare_rows(&self, on: &dyn Executor) -> Option<Rows<O>> {
        let hooked = self.hooked && on.runs_hooks();
        (self.includes.is_empty() && !hooked).then(|| self.rows(on))
    }

    /// Runs it, and pushes its rows into the sink.
    pub(crate) async fn pour_into<T: Sink>(&self, on: &dyn Executor, sink: T) -> Result<T> {
        self.push(on, sink, &|dialect| self.statement(dialect)).await
    }

    pub(super) async fn fetch(&self, on: &dyn Executor, at_most: usize) -> Result<Vec<O>> {
        // Without records yet: for hooks that come before them.
        if let Some(load) = self.load.filter(|_| self.hooked) {
            load(&[], &mut [], on, None).await?;
        }
        let columns = Match::InOrder(self.width());
        let statement = |dialect: &'static dyn Dialect| self.statement(dialect);
        let mut rows = self.run(on, columns, at_most, self.decode, &statement).await?;
        // The connection is free again here: inside a transaction the relations need it.
        if let Some(load) = self.load
            && !rows.is_empty()
        {
            load(&self.includes, &mut rows, on, self.using.as_ref()).await?;
        }
        Ok(rows)
    }

    pub(super) fn statement(&self, dialect: &'static dyn Dialect) -> Result<Statement> {
        let plain = self.whole && self.is_unfiltered() && self.select.order_by.is_empty();
        let plain =
            plain && self.select.limit.is_none() && self.select.offset.is_none() && !self.select.distinct;
        let plain = plain && self.select.lock.is_none() && self.select.tables.is_none();
        let Some(values) = self.key.as_ref().filter(|_| plain) else {
            let (sql, binds) = self.text(dialect)?;
            return Ok(Statement::read(sql, binds));
        };
        let values = values.clone()?;
        let texts = &self.meta.texts;
        let mut key = Key::new(Shape::Find, dialect).with(&values);
        key.put(self.deleted as u64);
        if let Some(sql) = texts.get(&key) {
            return Ok(Statement::read(sql, values).bounded());
        }
        let (sql, binds) = self.text(dialect)?;
        texts.keep(&key, &sql, &binds, &values);
        Ok(Statement::read(sql, binds).bounded())
    }

    /// Leases a connection, renders for the server that it leads to, and collects rows.
    async fn run<T: Send + 'static>(
        &self,
        on: &dyn Executor,
        columns: Match,
        at_most: usize,
        decode: fn(&mut crate::Cells<'_>) -> Result<T>,
        statement: &(dyn Fn(&'static dyn Dialect) -> Result<Statement> + Send + Sync),
    ) -> Result<Vec<T>> {
        let rows = Rows::new(decode, columns)
            .of(self.meta, self.whole)
            .from(origin(self.meta, on, self.using.as_ref()))
            .at_most(at_most);
        Ok(self.push(on, rows, statement).await?.rows)
    }

    /// Leases a connection, renders for the server that it leads to, and pushes rows into the sink.
    pub(super) async fn push<T: Sink>(
        &self,
        on: &dyn Executor,
        sink: T,
        statement: &(dyn Fn(&'static dyn Dialect) -> Result<Statement> + Send + Sync),
    ) -> Result<T> {
        let named = |error: Error| error.with_model(self.meta.name);
        let route = self.route();
        if !self.select.is_plain() {
            homes::check(&self.select, self.meta, route, on)?;
        }
        let locks = self.select.lock.is_some();
        let access = if locks { Access::Write } else { Access::Read };
        let mut lease = on.lease(route, access).await.map_err(named)?;
        let placed =
            |error: Error, lease: &Lease<'_>| named(error).with_connection(lease.connection().clone());
        let statement = statement(lease.dialect()).map_err(|error| placed(error, &lease))?;
        if locks && !lease.in_transaction() {
            return Err(placed(outside_transaction(), &lease));
        }
        lease.query(statement, sink).await.map_err(named)
    }
}
