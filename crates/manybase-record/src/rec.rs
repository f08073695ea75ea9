//! A record that was loaded or inserted, and knows what has changed since.

mod fields;
mod origin;
pub(crate) mod overlay;
mod remove;
mod write;

pub(crate) use origin::{Origin, origin};
pub(crate) use write::set_by_model;

use crate::query::Deleted;
use crate::{Cells, Model, Query, Values, insert};
use manybase_db::{Executor, Route};
use manybase_driver::{Error, Result};
use manybase_sql::{Name, Value};
use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

/// A record with a row in the database.
///
/// It reads like the model itself. The first change takes a snapshot, so that records that are only read cost
/// nothing, and [`Rec::save`] writes just the columns that differ from it.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
/// # manybase_record::create_table::<Person>(db).await?;
/// let mut person = Person { id: 0, name: "Ann".into() }.insert(db).await?;
/// person.name = "Anna".into();
/// assert_eq!(person.dirty_fields(), ["name"]);
/// person.save(db).await?;
/// # Ok(())
/// # }
/// ```
pub struct Rec<M> {
    inner: M,
    snapshot: Option<Box<Values>>,
    /// The connection it came from, unless that is the one the model is bound to.
    origin: Option<Origin>,
}

impl<M: Model> Rec<M> {
    pub(crate) fn new(inner: M, origin: Option<Origin>) -> Self {
        Self {
            inner,
            snapshot: None,
            origin,
        }
    }

    pub(crate) fn decode(cells: &mut Cells<'_>) -> Result<Self> {
        let inner = M::decode(cells)?;
        Ok(Self {
            inner,
            snapshot: None,
            origin: cells.origin(),
        })
    }

    /// For what is no data of the row: it takes no snapshot.
    pub(crate) fn inner_mut(&mut self) -> &mut M {
        &mut self.inner
    }

    /// The connection that was said when it was loaded.
    pub(crate) fn origin(&self) -> Option<Origin> {
        self.origin
    }

    /// Its name.
    fn origin_name(&self) -> Option<&str> {
        self.origin.map(AsRef::as_ref)
    }

    /// The model alone.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let person: Person = Person::find(1).one(&db).await?.into_inner();
    /// assert_eq!(person.name, "Ann");
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_inner(self) -> M {
        self.inner
    }

    /// Whether a field differs from what the database had.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let mut person = Person::find(1).one(&db).await?;
    /// person.age = 30; // what it was
    /// assert!(!person.is_dirty());
    /// person.age = 31;
    /// assert!(person.is_dirty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_dirty(&self) -> bool {
        !self.dirty_fields().is_empty()
    }

    /// The fields that differ from what the database had, with dots inside embedded structs.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let mut person = Person::find(1).one(&db).await?;
    /// person.age += 1;
    /// assert_eq!(person.dirty_fields(), ["age"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dirty_fields(&self) -> Vec<Name> {
        let meta = M::meta();
        match self.changes() {
            Ok(changes) => changes
                .into_iter()
                .map(|(at, _)| meta.columns[at].field.clone())
                .collect(),
            // A field that can't be written differs from anything that was.
            Err(_) => meta.columns.iter().map(|column| column.field.clone()).collect(),
        }
    }

    /// With the names of model and connection.
    pub(crate) fn placed(&self, error: Error, on: &dyn Executor) -> Error {
        placed(error.with_model(M::meta().name), on, M::route(self.origin_name()))
    }

    /// The key of the row as it was loaded.
    fn key_values(&self) -> Result<Vec<Value>> {
        let before = self.before()?;
        let keys = M::meta().keys.iter();
        Ok(keys.filter_map(|&key| before.get(key).cloned()).collect())
    }

    fn before(&self) -> Result<Cow<'_, [Value]>> {
        match &self.snapshot {
            Some(snapshot) => snapshot.values().map(Cow::Borrowed),
            None => insert::encode(&self.inner).map(Cow::Owned),
        }
    }

    /// Loads the row again, and forgets changes that were not saved.
    ///
    /// # Errors
    /// [`manybase_driver::ErrorKind::NotFound`] when the row is gone, and those of the database.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let mut person = Person::find(1).one(&db).await?;
    /// Person::find(1).update(&db, |c| c.age.set(31)).await?; // somebody else
    /// person.refresh(&db).await?;
    /// assert_eq!(person.age, 31);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn refresh(&mut self, on: &dyn Executor) -> Result<()> {
        // Its key as it was loaded, whatever has become of the field.
        let key = self
            .key_values()
            .map_err(|error| error.with_model(M::meta().name))?;
        let mut query = Query::<M>::by_key_values(key).deleted(Deleted::Shown);
        if let Some(origin) = self.origin {
            query = query.using(origin.clone());
        }
        *self = query.one(on).await?;
        Ok(())
    }
}

/// Names the connection that a route leads to.
pub(crate) fn placed(error: Error, on: &dyn Executor, route: Route<'_>) -> Error {
    match on.resolve(route) {
        Ok(connection) => error.with_connection(connection),
        Err(_) => error,
    }
}

impl<M: Model> Query<M> {
    fn by_key_values(values: Vec<Value>) -> Self {
        let mut query = Self::new();
        query.set_key(values);
        query
    }
}

impl<M> Deref for Rec<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.inner
    }
}

impl<M: Model> DerefMut for Rec<M> {
    fn deref_mut(&mut self) -> &mut M {
        if self.snapshot.is_none() {
            let mut values = Values::with_capacity(M::meta().columns.len());
            self.inner.encode(&mut values);
            self.snapshot = Some(Box::new(values));
        }
        &mut self.inner
    }
}

impl<M: std::fmt::Debug> std::fmt::Debug for Rec<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

impl<M: Clone> Clone for Rec<M> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            snapshot: self.snapshot.clone(),
            origin: self.origin,
        }
    }
}

impl<M: PartialEq> PartialEq for Rec<M> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}
