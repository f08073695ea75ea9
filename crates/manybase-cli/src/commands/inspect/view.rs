//! Tables of tables.

use crate::output::Output;
use manybase_schema::{Column, Database, Identity, Index, Sequence, Table, Trigger};

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
    let here = |schema: &str, name: &str| match schema == database.current_schema {
        true => name.to_owned(),
        false => format!("{schema}.{name}"),
    };
    // Those of numbered columns are told with their columns.
    let free = database
        .sequences
        .iter()
        .filter(|sequence| sequence.owner.is_none());
    let told = free.map(|sequence| [here(&sequence.schema, &sequence.name), numbers(sequence)]);
    section(out, "Sequences", told.collect());
    let lists = database.enums.iter();
    let told = lists.map(|list| [here(&list.schema, &list.name), list.values.join(", ")]);
    section(out, "Enums", told.collect());
    let told = database.domains.iter().map(|domain| {
        let null = if domain.nullable { "" } else { " not null" };
        let checks = domain
            .checks
            .iter()
            .map(|check| format!(", {}", check.expression));
        let text = format!("{}{null}{}", domain.native_type, checks.collect::<String>());
        [here(&domain.schema, &domain.name), text]
    });
    section(out, "Domains", told.collect());
}

fn numbers(sequence: &Sequence) -> String {
    let (from, by) = (sequence.start, sequence.increment);
    let cycle = if sequence.cycle { ", again and again" } else { "" };
    format!(
        "{}, from {from} by {by}, {} to {}{cycle}",
        sequence.native_type, sequence.min, sequence.max
    )
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
            let length = column.length.map(|length| format!("({length})"));
            let order = if column.descending { " desc" } else { "" };
            format!(
                "{}{}{order}",
                name.unwrap_or("an expression"),
                length.unwrap_or_default()
            )
        });
        let condition = index
            .condition
            .as_ref()
            .map(|condition| format!(" where {condition}"));
        let what = if index.unique { "unique" } else { "index" };
        let columns = columns.collect::<Vec<_>>().join(", ");
        let include = match index.include.is_empty() {
            true => String::new(),
            false => format!(" with {}", index.include.join(", ")),
        };
        [
            index.name.clone(),
            format!("{what} ({columns}){include}{}", condition.unwrap_or_default()),
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
    let exclusions = table.exclusions.iter();
    let exclusions = exclusions.map(|one| [one.name.clone(), one.definition.clone()]);
    section(out, "Exclusions", exclusions.collect());
    let triggers = table
        .triggers
        .iter()
        .map(|trigger| [trigger.name.clone(), fires(trigger)]);
    section(out, "Triggers", triggers.collect());
    if !table.options.is_empty() {
        out.gap();
        out.line(&table.options.join(", "));
    }
    if let Some(query) = &table.query {
        out.gap();
        out.title("Query");
        for line in query.lines() {
            out.line(&format!("  {line}"));
        }
    }
}

fn fires(trigger: &Trigger) -> String {
    let events: Vec<_> = trigger
        .events
        .iter()
        .map(|event| event.sql().to_lowercase())
        .collect();
    let of = match trigger.columns.is_empty() {
        true => String::new(),
        false => format!(" of {}", trigger.columns.join(", ")),
    };
    let each = if trigger.per_row { "row" } else { "statement" };
    let condition = trigger
        .condition
        .as_ref()
        .map(|condition| format!(" when {condition}"));
    let off = if trigger.enabled { "" } else { " (switched off)" };
    format!(
        "{} {}{of}, for each {each}{}{off}",
        trigger.timing.sql().to_lowercase(),
        events.join(" or "),
        condition.unwrap_or_default()
    )
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
        (None, true, _) if column.identity == Some(Identity::Always) => "numbered, always".to_owned(),
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
