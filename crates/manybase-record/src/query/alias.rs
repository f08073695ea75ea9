//! Models under another name, and what can be joined.

use super::{Deleted, Query, Table};
use crate::{Entry, IntoCond, Model, ModelMeta, Rec, RowType};
use manybase_sql::{Cte, Expr, Home, Select, SelectItem, Source, SourceRows};
use std::marker::PhantomData;
use std::sync::Arc;

/// A model under another name, so that one query can have it twice; see [`Model::alias`].
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Employee { #[model(key, auto)] id: i64, salary: i64, chief_id: Option<i64> }
/// let other = Employee::alias("other");
/// let richest = Employee::filter(|e| not_exists(other.filter(|o| o.salary.gt(e.salary))));
/// ```
pub struct Alias<M> {
    name: &'static str,
    model: PhantomData<fn() -> M>,
}

impl<M> Clone for Alias<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Alias<M> {}

impl<M> std::fmt::Debug for Alias<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Alias({})", self.name)
    }
}

impl<M: Model> Alias<M> {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            model: PhantomData,
        }
    }

    /// All records.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64 }
    /// let sql = Person::alias("p").query().to_sql(manybase_sql::dialect::sqlite())?.sql;
    /// assert_eq!(sql, r#"SELECT "id" FROM "person" AS "p""#);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn query(self) -> Query<M> {
        Query::named(self.name)
    }

    /// Records for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// Person::alias("p").filter(|p| p.name.eq("Ann"));
    /// ```
    pub fn filter<C: IntoCond>(self, condition: impl FnOnce(M::Columns) -> C) -> Query<M> {
        self.query().filter(condition)
    }
}

impl<M: Model> Query<M> {
    /// All records of the model, under another name than its table's.
    pub(crate) fn named(name: &'static str) -> Self {
        let mut query = Self::new();
        query.names = name;
        query.take_default_filter();
        query.deleted = Deleted::Shown;
        let table = query.select.from.clone();
        query.select.tables_mut().main = Some(Source::table(table).alias(name));
        query.deleted(Deleted::Hidden)
    }
}

/// What can be joined: a query of a model with conditions or without, an [`Alias`], a [`Table`].
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, active: bool }
/// Order::query().join_on(Customer::filter(|c| c.active), |o, c| o.customer_id.eq(c.id));
/// Order::query().join_on(Customer::alias("c"), |o, c| o.customer_id.eq(c.id));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be joined",
    label = "join a query of whole records, such as `Customer::query()`, an alias, or a table made of a query",
    note = "a query that selects something becomes a table with `.as_table(\"name\")`"
)]
pub trait JoinSource {
    /// The table as a type.
    type Entry: Entry;

    /// Its parts.
    #[doc(hidden)]
    fn into_joined(self) -> Joined;
}

/// What is joined, without its type.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
/// // What a query of several tables is made of when another one is added to it.
/// let query = Order::query().join_on(Customer::query(), |o, c| o.customer_id.eq(c.id));
/// assert!(query.to_sql(manybase_sql::dialect::sqlite())?.sql.contains(r#"JOIN "customer""#));
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug)]
pub struct Joined {
    pub(super) name: &'static str,
    pub(super) source: Source,
    /// Its own conditions, which belong to those of the join: so they do not drop rows of an outer join.
    pub(super) filter: Option<Expr>,
    /// The model, where it is one.
    meta: Option<&'static ModelMeta>,
    /// Common table expressions that it reads.
    pub(super) with: Vec<Cte>,
}

impl Joined {
    /// With its conditions inside, for joins that keep its rows whether they have a partner or not: the join's condition
    /// would not leave them out.
    pub(super) fn narrowed(mut self) -> Self {
        if let (Some(meta), Some(filter)) = (self.meta, self.filter.take()) {
            self.source = narrowed(self.source, meta, self.name, filter);
        }
        self
    }
}

/// The rows of a model's table for which this holds, in the place of the table.
pub(super) fn narrowed(source: Source, meta: &ModelMeta, name: &'static str, filter: Expr) -> Source {
    let mut select = Select::from(meta.table.clone()).filter(filter);
    select.items = meta
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| SelectItem {
            expr: meta.expr(at),
            alias: Some(column.name.clone()),
        })
        .collect();
    select.tables_mut().main = Some(Source {
        home: None,
        ..source.clone()
    });
    Source {
        rows: SourceRows::Query(Box::new(select.into())),
        alias: Some(name.into()),
        ..source
    }
}

impl<M: Model> JoinSource for Alias<M> {
    type Entry = M;

    fn into_joined(self) -> Joined {
        self.query().into_joined()
    }
}

impl<M: Model> JoinSource for Query<M, Rec<M>> {
    type Entry = M;

    fn into_joined(self) -> Joined {
        let (name, meta, using) = (self.names, self.meta, self.using.clone());
        let (source, filter) = match self.only_conditions() {
            Ok(filter) => {
                let mut source = Source::table(meta.table.clone());
                source.alias = (name != meta.table.name).then_some(name.into());
                (source, filter)
            }
            Err(why) => (Source::table(meta.table.clone()), Some(Expr::Invalid(why))),
        };
        Joined {
            name,
            source: at_home(source, meta, using),
            filter,
            meta: Some(meta),
            with: Vec::new(),
        }
    }
}

impl<O: RowType> JoinSource for Table<O> {
    type Entry = crate::Derived<O>;

    fn into_joined(self) -> Joined {
        Joined {
            name: self.name,
            source: self.source,
            filter: None,
            meta: None,
            with: self.with,
        }
    }
}

/// Where the source's table lives.
pub(super) fn at_home(mut source: Source, meta: &'static ModelMeta, using: Option<Arc<str>>) -> Source {
    source.home = Some(Home {
        model: meta.name,
        bound: meta.connection,
        using,
    });
    source
}

impl<M: Model> Query<M, Rec<M>> {
    /// The conditions of a query that has nothing else, for the place of a table.
    fn only_conditions(&self) -> Result<Option<Expr>, String> {
        let tree = self.tree().map_err(|error| error.to_string())?;
        let clause = if tree.limit.is_some() || tree.offset.is_some() {
            "a limit or an offset"
        } else if !tree.order_by.is_empty() {
            "an order"
        } else if tree.distinct || tree.having.is_some() {
            "distinct or having"
        } else if tree.lock.is_some() {
            "a lock"
        } else if !tree.joins().is_empty() {
            "joins"
        } else if !self.includes.is_empty() {
            "include"
        } else {
            return Ok(tree.filter);
        };
        Err(format!(
            "a join with a query of {} that has {clause}: make it a table of its own with as_table(\"name\")",
            self.meta.name
        ))
    }
}
