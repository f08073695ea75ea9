//! Queries: built by closures over columns, run on whatever executes.

mod build;
mod fetch;
mod write;

use crate::{Cells, Model, Rec, model};
use manybase_driver::{Dialect, Result};
use manybase_sql::{Rendered, Select, SelectItem, Value};
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
pub struct Query<M, O = Rec<M>> {
    select: Select,
    /// The key of a query that is by key and nothing else: its text is kept, and it reads one row.
    key: Option<Result<Vec<Value>>>,
    /// Whole records: the columns are added when it is rendered.
    whole: bool,
    using: Option<Arc<str>>,
    decode: fn(&mut Cells<'_>) -> Result<O>,
    /// Names of the columns, when the row goes into a struct of the user's.
    width: usize,
    model: PhantomData<fn() -> M>,
}

impl<M, O> Clone for Query<M, O> {
    fn clone(&self) -> Self {
        Self {
            select: self.select.clone(),
            key: self.key.clone(),
            whole: self.whole,
            using: self.using.clone(),
            decode: self.decode,
            width: self.width,
            model: PhantomData,
        }
    }
}

impl<M: Model> Query<M> {
    pub(crate) fn new() -> Self {
        let meta = M::meta();
        Self {
            select: Select::from(meta.table.clone()),
            key: None,
            whole: true,
            using: None,
            decode: Rec::<M>::decode,
            width: meta.columns.len(),
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

    pub(crate) fn set_key(&mut self, values: Vec<Value>) {
        self.key = Some(Ok(values));
    }
}

impl<M: Model, O> Query<M, O> {
    /// The tree as it is sent.
    pub(crate) fn tree(&self) -> Result<Select> {
        let mut select = self.select.clone();
        if let Some(key) = &self.key {
            let filter = model::key_filter(M::meta(), key.clone()?)?;
            select = select.filter(filter.into_node());
        }
        if self.whole {
            if !select.group_by.is_empty() {
                return Err(manybase_driver::Error::new(
                    manybase_driver::ErrorKind::Statement,
                    "a query with group_by gives groups, not records",
                )
                .with_help("add select(|c| …) with the grouped columns and aggregates")
                .with_model(M::meta().name));
            }
            let items = (0..M::meta().columns.len()).map(|i| SelectItem {
                expr: M::meta().expr(i),
                alias: None,
            });
            select.items = items.collect();
        }
        Ok(select)
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
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        self.tree()?
            .render(dialect)
            .map_err(|error| manybase_driver::Error::from(error).with_model(M::meta().name))
    }
}

impl<M: Model, O> std::fmt::Debug for Query<M, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query")
            .field("model", &M::meta().name)
            .field("using", &self.using)
            .finish_non_exhaustive()
    }
}
