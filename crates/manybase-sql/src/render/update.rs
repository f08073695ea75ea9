//! `UPDATE`.

use super::scope::Level;
use super::{insert::returning, select::filter};
use crate::{Error, Result, SqlWriter, Update};

pub(crate) fn update(w: &mut SqlWriter<'_>, update: &Update) -> Result<()> {
    if update.set.is_empty() {
        return Err(Error::Statement(format!(
            "an update of {} that sets nothing",
            update.table
        )));
    }
    let conditions = update.set.iter().map(|(_, to)| to).chain(&update.filter);
    super::subquery::check_target(w, &update.table, conditions)?;
    w.push("UPDATE ");
    w.table(&update.table)?;
    w.push(" SET ");
    if update.table.schema.is_some() {
        w.know_table(update.table.name.clone(), &update.table);
    }
    w.among(Level::One(update.table.name.clone()), |w| {
        let before = w.enter(Some("SET"));
        w.comma_separated(&update.set, |w, (column, to)| {
            w.identifier(column)?;
            w.push(" = ");
            w.dialect().expr(w, to)
        })?;
        w.enter(before);
        filter(w, " WHERE ", update.filter.as_ref())
    })?;
    returning(
        w,
        &update.returning,
        w.dialect().capability().update_returning,
        "UPDATE … RETURNING",
    )
}
