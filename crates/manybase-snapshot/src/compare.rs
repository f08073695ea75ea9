//! Whether a database holds what a backup says.

use crate::manifest::{Manifest, Table, bad};
use manybase_driver::Result;
use manybase_driver::backup::{BackupOptions, Backups, Depth, Reporter};
use std::collections::BTreeMap;

/// So many differences are told.
const TOLD: usize = 5;

/// Asks the database itself, and compares its tables with those of the manifest.
pub(crate) async fn check(
    backups: &dyn Backups,
    manifest: &Manifest,
    depth: Depth,
    options: &BackupOptions,
    report: &Reporter,
) -> Result<()> {
    let mut found = backups.check(&manifest.settings).await?;
    let now = backups.look(depth, options, report).await?;
    let now: Vec<Table> = now.into_iter().map(Table::from).collect();
    differences(&manifest.tables, &now, &mut found);
    if found.is_empty() {
        return Ok(());
    }
    let more = match found.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    found.truncate(TOLD);
    let what = format!(
        "what was restored is not what was backed up: {}{more}",
        found.join("; ")
    );
    Err(bad(what).with_help("take another backup; this one can't be trusted"))
}

fn rows(number: u64) -> String {
    match number {
        1 => "1 row".to_owned(),
        _ => format!("{number} rows"),
    }
}

fn differences(then: &[Table], now: &[Table], found: &mut Vec<String>) {
    let mut left: BTreeMap<_, _> = now
        .iter()
        .map(|table| ((&table.schema, &table.name), table))
        .collect();
    for table in then {
        let Some(now) = left.remove(&(&table.schema, &table.name)) else {
            found.push(format!("table {table} is missing"));
            continue;
        };
        if now.rows != table.rows {
            found.push(format!(
                "table {table} has {} instead of {}",
                rows(now.rows),
                table.rows
            ));
        } else if now.checksum.is_some() && now.checksum != table.checksum {
            found.push(format!(
                "table {table} has other values in its {}",
                rows(table.rows)
            ));
        }
    }
    found.extend(
        left.values()
            .map(|table| format!("there is a table {table} more")),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, rows: u64, checksum: Option<&str>) -> Table {
        Table {
            schema: None,
            name: name.to_owned(),
            rows,
            checksum: checksum.map(str::to_owned),
        }
    }

    #[test]
    fn every_difference_is_told() {
        let then = [
            table("a", 1, Some("x")),
            table("b", 2, Some("y")),
            table("c", 3, Some("z")),
        ];
        let mut found = Vec::new();
        differences(&then, &then, &mut found);
        // Without checksums only the rows are compared.
        differences(&then[..1], &[table("a", 1, None)], &mut found);
        assert_eq!(found, [""; 0]);
        let now = [
            table("a", 1, Some("w")),
            table("b", 3, Some("y")),
            table("d", 0, None),
        ];
        differences(&then, &now, &mut found);
        assert_eq!(
            found,
            [
                "table a has other values in its 1 row",
                "table b has 3 rows instead of 2",
                "table c is missing",
                "there is a table d more"
            ]
        );
    }
}
