//! Prepared statements that a connection keeps.
//!
//! Not `mysql_async`'s own cache: that one parses the text at each call, in search of named parameters.

use manybase_driver::{Error, ErrorKind, Result};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Statement};
use mysql_common::named_params::ParsedNamedParams;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Statements by text; the one that was used least lately makes room.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    kept: HashMap<Arc<str>, Kept, foldhash::fast::RandomState>,
    uses: u64,
    limit: usize,
}

#[derive(Debug)]
struct Kept {
    statement: Statement,
    used: u64,
}

impl Statements {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    pub(crate) fn get(&mut self, sql: &str) -> Option<Statement> {
        let kept = self.kept.get_mut(sql)?;
        self.uses += 1;
        kept.used = self.uses;
        Some(kept.statement.clone())
    }

    /// Keeps a statement, and gives back the one that has to go for it.
    pub(crate) fn keep(&mut self, sql: Arc<str>, statement: Statement) -> Option<Statement> {
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

    /// Forgets all, when the server has forgotten them.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }
}

/// Prepares a statement.
pub(crate) async fn prepare(conn: &mut Conn, sql: &str) -> Result<mysql_async::Result<Statement>> {
    let text = shielded(sql)?;
    Ok(conn.prep(text.as_bytes()).await)
}

/// `mysql_async` rewrites what it takes for a named parameter (`:name`), and its parser goes astray on texts such
/// as `1-':name'`, where it would change a literal. Such a text gets an empty comment in front: it leads that
/// parser to take all of it for a comment, and means nothing to the server.
fn shielded(sql: &str) -> Result<Cow<'_, str>> {
    let sees_names = |sql: &str| {
        ParsedNamedParams::parse(sql.as_bytes()).map_or(true, |parsed| !parsed.params().is_empty())
    };
    if !sql.contains(':') || !sees_names(sql) {
        return Ok(Cow::Borrowed(sql));
    }
    let shielded = format!("/**/{sql}");
    if sees_names(&shielded) {
        return Err(Error::new(
            ErrorKind::Statement,
            "mysql_async would take a part of the text for a named parameter",
        )
        .with_help("write `?` for values, and no comment in a text that has a colon before a name"));
    }
    Ok(Cow::Owned(shielded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_never_change_a_text() {
        for sql in [
            "SELECT ':a'",
            "SELECT 1 /* :a */",
            "SELECT `a:b` FROM t",
            "SELECT @a:=1",
        ] {
            assert_eq!(shielded(sql).expect("fine"), sql);
        }
        for sql in ["SELECT 1-':a'", "SELECT :a", "SELECT ?, :a"] {
            assert_eq!(shielded(sql).expect("fine"), format!("/**/{sql}"));
        }
        let error = shielded("SELECT 1-':a' /* */, 1-':b'").expect_err("beyond help");
        assert_eq!(error.kind(), ErrorKind::Statement);
    }
}
