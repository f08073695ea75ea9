//! `DELETE`.

use super::scope::Level;
use super::select::filter;
use crate::{Delete, Result, SqlWriter};

pub(crate) fn delete(w: &mut SqlWriter<'_>, delete: &Delete) -> Result<()> {
    super::subquery::check_target(w, &delete.table, &delete.filter)?;
    w.push("DELETE FROM ");
    w.table(&delete.table)?;
    if delete.table.schema.is_some() {
        w.know_table(delete.table.name.clone(), &delete.table);
    }
    w.among(Level::One(delete.table.name.clone()), |w| {
        filter(w, " WHERE ", delete.filter.as_ref())
    })
}
