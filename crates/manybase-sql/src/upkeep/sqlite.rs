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
};
