//! The differences between two schemas whose names agree, in the order in which to do them.

use super::Hints;
use super::align::same_type;
use super::constraints::Constraints;
use crate::operation::Operation;
use crate::schema::{Column, ObjectName, Schema, Table, words};
use std::collections::BTreeSet;

/// All but views.
pub(super) fn compare(before: &Schema, target: &Schema, hints: &Hints) -> Vec<Operation> {
    let mut operations = Vec::new();
    for sequence in &target.sequences {
        match before.sequence(&sequence.name) {
            None => operations.push(Operation::CreateSequence {
                sequence: sequence.clone(),
            }),
            Some(was) if was != sequence => operations.push(Operation::AlterSequence {
                sequence: sequence.clone(),
            }),
            Some(_) => {}
        }
    }
    let both: Vec<(&Table, &Table)> = (target.tables.iter())
        .filter_map(|table| before.table(&table.name).map(|was| (was, table)))
        .collect();
    let changes: Vec<Columns<'_>> = both.iter().map(|(was, now)| Columns::of(was, now)).collect();
    let moved = changes
        .iter()
        .flat_map(|columns| columns.retyped())
        .collect::<BTreeSet<_>>();
    let constraints: Vec<Constraints<'_>> = both
        .iter()
        .zip(&changes)
        .map(|((was, now), columns)| Constraints::of(was, now, &columns.anew, &moved, before, target))
        .collect();

    let dropped: Vec<&Table> = before
        .tables
        .iter()
        .filter(|table| target.table(&table.name).is_none())
        .collect();
    let created: Vec<&Table> = target
        .tables
        .iter()
        .filter(|table| before.table(&table.name).is_none())
        .collect();

    constraints
        .iter()
        .for_each(|one| one.drop_foreign_keys(&mut operations));
    let (dropped, cut) = children_first(&dropped);
    operations.extend(cut);
    constraints
        .iter()
        .for_each(|one| one.drop_others(&mut operations));
    operations.extend(dropped.into_iter().map(|table| Operation::DropTable {
        table: table.name.clone(),
    }));
    let (created, later) = parents_first(&created);
    operations.extend(created.into_iter().map(|table| Operation::CreateTable { table }));
    for columns in &changes {
        columns.operations(hints, &mut operations);
    }
    constraints
        .iter()
        .for_each(|one| one.add_keys_and_indexes(&mut operations));
    constraints
        .iter()
        .for_each(|one| one.add_foreign_keys(&mut operations));
    operations.extend(later);
    for (was, now) in &both {
        if was.comment != now.comment {
            operations.push(Operation::CommentTable {
                table: now.name.clone(),
                comment: now.comment.clone(),
            });
        }
    }
    for sequence in &before.sequences {
        if target.sequence(&sequence.name).is_none() {
            operations.push(Operation::DropSequence {
                sequence: sequence.name.clone(),
            });
        }
    }
    operations
}

/// What happens to the columns of one table.
struct Columns<'s> {
    was: &'s Table,
    now: &'s Table,
    /// Those that are calculated, and have to be made again: their values are not lost.
    anew: BTreeSet<&'s str>,
}

impl<'s> Columns<'s> {
    fn of(was: &'s Table, now: &'s Table) -> Self {
        let mut anew = BTreeSet::new();
        let moves = |name: &str| match (was.find(name), now.find(name)) {
            (Some(old), Some(new)) => !same_type(old, new),
            _ => true,
        };
        for column in &now.columns {
            let Some(generated) = &column.generated else {
                continue;
            };
            let Some(old) = was.find(&column.name) else {
                continue;
            };
            let rests_on = |other: &&Column| words::mentions(&generated.expression, &other.name);
            if old != column && (old.generated != column.generated || !same_type(old, column))
                || was
                    .columns
                    .iter()
                    .filter(rests_on)
                    .any(|other| moves(&other.name))
            {
                anew.insert(column.name.as_str());
            }
        }
        Self { was, now, anew }
    }

    /// Columns whose type changes, with their table.
    fn retyped(&self) -> impl Iterator<Item = (ObjectName, String)> + '_ {
        let moves = |column: &&Column| {
            let was = self.was.find(&column.name);
            was.is_some_and(|was| !same_type(was, column) || was.nullable != column.nullable)
                || self.anew.contains(column.name.as_str())
        };
        (self.now.columns.iter().filter(moves)).map(|column| (self.now.name.clone(), column.name.clone()))
    }

    fn operations(&self, hints: &Hints, operations: &mut Vec<Operation>) {
        let table = &self.now.name;
        let place = |column: &Column| (table.clone(), column.name.clone());
        let drop = |name: &str| Operation::DropColumn {
            table: table.clone(),
            column: name.to_owned(),
        };
        operations.extend(self.anew.iter().map(|name| drop(name)));
        for column in &self.now.columns {
            let fill = hints.fills.get(&place(column)).cloned();
            match self.was.find(&column.name) {
                Some(was) if self.anew.contains(column.name.as_str()) || was == column => {}
                Some(was) => operations.push(Operation::AlterColumn {
                    table: table.clone(),
                    column: column.clone(),
                    fill: fill.filter(|_| was.nullable && !column.nullable),
                    cast: hints.casts.get(&place(column)).cloned(),
                }),
                None if column.generated.is_some() => {}
                None => operations.push(Operation::AddColumn {
                    table: table.clone(),
                    column: column.clone(),
                    fill,
                }),
            }
        }
        let gone = self
            .was
            .columns
            .iter()
            .filter(|column| self.now.find(&column.name).is_none());
        // What is calculated from others goes before them, and comes behind them.
        let (calculated, plain): (Vec<_>, Vec<_>) = gone.partition(|column| column.generated.is_some());
        operations.extend(
            calculated
                .into_iter()
                .chain(plain)
                .map(|column| drop(&column.name)),
        );
        for column in self
            .now
            .columns
            .iter()
            .filter(|column| column.generated.is_some())
        {
            if self.anew.contains(column.name.as_str()) || self.was.find(&column.name).is_none() {
                operations.push(Operation::AddColumn {
                    table: table.clone(),
                    column: column.clone(),
                    fill: None,
                });
            }
        }
    }
}

/// Tables that others refer to come first. A reference that goes in a circle is added when both are there.
fn parents_first(tables: &[&Table]) -> (Vec<Table>, Vec<Operation>) {
    let mut waiting: Vec<Table> = tables.iter().map(|table| (*table).clone()).collect();
    let (mut ordered, mut later): (Vec<Table>, Vec<Operation>) = (Vec::new(), Vec::new());
    while !waiting.is_empty() {
        let waits = |table: &Table| {
            let other =
                |name: &ObjectName| *name != table.name && waiting.iter().any(|one| one.name == *name);
            table.foreign_keys.iter().any(|key| other(&key.references))
        };
        match waiting.iter().position(|table| !waits(table)) {
            Some(at) => ordered.push(waiting.remove(at)),
            None => {
                let mut table = waiting.remove(0);
                let inside =
                    |name: &ObjectName| *name != table.name && waiting.iter().any(|one| one.name == *name);
                let (cut, kept): (Vec<_>, Vec<_>) = table
                    .foreign_keys
                    .into_iter()
                    .partition(|key| inside(&key.references));
                table.foreign_keys = kept;
                later.extend(cut.into_iter().map(|key| Operation::AddForeignKey {
                    table: table.name.clone(),
                    key,
                    not_valid: false,
                }));
                ordered.push(table);
            }
        }
    }
    (ordered, later)
}

/// Tables that refer to others go first; references in a circle are cut before.
fn children_first<'t>(tables: &[&'t Table]) -> (Vec<&'t Table>, Vec<Operation>) {
    let (ordered, cut) = parents_first(tables);
    let find = |name: &ObjectName| tables.iter().find(|table| table.name == *name).copied();
    let ordered = ordered
        .iter()
        .rev()
        .filter_map(|table| find(&table.name))
        .collect();
    let cut = cut.into_iter().filter_map(|operation| match operation {
        Operation::AddForeignKey { table, key, .. } => Some(Operation::DropForeignKey { table, key }),
        _ => None,
    });
    (ordered, cut.collect())
}
