//! Clauses.

use super::Query;
use crate::{FromRow, GroupKeys, IntoCond, OrderKeys, Selection, Sources};
use manybase_sql::Name;
use std::marker::PhantomData;
use std::sync::Arc;

impl<S: Sources, O> Query<S, O> {
    /// Keeps rows for which this holds, besides what was asked before.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// Person::filter(|c| c.age.ge(18)).filter(|c| c.name.ne("Ann"));
    /// ```
    pub fn filter<C: IntoCond>(mut self, condition: impl FnOnce(S::Columns) -> C) -> Self {
        let condition = condition(self.columns()).into_cond().into_node();
        manybase_sql::Expr::and_into(&mut self.select.filter, condition);
        self
    }

    /// Adds a condition when there is a value for it.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// let wanted: Option<i32> = None;
    /// Person::query().filter_if(wanted, |c, age| c.age.eq(age));
    /// ```
    pub fn filter_if<T, C: IntoCond>(
        self,
        value: Option<T>,
        condition: impl FnOnce(S::Columns, T) -> C,
    ) -> Self {
        match value {
            Some(value) => self.filter(|columns| condition(columns, value)),
            None => self,
        }
    }

    /// Adds a condition when something is so.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// Person::query().filter_when(true, |c| c.age.ge(18));
    /// ```
    pub fn filter_when<C: IntoCond>(self, so: bool, condition: impl FnOnce(S::Columns) -> C) -> Self {
        if so { self.filter(condition) } else { self }
    }

    /// Adds keys to the order.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// Person::query().order_by(|c| (c.age.desc(), c.name.asc()));
    /// ```
    pub fn order_by<K: OrderKeys>(mut self, keys: impl FnOnce(S::Columns) -> K) -> Self {
        let keys = keys(self.columns());
        keys.add_to(&mut |key| self.select.order_by.push(key));
        self
    }

    /// At most so many rows.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person::insert_many([("Ann", 30), ("Bob", 40), ("Cid", 50)].map(|(name, age)| Person { id: 0, name: name.into(), age }), &db).await?;
    /// let two = Person::query().order_by(|c| c.id.asc()).limit(2).all(&db).await?;
    /// assert_eq!(two.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn limit(mut self, rows: u64) -> Self {
        self.select.limit = Some(rows);
        self
    }

    /// Passes over so many rows. Give an order too, else which ones is the database's choice.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person::insert_many([("Ann", 30), ("Bob", 40), ("Cid", 50)].map(|(name, age)| Person { id: 0, name: name.into(), age }), &db).await?;
    /// let last = Person::query().order_by(|c| c.id.asc()).offset(2).all(&db).await?;
    /// assert_eq!(last[0].name, "Cid");
    /// # Ok(())
    /// # }
    /// ```
    pub fn offset(mut self, rows: u64) -> Self {
        self.select.offset = Some(rows);
        self
    }

    /// Equal rows come once.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, city: String }
    /// Person::query().select(|c| c.city).distinct();
    /// ```
    pub fn distinct(mut self) -> Self {
        self.select.distinct = true;
        self
    }

    /// Takes rows together.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, city: String, age: i32 }
    /// Person::query()
    ///     .group_by(|c| c.city)
    ///     .having(|c| c.age.avg().gt(40.0))
    ///     .select(|c| (c.city, count_all(), c.age.max()));
    /// ```
    pub fn group_by<K: GroupKeys>(mut self, keys: impl FnOnce(S::Columns) -> K) -> Self {
        keys(self.columns()).add_to(&mut self.select.group_by);
        self
    }

    /// Takes rows together by these keys, by these without the last, and so on to one group of all: sums with subtotals.
    /// A key that is left out is NULL, so select it as `c.city.nullable()`; [`rolled`](crate::rolled) tells such a
    /// total from a group of NULL.
    ///
    /// ```
    /// use manybase_record::{rolled, prelude::*};
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, cents: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Sale>(&db).await?;
    /// # for (city, cents) in [("Oslo", 5), ("Rome", 6), ("Rome", 7)] { Sale { id: 0, city: city.into(), cents }.insert(&db).await?; }
    /// let sums = Sale::query()
    ///     .group_by_rollup(|c| c.city)
    ///     .order_by(|c| (rolled(c.city).asc(), c.city.asc()))
    ///     .select(|c| (c.city.nullable(), c.cents.sum()))
    ///     .all(&db)
    ///     .await?;
    /// assert_eq!(sums, [(Some("Oslo".into()), Some(5)), (Some("Rome".into()), Some(13)), (None, Some(18))]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn group_by_rollup<K: GroupKeys>(mut self, keys: impl FnOnce(S::Columns) -> K) -> Self {
        let mut list = Vec::new();
        keys(self.columns()).add_to(&mut list);
        self.select.group_by.push(manybase_sql::Expr::Rollup(list));
        self
    }

    /// Keeps groups for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let ages = Person::query().group_by(|c| c.age).having(|_| count_all().gt(1)).select(|c| c.age);
    /// assert!(ages.all(&db).await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn having<C: IntoCond>(mut self, condition: impl FnOnce(S::Columns) -> C) -> Self {
        let condition = condition(self.columns()).into_cond().into_node();
        manybase_sql::Expr::and_into(&mut self.select.having, condition);
        self
    }

    /// Runs on this connection instead of the model's own. Records that it loads remember it.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// Order::query().using("archive");
    /// ```
    pub fn using(mut self, connection: impl Into<Arc<str>>) -> Self {
        self.using = Some(connection.into());
        self
    }

    /// Gives these columns and expressions instead of whole records.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(db).await?;
    /// let pairs: Vec<(i64, String)> = Person::query().select(|c| (c.id, c.name)).all(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn select<T: Selection>(self, selection: impl FnOnce(S::Columns) -> T) -> Query<S, T::Row> {
        let columns = self.columns();
        let mut select = self.select;
        select.items.clear();
        if !self.includes.is_empty() {
            let why = "select gives values, not records, so that include has nothing to fill: leave one of them out";
            let invalid = manybase_sql::Expr::Invalid(why.to_owned());
            manybase_sql::Expr::and_into(&mut select.filter, invalid);
        }
        selection(columns).items(&mut select.items);
        Query {
            select,
            key: self.key,
            whole: false,
            using: self.using,
            decode: T::decode,
            includes: Vec::new(),
            load: None,
            hooked: false,
            deleted: self.deleted,
            names: self.names,
            meta: self.meta,
            model: PhantomData,
        }
    }

    /// Gives a struct of the user's: the first expression goes into its first field, and so on.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// #[derive(FromRow)]
    /// struct Line {
    ///     number: i64,
    ///     name: String,
    /// }
    /// let lines = Person::query().select_into::<Line, _>(|c| (c.id, c.name.upper()));
    /// ```
    pub fn select_into<R: FromRow, T: Selection>(
        self,
        selection: impl FnOnce(S::Columns) -> T,
    ) -> Query<S, R> {
        let query = self.select(selection);
        let mut select = query.select;
        let names = R::columns().unwrap_or_default();
        for (item, name) in select.items.iter_mut().zip(&names) {
            item.alias = Some(Name::clone(name));
        }
        // A struct with another number of fields is found out before anything is sent.
        if !names.is_empty() && names.len() != T::WIDTH {
            let why = format!(
                "select_into gives {} columns, {} has {} fields",
                T::WIDTH,
                std::any::type_name::<R>(),
                names.len()
            );
            manybase_sql::Expr::and_into(&mut select.filter, manybase_sql::Expr::Invalid(why));
        }
        Query {
            select,
            key: query.key,
            whole: false,
            using: query.using,
            decode: R::from_row,
            includes: Vec::new(),
            load: None,
            hooked: false,
            deleted: query.deleted,
            names: query.names,
            meta: query.meta,
            model: PhantomData,
        }
    }
}
