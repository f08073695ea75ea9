//! Entities of live databases.

use crate::entity::{Check, Column, Entity, ForeignKey, Index, Relation};
use crate::text;
use manybase_record::RelationKind;
use manybase_schema::{Database, Table};

/// One entity for each table and view, in the order of their connections, schemas and names.
pub(crate) fn entities(databases: &[Database]) -> Vec<Entity> {
    let mut tables: Vec<(&Database, &Table)> = databases
        .iter()
        .flat_map(|database| database.tables.iter().map(move |table| (database, table)))
        .collect();
    tables.sort_by_key(|(database, table)| (&database.connection, shown(database, table)));
    tables
        .iter()
        .map(|(database, table)| entity(database, table, &tables))
        .collect()
}

/// The schema is said where it is not the one that names without one are looked up in.
fn shown(database: &Database, table: &Table) -> String {
    match table.schema == database.current_schema {
        true => table.name.clone(),
        false => format!("{}.{}", table.schema, table.name),
    }
}

fn entity(database: &Database, table: &Table, tables: &[(&Database, &Table)]) -> Entity {
    let key = table
        .primary_key
        .as_ref()
        .map(|key| key.columns.clone())
        .unwrap_or_default();
    let referenced = |key: &manybase_schema::ForeignKey| {
        tables.iter().position(|(other, table)| {
            other.connection == database.connection
                && table.schema == key.referenced_schema
                && table.name == key.referenced_table
        })
    };
    Entity {
        name: shown(database, table),
        table: shown(database, table),
        connection: database.connection.clone(),
        kind: table.kind.name(),
        about: table.comment.as_deref().map(text::plain),
        columns: table
            .columns
            .iter()
            .map(|column| {
                let mut notes = Vec::new();
                if key.contains(&column.name) {
                    notes.push("key".to_owned());
                }
                if column.auto {
                    notes.push("numbered by the database".to_owned());
                }
                notes.extend(
                    column
                        .generated
                        .as_ref()
                        .map(|generated| match &generated.expression {
                            Some(expression) => format!("calculated: {expression}"),
                            None => "calculated".to_owned(),
                        }),
                );
                if !column.values.is_empty() {
                    notes.push(format!("one of {}", column.values.join(", ")));
                }
                Column {
                    field: None,
                    name: column.name.clone(),
                    data_type: column.native_type.clone(),
                    types: Vec::new(),
                    nullable: column.nullable,
                    default: column.default.clone(),
                    notes,
                    about: column.comment.as_deref().map(text::plain),
                }
            })
            .collect(),
        uniques: Vec::new(),
        indexes: table
            .indexes
            .iter()
            .map(|index| Index {
                name: index.name.clone(),
                columns: index
                    .columns
                    .iter()
                    .map(|column| {
                        let expression = column.expression.as_ref().map(|sql| format!("({sql})"));
                        let of = column
                            .name
                            .clone()
                            .or(expression)
                            .unwrap_or_else(|| "(…)".to_owned());
                        if column.descending {
                            format!("{of} DESC")
                        } else {
                            of
                        }
                    })
                    .collect(),
                unique: index.unique,
                filter: index.condition.clone(),
            })
            .collect(),
        checks: table
            .checks
            .iter()
            .map(|check| Check {
                name: check.name.clone(),
                sql: check.expression.clone(),
            })
            .collect(),
        foreign_keys: table
            .foreign_keys
            .iter()
            .map(|key| ForeignKey {
                columns: key.columns.clone(),
                table: match key.referenced_schema == table.schema {
                    true => key.referenced_table.clone(),
                    false => format!("{}.{}", key.referenced_schema, key.referenced_table),
                },
                referenced: key.referenced_columns.clone(),
                on_delete: key.on_delete.clone(),
            })
            .collect(),
        relations: table
            .foreign_keys
            .iter()
            .filter_map(|key| {
                Some(Relation {
                    field: key.name.clone().unwrap_or_else(|| key.columns.join(", ")),
                    kind: RelationKind::BelongsTo,
                    target: referenced(key)?,
                    columns: key.columns.clone(),
                    target_columns: key.referenced_columns.clone(),
                    through: None,
                })
            })
            .collect(),
        view: table.kind.is_view().then(|| table.definition.clone()).flatten(),
        renamed_from: None,
        listed: true,
        key,
    }
}
