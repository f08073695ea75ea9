//! Rows that were measured in a run of their own, put into a table that is there already.

use std::fmt::Write;

use bench_common::{Result, Row};

use crate::contender::Name;
use crate::report;
use crate::session::{APART, Cell, Measured, Section};

/// The part of a database with the rows of this section, in place of what they said before.
pub fn amend(part: &str, section: &Section, quick: bool) -> Result<String> {
    let (new, notes) = report::cells(section);
    let lines: Vec<&str> = part.lines().collect();
    let is_table = |line: &&str| line.starts_with('|');
    let begin = lines
        .iter()
        .position(is_table)
        .ok_or("there is no table yet: measure all rows first")?;
    let end = begin + lines[begin..].iter().take_while(|line| is_table(line)).count();
    let mut table: Vec<Vec<String>> = lines[begin..end].iter().map(|line| split(line)).collect();
    table.remove(1);
    if table.first() != new.first() {
        return Err("the table has other contenders: measure all of them".into());
    }
    let titles: Vec<&str> = section.rows.iter().map(|(row, _)| row.title()).collect();
    let mut below: Vec<String> = lines[end..].iter().map(|line| (*line).to_owned()).collect();
    for title in &titles {
        below.retain(|line| !line.starts_with('-') || !line.contains(&format!(" {title}")));
    }
    for line in without_head(&new) {
        place(&mut table, line);
    }
    let rounds = section.rounds;
    let run = if quick { "a quick run" } else { "a run" };
    let placed = match (part.contains(APART), section.described.contains(APART)) {
        (true, false) => ", server and contenders on all processors",
        (false, true) => ", server and contenders on a processor each",
        _ => "",
    };
    let own = titles
        .iter()
        .map(|title| format!("- {title}: {run} of its own, {rounds} rounds{placed}."));
    let notes: Vec<String> = notes.into_iter().chain(own).collect();
    let mut text = lines[..begin].join("\n");
    let _ = write!(text, "\n{}", report::lined_up(&table));
    // Notes stand in a list right below the table.
    let list = below.iter().position(|line| line.starts_with('-'));
    match list {
        Some(at) => below.splice(at..at, notes).for_each(drop),
        None => below
            .splice(0..0, std::iter::once(String::new()).chain(notes))
            .for_each(drop),
    }
    let _ = writeln!(text, "{}", below.join("\n"));
    Ok(text)
}

/// All rows of the table in a part, with their ratios alone: what the picture shows.
pub fn whole(part: &str, section: &Section) -> Section {
    let mut lines = part.lines().filter(|line| line.starts_with('|')).map(split);
    let head = lines.next().unwrap_or_default();
    let names: Vec<Option<Name>> = head.iter().map(|name| Name::parse(name).ok()).collect();
    let rows = lines.filter_map(|line| {
        let row = Row::ALL.iter().find(|row| row.title() == line[0])?;
        let cells = names.iter().zip(&line).filter_map(|(name, cell)| {
            let name = (*name)?;
            let ratio = match name {
                Name::Raw => Some(1.0),
                _ => {
                    let first = cell.trim_start_matches('*').split(['*', ' ']).next();
                    first.and_then(|ratio| ratio.parse().ok())
                }
            };
            let cell = match ratio {
                Some(ratio) => Cell::Measured(Measured {
                    ns: 0.0,
                    ratio,
                    spread: 0.0,
                    p99: None,
                    peak_kib: None,
                    own_kib: None,
                }),
                None => Cell::NotAvailable(cell.clone()),
            };
            Some((name, cell))
        });
        Some((*row, cells.collect()))
    });
    Section {
        database: section.database,
        described: section.described.clone(),
        versions: section.versions.clone(),
        rows: rows.collect(),
        rounds: section.rounds,
    }
}

fn split(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn without_head(lines: &[Vec<String>]) -> impl Iterator<Item = &[Vec<String>]> {
    let rows = lines.get(1..).unwrap_or_default();
    // A line that begins with dots belongs to the one before it.
    rows.chunk_by(|_, next| next[0].starts_with('…'))
}

/// In the order of the rows, in place of the row of the same title.
fn place(table: &mut Vec<Vec<String>>, lines: &[Vec<String>]) {
    let title = &lines[0][0];
    if let Some(at) = table.iter().position(|line| line[0] == *title) {
        let more = table[at + 1..]
            .iter()
            .take_while(|line| line[0].starts_with('…'))
            .count();
        table.drain(at..=at + more);
    }
    let rank = |title: &str| Row::ALL.iter().position(|row| row.title() == title);
    let own = rank(title);
    let later = table
        .iter()
        .skip(1)
        .position(|line| rank(&line[0]).is_some_and(|other| Some(other) > own));
    let at = later.map_or(table.len(), |at| at + 1);
    table.splice(at..at, lines.iter().cloned()).for_each(drop);
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_common::Database;

    fn section(row: Row, ratio: f64) -> Section {
        let cell = |ratio| {
            Cell::Measured(Measured {
                ns: 1e6,
                ratio,
                spread: 0.0,
                p99: None,
                peak_kib: Some(2048.0),
                own_kib: None,
            })
        };
        Section {
            database: Database::Sqlite,
            described: String::new(),
            versions: Vec::new(),
            rows: vec![(row, vec![(Name::Raw, cell(1.0)), (Name::Manybase, cell(ratio))])],
            rounds: 3,
        }
    }

    #[test]
    fn rows_come_in_order_and_only_once() {
        let old = "\n## SQLite\n\n| | raw | manybase |\n| - | -: | -: |\n| find by key | 1 | 2 |\n\
                   | open to first row | 3 | 4 |\n\nThe machine.\n";
        let once = amend(old, &section(Row::Stream, 1.5), true).unwrap();
        let twice = amend(&once, &section(Row::Stream, 1.25), true).unwrap();
        let first: Vec<&str> = twice
            .lines()
            .filter_map(|line| line.split('|').nth(1))
            .map(str::trim)
            .collect();
        let stream = Row::Stream.title();
        let rule = "-".repeat(stream.len());
        assert_eq!(
            first,
            [
                "",
                &rule,
                "find by key",
                stream,
                "… peak memory",
                "open to first row"
            ],
            "{twice}"
        );
        assert!(twice.contains("1.25") && !twice.contains("1.50"), "{twice}");
        assert_eq!(twice.matches("of its own").count(), 1, "{twice}");
        assert!(
            twice.contains("The machine.") && twice.starts_with("\n## SQLite"),
            "{twice}"
        );
    }

    #[test]
    fn the_picture_has_all_rows() {
        let old = "| | raw | manybase | toasty |\n| - | -: | -: | -: |\n| find by key | 1 µs ±2 % | **1.37** ±5 % | n/a |\n";
        let whole = whole(old, &section(Row::Stream, 1.0));
        let [(Row::Find, cells)] = whole.rows.as_slice() else {
            panic!("{:?}", whole.rows);
        };
        let ratio = |at: usize| match &cells[at].1 {
            Cell::Measured(measured) => Some(measured.ratio),
            _ => None,
        };
        assert_eq!([ratio(0), ratio(1), ratio(2)], [Some(1.0), Some(1.37), None]);
    }

    #[test]
    fn another_place_is_said() {
        let old = format!("| | raw | manybase |\n| - | -: | -: |\n\nA server, {APART}. 9 rounds.\n");
        let mut section = section(Row::Find, 1.0);
        let said = |section: &Section| amend(&old, section, true).unwrap();
        assert!(said(&section).contains("3 rounds, server and contenders on all processors."));
        section.described = APART.into();
        assert!(said(&section).contains("3 rounds."));
    }
}
