//! The figures' place in `docs/performance.md`, which `cargo xtask bench` leaves as it is.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::report::Row;
use crate::failure::{Context, Result};

const BEGIN: &str = "<!-- compile time -->";
const END: &str = "<!-- end of compile time -->";

pub(super) fn write(path: &Path, rows: &[Row], rounds: u32) -> Result<()> {
    let old = fs::read_to_string(path).context(|| format!("cannot read {}", path.display()))?;
    let new = replaced(&old, &section(rows, rounds));
    fs::write(path, new).context(|| format!("cannot write {}", path.display()))
}

fn section(rows: &[Row], rounds: u32) -> String {
    let mut text = format!(
        "\n## Compile time\n\n`cargo xtask compile-time`: `cargo check` of a crate with nothing but models, its \
         dependencies built before, without the incremental cache; the median of {rounds} rounds, in alternation. \
         `sqlx-models` derives `FromRow` for the same structs and has nothing that finds by key or writes; \
         `sqlx-written` has that by hand (find, insert, update, delete), which models of Manybase, SeaORM and Toasty bring \
         along. Diesel has what reads, and nothing that writes. Each model has one query. In a *ring* every model has relations to others.\n\n\
         |                 | models |  check | beside sqlx | lines generated per model | KB per model |\n\
         | --------------- | -----: | -----: | ----------: | ------------------------: | -----------: |\n"
    );
    for row in rows {
        let number = |value: Option<f64>, digits: usize, unit: &str| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}{unit}"))
        };
        let _ = writeln!(
            text,
            "| {:<15} | {:>6} | {:>6} | {:>11} | {:>25} | {:>12} |",
            row.subject.name,
            row.subject.models,
            number(row.median(), 2, " s"),
            number(row.ratio(rows), 2, ""),
            number(row.size.map(|size| size.lines), 0, ""),
            number(row.size.map(|size| size.bytes / 1000.0), 1, ""),
        );
    }
    text
}

/// In its place, or at the end where it has none yet.
fn replaced(old: &str, section: &str) -> String {
    let part = format!("{BEGIN}{section}{END}");
    match old.split_once(BEGIN) {
        Some((before, rest)) => match rest.split_once(END) {
            Some((_, after)) => format!("{before}{part}{after}"),
            None => format!("{before}{part}\n"),
        },
        None => format!("{}\n\n{part}\n", old.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_its_place() {
        let first = replaced("# Title\n", "\none\n");
        assert_eq!(first, format!("# Title\n\n{BEGIN}\none\n{END}\n"));
        let second = replaced(&format!("{first}tail\n"), "\ntwo\n");
        assert_eq!(second, format!("# Title\n\n{BEGIN}\ntwo\n{END}\ntail\n"));
    }
}
