//! What an insert does about rows that are there already.

use crate::{ConflictUpdate, ConflictValue, Error, Insert, OnConflict, Result, SqlWriter};

/// What makes no sense on any database.
pub(super) fn check(insert: &Insert, conflict: &OnConflict) -> Result<()> {
    let what = if conflict.keys.is_empty() {
        "without a key to find rows by"
    } else if insert.columns.is_empty() {
        "without a column"
    } else if matches!(&conflict.update, ConflictUpdate::Set(set) if set.is_empty()) {
        "that updates no column"
    } else {
        return Ok(());
    };
    let table = &insert.table;
    Err(Error::Statement(format!("an insert or update of {table} {what}")))
}

pub(crate) fn on_conflict(w: &mut SqlWriter<'_>, insert: &Insert, conflict: &OnConflict) -> Result<()> {
    w.push(" ON CONFLICT (");
    w.comma_separated(&conflict.keys, |w, key| w.identifier(key))?;
    w.push(") DO ");
    let set = match &conflict.update {
        ConflictUpdate::Nothing => {
            w.push("NOTHING");
            return Ok(());
        }
        ConflictUpdate::Set(set) => set,
    };
    w.push("UPDATE SET ");
    w.comma_separated(set, |w, (column, value)| {
        w.identifier(column)?;
        match value {
            ConflictValue::Given => {
                w.push(" = excluded.");
                w.identifier(column)
            }
            // The name alone could be that of the new row.
            ConflictValue::Increased => {
                w.push(" = ");
                w.identifier(&insert.table.name)?;
                w.push(".");
                w.identifier(column)?;
                w.push(" + 1");
                Ok(())
            }
        }
    })
}
