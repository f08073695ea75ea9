//! Loads the other end of a relation through a join model.

use super::fetch::fetch;
use super::keys::{Keys, Page};
use super::load::beside;
use super::many::{Linked, ManyToMany};
use super::query::Plan;
use crate::{Model, Query, Rec};
use manybase_db::Executor;
use manybase_driver::{Error, ErrorKind, Result};
use std::ops::Deref;
use std::sync::Arc;

/// Two queries: the join model's records, then those they point to. The three models may be in three databases.
pub(super) async fn load<M: Model, T: Model, J: Model>(
    plan: &Plan<M, ManyToMany<T, J>>,
    parents: &mut [Rec<M>],
    on: &dyn Executor,
    using: Option<&Arc<str>>,
) -> Result<()> {
    let link = plan.rel.link();
    let named = |error: Error| error.with_model(M::meta().name);
    let [first, second] = link.steps::<M, J, T>().map_err(named)?;

    let mut parent_keys = Keys::of(parents.iter().map(Deref::deref), &first).map_err(named)?;
    let joins = plan.join.clone().unwrap_or_else(Query::new).order_by_key();
    let joins = beside::<M, J>(joins, using);
    let fetched = fetch(&mut parent_keys, &first, joins, Page::default(), on).await?;
    let of_parent = by_key(&fetched.found.places, parent_keys.len());
    let links: Vec<Rec<J>> = fetched.found.into_records().collect();

    let mut target_keys = Keys::of(links.iter().map(Deref::deref), &second)?;
    let query = beside::<M, T>(plan.query.clone(), using);
    let ordered = query.is_ordered();
    let query = query.order_by_key();
    let fetched = fetch(&mut target_keys, &second, query, Page::default(), on).await?;
    if fetched.statements > 1 && (ordered || !plan.page.is_whole()) {
        let message = format!(
            "relation {}: {} records of {} are too many to be ordered in one statement",
            link.field,
            target_keys.len(),
            T::meta().name
        );
        return Err(Error::new(ErrorKind::Unsupported, message)
            .with_help("load fewer records at once, or leave order and limit out")
            .with_model(T::meta().name));
    }

    let of_key = by_key(&fetched.found.places, target_keys.len());
    let targets: Vec<Rec<T>> = fetched.found.into_records().collect();

    let (links, targets) = (Arc::new(links), Arc::new(targets));
    for (parent, place) in parents.iter_mut().zip(&parent_keys.of) {
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for &link in place.map_or(&[][..], |place| &of_parent[place]) {
            let Some(key) = target_keys.of[link] else { continue };
            pairs.extend(of_key[key].iter().map(|&target| (target, link)));
        }
        // As the targets came: in the order of the query.
        pairs.sort_unstable();
        plan.page.cut(&mut pairs);
        let linked = Linked::new(targets.clone(), links.clone(), pairs);
        plan.rel.slot(parent.inner_mut()).fill(linked);
    }
    Ok(())
}

/// Which records each key has.
fn by_key(places: &[usize], keys: usize) -> Vec<Vec<usize>> {
    let mut of = vec![Vec::new(); keys];
    for (at, &place) in places.iter().enumerate() {
        of[place].push(at);
    }
    of
}
