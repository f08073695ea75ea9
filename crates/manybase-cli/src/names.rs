//! Which connections a command is about.

use manybase_db::{ConnectionHandle, Db, Result};

/// Those that were named, each once and in the order of their names; without names all.
pub(crate) fn chosen(db: &Db, named: &[String]) -> Result<Vec<ConnectionHandle>> {
    if named.is_empty() {
        return db.connections().iter().map(|name| db.connection(name)).collect();
    }
    let mut named: Vec<&String> = named.iter().collect();
    named.sort_unstable();
    named.dedup();
    named.into_iter().map(|name| db.connection(name)).collect()
}
