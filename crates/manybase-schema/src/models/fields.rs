//! Columns as fields.

use super::Models;
use super::enums::Enums;
use super::names::Names;
use super::plan::{Field, Model};
use super::words::snake;
use crate::{Column, Table, one_of};
use manybase_sql::catalog::ColumnKind;

/// Whether a field can hold it.
pub(super) fn is_readable(column: &Column) -> bool {
    column.kind != ColumnKind::Other
}

pub(super) fn add<'d>(
    model: &mut Model<'d>,
    wanted: &Models,
    enums: &mut Enums,
    types: &mut Names,
    notes: &mut Vec<String>,
) {
    let table = model.table;
    let mut names = Names::default();
    let mut numbered = false;
    for column in &table.columns {
        if !is_readable(column) {
            let native = &column.native_type;
            model.facts.push(format!(
                "Not here, because of its type: column `{}` (`{native}`).",
                column.name
            ));
            notes.push(format!(
                "`{}`.`{}` is left out: {native}",
                table.name, column.name
            ));
            continue;
        }
        let in_key = model.key.contains(&column.name);
        let auto = in_key && !numbered && is_auto(column) && !points_elsewhere(table, column);
        numbered |= auto;
        let trim = column.padded && (wanted.trim_keys || !is_indexed(table, &column.name));
        let is_enum = listed_values(column, trim);
        let open = wanted.opens(column);
        let base = match is_enum {
            true => enums.of(table, column, &model.name, open, types),
            false => rust_type(column.kind, auto).to_owned(),
        };
        let ty = match column.nullable && !in_key {
            true => format!("Option<{base}>"),
            false => base,
        };
        let name = names.take(snake(&column.name));
        let mut attributes = Vec::new();
        match (in_key, auto) {
            (true, true) => attributes.extend(["key".to_owned(), "auto".to_owned()]),
            (true, false) => attributes.push("key".to_owned()),
            (false, _) if column.generated.is_some() || column.auto => {
                attributes.push("generated".to_owned())
            }
            _ => {}
        }
        if name != column.name {
            attributes.push(format!("column = {:?}", column.name));
        }
        let own = std::slice::from_ref(&column.name);
        if table.is_unique(own) && model.key != own {
            attributes.push("unique".to_owned());
        }
        if trim {
            attributes.push("trim".to_owned());
        }
        match column.kind {
            // A closed enum knows how long its values are.
            ColumnKind::Text { length: Some(length) } | ColumnKind::Char(length) if !is_enum || open => {
                attributes.push(format!("length = {length}"));
            }
            ColumnKind::Decimal {
                precision: Some((total, scale)),
            } => attributes.push(format!("precision = ({total}, {scale})")),
            _ => {}
        }
        let mut docs = docs(
            column,
            is_enum,
            column.auto && (auto || !in_key),
            !table.kind.is_view(),
        );
        if let (true, false, ColumnKind::Char(length)) = (column.padded, trim, column.kind) {
            docs.push(format!("Padded with spaces to {length} characters."));
        }
        model.fields.push(Field {
            column,
            name,
            ty,
            attributes,
            docs,
        });
    }
    facts(table, &mut model.facts);
}

/// The database numbers it, or makes UUIDs for it.
fn is_auto(column: &Column) -> bool {
    match column.kind {
        ColumnKind::Integer { .. } => column.auto,
        ColumnKind::Uuid => column.default.is_some(),
        _ => false,
    }
}

/// A key that is another table's key too is never the database's to number, even where SQLite would.
fn points_elsewhere(table: &Table, column: &Column) -> bool {
    table
        .foreign_keys
        .iter()
        .any(|key| key.columns == [column.name.as_str()])
}

/// Whether a search by this column has an index to lose.
fn is_indexed(table: &Table, column: &str) -> bool {
    let key = table.primary_key.iter().flat_map(|key| &key.columns);
    let foreign = table.foreign_keys.iter().flat_map(|key| &key.columns);
    let indexed = table.indexes.iter().flat_map(|index| &index.columns);
    let indexed = indexed.filter_map(|one| one.name.as_ref());
    key.chain(foreign).chain(indexed).any(|name| name == column)
}

/// Whether it is an enum here: all that it can hold is a list of texts, of which none is read with spaces behind it.
fn listed_values(column: &Column, trim: bool) -> bool {
    let fits = match column.kind {
        ColumnKind::Enum | ColumnKind::Text { .. } => true,
        ColumnKind::Char(_) if trim || !column.padded => true,
        ColumnKind::Char(length) => {
            let full = |value: &String| u32::try_from(value.chars().count()) == Ok(length);
            column.values.iter().all(full)
        }
        _ => false,
    };
    fits && !column.values.is_empty()
}

/// Keys that the database numbers have 16 bits at least: narrower ones are read into wider fields.
fn rust_type(kind: ColumnKind, auto: bool) -> &'static str {
    match kind {
        ColumnKind::Bool => "bool",
        ColumnKind::Integer {
            bits: 8,
            signed: true,
        } if !auto => "i8",
        ColumnKind::Integer {
            bits: 8,
            signed: false,
        } if !auto => "u8",
        ColumnKind::Integer {
            bits: ..=16,
            signed: true,
        } => "i16",
        ColumnKind::Integer {
            bits: ..=16,
            signed: false,
        } => "u16",
        ColumnKind::Integer {
            bits: ..=32,
            signed: true,
        } => "i32",
        ColumnKind::Integer {
            bits: ..=32,
            signed: false,
        } => "u32",
        ColumnKind::Integer { signed: true, .. } => "i64",
        ColumnKind::Integer { signed: false, .. } => "u64",
        ColumnKind::F32 => "f32",
        ColumnKind::F64 => "f64",
        ColumnKind::Decimal { .. } => "Decimal",
        ColumnKind::Bytes => "Vec<u8>",
        ColumnKind::Date => "NaiveDate",
        ColumnKind::Time => "NaiveTime",
        ColumnKind::DateTime => "NaiveDateTime",
        ColumnKind::Timestamp => "DateTime<Utc>",
        ColumnKind::Uuid => "Uuid",
        ColumnKind::Json => "manybase::serde_json::Value",
        _ => "String",
    }
}

/// What an insert would put in matters to nobody who only reads.
fn docs(column: &Column, is_enum: bool, numbered: bool, written: bool) -> Vec<String> {
    let mut docs: Vec<String> = column.comment.iter().cloned().collect();
    if let Some(generated) = &column.generated {
        docs.push(match &generated.expression {
            Some(expression) => format!("Calculated by the database: `{expression}`."),
            None => "Calculated by the database.".to_owned(),
        });
    } else if numbered {
        docs.push("Numbered by the database.".to_owned());
    } else if let Some(default) = column.default.as_ref().filter(|_| written) {
        docs.push(format!("The database's default: `{default}`."));
    }
    if !is_enum && !column.values.is_empty() {
        docs.push(format!("One of {}.", listed(&column.values)));
    }
    docs
}

/// What the columns do not tell.
fn facts(table: &Table, facts: &mut Vec<String>) {
    for index in &table.indexes {
        if index.unique && index.condition.is_none() && index.names().is_some_and(|names| names.len() == 1) {
            continue; // The column says so.
        }
        let columns = index
            .columns
            .iter()
            .map(|column| match (&column.name, &column.expression) {
                (Some(name), _) => name.clone(),
                (None, Some(expression)) => expression.clone(),
                (None, None) => "an expression".to_owned(),
            });
        let columns = listed(&columns.collect::<Vec<_>>());
        let what = if index.unique { "Unique" } else { "Index" };
        let condition = index
            .condition
            .as_ref()
            .map(|condition| format!(" where `{condition}`"));
        facts.push(format!("{what}: {columns}{}.", condition.unwrap_or_default()));
    }
    for exclusion in &table.exclusions {
        facts.push(format!("Exclusion: `{}`.", exclusion.definition));
    }
    for check in &table.checks {
        let list = one_of(&check.expression).is_some();
        let json = check.expression.starts_with("json_valid(");
        if !list && !json {
            facts.push(format!("Check: `{}`.", check.expression));
        }
    }
}

/// `a`, `b`
pub(super) fn listed(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
