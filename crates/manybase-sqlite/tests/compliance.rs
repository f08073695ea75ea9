//! The driver compliance suite, on a file and in memory.

use manybase_sqlite::SqliteFactory;
use manybase_testkit::{ServerError, compliance::Target};
use std::sync::Arc;

/// Counts for a minute or more.
const SLOW: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) \
                    SELECT COUNT(*) FROM n";

mod file {
    use super::*;

    manybase_testkit::compliance!(async {
        let directory = tempfile::tempdir().map_err(|source| ServerError::Io {
            doing: "make a directory".into(),
            source: Arc::new(source),
        })?;
        let url = |name: &str| format!("sqlite://{}", directory.path().join(name).display());
        // Files in WAL mode can't be committed together.
        let member = |name| url(name) + "?journal_mode=delete";
        Ok(Target::new(Arc::new(SqliteFactory), url("compliance.db"))
            .slow_query(SLOW)
            .group(member("one.db"), member("other.db"))
            .keep(directory))
    });
}

mod memory {
    use super::*;

    manybase_testkit::compliance!(async {
        Ok(Target::new(Arc::new(SqliteFactory), "sqlite::memory:").slow_query(SLOW))
    });
}
