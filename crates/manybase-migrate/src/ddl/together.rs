//! All changes of one table in one statement.

use super::each::{named, not_there};
use super::script::Script;
use super::spec::Writer;
use crate::operation::Operation;
use crate::schema::{Column, DefaultValue, ForeignKey, Index, ObjectName, Schema, Table};
use manybase_db::Result;
use std::collections::{BTreeMap, BTreeSet};

/// What a table waits for.
struct Pending {
    was: Table,
    now: Table,
    /// Columns that are new, although there may be one of that name.
    fresh: BTreeSet<String>,
    /// What rows get that are there.
    fills: BTreeMap<String, DefaultValue>,
    what: Vec<String>,
}

pub(super) fn render(
    operations: &[Operation],
    before: &Schema,
    w: &Writer<'_>,
    script: &mut Script,
) -> Result<()> {
    let mut schema = before.clone();
    let mut waiting: Vec<Pending> = Vec::new();
    for operation in operations {
        let mut after = schema.clone();
        after.apply(operation)?;
        let what = operation.to_string();
        match operation {
            Operation::DropForeignKey { table, key } => {
                flush(&mut waiting, w, script)?;
                script.push(what, drop_foreign_key(&schema, table, key, w)?);
            }
            Operation::AddForeignKey { table, key, .. } => {
                flush(&mut waiting, w, script)?;
                script.push(
                    what,
                    format!(
                        "ALTER TABLE {} ADD {}",
                        w.table(table)?,
                        w.foreign_key(table, key)?
                    ),
                );
            }
            Operation::CreateTable { table } => {
                flush(&mut waiting, w, script)?;
                w.new_table(table, script)?;
            }
            Operation::DropTable { table } => {
                flush(&mut waiting, w, script)?;
                script.push(what, w.drop_table(table)?);
            }
            Operation::RenameTable { from, to } => {
                flush(&mut waiting, w, script)?;
                script.push(what, w.rename_table(from, to)?);
            }
            Operation::RenameColumn { table, from, to } => {
                flush(&mut waiting, w, script)?;
                let (was, now) = (&schema.table(table), &after.table(table));
                if let (Some(was), Some(now)) = (was, now) {
                    script.push(what, rename_column(was, now, from, to, w)?);
                }
            }
            _ => match operation.table() {
                Some(table) => {
                    let was = schema.table(table).ok_or_else(|| not_there(&table.name))?;
                    let now = after.table(table).ok_or_else(|| not_there(&table.name))?;
                    check_conversion(operation, was, w)?;
                    note(&mut waiting, operation, was, now, what);
                }
                None => {
                    flush(&mut waiting, w, script)?;
                    w.apart(operation, &schema, script)?;
                }
            },
        }
        schema = after;
    }
    flush(&mut waiting, w, script)
}

fn note(waiting: &mut Vec<Pending>, operation: &Operation, was: &Table, now: &Table, what: String) {
    let at = waiting
        .iter()
        .position(|one| one.now.name == now.name)
        .unwrap_or_else(|| {
            waiting.push(Pending {
                was: was.clone(),
                now: now.clone(),
                fresh: BTreeSet::new(),
                fills: BTreeMap::new(),
                what: Vec::new(),
            });
            waiting.len() - 1
        });
    let pending = &mut waiting[at];
    pending.now = now.clone();
    pending.what.push(what);
    match operation {
        Operation::AddColumn { column, fill, .. } => {
            pending.fresh.insert(column.name.clone());
            pending
                .fills
                .extend(fill.clone().map(|fill| (column.name.clone(), fill)));
        }
        Operation::AlterColumn { column, fill, .. } => {
            pending
                .fills
                .extend(fill.clone().map(|fill| (column.name.clone(), fill)));
        }
        _ => {}
    }
}

fn check_conversion(operation: &Operation, was: &Table, w: &Writer<'_>) -> Result<()> {
    let Operation::AlterColumn {
        table, column, cast, ..
    } = operation
    else {
        return Ok(());
    };
    let Some(old) = was
        .find(&column.name)
        .filter(|old| old.data_type != column.data_type || cast.is_some())
    else {
        return Ok(());
    };
    match w.conversion(table, old, column, cast.as_deref())? {
        None => Ok(()),
        Some(_) => Err(w.lacks(
            "change of a type with an expression",
            "add a column of the new type, fill it with SQL of your own, drop the old one and rename the new one",
        )),
    }
}

fn flush(waiting: &mut Vec<Pending>, w: &Writer<'_>, script: &mut Script) -> Result<()> {
    for pending in std::mem::take(waiting) {
        let what = pending.what.join(", ");
        let table = &pending.now.name;
        for (column, fill) in &pending.fills {
            if !pending.fresh.contains(column) {
                script.push(&what, w.fill(table, column, fill)?);
            }
        }
        let (first, second) = clauses(&pending, w)?;
        for clauses in [first, second].iter().filter(|clauses| !clauses.is_empty()) {
            script.push(
                &what,
                format!("ALTER TABLE {} {}", w.table(table)?, clauses.join(", ")),
            );
        }
    }
    Ok(())
}

/// The changes, and what has to come after them.
fn clauses(pending: &Pending, w: &Writer<'_>) -> Result<(Vec<String>, Vec<String>)> {
    let (was, now) = (&pending.was, &pending.now);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for check in was.checks.iter().filter(|check| !now.checks.contains(check)) {
        first.push(format!(
            "DROP CONSTRAINT {}",
            w.name(check.name.as_deref().unwrap_or_default())?
        ));
    }
    for index in was.indexes.iter().filter(|index| !now.indexes.contains(index)) {
        first.push(format!(
            "DROP INDEX {}",
            w.name(index.name.as_deref().unwrap_or_default())?
        ));
    }
    let key_columns = |table: &Table| table.primary_key.as_ref().map(|key| key.columns.clone());
    let key_changes = key_columns(was) != key_columns(now);
    if key_changes && was.primary_key.is_some() {
        first.push("DROP PRIMARY KEY".to_owned());
    }
    for column in &was.columns {
        if now.find(&column.name).is_none() || pending.fresh.contains(&column.name) {
            first.push(format!("DROP COLUMN {}", w.name(&column.name)?));
        }
    }
    for column in &now.columns {
        let definition = w.column(now, column)?;
        match was
            .find(&column.name)
            .filter(|_| !pending.fresh.contains(&column.name))
        {
            Some(old) => {
                if w.column(was, old)? != definition {
                    first.push(format!("MODIFY COLUMN {definition}"));
                }
            }
            None => match for_now(column, now, pending.fills.get(&column.name)) {
                Some(loose) => {
                    first.push(format!("ADD COLUMN {}", w.column(now, &loose)?));
                    second.push(format!("MODIFY COLUMN {definition}"));
                }
                None => first.push(format!("ADD COLUMN {definition}")),
            },
        }
    }
    if let Some(key) = now.primary_key.as_ref().filter(|_| key_changes) {
        first.push(format!("ADD {}", w.primary_key(None, &key.columns)?));
    }
    for index in now.indexes.iter().filter(|index| !was.indexes.contains(index)) {
        if index.condition.is_some() {
            return Err(w.lacks(
                "index with a condition",
                "leave the condition out, or make a generated column of it",
            ));
        }
        let unique = if index.unique { "UNIQUE " } else { "" };
        let name = w.name(index.name.as_deref().unwrap_or_default())?;
        first.push(format!("ADD {unique}INDEX {name} {}", w.index_columns(index)?));
    }
    // A foreign key must not lose the index that serves it.
    for key in now
        .foreign_keys
        .iter()
        .filter(|_| w.ddl.style().index_for_foreign_key)
    {
        if serves_any(was, key)
            && !serves_any(now, key)
            && let Some(name) = &key.name
        {
            first.push(format!(
                "ADD INDEX {} ({})",
                w.name(name)?,
                w.names(&key.columns)?
            ));
        }
    }
    for check in now.checks.iter().filter(|check| !was.checks.contains(check)) {
        first.push(format!("ADD {}", w.check(check)?));
    }
    if was.comment != now.comment {
        first.push(format!(
            "COMMENT = {}",
            w.text(now.comment.as_deref().unwrap_or_default())
        ));
    }
    Ok((first, second))
}

/// How a column is added that would otherwise be filled with zeros without a word.
fn for_now(column: &Column, table: &Table, fill: Option<&DefaultValue>) -> Option<Column> {
    let in_key = (table.primary_key.as_ref()).is_some_and(|key| key.columns.contains(&column.name));
    if column.nullable || column.default.is_some() || column.auto || column.generated.is_some() {
        return None;
    }
    match fill {
        Some(fill) => Some(Column {
            default: Some(fill.clone()),
            ..column.clone()
        }),
        None if in_key => None,
        None => Some(Column {
            nullable: true,
            ..column.clone()
        }),
    }
}

/// Whether the columns of a foreign key are the first of an index.
fn serves(index: &Index, key: &ForeignKey) -> bool {
    let names = index.names().unwrap_or_default();
    names.len() >= key.columns.len() && names.iter().zip(&key.columns).all(|(one, other)| one == other)
}

fn serves_any(table: &Table, key: &ForeignKey) -> bool {
    let by_key =
        (table.primary_key.as_ref()).is_some_and(|primary| primary.columns.starts_with(&key.columns));
    by_key || table.indexes.iter().any(|index| serves(index, key))
}

/// With the index that was made for it.
fn drop_foreign_key(schema: &Schema, table: &ObjectName, key: &ForeignKey, w: &Writer<'_>) -> Result<String> {
    let name = named(schema, table, key)?;
    let mut sql = format!(
        "ALTER TABLE {} {}",
        w.table(table)?,
        w.sql(|sql| w.ddl.drop_foreign_key(sql, &name))?
    );
    let found = schema.table(table).ok_or_else(|| not_there(&table.name))?;
    let others = (found.foreign_keys.iter())
        .any(|one| !one.same_content(key) && one.columns.starts_with(&key.columns));
    if w.ddl.style().index_for_foreign_key && !serves_any(found, key) && !others {
        sql.push_str(&format!(", DROP INDEX {}", w.name(&name)?));
    }
    Ok(sql)
}

/// Checks that speak of the column are in the way, and are said again with the new name.
fn rename_column(was: &Table, now: &Table, from: &str, to: &str, w: &Writer<'_>) -> Result<String> {
    let mut clauses = Vec::new();
    for check in was.checks.iter().filter(|check| !now.checks.contains(check)) {
        clauses.push(format!(
            "DROP CONSTRAINT {}",
            w.name(check.name.as_deref().unwrap_or_default())?
        ));
    }
    clauses.push(format!("RENAME COLUMN {} TO {}", w.name(from)?, w.name(to)?));
    for check in now.checks.iter().filter(|check| !was.checks.contains(check)) {
        clauses.push(format!("ADD {}", w.check(check)?));
    }
    Ok(format!(
        "ALTER TABLE {} {}",
        w.table(&now.name)?,
        clauses.join(", ")
    ))
}
