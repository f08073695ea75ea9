//! Which rows a migration says that it takes away.

use crate::schema::words;
use crate::{Script, Statement};

/// Whether a table is meant to have fewer rows afterwards: one of the statements deletes from it, empties or drops it by
/// name, or a comment says so. What goes along with other rows is not meant.
pub(super) fn announced(script: &Script, table: &str) -> bool {
    let said = |name: &String| name.eq_ignore_ascii_case(table);
    script.loses_rows.iter().any(said) || script.statements().any(|statement| takes_from(statement, table))
}

fn takes_from(statement: &Statement, table: &str) -> bool {
    let text = statement.text.as_str();
    let mut said = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let first = said.next().unwrap_or_default().to_ascii_uppercase();
    let takes = match first.as_str() {
        "DELETE" | "TRUNCATE" | "REPLACE" | "MERGE" => true,
        // A table that only makes room for its successor loses nothing.
        "DROP" => statement.destroys,
        "ALTER" => says(text, "PARTITION"),
        "WITH" => says(text, "DELETE"),
        _ => false,
    };
    // Behind these stand tables that are only looked at.
    let end = ["WHERE", "USING"].iter().filter_map(|word| at(text, word)).min();
    let target = match first.as_str() {
        "DELETE" => &text[..end.unwrap_or(text.len())],
        _ => text,
    };
    takes && words::mentions(target, table)
}

fn says(text: &str, word: &str) -> bool {
    at(text, word).is_some()
}

/// Where a word stands by itself.
fn at(text: &str, word: &str) -> Option<usize> {
    let upper = text.to_ascii_uppercase();
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    upper
        .match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !upper[..*at].ends_with(inside) && !upper[at + word.len()..].starts_with(inside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Set;

    #[test]
    fn what_is_meant_to_go() {
        for (sql, table, expected) in [
            (
                "DELETE FROM child WHERE parent_id IN (SELECT id FROM parent)",
                "child",
                true,
            ),
            (
                "DELETE FROM child WHERE parent_id IN (SELECT id FROM parent)",
                "parent",
                false,
            ),
            ("TRUNCATE TABLE \"child\"", "child", true),
            ("DROP TABLE child", "child", true),
            (
                "CREATE TABLE n (a INT); DROP TABLE child; ALTER TABLE n RENAME TO child",
                "child",
                false,
            ),
            ("-- manybase: loses-rows child, log\nSELECT 1", "log", true),
            ("INSERT INTO child SELECT * FROM old", "child", false),
            ("ALTER TABLE child DROP COLUMN a", "child", false),
            ("ALTER TABLE child DROP PARTITION p1", "child", true),
            (
                "WITH gone AS (DELETE FROM child RETURNING *) SELECT 1 FROM gone",
                "child",
                true,
            ),
        ] {
            let set = Set::of([("main/20250101000000_a/up.sql", sql)]).unwrap();
            let migration = &set.line("main").unwrap().migrations()[0];
            let script = migration.up(manybase_sql::dialect::sqlite()).unwrap();
            assert_eq!(announced(&script, table), expected, "{table} in {sql}");
        }
    }
}
