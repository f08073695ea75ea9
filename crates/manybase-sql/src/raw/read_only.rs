//! Whether raw SQL only reads, so that it may go to a replica or a reader.

use super::lexer::{Kind, Lexer};
use crate::Dialect;

/// Words outside strings and names that make a query more than a look: it writes, locks rows or explains by
/// running. `SHARE` stands for `FOR SHARE`, `FOR KEY SHARE` and `LOCK IN SHARE MODE`.
const WRITES: &[&str] = &[
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "INTO",
    "SHARE",
    "ANALYZE",
    "ANALYSE",
    "PROCEDURE",
    "CALL",
];

/// Functions that write, lock, or speak of what this very session did.
const CALLS: &[&str] = &[
    "NEXTVAL",
    "SETVAL",
    "CURRVAL",
    "LASTVAL",
    "LAST_INSERT_ID",
    "LAST_INSERT_ROWID",
    "LOAD_EXTENSION",
    "CHANGES",
    "TOTAL_CHANGES",
    "FOUND_ROWS",
    "ROW_COUNT",
    "GET_LOCK",
    "RELEASE_LOCK",
    "RELEASE_ALL_LOCKS",
    "SET_CONFIG",
    "TXID_CURRENT",
    "PG_CURRENT_XACT_ID",
    "PG_NOTIFY",
    "PG_TERMINATE_BACKEND",
    "PG_CANCEL_BACKEND",
];

/// Families of such functions, by the begin of their names.
const FAMILIES: &[&str] = &[
    "PG_ADVISORY",
    "PG_TRY_ADVISORY",
    "PG_CREATE",
    "PG_DROP",
    "PG_LOGICAL",
    "PG_REPLICATION",
    "PG_SWITCH",
    "PG_RELOAD",
    "LO_",
    "DBLINK",
];

/// Stands for any quoted name: no word looks like it.
const QUOTED: &str = "\"\"";

/// Whether the text only reads, as far as its words tell. When in doubt it does not.
///
/// A function of the user's own that writes can't be seen from outside: run such a query as a statement that
/// writes.
///
/// ```
/// use manybase_sql::{dialect, raw};
/// let pg = dialect::postgres();
/// assert!(raw::is_read_only("SELECT 'update' FROM t", pg));
/// assert!(!raw::is_read_only("SELECT * FROM t FOR UPDATE", pg));
/// assert!(!raw::is_read_only("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", pg));
/// ```
pub fn is_read_only(sql: &str, dialect: &dyn Dialect) -> bool {
    let (mut first, mut ended, mut last) = (true, false, String::new());
    for token in Lexer::new(sql, dialect.lexical()) {
        let Ok(token) = token else { return false };
        match token.kind {
            Kind::Space => continue,
            // A second statement may do anything.
            _ if ended => return false,
            Kind::ExecutableBegin | Kind::ExecutableEnd => return false,
            Kind::Other if first && token.text == "(" => {}
            _ if first && token.kind != Kind::Word => return false,
            Kind::Other if token.text == ";" => ended = true,
            // A function under a quoted name hides from the lists.
            Kind::Other if token.text == "(" && last == QUOTED => return false,
            // `@a := 1` keeps a value in the session.
            Kind::Other if token.text == "=" && last == ":" => return false,
            Kind::Word => {
                let word = token.text.to_ascii_uppercase();
                let reads = matches!(word.as_str(), "SELECT" | "VALUES" | "SHOW" | "EXPLAIN" | "WITH");
                if first && !reads || WRITES.contains(&word.as_str()) || CALLS.contains(&word.as_str()) {
                    return false;
                }
                if FAMILIES.iter().any(|family| word.starts_with(family)) || last == "NEXT" && word == "VALUE"
                {
                    return false;
                }
                first = false;
                last = word;
                continue;
            }
            _ => {}
        }
        last.clear();
        last.push_str(if token.kind == Kind::Quoted {
            QUOTED
        } else {
            token.text
        });
    }
    !first
}
