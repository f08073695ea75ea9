//! A hash of the whole structure.

use super::Rows;
use crate::set::{hash, upkeep};
use manybase_db::{Lease, Result};
use manybase_driver::Statement;

/// A hash that changes when the structure does, and at nothing else. `None` where the catalog is not known.
pub(crate) async fn structure(lease: &mut Lease<'_>) -> Result<Option<String>> {
    let queries = upkeep(lease.dialect()).structure;
    if queries.is_empty() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for (at, query) in queries.iter().enumerate() {
        let rows = Rows::new(|row| Ok(row.str(0)?.unwrap_or_default().to_owned()));
        let mut rows = lease
            .query(Statement::write(*query, vec![]).once(), rows)
            .await?
            .kept;
        rows.sort_unstable();
        all.push(format!("{at}"));
        all.extend(rows);
    }
    Ok(Some(hash(all.iter().map(String::as_str))))
}
