//! What the user sees: tables for people, or one JSON object for programs.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use manybase::serde_json::{Map, Value};
use std::io::Write;
use std::time::{Duration, Instant};

/// The width where the output is no terminal.
const WIDTH: u16 = 110;

pub(crate) struct Page {
    json: bool,
    width: u16,
    begun: Instant,
    figures: Map<String, Value>,
    milliseconds: Map<String, Value>,
}

impl Page {
    pub(crate) fn new(json: bool) -> Self {
        let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0.max(40));
        Self {
            json,
            width,
            begun: Instant::now(),
            figures: Map::new(),
            milliseconds: Map::new(),
        }
    }

    pub(crate) fn title(&self, title: &str) {
        self.say(&format!("\n{title}\n{}", "─".repeat(title.chars().count())));
    }

    pub(crate) fn say(&self, text: &str) {
        if !self.json {
            print(text);
        }
    }

    /// A table; columns of numbers are told by their header's first sign.
    pub(crate) fn table<const N: usize>(
        &self,
        header: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) {
        if self.json {
            return;
        }
        let mut table = Table::new();
        table
            .load_style(presets::UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width)
            .set_header(header.map(|title| title.trim_start_matches('#')))
            .add_rows(rows);
        for (column, title) in table.column_iter_mut().zip(header) {
            if title.starts_with('#') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        print(&table.to_string());
    }

    /// A figure for the JSON object.
    pub(crate) fn figure(&mut self, name: &str, value: impl Into<Value>) {
        self.figures.insert(name.to_owned(), value.into());
    }

    /// How long something took, since `begun`.
    pub(crate) fn took(&mut self, name: &str, what: &str, begun: Instant) {
        let took = begun.elapsed();
        self.milliseconds
            .insert(name.to_owned(), milliseconds(took).into());
        self.say(&format!("{what} in {}", shown(took)));
    }

    /// For a process that does not come to its end: the figures so far.
    pub(crate) fn last_words(&self) {
        if self.json {
            print(&format!("{:#}", Value::Object(self.figures.clone())));
        }
        let _ = std::io::stdout().flush();
    }

    pub(crate) fn finish(mut self) {
        let took = self.begun.elapsed();
        self.milliseconds
            .insert("total".to_owned(), milliseconds(took).into());
        if self.json {
            self.figures
                .insert("milliseconds".to_owned(), self.milliseconds.into());
            print(&format!("{:#}", Value::Object(self.figures)));
        } else {
            print(&format!("\ndone in {}", shown(took)));
        }
    }
}

/// A reader that has seen enough, as in `erp | head`, is no reason to panic.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// With three digits behind the point, which is what a clock is good for.
fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}

pub(crate) fn shown(took: Duration) -> String {
    match took.as_millis() {
        0..10 => format!("{:.2} ms", took.as_secs_f64() * 1e3),
        10..10_000 => format!("{} ms", took.as_millis()),
        _ => format!("{:.1} s", took.as_secs_f64()),
    }
}
