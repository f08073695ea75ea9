//! The first page, and the page with the Mermaid diagram.

use crate::page::{View, about, list, table};
use crate::text::{block, cell_code, line};
use std::fmt::Write;

pub(crate) fn text(view: &View<'_>, title: &str, models: bool) -> String {
    let listed: Vec<usize> = (0..view.entities.len())
        .filter(|&at| view.entities[at].listed)
        .collect();
    let mut connections: Vec<&str> = listed
        .iter()
        .map(|&at| view.entities[at].connection.as_str())
        .collect();
    connections.dedup();
    let what = if models { "model" } else { "table" };
    let mut out = format!(
        "# {}\n\n{} on {}. The diagram is there as a [drawing](diagram.svg) and as [Mermaid](diagram.md).\n\n",
        line(title),
        count(listed.len(), what),
        count(connections.len(), "connection"),
    );
    if !listed.is_empty() {
        out.push_str("![Entity diagram](diagram.svg)\n\n");
    }
    for connection in connections {
        let rows = listed
            .iter()
            .filter(|&&at| view.entities[at].connection == connection)
            .map(|&at| {
                let entity = &view.entities[at];
                let table = if entity.table == entity.name {
                    String::new()
                } else {
                    cell_code(&entity.table)
                };
                [view.link(at, ""), table, entity.kind.to_owned(), about(entity)]
            });
        let header = [
            if models { "Model" } else { "Table" },
            "Table",
            "Kind",
            "Description",
        ];
        // Writing into a String can't fail.
        let _ = write!(
            out,
            "## {}\n\n{}",
            line(connection),
            table(header, rows.collect())
        );
    }
    let crossing = view.edges.iter().filter(|edge| edge.crosses).map(|edge| {
        let end = |at: usize, columns: &[String]| {
            let connection = cell_code(&view.entities[at].connection);
            format!("{} on {connection}, by {}", view.link(at, ""), list(columns))
        };
        [
            end(edge.holder, &edge.holder_columns),
            end(edge.pointed, &edge.pointed_columns),
        ]
    });
    let crossing: Vec<_> = crossing.collect();
    if !crossing.is_empty() {
        out.push_str("## Relations across databases\n\n");
        out.push_str("No foreign key can hold these: the program does.\n\n");
        out.push_str(&table(["From", "To"], crossing));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

pub(crate) fn diagram(title: &str, mermaid: &str) -> String {
    format!(
        "# {}: entity diagram\n\nDotted lines are relations across databases.\n\n{}\n[All of the schema](index.md)\n",
        line(title),
        block("mermaid", mermaid)
    )
}

fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}
