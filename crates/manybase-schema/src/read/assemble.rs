//! Puts the rows of a schema together to tables.

use super::Everything;
use crate::{
    Check, Column, Exclusion, ForeignKey, Generated, Identity, Index, IndexColumn, Key, Table, TableKind,
    Trigger, TriggerEvent, TriggerTiming, one_of,
};
use manybase_sql::catalog::{Catalog, ColumnKind, ComparedAs, NativeType, TableText};
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
            exclusions: Vec::new(),
            triggers: Vec::new(),
            query: None,
            definition: row.text(),
            options: row.list(),
        };
        let query = table.definition.as_deref().filter(|_| kind.is_view());
        let query = query.map(|definition| catalog.query_in(definition));
        tables.insert(name, Table { query, ..table });
    }
    for mut row in rows.columns {
        if let Some(table) = tables.get_mut(&row.name()) {
            let column = column(row, catalog);
            table.columns.push(column);
        }
    }
    for mut row in rows.indexes {
        if let Some(table) = tables.get_mut(&row.name()) {
            index(table, row, catalog);
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
            let (name, expression) = (row.text(), catalog.expression(row.name()));
            let (kind, column) = (row.name(), row.text());
            match kind == "exclude" {
                true => table.exclusions.push(Exclusion {
                    name: name.unwrap_or_default(),
                    definition: expression,
                }),
                false => table.checks.push(Check {
                    name,
                    expression,
                    column,
                }),
            }
        }
    }
    for mut row in rows.triggers {
        if let Some(table) = tables.get_mut(&row.name()) {
            table.triggers.push(trigger(row, catalog));
        }
    }
    let mut tables: Vec<Table> = tables.into_values().collect();
    for table in &mut tables {
        if let Some(definition) = table.definition.as_deref().filter(|_| !table.kind.is_view()) {
            let found = catalog.checks_in(definition).into_iter();
            table.checks.extend(found.map(|(name, expression)| Check {
                name,
                expression,
                column: None,
            }));
            if let Some(text) = catalog.table_in(definition) {
                add_text(table, text);
            }
        }
        for column in &mut table.columns {
            // By now the collation is known everywhere.
            if let Some(collation) = &column.collation {
                let text = ComparedAs {
                    base: "",
                    collation: Some(collation),
                };
                let more = catalog.compares(text);
                column.compares.ignores_case |= more.ignores_case;
                column.compares.ignores_padding |= more.ignores_padding;
            }
        }
        if catalog.indexes_foreign_keys() {
            imply(table);
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
    let default = default.map(|sql| catalog.expression(sql));
    let (generated, expression) = (row.number::<u8>(), row.text());
    let expression = expression.map(|sql| catalog.expression(sql));
    let (comment, enum_name) = (row.text(), row.text());
    let values = row.list();
    let values = match values.is_empty() {
        true => catalog.values(&native_type).unwrap_or_default(),
        false => values,
    };
    let (collation, identity) = (row.text(), row.text());
    let (on_update, hidden, domain) = (row.text(), row.truth(), row.text());
    let compares = catalog.compares(ComparedAs {
        base: &base,
        collation: collation.as_deref(),
    });
    let native = NativeType {
        full: &native_type,
        base: &base,
        length,
        precision,
        scale,
        is_enum: enum_name.is_some(),
    };
    let (kind, holds) = (catalog.kind(&native), catalog.holds(&native));
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
        on_update,
        auto,
        identity: identity.map(|how| match how.as_str() {
            "always" => Identity::Always,
            _ => Identity::ByDefault,
        }),
        generated,
        collation,
        compares,
        holds,
        auto_implied: false,
        hidden,
        domain,
        enum_name,
        values,
        comment,
    }
}

/// An index that has the columns of a foreign key, and its name or that of its first column.
fn imply(table: &mut Table) {
    for index in table.indexes.iter_mut().filter(|index| !index.unique) {
        let names = index.names().unwrap_or_default();
        index.implied = table.foreign_keys.iter().any(|key| {
            let named = key.name.as_ref() == Some(&index.name) || key.columns.first() == Some(&index.name);
            named && names == key.columns
        });
    }
}

/// What a table's text alone tells.
fn add_text(table: &mut Table, text: TableText) {
    for told in text.columns {
        let same_name = |column: &&mut Column| column.name.eq_ignore_ascii_case(&told.name);
        if let Some(column) = table.columns.iter_mut().find(same_name) {
            column.collation = told.collation;
            column.auto_implied = column.auto && !told.auto;
            if let Some(generated) = &mut column.generated {
                generated.expression = told.expression;
            }
        }
    }
    for (key, told) in table.foreign_keys.iter_mut().zip(text.foreign_keys) {
        (key.name, key.deferrable, key.deferred) = (told.name, told.deferrable, told.deferred);
    }
    if let (Some(key), Some(name)) = (&mut table.primary_key, text.primary_key) {
        key.name = name;
    }
    table.options = text.options;
}

fn trigger(mut row: super::Texts, catalog: &dyn Catalog) -> Trigger {
    let (name, timing, events) = (row.name(), row.name(), row.name());
    let (columns, level, condition) = (row.list(), row.name(), row.text());
    let (definition, function, enabled) = (row.name(), row.text(), row.truth());
    let mut trigger = Trigger {
        name,
        timing: TriggerTiming::of(&timing),
        events: TriggerEvent::all_of(&events),
        columns,
        per_row: level == "row",
        condition,
        definition,
        function,
        enabled,
    };
    if let Some(text) = catalog.trigger_in(&trigger.definition) {
        trigger.timing = TriggerTiming::of(&text.timing);
        trigger.events = TriggerEvent::all_of(&text.event);
        trigger.columns = text.columns;
        trigger.condition = text.condition;
    }
    trigger
}

fn index(table: &mut Table, mut row: super::Texts, catalog: &dyn Catalog) {
    let (name, kind, column) = (row.name(), row.name(), row.text());
    let (mut expression, mut condition, descending) = (row.text(), row.text(), row.truth());
    let (nulls_first, constraint, method) = (row.truth(), row.truth(), row.text());
    let (include, nulls_equal, length) = (row.list(), row.truth(), row.number());
    let (collation, operator_class) = (row.text(), row.text());
    if kind == "primary" {
        let key = table.primary_key.get_or_insert(Key {
            name,
            columns: Vec::new(),
        });
        key.columns.extend(column);
        return;
    }
    let last = table.indexes.last_mut().filter(|last| last.name == name);
    let place = last.as_ref().map_or(0, |index| index.columns.len());
    // The whole text may stand for its part.
    if let Some(text) = expression.as_deref().and_then(|text| catalog.index_in(text)) {
        expression = text.columns.into_iter().nth(place);
    }
    if let Some(text) = condition.as_deref().and_then(|text| catalog.index_in(text)) {
        condition = text.condition;
    }
    let column = IndexColumn {
        name: column,
        expression,
        descending,
        nulls_first,
        length,
        collation,
        operator_class,
    };
    match last {
        Some(index) => index.columns.push(column),
        None => table.indexes.push(Index {
            name,
            unique: kind == "unique",
            columns: vec![column],
            condition,
            constraint,
            implied: false,
            method,
            include,
            nulls_equal,
        }),
    }
}

fn foreign_key(table: &mut Table, mut row: super::Texts, begins: bool) {
    let (name, column) = (row.text(), row.name());
    let (schema, referenced, there) = (row.text(), row.name(), row.text());
    let (on_update, on_delete) = (row.name(), row.name());
    let (deferrable, deferred) = (row.truth(), row.truth());
    if begins {
        table.foreign_keys.push(ForeignKey {
            name,
            columns: Vec::new(),
            referenced_schema: schema.unwrap_or_else(|| table.schema.clone()),
            referenced_table: referenced,
            referenced_columns: Vec::new(),
            on_update,
            on_delete,
            deferrable,
            deferred,
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
