//! Puts the rows of a schema together to tables.

use super::Everything;
use crate::{Check, Column, ForeignKey, Generated, Index, IndexColumn, Key, Table, TableKind, one_of};
use manybase_sql::catalog::{Catalog, ColumnKind, NativeType};
use std::collections::BTreeMap;

pub(super) fn assemble(schema: &str, rows: Everything, catalog: &dyn Catalog) -> Vec<Table> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for mut row in rows.tables {
        let name = row.name();
        let kind = match row.name().as_str() {
            "view" => TableKind::View,
            "materialized" => TableKind::MaterializedView,
            "foreign" => TableKind::Foreign,
            "virtual" => TableKind::Virtual,
            _ => TableKind::Table,
        };
        let table = Table {
            schema: schema.to_owned(),
            name: name.clone(),
            kind,
            comment: row.text(),
            columns: Vec::new(),
            primary_key: None,
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            definition: row.text(),
        };
        tables.insert(name, table);
    }
    for mut row in rows.columns {
        if let Some(table) = tables.get_mut(&row.name()) {
            let column = column(row, catalog);
            table.columns.push(column);
        }
    }
    for mut row in rows.indexes {
        if let Some(table) = tables.get_mut(&row.name()) {
            index(table, row);
        }
    }
    let mut last = None;
    for mut row in rows.foreign_keys {
        let (table, group) = (row.name(), row.name());
        let begins = last.replace((table.clone(), group.clone())) != Some((table.clone(), group));
        if let Some(table) = tables.get_mut(&table) {
            foreign_key(table, row, begins);
        }
    }
    for mut row in rows.checks {
        if let Some(table) = tables.get_mut(&row.name()) {
            let (name, expression) = (row.text(), row.name());
            table.checks.push(Check { name, expression });
        }
    }
    let mut tables: Vec<Table> = tables.into_values().collect();
    for table in &mut tables {
        if let Some(definition) = table.definition.as_deref().filter(|_| !table.kind.is_view()) {
            let found = catalog.checks_in(definition).into_iter();
            table
                .checks
                .extend(found.map(|(name, expression)| Check { name, expression }));
        }
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        learn_from_checks(table);
    }
    tables
}

fn column(mut row: super::Texts, catalog: &dyn Catalog) -> Column {
    let (name, native_type, base) = (row.name(), row.name(), row.name());
    let (length, precision, scale) = (row.number(), row.number(), row.number());
    let (nullable, default, auto) = (row.truth(), row.text(), row.truth());
    let (generated, expression) = (row.number(), row.text());
    let (comment, enum_name) = (row.text(), row.text());
    let values = row.text().and_then(|json| serde_json::from_str(&json).ok());
    let values = values.or_else(|| catalog.values(&native_type));
    let kind = catalog.kind(&NativeType {
        full: &native_type,
        base: &base,
        length,
        precision,
        scale,
        is_enum: enum_name.is_some(),
    });
    let generated = match generated {
        Some(how @ 1..) => Some(Generated {
            expression,
            stored: how == 2,
        }),
        _ => None,
    };
    Column {
        name,
        native_type,
        kind,
        padded: catalog.pads() && matches!(kind, ColumnKind::Char(2..)),
        nullable,
        default,
        auto,
        generated,
        enum_name,
        values: values.unwrap_or_default(),
        comment,
    }
}

fn index(table: &mut Table, mut row: super::Texts) {
    let (name, kind, column) = (row.name(), row.name(), row.text());
    let (expression, condition, descending) = (row.text(), row.text(), row.truth());
    if kind == "primary" {
        let key = table.primary_key.get_or_insert(Key {
            name,
            columns: Vec::new(),
        });
        key.columns.extend(column);
        return;
    }
    let column = IndexColumn {
        name: column,
        expression,
        descending,
    };
    match table.indexes.last_mut().filter(|last| last.name == name) {
        Some(index) => index.columns.push(column),
        None => table.indexes.push(Index {
            name,
            unique: kind == "unique",
            columns: vec![column],
            condition,
        }),
    }
}

fn foreign_key(table: &mut Table, mut row: super::Texts, begins: bool) {
    let (name, column) = (row.text(), row.name());
    let (schema, referenced, there) = (row.text(), row.name(), row.text());
    let (on_update, on_delete) = (row.name(), row.name());
    if begins {
        table.foreign_keys.push(ForeignKey {
            name,
            columns: Vec::new(),
            referenced_schema: schema.unwrap_or_else(|| table.schema.clone()),
            referenced_table: referenced,
            referenced_columns: Vec::new(),
            on_update,
            on_delete,
        });
    }
    if let Some(key) = table.foreign_keys.last_mut() {
        key.columns.push(column);
        key.referenced_columns.extend(there);
    }
}

/// A list of values makes a text an enum, and MariaDB's JSON is a text that is checked.
fn learn_from_checks(table: &mut Table) {
    let Table { checks, columns, .. } = table;
    for check in checks {
        let expression = check.expression.replace(['`', '(', ')', '"'], " ");
        if let Some(("json_valid", column)) = expression.trim().split_once(char::is_whitespace) {
            let mut found = columns.iter_mut().filter(|one| one.name == column.trim());
            if let Some(column) = found.find(|one| matches!(one.kind, ColumnKind::Text { .. })) {
                column.kind = ColumnKind::Json;
            }
        } else if let Some((name, values)) = one_of(&check.expression) {
            let exact = columns.iter().position(|column| column.name == name);
            let loose = || {
                columns
                    .iter()
                    .position(|column| column.name.eq_ignore_ascii_case(&name))
            };
            if let Some(at) = exact.or_else(loose)
                && columns[at].values.is_empty()
            {
                columns[at].values = values;
            }
        }
    }
}

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
