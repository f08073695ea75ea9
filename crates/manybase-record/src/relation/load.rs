//! Loads the other end for many records at once.

use super::rel::Link;
use super::slot::RelationField;
use super::stitch::{self, Stitch};
use crate::{Model, Query, Rec};
use manybase_db::Executor;
use manybase_driver::{BoxFuture, Result};
use manybase_sql::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

type Load<M> = dyn for<'a> Fn(&'a mut [Rec<M>], &'a dyn Executor) -> BoxFuture<'a, Result<()>> + Send + Sync;

/// Loads a relation of `M`, whatever is at the other end.
pub struct Include<M>(Arc<Load<M>>);

impl<M> Clone for Include<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Model> Include<M> {
    pub(super) fn new<F>(load: F) -> Self
    where
        F: for<'a> Fn(&'a mut [Rec<M>], &'a dyn Executor) -> BoxFuture<'a, Result<()>>
            + Send
            + Sync
            + 'static,
    {
        Self(Arc::new(load))
    }

    pub(crate) fn load<'a>(
        &'a self,
        parents: &'a mut [Rec<M>],
        on: &'a dyn Executor,
    ) -> BoxFuture<'a, Result<()>> {
        (self.0)(parents, on)
    }
}

/// One query for all parents. A list of keys of any length is one query, because `in_list` binds a long one as one
/// value where the database can.
pub(super) async fn load<M: Model, F: RelationField>(
    parents: &mut [Rec<M>],
    on: &dyn Executor,
    link: Link,
    slot: fn(&mut M) -> &mut F,
    query: Query<F::Target>,
) -> Result<()> {
    let (here, there) = if F::HERE {
        (
            stitch::position::<M>(&link.foreign_key)?,
            stitch::key::<F::Target>(link.field)?,
        )
    } else {
        (
            stitch::key::<M>(link.field)?,
            stitch::position::<F::Target>(&link.foreign_key)?,
        )
    };
    let mut wanted: Vec<Value> = Vec::new();
    let mut seen = HashSet::new();
    let mut ends = Vec::with_capacity(parents.len());
    for parent in parents.iter() {
        let value = stitch::value::<M>(parent, here)?;
        let end = Stitch::of(&value)?;
        if let Some(end) = &end
            && seen.insert(end.clone())
        {
            wanted.push(value);
        }
        ends.push(end);
    }
    let mut found: HashMap<Stitch, Vec<Rec<F::Target>>> = HashMap::new();
    if !wanted.is_empty() {
        for child in query.filter_values(there, wanted).all(on).await? {
            if let Some(end) = Stitch::of(&stitch::value::<F::Target>(&child, there)?)? {
                found.entry(end).or_default().push(child);
            }
        }
    }
    let found: HashMap<_, _> = found
        .into_iter()
        .map(|(end, children)| (end, Arc::new(children)))
        .collect();
    let none = Arc::new(Vec::new());
    for (parent, end) in parents.iter_mut().zip(&ends) {
        let children = end.as_ref().and_then(|end| found.get(end)).unwrap_or(&none);
        slot(parent.inner_mut()).fill(children.clone())?;
    }
    Ok(())
}
