//! Foreign keys, when all tables are known.

use crate::Table;

/// What foreign keys leave open: SQLite compares names without case and lets the other columns be unsaid.
pub(super) fn resolve(tables: &mut [Table]) {
    struct Known {
        schema: String,
        name: String,
        key: Vec<String>,
        columns: Vec<String>,
    }
    let known = |table: &Table| Known {
        schema: table.schema.clone(),
        name: table.name.clone(),
        key: table
            .primary_key
            .as_ref()
            .map(|key| key.columns.clone())
            .unwrap_or_default(),
        columns: table.columns.iter().map(|column| column.name.clone()).collect(),
    };
    let all: Vec<Known> = tables.iter().map(known).collect();
    for table in tables {
        let own: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        for key in &mut table.foreign_keys {
            for column in &mut key.columns {
                as_written(column, &own);
            }
            let mut there = all.iter().filter(|other| other.schema == key.referenced_schema);
            let exact = there.clone().find(|other| other.name == key.referenced_table);
            let Some(other) = exact.or_else(|| there.find(|other| same(&other.name, &key.referenced_table)))
            else {
                continue;
            };
            key.referenced_table.clone_from(&other.name);
            if key.referenced_columns.is_empty() {
                key.referenced_columns.clone_from(&other.key);
            }
            for column in &mut key.referenced_columns {
                as_written(column, &other.columns);
            }
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// The name as the table writes it.
fn as_written(name: &mut String, columns: &[String]) {
    if !columns.contains(name)
        && let Some(column) = columns.iter().find(|column| same(column, name))
    {
        name.clone_from(column);
    }
}
