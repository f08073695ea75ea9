//! Queries in the place of tables.

use super::{Deleted, Query, alias::at_home, tree::Tree};
use crate::{Derived, ModelMeta, RowType, Sources};
use manybase_sql::{Body, Cte, Expr, Name, Select, SetOp, Source, SourceRows, TableName};
use std::marker::PhantomData;
use std::sync::Arc;

/// A query in the place of a table: a derived table ([`Query::as_table`]) or a common table expression ([`Query::cte`],
/// [`Query::recursive`]). It can be asked itself, and be joined.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
/// let sums = Order::query().group_by(|o| o.customer_id).select(|o| (o.customer_id, o.total.sum())).as_table("sums");
/// let best = Customer::query()
///     .join_on(sums, |c, (customer, _)| c.id.eq(customer))
///     .filter(|(_, (_, sum))| sum.gt(1_000))
///     .select(|(c, (_, sum))| (c.name, sum));
/// ```
#[must_use = "a table does nothing until it is joined or asked"]
pub struct Table<O> {
    pub(super) name: &'static str,
    pub(super) source: Source,
    pub(super) with: Vec<Cte>,
    meta: &'static ModelMeta,
    using: Option<Arc<str>>,
    rows: PhantomData<fn() -> O>,
}

impl<O> Clone for Table<O> {
    fn clone(&self) -> Self {
        Self {
            name: self.name,
            source: self.source.clone(),
            with: self.with.clone(),
            meta: self.meta,
            using: self.using.clone(),
            rows: PhantomData,
        }
    }
}

impl<O> std::fmt::Debug for Table<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({})", self.name)
    }
}

impl<O: RowType> Table<O> {
    /// All its rows.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// let counts = Order::query().group_by(|o| o.customer_id).select(|_| count_all()).as_table("counts");
    /// let mean = counts.query().select(|n| n.avg());
    /// ```
    pub fn query(self) -> Query<Derived<O>, O> {
        let mut select = Select::from(TableName::borrowed(self.name));
        select.items = O::items(self.name);
        select.tables_mut().main = Some(self.source);
        let mut query = Query {
            select: Tree::with(self.meta, select),
            key: None,
            whole: false,
            using: self.using,
            decode: O::read,
            includes: Vec::new(),
            load: None,
            hooked: false,
            deleted: Deleted::Shown,
            names: self.name,
            meta: self.meta,
            model: PhantomData,
        };
        query.add_with(self.with);
        query
    }

    /// The same under another name, so that one query can have it twice.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// # for customer_id in [1, 1, 2] { Order { id: 0, customer_id, total: 5 }.insert(&db).await?; }
    /// let sums = Order::query().group_by(|o| o.customer_id).select(|o| (o.customer_id, o.total.sum())).cte("sums");
    /// let larger = sums.clone().query().join_on(sums.alias("others"), |(_, a), (_, b)| a.gt(b)).select(|(one, other)| (one.0, other.0));
    /// assert_eq!(larger.all(&db).await?, [(1, 2)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn alias(mut self, name: &'static str) -> Self {
        self.name = name;
        self.source.alias = Some(name.into());
        self
    }
}

impl<S: Sources, O: RowType> Query<S, O> {
    /// What this query gives, in the place of a table: a subquery in `FROM`.
    ///
    /// Its columns are those of the record, or the values of the tuple that it selects.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, cents: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Sale>(&db).await?;
    /// # for (city, cents) in [("Rome", 5), ("Rome", 6), ("Oslo", 7)] { Sale { id: 0, city: city.into(), cents }.insert(&db).await?; }
    /// let by_city = Sale::query().group_by(|s| s.city).select(|s| (s.city, s.cents.sum()));
    /// let large = by_city.as_table("by_city").query().filter(|(_, sum)| sum.gt(10)).all(&db).await?;
    /// assert_eq!(large, [("Rome".to_owned(), Some(11))]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn as_table(self, name: &'static str) -> Table<O> {
        let (meta, using) = (self.meta, self.using.clone());
        let (body, with) = self.into_body();
        Table {
            name,
            source: at_home(
                Source::of(SourceRows::Query(Box::new(body))).alias(name),
                meta,
                using.clone(),
            ),
            with,
            meta,
            using,
            rows: PhantomData,
        }
    }

    /// What this query gives, as a common table expression: `WITH name AS (…)`. A query that reads it in several places
    /// has it once.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// let sums = Order::query().group_by(|o| o.customer_id).select(|o| (o.customer_id, o.total.sum())).cte("sums");
    /// let top = sums.query().filter(|(_, sum)| sum.gt(100));
    /// assert_eq!(
    ///     top.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"WITH "sums" ("c1", "c2") AS (SELECT "order"."customer_id" AS "c1", SUM("order"."total") AS "c2" FROM "order" GROUP BY "order"."customer_id") SELECT "c1", "c2" FROM "sums" WHERE "c2" > ?"#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn cte(self, name: &'static str) -> Table<O> {
        let (meta, using) = (self.meta, self.using.clone());
        let (body, with) = self.into_body();
        named(name, body, with, false, meta, using)
    }

    /// A common table expression that reads itself: this query to begin with, and then the step again and again, for the
    /// rows that it gave last, until it gives none. This is how a tree is walked.
    ///
    /// The step must come to an end by itself: where data may run in a circle use [`Query::recursive_distinct`]. On
    /// MariaDB and MySQL a text column is as wide as this query gives it.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// #[derive(Model)]
    /// struct Part {
    ///     #[model(key)]
    ///     id: i64,
    ///     parent_id: Option<i64>,
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Part>(&db).await?;
    /// # for (id, parent_id) in [(1, None), (2, Some(1)), (3, Some(2)), (4, None)] { Part { id, parent_id }.insert(&db).await?; }
    /// let below = Part::filter(|p| p.id.eq(1))
    ///     .recursive("below", |below| Part::query().join_on(below, |p, b| p.parent_id.eq(b.id)));
    /// let parts: Vec<Rec<Part>> = below.query().order_by(|p| p.id.asc()).all(&db).await?;
    /// assert_eq!(parts.iter().map(|part| part.id).collect::<Vec<_>>(), [1, 2, 3]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn recursive<T: Sources>(
        self,
        name: &'static str,
        step: impl FnOnce(Table<O>) -> Query<T, O>,
    ) -> Table<O> {
        self.stepwise(name, SetOp::UnionAll, step)
    }

    /// As [`Query::recursive`], but a row that was there already is not followed again, so that it ends in data that runs
    /// in a circle.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Road { #[model(key, auto)] id: i64, from: i64, to: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Road>(&db).await?;
    /// # for (from, to) in [(1, 2), (2, 3), (3, 1)] { Road { id: 0, from, to }.insert(&db).await?; }
    /// let reached = Road::filter(|r| r.from.eq(1)).select(|r| (r.to, r.to)).recursive_distinct("reached", |reached| {
    ///     Road::query().join_on(reached, |r, (at, _)| r.from.eq(at)).select(|(r, _)| (r.to, r.to))
    /// });
    /// assert_eq!(reached.query().all(&db).await?.len(), 3); // the roads run in a circle
    /// # Ok(())
    /// # }
    /// ```
    pub fn recursive_distinct<T: Sources>(
        self,
        name: &'static str,
        step: impl FnOnce(Table<O>) -> Query<T, O>,
    ) -> Table<O> {
        self.stepwise(name, SetOp::Union, step)
    }

    fn stepwise<T: Sources>(
        self,
        name: &'static str,
        op: SetOp,
        step: impl FnOnce(Table<O>) -> Query<T, O>,
    ) -> Table<O> {
        let (meta, using) = (self.meta, self.using.clone());
        let itself = Table {
            name,
            source: at_home(Source::of(SourceRows::Cte(name.into())), meta, using.clone()),
            with: Vec::new(),
            meta,
            using: using.clone(),
            rows: PhantomData,
        };
        let (first, mut with) = self.into_body();
        let (then, more) = step(itself).into_body();
        with.extend(more);
        named(name, first.with(op, then), with, true, meta, using)
    }

    /// The query without what it reads by name, whose place is before the outermost one. Its columns have the names by
    /// which the row's type knows them.
    pub(super) fn into_body(self) -> (Body, Vec<Cte>) {
        let mut select = self.into_select();
        for (item, name) in select.items.iter_mut().zip(O::names()) {
            item.alias = Some(name);
        }
        let with = select
            .tables
            .as_mut()
            .map(|tables| std::mem::take(&mut tables.with));
        (select.into(), with.unwrap_or_default())
    }
}

impl<S: Sources, O> Query<S, O> {
    /// The tree, for a place inside another. What it can't be is told when that one is rendered.
    pub(super) fn into_select(mut self) -> Select {
        let tree = self.tree();
        let mut select = match tree {
            Ok(tree) => tree,
            Err(error) => {
                Expr::and_into(&mut self.select.filter, Expr::Invalid(error.to_string()));
                Select::clone(&self.select)
            }
        };
        let why = if !self.includes.is_empty() {
            Some("an inner query has an include: relations are loaded for what the outer one gives")
        } else if select.lock.take().is_some() {
            Some("an inner query has a lock: lock what the outer one gives")
        } else {
            None
        };
        if let Some(why) = why {
            Expr::and_into(&mut select.filter, Expr::Invalid(why.to_owned()));
        }
        let table = select.from.clone();
        let main = select
            .tables_mut()
            .main
            .take()
            .unwrap_or_else(|| Source::table(table));
        select.tables_mut().main = Some(at_home(main, self.meta, self.using));
        select
    }
}

fn named<O>(
    name: &'static str,
    body: Body,
    mut with: Vec<Cte>,
    recursive: bool,
    meta: &'static ModelMeta,
    using: Option<Arc<str>>,
) -> Table<O>
where
    O: RowType,
{
    let columns: Vec<Name> = O::names();
    with.push(Cte {
        name: name.into(),
        columns,
        body,
        recursive,
    });
    Table {
        name,
        source: at_home(Source::of(SourceRows::Cte(name.into())), meta, using.clone()),
        with,
        meta,
        using,
        rows: PhantomData,
    }
}
