//! Keys, indexes, checks and references of one table.

use crate::operation::Operation;
use crate::schema::{Check, ForeignKey, Index, ObjectName, Schema, Table, words};
use std::collections::BTreeSet;

/// What goes and what comes. What stands on something that changes goes and comes, although it is the same.
pub(super) struct Constraints<'s> {
    was: &'s Table,
    now: &'s Table,
    gone_keys: Vec<&'s ForeignKey>,
    new_keys: Vec<&'s ForeignKey>,
    gone_indexes: Vec<&'s Index>,
    new_indexes: Vec<&'s Index>,
    gone_checks: Vec<&'s Check>,
    new_checks: Vec<&'s Check>,
}

impl<'s> Constraints<'s> {
    /// `anew` are the columns of this table that are made again, `moved` those of all tables whose type changes.
    pub(super) fn of(
        was: &'s Table,
        now: &'s Table,
        anew: &BTreeSet<&str>,
        moved: &BTreeSet<(ObjectName, String)>,
        before: &Schema,
        target: &Schema,
    ) -> Self {
        let key_moves = |key: &&ForeignKey| {
            let here = key
                .columns
                .iter()
                .any(|column| moved.contains(&(now.name.clone(), column.clone())));
            let there = key
                .referenced_columns
                .iter()
                .any(|column| moved.contains(&(key.references.clone(), column.clone())));
            here || there || footing_moves(key, before, target)
        };
        let on_anew = |sql: &str| anew.iter().any(|column| words::mentions(sql, column));
        let index_moves = |index: &&Index| {
            let column = |name: &Option<String>| name.as_deref().is_some_and(|name| anew.contains(name));
            index
                .columns
                .iter()
                .any(|one| column(&one.column) || one.expression.as_deref().is_some_and(on_anew))
                || index.condition.as_deref().is_some_and(on_anew)
        };
        let check_moves = |check: &&Check| on_anew(&check.expression);
        let (gone_keys, new_keys) = changed(&was.foreign_keys, &now.foreign_keys, key_moves);
        let (gone_indexes, new_indexes) = changed(&was.indexes, &now.indexes, index_moves);
        let (gone_checks, new_checks) = changed(&was.checks, &now.checks, check_moves);
        Self {
            was,
            now,
            gone_keys,
            new_keys,
            gone_indexes,
            new_indexes,
            gone_checks,
            new_checks,
        }
    }

    fn key_changes(&self) -> bool {
        let columns = |table: &Table| table.primary_key.as_ref().map(|key| key.columns.clone());
        columns(self.was) != columns(self.now)
    }

    pub(super) fn drop_foreign_keys(&self, operations: &mut Vec<Operation>) {
        operations.extend(self.gone_keys.iter().map(|key| Operation::DropForeignKey {
            table: self.now.name.clone(),
            key: (*key).clone(),
        }));
    }

    pub(super) fn drop_others(&self, operations: &mut Vec<Operation>) {
        let table = &self.now.name;
        operations.extend(self.gone_checks.iter().map(|check| Operation::DropCheck {
            table: table.clone(),
            check: (*check).clone(),
        }));
        operations.extend(self.gone_indexes.iter().map(|index| Operation::DropIndex {
            table: table.clone(),
            index: (*index).clone(),
        }));
        if self.was.primary_key.is_some() && self.key_changes() {
            operations.push(Operation::ChangePrimaryKey {
                table: table.clone(),
                key: None,
            });
        }
    }

    pub(super) fn add_keys_and_indexes(&self, operations: &mut Vec<Operation>) {
        let table = &self.now.name;
        if self.now.primary_key.is_some() && self.key_changes() {
            operations.push(Operation::ChangePrimaryKey {
                table: table.clone(),
                key: self.now.primary_key.clone(),
            });
        }
        operations.extend(self.new_indexes.iter().map(|index| Operation::AddIndex {
            table: table.clone(),
            index: (*index).clone(),
            concurrently: false,
        }));
        operations.extend(self.new_checks.iter().map(|check| Operation::AddCheck {
            table: table.clone(),
            check: (*check).clone(),
        }));
    }

    pub(super) fn add_foreign_keys(&self, operations: &mut Vec<Operation>) {
        operations.extend(self.new_keys.iter().map(|key| Operation::AddForeignKey {
            table: self.now.name.clone(),
            key: (*key).clone(),
            not_valid: false,
        }));
    }
}

/// Whether the key that a reference points to changes.
fn footing_moves(key: &ForeignKey, before: &Schema, target: &Schema) -> bool {
    let (Some(was), Some(now)) = (before.table(&key.references), target.table(&key.references)) else {
        return false;
    };
    let footing = |table: &Table| {
        let same = |names: &[&str]| {
            names.len() == key.referenced_columns.len()
                && key
                    .referenced_columns
                    .iter()
                    .all(|one| names.contains(&one.as_str()))
        };
        let names =
            |columns: &[String]| -> bool { same(&columns.iter().map(String::as_str).collect::<Vec<_>>()) };
        let by_key = table.primary_key.iter().any(|one| names(&one.columns));
        let by_index: Vec<Index> = (table.indexes.iter())
            .filter(|index| index.unique && index.names().is_some_and(|columns| same(&columns)))
            .cloned()
            .collect();
        (by_key, by_index)
    };
    let ((was_key, was_indexes), (now_key, now_indexes)) = (footing(was), footing(now));
    let stays = |one: &Index| now_indexes.iter().any(|other| one.alike(other));
    was_key != now_key || was_indexes.len() != now_indexes.len() || !was_indexes.iter().all(stays)
}

/// What can be the same under another name.
trait Alike {
    /// Whether it is the same; a name that is not known is any.
    fn alike(&self, other: &Self) -> bool;
}

fn same_name(one: Option<&String>, other: Option<&String>) -> bool {
    one.is_none() || other.is_none() || one == other
}

impl Alike for Index {
    fn alike(&self, other: &Self) -> bool {
        self.same_content(other) && same_name(self.name.as_ref(), other.name.as_ref())
    }
}

impl Alike for ForeignKey {
    fn alike(&self, other: &Self) -> bool {
        self.same_content(other) && same_name(self.name.as_ref(), other.name.as_ref())
    }
}

impl Alike for Check {
    fn alike(&self, other: &Self) -> bool {
        self.expression == other.expression && same_name(self.name.as_ref(), other.name.as_ref())
    }
}

/// What goes and what comes.
fn changed<'s, T: Alike>(
    was: &'s [T],
    now: &'s [T],
    moves: impl Fn(&&T) -> bool,
) -> (Vec<&'s T>, Vec<&'s T>) {
    let stays = |one: &&T, others: &[T]| others.iter().any(|other| one.alike(other)) && !moves(one);
    let gone = was.iter().filter(|one| !stays(one, now)).collect();
    let new = now.iter().filter(|one| !stays(one, was)).collect();
    (gone, new)
}
