//! A record that was loaded or inserted, and knows what has changed since.

use crate::{Cells, Model, Query, Role, Values, insert, model};
use chrono::{SubsecRound, Utc};
use manybase_db::{Executor, Route};
use manybase_driver::{Access, Error, ErrorKind, Result, Statement};
use manybase_sql::{DataType, Delete, Expr, Name, Update, Value};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A record with a row in the database.
///
/// It reads like the model itself. The first change takes a snapshot, so that records that are only read cost
/// nothing, and [`Rec::save`] writes just the columns that differ from it.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
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
    origin: Option<Arc<str>>,
}

impl<M: Model> Rec<M> {
    pub(crate) fn new(inner: M, origin: Option<Arc<str>>) -> Self {
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
            origin: cells.origin().cloned(),
        })
    }

    /// For what is no data of the row: it takes no snapshot.
    pub(crate) fn inner_mut(&mut self) -> &mut M {
        &mut self.inner
    }

    /// The model alone.
    pub fn into_inner(self) -> M {
        self.inner
    }

    /// Whether a field differs from what the database had.
    pub fn is_dirty(&self) -> bool {
        !self.dirty_fields().is_empty()
    }

    /// The fields that differ from what the database had, with dots inside embedded structs.
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

    fn before(&self) -> Result<Vec<Value>> {
        match &self.snapshot {
            Some(snapshot) => snapshot.values(),
            None => insert::encode(&self.inner),
        }
    }

    fn changes(&self) -> Result<Vec<(usize, Value)>> {
        let Some(snapshot) = &self.snapshot else {
            return Ok(Vec::new());
        };
        let before = snapshot.values()?;
        let after = insert::encode(&self.inner)?;
        let changed = after
            .into_iter()
            .enumerate()
            .filter(|(at, value)| before.get(*at) != Some(value));
        Ok(changed
            .filter(|(at, _)| M::meta().columns[*at].role != Role::Generated)
            .collect())
    }

    /// Condition for the row as it was loaded: its key, and its version where it has one.
    fn unchanged(&self) -> Result<Expr> {
        let meta = M::meta();
        let before = self.before()?;
        let key = meta
            .keys
            .iter()
            .filter_map(|&key| before.get(key).cloned())
            .collect();
        let mut filter = model::key_filter(meta, key)?.into_node();
        if let Some(at) = meta.with_role(Role::Version)
            && let Some(version) = before.get(at)
        {
            filter = filter.and(meta.expr(at).eq(Expr::Value(version.clone())));
        }
        Ok(filter)
    }

    /// Writes the fields that have changed since it was loaded, and returns whether there were any.
    ///
    /// It goes to the connection it was loaded from. Where the model has a version, a row that somebody else has
    /// changed in the meantime is left as it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the row is gone, [`ErrorKind::Stale`] when its version is another, and those
    /// of the database. The record keeps its changes then.
    pub async fn save(&mut self, on: &dyn Executor) -> Result<bool> {
        let meta = M::meta();
        let named = |error: Error| error.with_model(meta.name);
        let changes = self.changes().map_err(named)?;
        if changes.is_empty() {
            self.snapshot = None;
            return Ok(false);
        }
        let now = Utc::now().trunc_subsecs(6);
        let mut update = Update::table(meta.table.clone()).filter(self.unchanged().map_err(named)?);
        let said: Vec<usize> = changes.iter().map(|(at, _)| *at).collect();
        for (at, value) in changes {
            update = update.set(meta.columns[at].name.clone(), Expr::Value(value));
        }
        for (at, column) in meta
            .columns
            .iter()
            .enumerate()
            .filter(|(at, _)| !said.contains(at))
        {
            match column.role {
                Role::UpdatedAt if column.data_type == DataType::Timestamp => {
                    update = update.set(column.name.clone(), now);
                }
                Role::UpdatedAt => update = update.set(column.name.clone(), now.naive_utc()),
                Role::Version => update = update.set(column.name.clone(), meta.expr(at).add(1i64)),
                _ => {}
            }
        }
        let affected = self.change(on, &|dialect| Ok(update.render(dialect)?)).await?;
        if affected == 0 {
            return Err(self.missing(on));
        }
        self.snapshot = None;
        let said = |field: &str| said.iter().any(|&at| meta.columns[at].field == field);
        self.inner.stamp(now, Some(&said));
        Ok(true)
    }

    /// Deletes the row.
    ///
    /// # Errors
    /// As [`Rec::save`].
    pub async fn delete(self, on: &dyn Executor) -> Result<()> {
        let meta = M::meta();
        let filter = self.unchanged().map_err(|error| error.with_model(meta.name))?;
        let delete = Delete::from(meta.table.clone()).filter(filter);
        let affected = self.change(on, &|dialect| Ok(delete.render(dialect)?)).await?;
        if affected == 0 {
            Err(self.missing(on))
        } else {
            Ok(())
        }
    }

    /// Loads the row again, and forgets changes that were not saved.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the row is gone, and those of the database.
    pub async fn refresh(&mut self, on: &dyn Executor) -> Result<()> {
        // Its key as it was loaded, whatever has become of the field.
        let before = self.before().map_err(|error| error.with_model(M::meta().name))?;
        let key = M::meta()
            .keys
            .iter()
            .filter_map(|&key| before.get(key).cloned())
            .collect();
        let mut query = Query::<M>::by_key_values(key);
        if let Some(origin) = &self.origin {
            query = query.using(origin.clone());
        }
        *self = query.one(on).await?;
        Ok(())
    }

    async fn change(
        &self,
        on: &dyn Executor,
        render: &(dyn Fn(&'static dyn manybase_sql::Dialect) -> Result<manybase_sql::Rendered> + Send + Sync),
    ) -> Result<u64> {
        let named = |error: Error| error.with_model(M::meta().name);
        let mut lease = on
            .lease(M::route(self.origin.as_deref()), Access::Write)
            .await
            .map_err(named)?;
        let rendered = render(lease.dialect())
            .map_err(|error| named(error).with_connection(lease.connection().clone()))?;
        let statement = Statement::rendered(rendered, Access::Write);
        Ok(lease.execute(statement).await.map_err(named)?.affected)
    }

    fn missing(&self, on: &dyn Executor) -> Error {
        let meta = M::meta();
        let error = if meta.with_role(Role::Version).is_some() {
            Error::new(
                ErrorKind::Stale,
                "the row has been changed or deleted since it was loaded",
            )
            .with_help("refresh() it and apply the change again")
        } else {
            Error::new(ErrorKind::NotFound, "the row is gone")
        };
        placed(error.with_model(meta.name), on, M::route(self.origin.as_deref()))
    }
}

/// The connection that a record remembers: the one that was said, and for a model that is bound to none the one that
/// it came from, so that it goes back there whatever the scope is then.
pub(crate) fn origin<M: Model>(on: &dyn Executor, using: Option<&Arc<str>>) -> Option<Arc<str>> {
    match using {
        Some(using) => Some(using.clone()),
        None if M::meta().connection.is_none() => on.resolve(M::route(None)).ok(),
        None => None,
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
            origin: self.origin.clone(),
        }
    }
}

impl<M: PartialEq> PartialEq for Rec<M> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}
