//! SQLite.

use super::{ForeignKeySwitch, Upkeep};

pub(crate) const SQLITE: Upkeep = Upkeep {
    files: &["sqlite"],
    structure: &[
        "SELECT type || '|' || name || '|' || tbl_name || '|' || COALESCE(sql, '') FROM sqlite_schema",
    ],
    lock: None,
    foreign_keys: Some(ForeignKeySwitch {
        ask: "PRAGMA foreign_keys",
        off: "PRAGMA foreign_keys = OFF",
        on: "PRAGMA foreign_keys = ON",
        violations: Some("SELECT \"table\", parent FROM pragma_foreign_key_check()"),
    }),
    databases: None,
    scratch_url: Some("sqlite::memory:"),
    leftover: None,
    full_text: Some(
        "SELECT t.tbl_name, SUBSTR(t.name, 1, LENGTH(t.name) - LENGTH('_inserted')), v.sql FROM sqlite_schema t \
         JOIN sqlite_schema v ON v.type = 'view' \
         AND v.name = SUBSTR(t.name, 1, LENGTH(t.name) - LENGTH('_inserted')) || '_rows' \
         WHERE t.type = 'trigger' AND t.name GLOB '*_full_text_*_inserted' ORDER BY 2",
    ),
};
