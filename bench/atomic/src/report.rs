//! The table, and the same as JSON.

use serde_json::json;

use crate::measure::{Mode, Slice};

pub(crate) struct Line {
    mode: Mode,
    clients: i64,
    /// The median of the rates.
    rate: f64,
    /// The median of the ratios to two commits, round by round.
    ratio: f64,
    spread: f64,
}

impl Line {
    pub(crate) fn new(mode: Mode, clients: i64, at: usize, slices: &[[Slice; Mode::ALL.len()]]) -> Self {
        // The first mode is what the others are compared with.
        let ratios = sorted(slices.iter().map(|slice| slice[at].rate / slice[0].rate));
        Self {
            mode,
            clients,
            rate: middle(&sorted(slices.iter().map(|slice| slice[at].rate))),
            ratio: middle(&ratios),
            spread: match (ratios.first(), ratios.last()) {
                (Some(least), Some(most)) => most - least,
                _ => 0.0,
            },
        }
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn middle(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn table(lines: &[Line], a: &str, b: &str) -> String {
    let mut text = format!(
        "{a} and {b}, durable\n\n| clients | | a second | to two commits | spread |\n|--:|---|--:|--:|--:|\n"
    );
    for line in lines {
        let Line {
            mode,
            clients,
            rate,
            ratio,
            spread,
        } = line;
        text.push_str(&format!(
            "| {clients} | {} | {rate:.0} | {ratio:.2} | {spread:.2} |\n",
            mode.name()
        ));
    }
    text
}

pub(crate) fn json(lines: &[Line]) -> String {
    let all = lines.iter().map(|line| {
        json!({
            "row": line.mode.name(),
            "clients": line.clients,
            "per_second": line.rate,
            "ratio_to_two_commits": line.ratio,
            "spread": line.spread,
        })
    });
    serde_json::Value::Array(all.collect()).to_string()
}
