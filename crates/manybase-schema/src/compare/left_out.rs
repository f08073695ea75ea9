//! What is there and nobody compares: said aloud, so that it is not taken for equal.

use super::NotCompared;
use crate::{Database, Table, TableKind};

/// What there is of it on either side.
pub(super) fn find(left: &Database, right: &Database, wanted: impl Fn(&&Table) -> bool) -> Vec<NotCompared> {
    let of_tables = |count: fn(&Table) -> usize| {
        [left, right].map(|database| database.tables.iter().filter(&wanted).map(count).sum::<usize>())
    };
    // One that an identity has made is compared with its column, as its numbering.
    let sequences = |database: &Database| {
        let own = |sequence: &&crate::Sequence| !sequence.owner.as_ref().is_some_and(|owner| owner.identity);
        database.sequences.iter().filter(own).count()
    };
    [
        ("triggers", of_tables(|table| table.triggers.len())),
        ("sequences", [left, right].map(sequences)),
        (
            "queries of views",
            of_tables(|table| {
                usize::from(matches!(
                    table.kind,
                    TableKind::View | TableKind::MaterializedView
                ))
            }),
        ),
        ("exclusions", of_tables(|table| table.exclusions.len())),
    ]
    .into_iter()
    .filter(|(_, counts)| *counts != [0, 0])
    .map(|(what, [left, right])| NotCompared { what, left, right })
    .collect()
}
