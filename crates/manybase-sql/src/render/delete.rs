//! `DELETE`.

use super::select::filter;
use crate::{Delete, Result, SqlWriter};

pub(crate) fn delete(w: &mut SqlWriter<'_>, delete: &Delete) -> Result<()> {
    w.push("DELETE FROM ");
    w.table(&delete.table)?;
    filter(w, " WHERE ", delete.filter.as_ref())
}
