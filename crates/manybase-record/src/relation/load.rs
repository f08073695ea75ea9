//! Loads the other end for many records at once.

use super::rel::Link;
use super::slot::RelationField;
use super::stitch::{self, Stitch};
use crate::{Model, Query, Rec};
use foldhash::fast::RandomState;
use manybase_db::Executor;
use manybase_driver::{BoxFuture, Result};
use manybase_sql::Value;
use std::collections::HashMap;
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
    let mut wanted: Vec<Value> = Vec::with_capacity(parents.len());
    // Parents with the same key share what is found: each key has a place of its own.
    let mut places: HashMap<Stitch, usize, RandomState> =
        HashMap::with_capacity_and_hasher(parents.len(), RandomState::default());
    let mut ends = Vec::with_capacity(parents.len());
    let mut reader = stitch::Reader::new(here);
    for parent in parents.iter() {
        let value = reader.read::<M>(parent)?;
        let next = places.len();
        ends.push(Stitch::of(value)?.map(|end| {
            *places.entry(end).or_insert_with(|| {
                wanted.push(value.clone());
                next
            })
        }));
    }
    let mut found: Vec<Vec<Rec<F::Target>>> = places.iter().map(|_| Vec::new()).collect();
    if !wanted.is_empty() {
        let mut reader = stitch::Reader::new(there);
        // Children of one parent mostly come one after another.
        let mut last: Option<(Stitch, usize)> = None;
        let children = query.filter_values(there, wanted).all(on).await?;
        let share = children.len().div_ceil(places.len().max(1));
        for child in children {
            let Some(end) = Stitch::of(reader.read::<F::Target>(&child)?)? else {
                continue;
            };
            let place = match &last {
                Some((before, place)) if *before == end => *place,
                _ => match places.get(&end) {
                    Some(place) => last.insert((end, *place)).1,
                    None => continue,
                },
            };
            if found[place].capacity() == 0 {
                found[place].reserve_exact(share);
            }
            found[place].push(child);
        }
    }
    let found: Vec<_> = found.into_iter().map(Arc::new).collect();
    let none = Arc::new(Vec::new());
    for (parent, end) in parents.iter_mut().zip(&ends) {
        let children = end.map_or(&none, |place| &found[place]);
        slot(parent.inner_mut()).fill(children.clone())?;
    }
    Ok(())
}
