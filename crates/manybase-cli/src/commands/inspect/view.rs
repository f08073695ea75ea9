//! Tables of tables.

use crate::output::Output;
use manybase_schema::{Column, Database, Index, Table};

pub(super) fn all(out: &mut Output, database: &Database) {
    let row = |table: &Table| {
        let key = table.primary_key.as_ref().map(|key| key.columns.join(", "));
        let name = match table.schema == database.current_schema {
            true => table.name.clone(),
            false => format!("{}.{}", table.schema, table.name),
        };
        let mut others: Vec<_> = table
            .foreign_keys
            .iter()
            .map(|key| key.referenced_table.clone())
            .collect();
        others.sort_unstable();
        others.dedup();
        [
            name,
            table.kind.name().to_owned(),
            table.columns.len().to_string(),
            key.unwrap_or_default(),
            others.join(", "),
            first_line(table.comment.as_deref()),
        ]
    };
    let rows: Vec<_> = database.tables.iter().map(row).collect();
    if rows.is_empty() {
        out.note(&format!(
            "nothing is in {} of {}",
            database.current_schema, database.connection
        ));
    }
    out.table(["TABLE", "KIND", "#COLUMNS", "KEY", "REFERS TO", "COMMENT"], rows);
}

pub(super) fn one(out: &mut Output, table: &Table) {
    out.title(&format!("{} {}", table.kind.name(), table.name));
    if let Some(comment) = &table.comment {
        out.line(&format!("  {comment}"));
    }
    out.gap();
    let key = table.primary_key.as_ref();
    let row = |column: &Column| {
        let in_key = key.and_then(|key| key.columns.iter().position(|name| *name == column.name));
        [
            column.name.clone(),
            column.native_type.clone(),
            if column.nullable { "yes" } else { "" }.to_owned(),
            in_key.map(|place| (place + 1).to_string()).unwrap_or_default(),
            filled(column),
            first_line(column.comment.as_deref()),
        ]
    };
    let rows = table.columns.iter().map(row).collect();
    out.table(["COLUMN", "TYPE", "NULL", "KEY", "FILLED IN", "COMMENT"], rows);
    let index = |index: &Index| {
        let columns = index.columns.iter().map(|column| {
            let name = column.name.as_deref().or(column.expression.as_deref());
            name.unwrap_or("an expression").to_owned()
        });
        let condition = index
            .condition
            .as_ref()
            .map(|condition| format!(" where {condition}"));
        let what = if index.unique { "unique" } else { "index" };
        let columns = columns.collect::<Vec<_>>().join(", ");
        [
            index.name.clone(),
            format!("{what} ({columns}){}", condition.unwrap_or_default()),
        ]
    };
    section(out, "Indexes", table.indexes.iter().map(index).collect());
    let foreign = table.foreign_keys.iter().map(|key| {
        let (here, there) = (key.columns.join(", "), key.referenced_columns.join(", "));
        let rules = format!("on update {}, on delete {}", key.on_update, key.on_delete).to_lowercase();
        let text = format!("({here}) to {} ({there}), {rules}", key.referenced_table);
        [key.name.clone().unwrap_or_default(), text]
    });
    section(out, "Foreign keys", foreign.collect());
    let checks = table.checks.iter();
    let checks = checks.map(|check| [check.name.clone().unwrap_or_default(), check.expression.clone()]);
    section(out, "Checks", checks.collect());
}

fn section(out: &mut Output, title: &str, facts: Vec<[String; 2]>) {
    if !facts.is_empty() {
        out.gap();
        out.title(title);
        out.facts(facts);
    }
}

fn filled(column: &Column) -> String {
    match (&column.generated, column.auto, &column.default) {
        (Some(generated), ..) => {
            let how = if generated.stored { "stored" } else { "calculated" };
            let expression = generated
                .expression
                .as_ref()
                .map(|expression| format!(": {expression}"));
            format!("{how}{}", expression.unwrap_or_default())
        }
        (None, true, _) => "numbered".to_owned(),
        (None, false, Some(default)) => default.clone(),
        (None, false, None) => String::new(),
    }
}

fn first_line(text: Option<&str>) -> String {
    text.and_then(|text| text.lines().next())
        .unwrap_or_default()
        .to_owned()
}
