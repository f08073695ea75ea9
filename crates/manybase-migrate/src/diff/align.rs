//! What the database writes alike is made alike, so that only real differences are left.

use super::Normalised;
use crate::schema::{Check, Column, ColumnType, ForeignKey, Index, Names, Schema, Table};

/// `after`, in which each part that is the same as in `before` is written as there. What has no name gets one.
pub(super) fn align(after: &Normalised, before: &Schema, before_native: &Schema) -> Schema {
    let mut target = after.schema.clone();
    for table in &mut target.tables {
        table.renamed_from = None;
        for column in &mut table.columns {
            column.renamed_from = None;
        }
        let (Some(was), Some(was_native)) = (before.table(&table.name), before_native.table(&table.name))
        else {
            continue;
        };
        let named = after.named.table(&table.name).unwrap_or(table).clone();
        let native = after.native.table(&table.name).unwrap_or(&named);
        align_table(table, &named, native, was, was_native);
    }
    let mut names = Names::beside(&[&target]);
    for table in &mut target.tables {
        names.complete(table);
    }
    for view in &mut target.views {
        let native = after.native.view(&view.name).unwrap_or(view);
        if let (Some(was), Some(was_native)) = (before.view(&view.name), before_native.view(&view.name))
            && native == was_native
        {
            *view = was.clone();
        }
    }
    for sequence in &mut target.sequences {
        let native = after.native.sequence(&sequence.name).unwrap_or(sequence);
        if let (Some(was), Some(was_native)) = (
            before.sequence(&sequence.name),
            before_native.sequence(&sequence.name),
        ) && native == was_native
        {
            *sequence = was.clone();
        }
    }
    target
}

fn align_table(table: &mut Table, named: &Table, native: &Table, was: &Table, was_native: &Table) {
    // A schema that was read tells all of it.
    let models_say = (table.columns.iter()).any(|column| matches!(column.data_type, ColumnType::Neutral(_)));
    for column in &mut table.columns {
        let mut now = native.find(&column.name).unwrap_or(column).compared();
        let Some((was, was_native)) = was.find(&column.name).zip(was_native.find(&column.name)) else {
            continue;
        };
        // What models can't say stays.
        if models_say {
            column.always = column.auto && was.always;
            now.always = now.auto && was_native.always;
        }
        if now == was_native.compared() {
            *column = was.plain();
            continue;
        }
        // Of a column that changes, what stays is written as before too.
        if now.data_type == was_native.data_type && now.collation == was_native.collation {
            column.data_type = was.data_type.clone();
            column.collation.clone_from(&was.collation);
            column.holds = was.holds;
        }
        if now.default == was_native.default {
            column.default.clone_from(&was.default);
        }
        if now.generated == was_native.generated {
            column.generated.clone_from(&was.generated);
        }
        if now.comment == was_native.comment {
            column.comment.clone_from(&was.comment);
        }
    }
    let key_columns = |table: &Table| table.primary_key.as_ref().map(|key| key.columns.clone());
    if key_columns(table) == key_columns(was) {
        table.primary_key.clone_from(&was.primary_key);
    }
    // Each old part is taken once.
    let mut indexes: Vec<(usize, &Index)> = was_native.indexes.iter().enumerate().collect();
    for (index, named) in table.indexes.iter_mut().zip(&named.indexes) {
        let now = native
            .indexes
            .iter()
            .find(|one| one.name == named.name)
            .unwrap_or(named);
        let same = |(_, one): &(usize, &Index)| {
            one.same_content(now) && (index.name.is_none() || one.name.is_none() || index.name == one.name)
        };
        if let Some(at) = indexes.iter().position(same) {
            let (place, old) = indexes.remove(at);
            let written = was
                .indexes
                .iter()
                .find(|one| one.name.is_some() && one.name == old.name);
            *index = written.or(was.indexes.get(place)).unwrap_or(old).clone();
        }
    }
    let mut keys: Vec<(usize, &ForeignKey)> = was_native.foreign_keys.iter().enumerate().collect();
    for (key, named) in table.foreign_keys.iter_mut().zip(&named.foreign_keys) {
        let by_name = native
            .foreign_keys
            .iter()
            .find(|one| one.name.is_some() && one.name == named.name);
        let alike = |one: &&ForeignKey| one.columns == named.columns && one.references == named.references;
        let now = by_name
            .or_else(|| native.foreign_keys.iter().find(alike))
            .unwrap_or(named);
        let same = |(_, one): &(usize, &ForeignKey)| {
            one.same_content(now) && (key.name.is_none() || one.name.is_none() || key.name == one.name)
        };
        if let Some(at) = keys.iter().position(same) {
            let (place, old) = keys.remove(at);
            let written = was.foreign_keys.iter().find(|one| match &old.name {
                Some(name) => one.name.as_ref() == Some(name),
                None => one.columns == old.columns && one.references == old.references,
            });
            *key = written.or(was.foreign_keys.get(place)).unwrap_or(old).clone();
        }
    }
    let mut checks: Vec<(usize, &Check)> = was_native.checks.iter().enumerate().collect();
    for (check, named) in table.checks.iter_mut().zip(&named.checks) {
        let now = native
            .checks
            .iter()
            .find(|one| one.name == named.name)
            .unwrap_or(named);
        let same = |(_, one): &(usize, &Check)| {
            one.expression == now.expression
                && (check.name.is_none() || one.name.is_none() || check.name == one.name)
        };
        if let Some(at) = checks.iter().position(same) {
            let (place, old) = checks.remove(at);
            let written = was
                .checks
                .iter()
                .find(|one| one.name.is_some() && one.name == old.name);
            *check = written.or(was.checks.get(place)).unwrap_or(old).clone();
        }
    }
    if native.comment == was_native.comment {
        table.comment.clone_from(&was.comment);
    }
    if models_say {
        table.exclusions.clone_from(&was.exclusions);
    }
    table.options.clone_from(&was.options);
    table.triggers.clone_from(&was.triggers);
}

/// Whether two columns hold values of the same type.
pub(super) fn same_type(one: &Column, other: &Column) -> bool {
    one.data_type == other.data_type && one.collation == other.collation
}
