//! Diagrams as Mermaid text, which many viewers of Markdown draw.

use crate::edge::Edge;
use crate::entity::{Column, Entity};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Of more entities than this the columns are left out: viewers have limits, and so have readers.
const WITH_COLUMNS: usize = 25;

pub(crate) fn whole(entities: &[Entity], edges: &[Edge]) -> String {
    let all: BTreeSet<usize> = (0..entities.len()).collect();
    let edges: Vec<&Edge> = edges.iter().collect();
    text(entities, &edges, &all, &|_| entities.len() <= WITH_COLUMNS)
}

/// An entity and what it relates to; `None` where that is nothing.
pub(crate) fn around(entities: &[Entity], edges: &[Edge], at: usize) -> Option<String> {
    let near: Vec<&Edge> = edges
        .iter()
        .filter(|edge| edge.holder == at || edge.pointed == at)
        .collect();
    if near.is_empty() {
        return None;
    }
    let shown = near.iter().flat_map(|edge| [edge.holder, edge.pointed]).collect();
    Some(text(entities, &near, &shown, &|one| one == at))
}

fn text(
    entities: &[Entity],
    edges: &[&Edge],
    shown: &BTreeSet<usize>,
    with_columns: &dyn Fn(usize) -> bool,
) -> String {
    let mut connections = shown.iter().map(|&at| &entities[at].connection);
    let first = connections.next();
    let several = connections.any(|connection| Some(connection) != first);
    let mut out = "erDiagram\n".to_owned();
    for &at in shown {
        let entity = &entities[at];
        let name = match several {
            true => format!("{} ({})", entity.name, entity.connection),
            false => entity.name.clone(),
        };
        // Writing into a String can't fail.
        let _ = write!(out, "    e{at}[\"{}\"]", label(&name));
        if with_columns(at) && !entity.columns.is_empty() {
            out.push_str(" {\n");
            for column in &entity.columns {
                let _ = writeln!(out, "        {}", attribute(entity, column, edges, at));
            }
            out.push_str("    }");
        }
        out.push('\n');
    }
    for edge in edges {
        let many = if edge.many { "}o" } else { "|o" };
        let line = if edge.crosses { ".." } else { "--" };
        let one = if edge.optional { "o|" } else { "||" };
        let _ = writeln!(
            out,
            "    e{} {many}{line}{one} e{} : \"{}\"",
            edge.holder,
            edge.pointed,
            label(&edge.label)
        );
    }
    out
}

fn attribute(entity: &Entity, column: &Column, edges: &[&Edge], at: usize) -> String {
    let mut keys = Vec::new();
    if entity.key.contains(&column.name) {
        keys.push("PK");
    }
    if edges
        .iter()
        .any(|edge| edge.holder == at && edge.holder_columns.contains(&column.name))
    {
        keys.push("FK");
    }
    let set = [column.name.clone()];
    if keys.is_empty() && entity.is_unique(&set) {
        keys.push("UK");
    }
    let mut text = format!("{} {}", word(&column.data_type), word(&column.name));
    if !keys.is_empty() {
        text.push(' ');
        text.push_str(&keys.join(", "));
    }
    text
}

/// What the grammar takes as a type or as the name of an attribute.
fn word(text: &str) -> String {
    let mut word = String::new();
    for c in text.chars() {
        let c = if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '_'
        };
        if c != '_' || !word.ends_with('_') {
            word.push(c);
        }
    }
    let word = word.trim_matches('_');
    match word.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{word}"),
        Some(_) => word.to_owned(),
    }
}

/// Text in quotes.
fn label(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            ';' => out.push_str("#59;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '`' => out.push_str("#96;"),
            '%' => out.push_str("#37;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    if out.trim().is_empty() {
        "unnamed".to_owned()
    } else {
        out
    }
}
