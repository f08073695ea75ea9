//! The table and the JSON.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::expand::Size;
use super::subject::Subject;

/// The aims: ARCHITECTURE.md, "Compile time is a feature".
const RATIO: f64 = 2.0;
const LINES: f64 = 300.0;
const KILOBYTES: f64 = 12.0;

pub(super) struct Row {
    pub(super) subject: &'static Subject,
    pub(super) times: Vec<Duration>,
    pub(super) size: Option<Size>,
    /// Why it could not be measured.
    pub(super) error: Option<String>,
}

impl Row {
    pub(super) fn median(&self) -> Option<f64> {
        let mut times = self.times.clone();
        times.sort_unstable();
        let (low, high) = (
            times.get(times.len().checked_sub(1)? / 2)?,
            times.get(times.len() / 2)?,
        );
        Some((*low + *high).as_secs_f64() / 2.0)
    }

    fn min(&self) -> Option<f64> {
        self.times.iter().min().map(Duration::as_secs_f64)
    }

    /// Median against median of the same structs under sqlx.
    pub(super) fn ratio(&self, rows: &[Row]) -> Option<f64> {
        let peer = self.subject.peer()?;
        let peer = rows.iter().find(|row| row.subject.name == peer)?;
        Some(self.median()? / peer.median()?)
    }
}

pub(super) fn table(rows: &[Row]) -> String {
    let show =
        |value: Option<f64>, digits: usize| value.map_or("-".into(), |value| format!("{value:.digits$}"));
    let mut text = String::new();
    let head = [
        "name",
        "models",
        "median s",
        "min s",
        "x sqlx",
        "lines/model",
        "KB/model",
    ];
    line(&mut text, head.map(str::to_owned));
    for row in rows {
        line(
            &mut text,
            [
                row.subject.name.into(),
                row.subject.models.to_string(),
                show(row.median(), 2),
                show(row.min(), 2),
                show(row.ratio(rows), 2),
                show(row.size.map(|size| size.lines), 0),
                show(row.size.map(|size| size.bytes / 1000.0), 1),
            ],
        );
    }
    let _ = writeln!(
        text,
        "cargo check of the crate alone, without incremental cache; generated code as rustfmt writes it"
    );
    for row in rows.iter().filter(|row| row.subject.is_ours()) {
        let _ = writeln!(text, "{}: {}", row.subject.name, verdict(row, rows));
    }
    text
}

fn verdict(row: &Row, rows: &[Row]) -> String {
    let aims = [
        (row.ratio(rows), RATIO, "x sqlx"),
        (
            row.size.map(|size| size.lines),
            LINES,
            "generated lines per model",
        ),
        (
            row.size.map(|size| size.bytes / 1000.0),
            KILOBYTES,
            "KB per model",
        ),
    ];
    let says = aims.map(|(value, aim, what)| match value {
        Some(value) if value <= aim => format!("at most {aim} {what}: reached"),
        Some(_) => format!("at most {aim} {what}: MISSED"),
        None => format!("at most {aim} {what}: not measured"),
    });
    says.join("; ")
}

fn line(text: &mut String, cells: [String; 7]) {
    let [name, rest @ ..] = cells;
    let _ = write!(text, "{name:<16}");
    for cell in rest {
        let _ = write!(text, "{cell:>12}");
    }
    text.push('\n');
}

pub(super) fn json(rows: &[Row], rounds: u32) -> Value {
    let crates = rows.iter().map(|row| {
        json!({
            "name": row.subject.name,
            "models": row.subject.models,
            "median_seconds": row.median(),
            "min_seconds": row.min(),
            "ratio_to_sqlx": row.ratio(rows),
            "lines_per_model": row.size.map(|size| size.lines),
            "bytes_per_model": row.size.map(|size| size.bytes),
            "error": row.error,
        })
    });
    let aims =
        json!({ "ratio_to_sqlx": RATIO, "lines_per_model": LINES, "bytes_per_model": KILOBYTES * 1000.0 });
    json!({ "rounds": rounds, "crates": crates.collect::<Vec<_>>(), "aims": aims })
}

#[cfg(test)]
mod tests {
    use super::super::subject::SUBJECTS;
    use super::*;

    fn row(subject: usize, milliseconds: &[u64]) -> Row {
        let times = milliseconds.iter().map(|ms| Duration::from_millis(*ms)).collect();
        Row {
            subject: &SUBJECTS[subject],
            times,
            size: Some(Size {
                lines: 250.0,
                bytes: 13_000.0,
            }),
            error: None,
        }
    }

    #[test]
    fn the_median_of_odd_and_even_rounds() {
        assert_eq!(row(0, &[300, 100, 200]).median(), Some(0.2));
        assert_eq!(row(0, &[100, 200]).median(), Some(0.15));
        assert_eq!(row(0, &[]).median(), None);
    }

    #[test]
    fn ours_is_compared_with_its_peer() {
        let rows = [row(0, &[250]), row(1, &[125])];
        assert_eq!(rows[0].ratio(&rows), Some(2.0));
        assert_eq!(rows[1].ratio(&rows), None);
        let table = table(&rows);
        assert!(table.contains("at most 2 x sqlx: reached"), "{table}");
        assert!(table.contains("at most 12 KB per model: MISSED"), "{table}");
        assert_eq!(json(&rows, 1)["crates"][0]["ratio_to_sqlx"], 2.0);
    }

    #[test]
    fn what_does_not_compile_has_no_numbers() {
        let mut broken = row(0, &[]);
        (broken.size, broken.error) = (None, Some("no such attribute".into()));
        let rows = [broken, row(1, &[200])];
        assert!(table(&rows).contains("not measured"));
        assert_eq!(json(&rows, 1)["crates"][0]["error"], "no such attribute");
    }
}
