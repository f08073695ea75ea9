//! Text that may have any characters, inside Markdown and XML.

/// Text that is no Markdown, as Markdown.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

/// One line of text that is no Markdown.
pub(crate) fn line(text: &str) -> String {
    plain(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Code in a line.
pub(crate) fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Code in a cell of a table, where a bar is the border of the cell even inside code.
pub(crate) fn cell_code(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Markdown in a cell of a table.
pub(crate) fn cell(markdown: &str) -> String {
    let paragraphs = markdown.split("\n\n").map(|paragraph| {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        words.join(" ")
    });
    let mut out = String::new();
    for paragraph in paragraphs.filter(|paragraph| !paragraph.is_empty()) {
        if !out.is_empty() {
            out.push_str("<br>");
        }
        let mut before = ' ';
        for c in paragraph.chars() {
            if c == '|' && before != '\\' {
                out.push('\\');
            }
            out.push(c);
            before = c;
        }
    }
    out
}

/// A block of code.
pub(crate) fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim())
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// A path of a link: what is no letter or digit is escaped.
pub(crate) fn link(path: &str) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b'#' => {
                out.push(byte.into())
            }
            // Writing into a String can't fail.
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// Text inside XML.
pub(crate) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            // XML has no place for these.
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_characters_stay_what_they_are() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(cell_code("a|b"), "`a\\|b`");
        assert_eq!(cell("a | b\nc\n\nd \\| e"), "a \\| b c<br>d \\| e");
        assert_eq!(block("sql", "a ``` b"), "````sql\na ``` b\n````\n");
        assert_eq!(link("a b/ü.md"), "a%20b/%C3%BC.md");
        assert_eq!(
            xml("<a & \"b\">\u{1}\n"),
            "&lt;a &amp; &quot;b&quot;&gt;\u{FFFD} "
        );
        assert_eq!(line("a\n<b> *c*"), "a &lt;b&gt; \\*c\\*");
    }
}
