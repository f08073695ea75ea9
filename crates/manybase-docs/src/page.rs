//! The page of one model.

use crate::edge::Edge;
use crate::entity::{Column, Entity, Relation};
use crate::mermaid;
use crate::text::{block, cell, cell_code, line, link};
use manybase_record::RelationKind;
use std::fmt::Write;

/// All that pages show and point to.
pub(crate) struct View<'d> {
    pub(crate) entities: &'d [Entity],
    pub(crate) edges: &'d [Edge],
    pub(crate) paths: &'d [String],
}

impl View<'_> {
    /// An entity's name, as a link where it has a page; `from` is what comes before the path.
    pub(crate) fn link(&self, at: usize, from: &str) -> String {
        let (entity, path) = (&self.entities[at], &self.paths[at]);
        match entity.listed {
            true => format!("[{}]({from}{})", line(&entity.name), link(path)),
            false => line(&entity.name),
        }
    }
}

/// A table, unless it has no rows.
pub(crate) fn table<const N: usize>(header: [&str; N], rows: Vec<[String; N]>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    // What is empty in all rows has no column.
    let kept: Vec<usize> = (0..N)
        .filter(|&at| rows.iter().any(|row| !row[at].is_empty()))
        .collect();
    let row = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = "|".to_owned();
        for cell in cells {
            text.push(' ');
            text.push_str(cell);
            text.push_str(if cell.is_empty() { "|" } else { " |" });
        }
        text.push('\n');
        text
    };
    let mut text = row(&mut kept.iter().map(|&at| header[at]));
    text.push_str(&row(&mut kept.iter().map(|_| "---")));
    for cells in &rows {
        text.push_str(&row(&mut kept.iter().map(|&at| cells[at].as_str())));
    }
    text.push('\n');
    text
}

fn section(out: &mut String, title: &str, content: &str) {
    if !content.is_empty() {
        // Writing into a String can't fail.
        let _ = writeln!(out, "## {title}\n\n{}\n", content.trim_end());
    }
}

/// Names one after another, as code.
pub(crate) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| cell_code(name)).collect();
    names.join(", ")
}

pub(crate) fn text(view: &View<'_>, at: usize) -> String {
    let entity = &view.entities[at];
    let mut out = format!("# {}\n\n", line(&entity.name));
    if let Some(about) = &entity.about {
        out.push_str(about.trim());
        out.push_str("\n\n");
    }
    out.push_str(&facts(entity));
    section(&mut out, "Columns", &columns(entity));
    section(&mut out, "Relations", &relations(view, at));
    section(&mut out, "Pointed to by", &pointed_to_by(view, at));
    let neighbours = mermaid::around(view.entities, view.edges, at);
    if let Some(diagram) = neighbours {
        section(&mut out, "Neighbours", &block("mermaid", &diagram));
    }
    section(&mut out, "Indexes", &indexes(entity));
    let foreign_keys = entity.foreign_keys.iter().map(|key| {
        let there = format!("{} ({})", cell_code(&key.table), list(&key.referenced));
        [list(&key.columns), there, cell(&line(&key.on_delete))]
    });
    let header = ["Columns", "Point to", "When that row goes"];
    section(&mut out, "Foreign keys", &table(header, foreign_keys.collect()));
    let checks = entity.checks.iter().map(|check| {
        let name = check.name.as_deref().map(cell_code).unwrap_or_default();
        [name, cell_code(&check.sql)]
    });
    section(
        &mut out,
        "Checks",
        &table(["Name", "Condition"], checks.collect()),
    );
    section(&mut out, "Types on each database", &types(entity));
    if let Some(query) = &entity.view {
        section(&mut out, "Query", &block("sql", query));
    }
    out.push_str("[All of the schema](../index.md)\n");
    out
}

fn facts(entity: &Entity) -> String {
    let key = match entity.key.as_slice() {
        [] => "none".to_owned(),
        key => list(key),
    };
    let was = entity.renamed_from.as_deref().map(cell_code);
    let mut rows = vec![
        ["Table".to_owned(), cell_code(&entity.table)],
        ["Connection".to_owned(), cell_code(&entity.connection)],
        ["Kind".to_owned(), entity.kind.to_owned()],
        ["Key".to_owned(), key],
    ];
    rows.extend(was.map(|was| ["Name before".to_owned(), was]));
    table(["", ""], rows)
}

fn columns(entity: &Entity) -> String {
    let row = |column: &Column| {
        let field = column.field.as_ref().filter(|field| **field != column.name);
        [
            cell_code(&column.name),
            field.map(|field| cell_code(field)).unwrap_or_default(),
            cell_code(&column.data_type),
            if column.nullable { "yes" } else { "no" }.to_owned(),
            column.default.as_deref().map(cell_code).unwrap_or_default(),
            cell(&line(&column.notes.join("; "))),
            column.about.as_deref().map(cell).unwrap_or_default(),
        ]
    };
    let header = [
        "Column",
        "Field",
        "Type",
        "NULL",
        "Default",
        "Notes",
        "Description",
    ];
    table(header, entity.columns.iter().map(row).collect())
}

/// What the same column is called by databases of each kind.
fn types(entity: &Entity) -> String {
    let Some(first) = entity.columns.iter().find(|column| !column.types.is_empty()) else {
        return String::new();
    };
    let names: Vec<&str> = first.types.iter().map(|(name, _)| *name).collect();
    let [a, b, c, d] = names.as_slice() else {
        return String::new();
    };
    let row = |column: &Column| {
        let of = |at: usize| {
            column
                .types
                .get(at)
                .map(|(_, text)| cell_code(text))
                .unwrap_or_default()
        };
        [cell_code(&column.name), of(0), of(1), of(2), of(3)]
    };
    table(
        ["Column", *a, *b, *c, *d],
        entity.columns.iter().map(row).collect(),
    )
}

fn kind(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::BelongsTo => "belongs to",
        RelationKind::HasOne => "has one",
        RelationKind::HasMany => "has many",
        RelationKind::ManyToMany => "many to many",
    }
}

/// By which columns it goes.
fn by(view: &View<'_>, relation: &Relation) -> String {
    match &relation.through {
        None => format!("{} = {}", list(&relation.columns), list(&relation.target_columns)),
        Some(through) => format!(
            "{} = {}; {} = {} of {}",
            list(&relation.columns),
            list(&through.here),
            list(&relation.target_columns),
            list(&through.there),
            view.link(through.entity, "../")
        ),
    }
}

fn elsewhere(view: &View<'_>, here: usize, there: usize) -> String {
    let (here, there) = (&view.entities[here], &view.entities[there]);
    match here.connection == there.connection {
        true => String::new(),
        false => format!("in another database: {}", cell_code(&there.connection)),
    }
}

fn relations(view: &View<'_>, at: usize) -> String {
    let row = |relation: &Relation| {
        [
            cell_code(&relation.field),
            kind(relation.kind).to_owned(),
            view.link(relation.target, "../"),
            by(view, relation),
            elsewhere(view, at, relation.target),
        ]
    };
    let rows = view.entities[at].relations.iter().map(row).collect();
    table(["Relation", "Kind", "Model", "By", "Where"], rows)
}

fn pointed_to_by(view: &View<'_>, at: usize) -> String {
    let rows = view.edges.iter().filter(|edge| edge.pointed == at).map(|edge| {
        [
            view.link(edge.holder, "../"),
            list(&edge.holder_columns),
            list(&edge.pointed_columns),
            elsewhere(view, at, edge.holder),
        ]
    });
    table(["Model", "Its columns", "Point to", "Where"], rows.collect())
}

fn indexes(entity: &Entity) -> String {
    let sets = entity
        .uniques
        .iter()
        .map(|set| [String::new(), list(set), "yes".to_owned(), String::new()]);
    let indexes = entity.indexes.iter().map(|index| {
        [
            cell_code(&index.name),
            list(&index.columns),
            if index.unique { "yes" } else { "no" }.to_owned(),
            index.filter.as_deref().map(cell_code).unwrap_or_default(),
        ]
    });
    table(
        ["Name", "Columns", "Unique", "Only rows with"],
        sets.chain(indexes).collect(),
    )
}

/// The first paragraph of what is told about an entity.
pub(crate) fn about(entity: &Entity) -> String {
    let first = entity
        .about
        .as_deref()
        .and_then(|about| about.trim().split("\n\n").next());
    first.map(cell).unwrap_or_default()
}
