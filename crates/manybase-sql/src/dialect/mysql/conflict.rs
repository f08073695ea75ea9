//! `ON DUPLICATE KEY UPDATE`, which reacts to any unique key.

use crate::{ConflictUpdate, ConflictValue, OnConflict, Result, SqlWriter};

pub(super) fn on_conflict(w: &mut SqlWriter<'_>, conflict: &OnConflict) -> Result<()> {
    w.push(" ON DUPLICATE KEY UPDATE ");
    let set = match &conflict.update {
        // INSERT IGNORE would swallow other errors too, so a key is set to what it is.
        ConflictUpdate::Nothing => {
            return w.comma_separated(conflict.keys.iter().take(1), |w, key| {
                w.identifier(key)?;
                w.push(" = ");
                w.identifier(key)
            });
        }
        ConflictUpdate::Set(set) => set,
    };
    w.comma_separated(set, |w, (column, value)| {
        w.identifier(column)?;
        w.push(" = ");
        match value {
            ConflictValue::Given => {
                w.push("VALUES(");
                w.identifier(column)?;
                w.push(")");
            }
            ConflictValue::Increased => {
                w.identifier(column)?;
                w.push(" + 1");
            }
        }
        Ok(())
    })
}
