//! The tables, for people and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::contender::Name;
use crate::session::{Cell, Measured, Section};

pub fn json(sections: &[Section]) -> Value {
    let mut all = Vec::new();
    for section in sections {
        for (row, cells) in &section.rows {
            for (name, cell) in cells {
                let Cell::Measured(measured) = cell else { continue };
                let Measured {
                    ns,
                    ratio,
                    spread,
                    p99,
                    peak_kib,
                    own_kib,
                } = measured;
                let mut entry = json!({
                    "database": section.database.name(),
                    "row": row.name(),
                    "contender": name.name(),
                    "version": section.version(*name),
                    "ns": (ns * 10.0).round() / 10.0,
                    "ratio_to_raw": (ratio * 1000.0).round() / 1000.0,
                    "spread": (spread * 1000.0).round() / 1000.0,
                });
                if let Some(p99) = p99 {
                    entry["p99_ns"] = json!(p99);
                }
                if let Some(peak) = peak_kib {
                    entry["peak_kib"] = json!(peak);
                }
                if let Some(own) = own_kib {
                    entry["own_kib"] = json!(own);
                }
                all.push(entry);
            }
        }
    }
    Value::Array(all)
}

impl Section {
    pub fn version(&self, name: Name) -> &str {
        let found = self.versions.iter().find(|(contender, _)| *contender == name);
        found.map_or("unknown", |(_, version)| version)
    }
}

/// A table in Markdown, lined up, and what stands below it.
pub fn table(section: &Section) -> String {
    let (lines, notes) = cells(section);
    let mut text = lined_up(&lines);
    if !notes.is_empty() {
        let _ = write!(text, "\n{}\n", notes.join("\n"));
    }
    text
}

/// The cells of the table, its head first, and the notes for below it.
pub fn cells(section: &Section) -> (Vec<Vec<String>>, Vec<String>) {
    let names: Vec<Name> = section
        .rows
        .first()
        .map(|(_, cells)| cells.iter().map(|(name, _)| *name).collect())
        .unwrap_or_default();
    let mut lines = vec![vec![String::new()]];
    lines[0].extend(names.iter().map(|name| name.name().to_owned()));
    let mut notes = Vec::new();
    for (row, cells) in &section.rows {
        let best = cells
            .iter()
            .filter(|(name, _)| *name != Name::Raw)
            .filter_map(|(_, cell)| ratio(cell))
            .fold(f64::INFINITY, f64::min);
        let mut line = vec![row.title().to_owned()];
        for name in &names {
            let cell = cells
                .iter()
                .find(|(contender, _)| contender == name)
                .map(|(_, cell)| cell);
            line.push(cell.map_or_else(String::new, |cell| shown(*name, cell, best)));
            match cell {
                Some(Cell::NotAvailable(why)) => {
                    notes.push(format!("- n/a, {}, {}: {why}.", row.title(), name.name()))
                }
                Some(Cell::Failed(why)) => {
                    notes.push(format!("- failed, {}, {}: {why}.", row.title(), name.name()))
                }
                _ => {}
            }
        }
        lines.push(line);
        extras(&mut lines, &names, cells);
    }
    (lines, notes)
}

fn ratio(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Measured(measured) => Some(measured.ratio),
        _ => None,
    }
}

/// Raw in time, the others as a multiple of it; the best of the others in bold.
fn shown(name: Name, cell: &Cell, best: f64) -> String {
    match cell {
        Cell::NotAvailable(_) => "n/a".into(),
        Cell::Failed(_) => "failed".into(),
        Cell::Measured(Measured { ns, spread, .. }) if name == Name::Raw => {
            format!("{} ±{:.0} %", time(*ns), spread * 50.0)
        }
        Cell::Measured(Measured { ratio, spread, .. }) => {
            let bold = if *ratio <= best { "**" } else { "" };
            format!("{bold}{ratio:.2}{bold} ±{:.0} %", spread * 50.0)
        }
    }
}

/// A line of its own for latencies and for memory.
fn extras(lines: &mut Vec<Vec<String>>, names: &[Name], cells: &[(Name, Cell)]) {
    let mut line = |title: &str, value: &dyn Fn(&Measured) -> Option<String>| {
        let of = |name: &Name| match cells.iter().find(|(contender, _)| contender == name) {
            Some((_, Cell::Measured(measured))) => value(measured),
            _ => None,
        };
        if names.iter().any(|name| of(name).is_some()) {
            let mut line = vec![title.to_owned()];
            line.extend(names.iter().map(|name| of(name).unwrap_or_else(|| "n/a".into())));
            lines.push(line);
        }
    };
    line("… p99 latency", &|measured| measured.p99.map(time));
    line("… peak memory", &|measured| {
        measured.peak_kib.map(|kib| format!("{:.0} MiB", kib / 1024.0))
    });
    line("… without the program's file", &|measured| {
        measured.own_kib.map(|kib| format!("{:.1} MiB", kib / 1024.0))
    });
}

fn time(ns: f64) -> String {
    match ns {
        ns if ns < 1_000.0 => format!("{ns:.0} ns"),
        ns if ns < 100_000.0 => format!("{:.1} µs", ns / 1e3),
        ns if ns < 1_000_000.0 => format!("{:.0} µs", ns / 1e3),
        ns if ns < 1_000_000_000.0 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

pub fn lined_up(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |at: usize| {
        lines
            .iter()
            .map(|line| line[at].chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            if at == 0 {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        let _ = writeln!(text, "| {} |", cells.collect::<Vec<_>>().join(" | "));
        if number == 0 {
            let rule = widths.iter().enumerate().map(|(at, width)| {
                if at == 0 {
                    "-".repeat(*width)
                } else {
                    format!("{}:", "-".repeat(width.saturating_sub(1)))
                }
            });
            let _ = writeln!(text, "| {} |", rule.collect::<Vec<_>>().join(" | "));
        }
    }
    text
}
