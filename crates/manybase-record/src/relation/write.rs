//! Inserts records together with those in their relations.

use super::fresh::Fresh;
use super::link::Ends;
use super::many::{Linked, ManyToMany};
use super::slot::Direct;
use super::stitch::Stitch;
use super::{BelongsTo, Rel};
use crate::rec::overlay;
use crate::{Model, Rec, insert};
use manybase_db::{Executor, WithoutHooks};
use manybase_driver::{BoxFuture, Error, ErrorKind, Result};
use manybase_sql::Value;
use std::ops::DerefMut;
use std::sync::Arc;

/// All or nothing, over all databases that they belong to.
pub(crate) fn insert<M: Model>(record: M, on: &dyn Executor) -> BoxFuture<'_, Result<Rec<M>>> {
    Box::pin(async move {
        let unit = on.unit();
        let tx = unit.transaction();
        let result = match on.runs_hooks() {
            true => inserted(record, tx).await,
            false => inserted(record, &WithoutHooks::of(tx)).await,
        };
        let result = result.inspect_err(|error| tx.fail(error));
        unit.end(result).await
    })
}

/// Saves a record, and inserts what stands in its relations.
pub(crate) fn save<'a, M: Model>(
    record: &'a mut Rec<M>,
    on: &'a dyn Executor,
) -> BoxFuture<'a, Result<bool>> {
    Box::pin(async move {
        let unit = on.unit();
        let tx = unit.transaction();
        let result = match on.runs_hooks() {
            true => saved(record, tx).await,
            false => saved(record, &WithoutHooks::of(tx)).await,
        };
        let result = result.inspect_err(|error| tx.fail(error));
        unit.end(result).await
    })
}

/// Takes out what is to be inserted before the record, and after it.
fn take<M: Model>(record: &mut M) -> Result<[Vec<Fresh<M>>; 2]> {
    let mut all = [Vec::new(), Vec::new()];
    for relation in M::relations() {
        match relation
            .take_fresh(record)
            .map_err(|error| error.with_model(M::meta().name))?
        {
            Some(fresh @ Fresh::Before(_)) => all[0].push(fresh),
            Some(fresh @ Fresh::After(_)) => all[1].push(fresh),
            None => {}
        }
    }
    Ok(all)
}

async fn inserted<M: Model>(mut record: M, on: &dyn Executor) -> Result<Rec<M>> {
    let [before, after] = take(&mut record)?;
    for fresh in before {
        if let Fresh::Before(insert) = fresh {
            insert(&mut record, on).await?;
        }
    }
    let mut record = insert::one(record, on).await?;
    for fresh in after {
        if let Fresh::After(insert) = fresh {
            insert(&mut record, on).await?;
        }
    }
    Ok(record)
}

async fn saved<M: Model>(record: &mut Rec<M>, on: &dyn Executor) -> Result<bool> {
    let [before, after] = take(record.inner_mut())?;
    for fresh in before {
        if let Fresh::Before(insert) = fresh {
            insert(record.deref_mut(), on).await?;
        }
    }
    record.save(on).await?;
    for fresh in after {
        if let Fresh::After(insert) = fresh {
            insert(record, on).await?;
        }
    }
    Ok(true)
}

/// The columns of one end and their values, from the columns of the other end.
pub(super) fn copied<M: Model>(
    ends: &Ends,
    from: &M,
    at: &[usize],
    to: &'static crate::ModelMeta,
    to_at: &[usize],
) -> Result<Vec<(usize, Value)>> {
    let values = insert::encode(from)?;
    let pairs = at.iter().zip(to_at).zip(&ends.kinds);
    let copy = |((&at, &to_at), &kind): ((&usize, &usize), &_)| {
        let column = &to.columns[to_at];
        let mut forms = Vec::new();
        if let Some(key) = values.get(at).and_then(|value| Stitch::of(value, kind)) {
            // The last is the form that it has itself.
            key.bind(column.data_type, &mut forms);
        }
        let value = forms.pop().ok_or_else(|| {
            let message = format!(
                "relation {}: {} of {} holds nothing that {} of {} can hold",
                ends.field,
                M::meta().columns[at].name,
                M::meta().name,
                column.name,
                to.name
            );
            Error::new(ErrorKind::Value, message).with_model(M::meta().name)
        })?;
        Ok((to_at, value))
    };
    pairs.map(copy).collect()
}

/// Sets columns of a record.
pub(super) fn set<M: Model>(record: &mut M, columns: Vec<(usize, Value)>) -> Result<()> {
    let mut values = insert::encode(record)?;
    for (at, value) in columns {
        if let Some(place) = values.get_mut(at) {
            *place = value;
        }
    }
    let mut with: M = overlay::decode(&values)?;
    with.keep_unstored(record);
    *record = with;
    Ok(())
}

/// Records that point to this one.
pub(super) async fn children<M: Model, F: Direct>(
    rel: Rel<M, F>,
    record: &mut Rec<M>,
    fresh: Vec<F::Target>,
    on: &dyn Executor,
) -> Result<()> {
    let link = rel.link();
    let ends = link.ends::<M, F::Target>(false)?;
    let key = copied::<M>(&ends, record, &ends.here, F::Target::meta(), &ends.there)?;
    let mut found = Vec::with_capacity(fresh.len());
    for mut child in fresh {
        set(&mut child, key.clone())?;
        found.push(child.insert(on).await?);
    }
    rel.slot(record.inner_mut()).fill(Arc::new(found), link.field)
}

/// The record that this one points to.
pub(super) async fn parent<M: Model, T: Model>(
    rel: Rel<M, BelongsTo<T>>,
    record: &mut M,
    fresh: Vec<T>,
    on: &dyn Executor,
) -> Result<()> {
    let link = rel.link();
    let ends = link.ends::<M, T>(true)?;
    let mut found = Vec::with_capacity(1);
    for parent in fresh {
        let parent = parent.insert(on).await?;
        set(
            record,
            copied::<T>(&ends, &parent, &ends.there, M::meta(), &ends.here)?,
        )?;
        found.push(parent);
    }
    rel.slot(record).fill(Arc::new(found), link.field)
}

/// Records that a join model links with this one, and the links.
pub(super) async fn linked<M: Model, T: Model, J: Model>(
    rel: Rel<M, ManyToMany<T, J>>,
    record: &mut Rec<M>,
    fresh: Vec<(T, J)>,
    on: &dyn Executor,
) -> Result<()> {
    let [first, second] = rel.link().steps::<M, J, T>()?;
    let key = copied::<M>(&first, record, &first.here, J::meta(), &first.there)?;
    let (mut targets, mut links) = (Vec::with_capacity(fresh.len()), Vec::with_capacity(fresh.len()));
    for (target, mut link) in fresh {
        let target = target.insert(on).await?;
        let mut columns = copied::<T>(&second, &target, &second.there, J::meta(), &second.here)?;
        columns.extend(key.iter().cloned());
        set(&mut link, columns)?;
        targets.push(target);
        links.push(link.insert(on).await?);
    }
    let pairs = (0..targets.len()).map(|at| (at, at)).collect();
    let linked = Linked::new(Arc::new(targets), Arc::new(links), pairs);
    rel.slot(record.inner_mut()).fill(linked);
    Ok(())
}
