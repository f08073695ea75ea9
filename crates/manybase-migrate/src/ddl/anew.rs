//! Few changes in place; for all others a new table that takes the rows over.
//!
//! What concerns one table waits until something else needs it done, so that a table is made anew once.

mod rebuild;

use super::each::not_there;
use super::script::Script;
use super::spec::Writer;
use crate::operation::Operation;
use crate::schema::{Column, DefaultValue, Index, Schema, Table, words};
use manybase_db::Result;
use std::collections::{BTreeMap, BTreeSet};

/// What a table waits for.
pub(super) struct Pending {
    /// `None` when it is new.
    was: Option<Table>,
    now: Table,
    /// Columns that are new, although there may be one of that name.
    fresh: BTreeSet<String>,
    /// What rows get that are there.
    fills: BTreeMap<String, DefaultValue>,
    /// How values become those of a new type.
    casts: BTreeMap<String, String>,
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
            Operation::CreateTable { table } => {
                waiting.push(Pending::new(None, table.clone(), what));
            }
            Operation::DropTable { table } => {
                flush(&mut waiting, w, script)?;
                script.push(what, w.drop_table(table)?);
                // Rows that refer to it must not go with it.
                script.foreign_keys_off = true;
            }
            Operation::RenameTable { from, to } => {
                flush(&mut waiting, w, script)?;
                script.push(what, w.rename_table(from, to)?);
            }
            Operation::RenameColumn { table, from, to } => {
                flush(&mut waiting, w, script)?;
                script.push(what, w.rename_column(table, from, to)?);
            }
            _ => match operation.table() {
                Some(table) => {
                    let was = schema.table(table).ok_or_else(|| not_there(&table.name))?;
                    let now = after.table(table).ok_or_else(|| not_there(&table.name))?;
                    let at = waiting
                        .iter()
                        .position(|one| one.now.name == *table)
                        .unwrap_or_else(|| {
                            waiting.push(Pending::new(Some(was.clone()), now.clone(), String::new()));
                            waiting.len() - 1
                        });
                    waiting[at].note(operation, now, what);
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

impl Pending {
    fn new(was: Option<Table>, now: Table, what: String) -> Self {
        Self {
            was,
            now,
            fresh: BTreeSet::new(),
            fills: BTreeMap::new(),
            casts: BTreeMap::new(),
            what: Some(what).filter(|what| !what.is_empty()).into_iter().collect(),
        }
    }

    fn note(&mut self, operation: &Operation, now: &Table, what: String) {
        self.now = now.clone();
        self.what.push(what);
        let mut fill = |column: &Column, fill: &Option<DefaultValue>| {
            self.fills
                .extend(fill.clone().map(|fill| (column.name.clone(), fill)));
        };
        match operation {
            Operation::AddColumn {
                column, fill: value, ..
            } => {
                fill(column, value);
                self.fresh.insert(column.name.clone());
            }
            Operation::AlterColumn {
                column,
                fill: value,
                cast,
                ..
            } => {
                fill(column, value);
                self.casts
                    .extend(cast.clone().map(|cast| (column.name.clone(), cast)));
            }
            _ => {}
        }
    }

    fn what(&self) -> String {
        self.what.join(", ")
    }

    /// Whether rows have to move. Otherwise columns come and go in place.
    fn moves(&self, was: &Table, w: &Writer<'_>) -> Result<bool> {
        let now = &self.now;
        let keys = |table: &Table| table.primary_key.as_ref().map(|key| key.columns.clone());
        let same_keys = was.foreign_keys.len() == now.foreign_keys.len()
            && (now.foreign_keys.iter()).all(|key| was.foreign_keys.iter().any(|one| one.same_content(key)));
        let inside = |table: &Table| -> Vec<Index> {
            table
                .indexes
                .iter()
                .filter(|index| w.is_inside(index))
                .cloned()
                .collect()
        };
        if keys(was) != keys(now)
            || !same_keys
            || was.checks != now.checks
            || inside(was) != inside(now)
            || was.options != now.options
        {
            return Ok(true);
        }
        for column in &now.columns {
            match was.find(&column.name) {
                Some(_) if self.fresh.contains(&column.name) => return Ok(true),
                Some(old) => {
                    if self.casts.contains_key(&column.name)
                        || w.column(was, old)? != w.column(now, column)?
                    {
                        return Ok(true);
                    }
                }
                None => {
                    let fits = w.with_spec(now, column, |spec| Ok(w.ddl.adds_in_place(spec)))?;
                    if !fits || self.fills.contains_key(&column.name) {
                        return Ok(true);
                    }
                }
            }
        }
        let gone = was
            .columns
            .iter()
            .filter(|column| now.find(&column.name).is_none());
        Ok(gone.clone().any(|column| is_bound(was, column)))
    }
}

/// Whether something of the table stands on a column, so that it can't go by itself.
fn is_bound(table: &Table, column: &Column) -> bool {
    let says = |sql: &str| words::mentions(sql, &column.name);
    (table.primary_key.iter()).any(|key| key.columns.contains(&column.name))
        || table
            .foreign_keys
            .iter()
            .any(|key| key.columns.contains(&column.name))
        || table.checks.iter().any(|check| says(&check.expression))
        || table.triggers.iter().any(|trigger| says(&trigger.definition))
        || (table.columns.iter().filter_map(|one| one.generated.as_ref()))
            .any(|generated| says(&generated.expression))
        || (table.indexes.iter().filter(|index| index.constraint)).any(|index| {
            index
                .columns
                .iter()
                .any(|one| one.column.as_deref() == Some(&column.name))
        })
}

fn flush(waiting: &mut Vec<Pending>, w: &Writer<'_>, script: &mut Script) -> Result<()> {
    for pending in std::mem::take(waiting) {
        match &pending.was {
            None => w.new_table(&pending.now, script)?,
            Some(was) if pending.moves(was, w)? => rebuild::rebuild(&pending, was, w, script)?,
            Some(was) => in_place(&pending, was, w, script)?,
        }
    }
    Ok(())
}

fn in_place(pending: &Pending, was: &Table, w: &Writer<'_>, script: &mut Script) -> Result<()> {
    let (now, what) = (&pending.now, pending.what());
    let table = w.table(&now.name)?;
    for index in was.indexes.iter().filter(|index| !now.indexes.contains(index)) {
        let name = now.name.beside(index.name.as_deref().unwrap_or_default());
        script.push(&what, format!("DROP INDEX {}", w.table(&name)?));
    }
    for column in was
        .columns
        .iter()
        .filter(|column| now.find(&column.name).is_none())
    {
        script.push(
            &what,
            format!("ALTER TABLE {table} DROP COLUMN {}", w.name(&column.name)?),
        );
    }
    for column in now
        .columns
        .iter()
        .filter(|column| was.find(&column.name).is_none())
    {
        script.push(
            &what,
            format!("ALTER TABLE {table} ADD COLUMN {}", w.column(now, column)?),
        );
    }
    for index in now.indexes.iter().filter(|index| !was.indexes.contains(index)) {
        script.push(&what, w.create_index(&now.name, index, false)?);
    }
    Ok(())
}
