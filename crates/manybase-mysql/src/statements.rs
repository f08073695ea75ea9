//! Prepared statements that a connection keeps.

use crate::column::ResultColumns;
use std::collections::HashMap;
use std::sync::Arc;

/// A statement that the server has prepared.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// The server's number for it.
    pub(crate) id: u32,
    /// How many values it wants.
    pub(crate) values: u16,
    /// The columns of its rows, as they were last.
    pub(crate) columns: Arc<ResultColumns>,
}

/// Statements by text; the one that was used least lately makes room.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    kept: HashMap<Arc<str>, Kept, foldhash::fast::RandomState>,
    uses: u64,
    limit: usize,
}

#[derive(Debug)]
struct Kept {
    statement: Prepared,
    used: u64,
}

impl Statements {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    pub(crate) fn get(&mut self, sql: &str) -> Option<Prepared> {
        let kept = self.kept.get_mut(sql)?;
        self.uses += 1;
        kept.used = self.uses;
        Some(kept.statement.clone())
    }

    /// Keeps a statement, and gives back the one that has to go for it.
    pub(crate) fn keep(&mut self, sql: Arc<str>, statement: Prepared) -> Option<Prepared> {
        self.uses += 1;
        let used = self.uses;
        self.kept.insert(sql, Kept { statement, used });
        if self.kept.len() <= self.limit {
            return None;
        }
        // Rare, and little beside the round trip that has just been made.
        let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used);
        let oldest = oldest.map(|(sql, _)| sql.clone())?;
        self.kept.remove(&oldest).map(|kept| kept.statement)
    }

    /// Its rows have other columns by now.
    pub(crate) fn note_columns(&mut self, sql: &str, columns: &Arc<ResultColumns>) {
        if let Some(kept) = self.kept.get_mut(sql) {
            kept.statement.columns = columns.clone();
        }
    }

    /// Forgets all, when the server has forgotten them.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }
}
