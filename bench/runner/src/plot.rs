//! The table as a picture: each row a line, each contender a dot at its ratio to raw, on a logarithmic scale.

use std::fmt::Write;

use crate::contender::Name;
use crate::session::{Cell, Section};

const LEFT: f64 = 270.0;
const RIGHT: f64 = 30.0;
const WIDTH: f64 = 900.0;
const TOP: f64 = 78.0;
const LINE: f64 = 24.0;

/// Colours that also people who see few of them can tell apart.
fn color(name: Name) -> &'static str {
    match name {
        Name::Raw => "#888888",
        Name::Manybase => "#d55e00",
        Name::Diesel => "#0072b2",
        Name::Sqlx => "#009e73",
        Name::Seaorm => "#cc79a7",
        Name::Toasty => "#b09500",
    }
}

/// `None` when nothing was measured beside raw.
pub fn svg(section: &Section, title: &str) -> Option<String> {
    let lines: Vec<(&str, Vec<(Name, f64)>)> = section
        .rows
        .iter()
        .map(|(row, cells)| (row.title(), ratios(cells)))
        .filter(|(_, dots)| !dots.is_empty())
        .collect();
    let all = || {
        lines
            .iter()
            .flat_map(|(_, dots)| dots.iter().map(|(_, ratio)| *ratio))
    };
    if lines.is_empty() {
        return None;
    }
    // Whole powers of two around what there is.
    let low = all().fold(1.0, f64::min).log2().floor();
    let high = all().fold(2.0, f64::max).log2().ceil();
    let x = |ratio: f64| LEFT + (ratio.log2() - low) / (high - low) * (WIDTH - LEFT - RIGHT);
    let bottom = TOP + LINE * lines.len() as f64;
    let height = bottom + 30.0;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"16\" y=\"24\" font-size=\"16\" font-weight=\"bold\">{}</text>\n\
         <text x=\"16\" y=\"42\" fill=\"#555555\">time as a multiple of the raw driver's; further left is faster</text>\n",
        escaped(title)
    );
    let names: Vec<Name> = Name::ALL.into_iter().filter(|name| *name != Name::Raw).collect();
    for (at, name) in names.iter().enumerate() {
        let left = LEFT + at as f64 * 105.0;
        let _ = writeln!(
            text,
            "<circle cx=\"{left:.1}\" cy=\"56\" r=\"5\" fill=\"{}\"/><text x=\"{:.1}\" y=\"60\">{}</text>",
            color(*name),
            left + 10.0,
            name.name()
        );
    }
    let mut power = low;
    while power <= high {
        let (at, one) = (x(power.exp2()), power == 0.0);
        let (stroke, width) = if one { ("#333333", 1.5) } else { ("#dddddd", 1.0) };
        let _ = writeln!(
            text,
            "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{bottom}\" stroke=\"{stroke}\" \
             stroke-width=\"{width}\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 18.0,
            if one {
                "raw".to_owned()
            } else {
                format!("{}×", power.exp2())
            }
        );
        power += 1.0;
    }
    for (at, (title, dots)) in lines.iter().enumerate() {
        let y = TOP + LINE * (at as f64 + 0.5);
        let _ = writeln!(
            text,
            "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\" stroke=\"#eeeeee\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 10.0,
            y + 4.0,
            escaped(title)
        );
        // Ours last, so that it is never hidden.
        let (own, others): (Vec<_>, Vec<_>) = dots.iter().partition(|(name, _)| *name == Name::Manybase);
        for (name, ratio) in others.iter().chain(&own) {
            let radius = if *name == Name::Manybase { 6.0 } else { 4.5 };
            let _ = writeln!(
                text,
                "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{}\" fill-opacity=\"0.9\"><title>{} \
                 {ratio:.2}</title></circle>",
                x(*ratio),
                color(*name),
                name.name()
            );
        }
    }
    text.push_str("</svg>\n");
    Some(text)
}

fn ratios(cells: &[(Name, Cell)]) -> Vec<(Name, f64)> {
    let measured = cells.iter().filter_map(|(name, cell)| match cell {
        Cell::Measured(measured) if *name != Name::Raw => Some((*name, measured.ratio)),
        _ => None,
    });
    measured
        .filter(|(_, ratio)| ratio.is_finite() && *ratio > 0.0)
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Measured;
    use bench_common::{Database, Row};

    fn cell(ratio: f64) -> Cell {
        Cell::Measured(Measured {
            ns: 1.0,
            ratio,
            spread: 0.1,
            p99: None,
            peak_kib: None,
            own_kib: None,
        })
    }

    fn section(cells: Vec<(Name, Cell)>) -> Section {
        Section {
            database: Database::Sqlite,
            described: String::new(),
            versions: Vec::new(),
            rows: vec![(Row::Find, cells)],
            rounds: 1,
        }
    }

    #[test]
    fn a_dot_for_each_contender_that_was_measured() {
        let cells = vec![
            (Name::Raw, cell(1.0)),
            (Name::Manybase, cell(0.8)),
            (Name::Diesel, cell(5.0)),
            (Name::Toasty, Cell::NotAvailable("no".into())),
        ];
        let text = svg(&section(cells), "A <b>").unwrap();
        assert_eq!(text.matches("<title>").count(), 2);
        assert!(text.contains("<title>manybase 0.80</title>") && text.contains("A &lt;b&gt;"));
        assert!(text.contains(">0.5×<") && text.contains(">8×<") && text.contains(">raw<"));
        assert!(!text.contains("NaN"));
    }

    #[test]
    fn nothing_measured_is_no_picture() {
        assert!(svg(&section(vec![(Name::Raw, cell(1.0))]), "a").is_none());
    }
}
