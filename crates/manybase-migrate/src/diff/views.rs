//! Views stand on tables: those that are in the way go first and come again at the end.

use crate::operation::Operation;
use crate::schema::{ObjectName, Schema, View, words};
use std::collections::BTreeSet;

pub(super) fn around(before: &Schema, target: &Schema, operations: Vec<Operation>) -> Vec<Operation> {
    let mut touched = BTreeSet::new();
    for operation in &operations {
        match operation {
            Operation::RenameTable { from, to } => touched.extend([from.name.clone(), to.name.clone()]),
            Operation::DropTable { table }
            | Operation::DropColumn { table, .. }
            | Operation::RenameColumn { table, .. }
            | Operation::AlterColumn { table, .. } => {
                touched.insert(table.name.clone());
            }
            _ => {}
        }
    }
    let mut moves: BTreeSet<&ObjectName> = BTreeSet::new();
    loop {
        let stands_on = |view: &View| {
            touched.iter().any(|name| words::mentions(&view.query, name))
                || moves
                    .iter()
                    .any(|other| **other != view.name && words::mentions(&view.query, &other.name))
        };
        let more: Vec<&ObjectName> = (before.views.iter())
            .filter(|view| !moves.contains(&view.name))
            .filter(|view| target.view(&view.name) != Some(view) || stands_on(view))
            .map(|view| &view.name)
            .collect();
        if more.is_empty() {
            break;
        }
        moves.extend(more);
    }
    let gone: Vec<&View> = before
        .views
        .iter()
        .filter(|view| moves.contains(&view.name))
        .collect();
    let come: Vec<&View> = (target.views.iter())
        .filter(|view| moves.contains(&view.name) || before.view(&view.name).is_none())
        .collect();
    let drops = in_order(&gone).into_iter().rev().map(|view| Operation::DropView {
        view: view.name.clone(),
    });
    let creates = in_order(&come)
        .into_iter()
        .map(|view| Operation::CreateView { view: view.clone() });
    drops.chain(operations).chain(creates).collect()
}

/// What others show comes first.
fn in_order<'v>(views: &[&'v View]) -> Vec<&'v View> {
    let mut waiting = views.to_vec();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let waits = |view: &View| {
            waiting
                .iter()
                .any(|other| other.name != view.name && words::mentions(&view.query, &other.name.name))
        };
        let at = waiting.iter().position(|view| !waits(view)).unwrap_or(0);
        ordered.push(waiting.remove(at));
    }
    ordered
}
