//! Queries: built by closures over columns, run on whatever executes.

mod alias;
mod batch;
mod build;
mod built;
mod by_relation;
mod deleted;
mod explain;
mod fetch;
mod find_or_create;
mod homes;
mod join;
mod lock;
mod page;
mod remove;
mod returning;
mod set;
mod shape;
mod stream;
mod subquery;
mod table;
mod tree;
mod write;

pub(crate) use alias::Joined;
pub use alias::{Alias, JoinSource};
pub use batch::BatchStream;
pub use built::{BuiltQuery, SqlText};
pub(crate) use deleted::Deleted;
pub use deleted::SoftDelete;
pub use page::{Cursor, Page, PageQuery};
pub use stream::RowStream;
pub use subquery::{exists, not_exists};
pub use table::Table;
use tree::Tree;

use crate::meta::{Key, Shape};
use crate::relation::Include;
use crate::{Cells, Model, ModelMeta, Rec, Sources, hooks, model};
use manybase_db::{Executor, Route};
use manybase_driver::{BoxFuture, Dialect, Result};
use manybase_sql::{Select, SelectItem, Value};
use std::marker::PhantomData;
use std::sync::Arc;

/// A query of a model that gives `O`: whole records, unless [`Query::select`] says otherwise.
///
/// It is one type over an untyped tree, whatever conditions it has, so that conditions can be added step by
/// step. Nothing is sent before one of [`Query::all`], [`Query::first`], [`Query::one`], [`Query::one_or_none`],
/// [`Query::count`], [`Query::exists`], [`Query::update`], [`Query::delete`].
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
/// fn search(name: Option<&str>, only_adults: bool) -> Query<Person> {
///     Person::query()
///         .filter_if(name, |c, name| c.name.icontains(name))
///         .filter_when(only_adults, |c| c.age.ge(18))
///         .order_by(|c| c.name.asc())
/// }
/// assert!(search(None, false).to_sql(manybase_sql::dialect::sqlite())?.binds.is_empty());
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[must_use = "a query does nothing until it is run"]
pub struct Query<M: Sources, O = Rec<M>> {
    select: Tree,
    /// The key of a query that is by key and nothing else: its text is kept, and it reads one row.
    key: Option<Result<Vec<Value>>>,
    /// Whole records: the columns are added when it is rendered.
    whole: bool,
    using: Option<Arc<str>>,
    decode: fn(&mut Cells<'_>) -> Result<O>,
    /// Relations to load with whole records.
    includes: Vec<Include<M::Main>>,
    /// What loads them; there is something only for whole records.
    load: Option<Load<M::Main, O>>,
    /// Whether hooks come before and after the records.
    hooked: bool,
    /// What it does with deleted records, where they stay in the table.
    deleted: Deleted,
    /// The names that the tables go by.
    names: M::Names,
    /// The first model, whose connection the query runs on.
    meta: &'static ModelMeta,
    model: PhantomData<fn() -> M>,
}

type Load<M, O> = for<'a> fn(
    &'a [Include<M>],
    &'a mut [O],
    &'a dyn Executor,
    Option<&'a Arc<str>>,
) -> BoxFuture<'a, Result<()>>;

fn load_relations<'a, M: Model>(
    includes: &'a [Include<M>],
    records: &'a mut [Rec<M>],
    on: &'a dyn Executor,
    using: Option<&'a Arc<str>>,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for include in includes {
            include.load(records, on, using).await?;
        }
        match hooks::of::<M>(on) {
            None => Ok(()),
            Some(hooks) if records.is_empty() => (hooks.before_load)(on).await,
            Some(hooks) => (hooks.after_load)(records, on).await,
        }
    })
}

impl<M: Sources, O> Clone for Query<M, O> {
    fn clone(&self) -> Self {
        Self {
            select: self.select.clone(),
            key: self.key.clone(),
            whole: self.whole,
            using: self.using.clone(),
            decode: self.decode,
            includes: self.includes.clone(),
            load: self.load,
            hooked: self.hooked,
            deleted: self.deleted,
            names: self.names,
            meta: self.meta,
            model: PhantomData,
        }
    }
}

impl<M: Model> Query<M> {
    pub(crate) fn new() -> Self {
        let meta = M::meta();
        Self {
            select: Tree::of(meta),
            key: None,
            whole: true,
            using: None,
            decode: Rec::<M>::decode,
            includes: Vec::new(),
            load: M::hooks().map(|_| load_relations::<M> as Load<M, Rec<M>>),
            hooked: M::hooks().is_some(),
            deleted: Deleted::Hidden,
            names: &meta.table.name,
            meta,
            model: PhantomData,
        }
    }

    pub(crate) fn by_key(key: M::Key) -> Self {
        use crate::Key;
        Self {
            key: Some(key.values()),
            ..Self::new()
        }
    }

    /// The key is the last in the order, so that what is left equal comes the same way each time.
    pub(crate) fn order_by_key(mut self) -> Self {
        self.select.order_by.extend(M::meta().key_order());
        self
    }

    pub(crate) fn is_ordered(&self) -> bool {
        !self.select.order_by.is_empty()
    }

    /// So many rows of each group that has the same values in these columns.
    pub(crate) fn limit_per(mut self, at: &[usize], limit: Option<u64>, offset: Option<u64>) -> Self {
        self.select.limit_per = Some(manybase_sql::LimitPer {
            groups: at.iter().map(|&at| M::meta().expr(at)).collect(),
            limit,
            offset,
        });
        self.order_by_key()
    }

    /// Runs there, unless another connection was said.
    pub(crate) fn using_unless_said(mut self, connection: &Arc<str>) -> Self {
        self.using.get_or_insert_with(|| connection.clone());
        self
    }

    /// The connection that was said.
    pub(crate) fn said(&self) -> Option<&Arc<str>> {
        self.using.as_ref()
    }

    /// Only those of these records.
    pub(crate) fn among(self, records: &[Rec<M>]) -> Result<Self> {
        let meta = M::meta();
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let values = crate::insert::encode::<M>(record)?;
            rows.push(
                meta.keys
                    .iter()
                    .filter_map(|&at| values.get(at).cloned())
                    .collect::<Vec<_>>(),
            );
        }
        let condition = match meta.keys.as_slice() {
            [at] => meta.expr(*at).in_list(rows.into_iter().flatten()),
            keys => manybase_sql::Expr::InRows {
                exprs: keys.iter().map(|&at| meta.expr(at)).collect(),
                rows,
            },
        };
        Ok(self.filter(|_| crate::Cond::new(condition)))
    }

    /// The dialect of where it runs, as far as it is known without dialling.
    pub(crate) fn dialect(&self, on: &dyn Executor) -> Result<&'static dyn Dialect> {
        let named = |error: manybase_driver::Error| error.with_model(M::meta().name);
        on.dialect(self.route()).map_err(named)
    }

    pub(crate) fn set_key(&mut self, values: Vec<Value>) {
        self.key = Some(Ok(values));
    }
}

impl<S: Sources<Main = M>, M: Model> Query<S, Rec<M>> {
    /// Loads a relation with the records: one query more, on the other end's own connection, whatever database that
    /// is.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] #[model(connection = "erp")] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] #[model(connection = "shop")] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").connect("shop", "sqlite::memory:").build()?;
    /// # let db = &db;
    /// # manybase_record::create_table::<Customer>(db).await?;
    /// # manybase_record::create_table::<Order>(db).await?;
    /// let customers = Customer::query().include(|c| c.orders).all(db).await?; // two databases
    /// # Ok(())
    /// # }
    /// ```
    pub fn include<R: crate::Related<M>>(mut self, relation: impl FnOnce(M::Columns) -> R) -> Self {
        self.includes.push(relation(M::COLUMNS).into_include());
        self.load = Some(load_relations::<M>);
        self
    }
}

impl<S: Sources, O> Query<S, O> {
    /// Where it runs.
    pub(crate) fn route(&self) -> Route<'_> {
        Route {
            using: self.using.as_deref(),
            bound: self.meta.connection,
            model: Some(self.meta.name),
        }
    }

    pub(crate) fn columns(&self) -> S::Columns {
        S::columns(self.names)
    }

    /// So many columns come back.
    fn width(&self) -> usize {
        if self.whole {
            self.meta.columns.len()
        } else {
            self.select.items.len()
        }
    }

    /// The tree as it is sent.
    pub(crate) fn tree(&self) -> Result<Select> {
        let mut select = self.asked()?;
        if self.whole {
            let items = (0..self.meta.columns.len()).map(|i| SelectItem {
                expr: self.meta.expr(i),
                alias: None,
            });
            select.items = items.collect();
        }
        Ok(select)
    }

    /// The same without the columns of whole records.
    fn asked(&self) -> Result<Select> {
        let mut select = Select::clone(&self.select);
        if let Some(key) = &self.key {
            let filter = model::key_filter(self.meta, &select.name(), key.clone()?)?;
            select = select.filter(filter.into_node());
        }
        self.gives_records()?;
        if !self.whole && select.items.is_empty() {
            return Err(join::selects_nothing(self.meta));
        }
        Ok(select)
    }

    /// Whole records come of rows, not of groups.
    fn gives_records(&self) -> Result<()> {
        if !self.whole || self.select.group_by.is_empty() {
            return Ok(());
        }
        Err(manybase_driver::Error::new(
            manybase_driver::ErrorKind::Statement,
            "a query with group_by gives groups, not records",
        )
        .with_help("add select(|c| …) with the grouped columns and aggregates")
        .with_model(self.meta.name))
    }

    /// SQL text and values, for one dialect.
    ///
    /// # Errors
    /// What the database lacks, identifiers it can't have, more values than it can bind.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// let rendered = Person::filter(|c| c.id.eq(7)).select(|c| c.name).to_sql(manybase_sql::dialect::mysql())?;
    /// assert_eq!(rendered.sql, "SELECT `name` FROM `person` WHERE `id` = ?");
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<BuiltQuery> {
        let (sql, binds) = self
            .text(dialect)
            .map_err(|error| error.with_model(self.meta.name))?;
        Ok(BuiltQuery {
            sql: sql.into(),
            binds,
        })
    }

    /// Text and values, from a text that was rendered before where that can be.
    pub(crate) fn text(&self, dialect: &dyn Dialect) -> Result<(Arc<str>, Vec<Value>)> {
        let plain = self.select.group_by.is_empty()
            && self.select.limit_per.is_none()
            && self.select.tables.is_none();
        if self.whole && self.key.is_none() && plain {
            return whole(self.meta, &self.select, dialect);
        }
        let rendered = self.tree()?.render(dialect)?;
        Ok((rendered.sql.into(), rendered.binds))
    }
}

/// Whole records of a model.
fn whole(meta: &ModelMeta, select: &Select, dialect: &dyn Dialect) -> Result<(Arc<str>, Vec<Value>)> {
    let mut key = Key::new(Shape::Select, dialect);
    let binds = shape::shape(select, &mut key, dialect);
    shape::kept(meta, &key, binds, || {
        let columns = meta.columns_sql(dialect)?;
        Ok(select.render_columns(dialect, &columns)?)
    })
}

impl<S: Sources, O> std::fmt::Debug for Query<S, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query")
            .field("model", &self.meta.name)
            .field("using", &self.using)
            .finish_non_exhaustive()
    }
}
