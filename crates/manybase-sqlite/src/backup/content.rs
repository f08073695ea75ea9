//! What is in a file.

use super::copy::fail;
use crate::config::Config;
use manybase_driver::Result;
use manybase_driver::backup::{Depth, Progress, Reporter, RowSums, Step, TableState};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;

/// So many complaints say enough.
const COMPLAINTS: i32 = 20;

/// The tables with rows of their own, and the counters of AUTOINCREMENT.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' \
                      AND (sql IS NULL OR upper(substr(sql, 1, 14)) <> 'CREATE VIRTUAL') \
                      AND (substr(name, 1, 7) <> 'sqlite_' OR name = 'sqlite_sequence') ORDER BY name";

/// The tables, with row counts and as far as asked for with checksums.
pub(super) fn tables(
    raw: &Connection,
    depth: Depth,
    config: &Config,
    report: &Reporter,
) -> Result<Vec<TableState>> {
    let names = strings(raw, TABLES).map_err(|error| fail(error, config))?;
    let total = names.len() as u64;
    let mut tables = Vec::with_capacity(names.len());
    for (done, name) in (0..).zip(names) {
        report.tell(&Progress {
            table: Some(name.clone()),
            total: Some(total),
            ..Progress::of(Step::Tables, done)
        });
        let found = match depth {
            Depth::Rows => count(raw, &name).map(|rows| (rows, None)),
            Depth::Content => sum(raw, &name).map(|(rows, sum)| (rows, Some(sum))),
        };
        let (rows, checksum) = found.map_err(|error| fail(error, config))?;
        tables.push(TableState {
            schema: None,
            name,
            rows,
            checksum,
        });
    }
    Ok(tables)
}

fn strings(raw: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = raw.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn count(raw: &Connection, table: &str) -> rusqlite::Result<u64> {
    let sql = format!("SELECT COUNT(*) FROM {}", quoted(table));
    raw.query_row(&sql, [], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
}

fn sum(raw: &Connection, table: &str) -> rusqlite::Result<(u64, String)> {
    let mut statement = raw.prepare(&format!("SELECT * FROM {}", quoted(table)))?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    let mut sums = RowSums::default();
    while let Some(row) = rows.next()? {
        for column in 0..width {
            match row.get_ref(column)? {
                ValueRef::Null => sums.cell(b'n', &[]),
                ValueRef::Integer(number) => sums.cell(b'i', &number.to_be_bytes()),
                ValueRef::Real(number) => sums.cell(b'r', &number.to_bits().to_be_bytes()),
                ValueRef::Text(text) => sums.cell(b't', text),
                ValueRef::Blob(bytes) => sums.cell(b'b', bytes),
            }
        }
        sums.end_row();
    }
    Ok(sums.finish())
}

/// What SQLite finds wrong with the file.
pub(super) fn integrity(raw: &Connection, config: &Config) -> Result<Vec<String>> {
    let found = strings(raw, &format!("PRAGMA integrity_check({COMPLAINTS})"));
    let mut found = found.map_err(|error| fail(error, config))?;
    found.retain(|line| line != "ok");
    Ok(found)
}

/// Rows that refer to nothing.
pub(super) fn orphans(raw: &Connection, config: &Config) -> Result<u64> {
    let mut statement = raw
        .prepare("PRAGMA foreign_key_check")
        .map_err(|error| fail(error, config))?;
    let mut rows = statement.query([]).map_err(|error| fail(error, config))?;
    let mut count = 0;
    while rows.next().map_err(|error| fail(error, config))?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// What is wrong with a file that was restored.
pub(super) fn check(
    raw: &Connection,
    config: &Config,
    settings: &BTreeMap<String, String>,
) -> Result<Vec<String>> {
    let mut found = integrity(raw, config)?;
    let now = orphans(raw, config)?.to_string();
    let then = settings.get("foreign_key_violations").map_or("0", String::as_str);
    if now != then {
        found.push(format!(
            "{now} rows refer to rows that are not there, and {then} did when it was backed up"
        ));
    }
    Ok(found)
}
