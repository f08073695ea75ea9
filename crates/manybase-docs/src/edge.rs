//! The lines of a diagram: both ends of a relation are one line.

use crate::entity::{Entity, Relation};
use manybase_record::RelationKind;
use std::collections::BTreeMap;

/// Some columns hold the key of another entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) holder: usize,
    pub(crate) holder_columns: Vec<String>,
    pub(crate) pointed: usize,
    pub(crate) pointed_columns: Vec<String>,
    /// Many rows can hold the same key.
    pub(crate) many: bool,
    /// A row can hold none.
    pub(crate) optional: bool,
    /// The ends live on two connections.
    pub(crate) crosses: bool,
    pub(crate) label: String,
}

type Place<'e> = (usize, &'e [String], usize, &'e [String]);

/// What is known of one.
#[derive(Default)]
struct Seen<'e> {
    from_holder: Option<&'e str>,
    from_pointed: Option<&'e str>,
    one: bool,
}

/// All lines between entities, in a fixed order.
pub(crate) fn edges(entities: &[Entity]) -> Vec<Edge> {
    let mut seen: BTreeMap<Place<'_>, Seen<'_>> = BTreeMap::new();
    for (here, entity) in entities.iter().enumerate() {
        for relation in &entity.relations {
            add(&mut seen, here, relation, entities);
        }
    }
    seen.into_iter()
        .map(|((holder, holder_columns, pointed, pointed_columns), seen)| {
            let end = &entities[holder];
            let nullable = |name: &String| end.column(name).is_some_and(|column| column.nullable);
            Edge {
                holder,
                holder_columns: holder_columns.to_vec(),
                pointed,
                pointed_columns: pointed_columns.to_vec(),
                many: !seen.one && !end.is_unique(holder_columns),
                optional: holder_columns.iter().any(nullable),
                crosses: end.connection != entities[pointed].connection,
                label: seen
                    .from_holder
                    .or(seen.from_pointed)
                    .unwrap_or_default()
                    .to_owned(),
            }
        })
        .collect()
}

fn add<'e>(
    seen: &mut BTreeMap<Place<'e>, Seen<'e>>,
    here: usize,
    relation: &'e Relation,
    entities: &'e [Entity],
) {
    let Relation {
        field,
        target,
        columns,
        target_columns,
        ..
    } = relation;
    match (relation.kind, &relation.through) {
        (RelationKind::BelongsTo, _) => {
            let edge = seen.entry((here, columns, *target, target_columns)).or_default();
            edge.from_holder.get_or_insert(field);
        }
        (RelationKind::ManyToMany, Some(through)) => {
            let join = through.entity;
            for (place, name) in [
                ((join, &*through.here, here, &**columns), &*entities[here].name),
                (
                    (join, &*through.there, *target, &**target_columns),
                    &*entities[*target].name,
                ),
            ] {
                seen.entry(place).or_default().from_pointed.get_or_insert(name);
            }
        }
        (kind, _) => {
            let edge = seen.entry((*target, target_columns, here, columns)).or_default();
            edge.from_pointed.get_or_insert(field);
            edge.one |= kind == RelationKind::HasOne;
        }
    }
}
