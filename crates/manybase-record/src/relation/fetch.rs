//! Loads the records that have some keys, in as few statements as there can be.

use super::found::Found;
use super::keys::{Asked, BYTES, Keys, Page, at_most};
use super::link::Ends;
use super::sorter::{Sorter, Sorting};
use super::stitch::Stitch;
use crate::{Model, Query, Rec};
use manybase_db::Executor;
use manybase_driver::Result;

/// What came of it.
pub(super) struct Fetched<T> {
    /// How many statements it took: the order of the query holds within each.
    pub(super) statements: usize,
    /// The page is still to be cut.
    pub(super) uncut: bool,
    pub(super) found: Found<Rec<T>>,
}

/// Loads the records with these keys.
pub(super) async fn fetch<T: Model>(
    keys: &mut Keys,
    ends: &Ends,
    query: Query<T>,
    page: Page,
    on: &dyn Executor,
) -> Result<Fetched<T>> {
    let meta = T::meta();
    let columns: Vec<_> = ends.there.iter().map(|&at| &meta.columns[at]).collect();
    let dialect = query.dialect(on)?;
    let rounds = keys.rounds(ends);
    let wanted = &keys.wanted;
    // With several forms of a key, its records are several groups to the database.
    let has_forms = |key: &Stitch| {
        let mut parts = key.parts().iter().zip(&columns);
        parts.any(|(part, column)| part.has_forms(column.data_type))
    };
    let uncut = !page.is_whole() && wanted.iter().any(has_forms);
    let query = match page {
        page if page.is_whole() => query,
        _ if uncut => query.order_by_key(),
        page => query.limit_per(&ends.there, page.limit, page.offset),
    };
    let mut statements = 0;
    let mut sorter = Sorter::new(ends);
    let mut rows = query.bare_rows(on);
    for round in rounds {
        sorter.turn_to(round);
        let mut from = 0;
        while from < sorter.places().len() {
            let places = &sorter.places()[from..];
            let mut asked = Asked::default();
            let at_most = at_most(dialect, ends, &wanted[places[0]]);
            let mut places = places.iter();
            while asked.count < at_most && asked.bytes < BYTES {
                let Some(&place) = places.next() else { break };
                asked.add(&wanted[place], &columns);
            }
            let batch = from..sorter.places().len() - places.len();
            from = batch.end;
            if asked.count == 0 {
                continue;
            }
            statements += 1;
            sorter.begin(batch, wanted);
            let query = query.clone().filter(|_| asked.condition(meta, &ends.there));
            match rows.take() {
                Some(bare) => {
                    let sorting = Sorting { rows: bare, sorter };
                    let back = query.pour_into(on, sorting).await?;
                    (rows, sorter) = (Some(back.rows), back.sorter);
                }
                // Hooks and relations want all records at once.
                None => {
                    for record in query.all(on).await? {
                        sorter.sort(record)?;
                    }
                }
            }
        }
    }
    Ok(Fetched {
        statements,
        uncut,
        found: sorter.found,
    })
}
