//! Columns without lines, as other tools for the command line have them.

use super::style;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Narrower than this, lines are broken anyhow.
const NARROWEST: u16 = 40;

/// Broken to the terminal's width; elsewhere each row is one line, for programs.
pub(super) fn render<const N: usize>(
    header: Option<[&str; N]>,
    rows: Vec<[String; N]>,
    terminal: bool,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let width = terminal_size::terminal_size().filter(|_| terminal);
    match width {
        Some((width, _)) => table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width.0.max(NARROWEST)),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    if let Some(header) = header {
        table.set_header(header.map(|title| title.trim_start_matches('#')));
    }
    table.add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if header.is_some_and(|header| header[index].starts_with('#')) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = String::new();
    for (number, line) in table.lines().enumerate() {
        let line = line.trim_end();
        // A space before, so that a sign at the beginning stands alone too.
        let painted = style::paint_signs(&format!(" {line}"));
        let painted = &painted[1..];
        match header {
            Some(_) if number == 0 => text.push_str(&style::bold(line)),
            _ => text.push_str(painted),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let rows = vec![
            ["a".to_owned(), "1".to_owned(), "✓ yes".to_owned()],
            ["longer".to_owned(), "12".to_owned(), "no".to_owned()],
        ];
        let text = render(Some(["NAME", "#N", "X"]), rows, false);
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(plain, "NAME     N  X\na        1  ✓ yes\nlonger  12  no\n");
        assert!(text.contains("\u{1b}["), "the sign and the header have a style");
    }

    #[test]
    fn without_a_header() {
        let text = render(None, vec![["  name".to_owned(), "value".to_owned()]], false);
        assert_eq!(text, "  name  value\n");
    }
}
