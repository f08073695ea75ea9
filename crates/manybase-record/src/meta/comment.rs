//! From doc comments to comments in the database.

use manybase_sql::Name;

/// The shortest limit among the databases, of a column's comment, is 1024 characters.
const LONGEST: usize = 1_000;

/// The first paragraph of a doc comment, in one line.
pub(super) fn of(doc: &str) -> Option<Name> {
    let paragraph = doc.trim().split("\n\n").next()?;
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    let line = words.join(" ").replace('\0', "");
    if line.is_empty() {
        return None;
    }
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => Some(format!("{}…", &line[..at]).into()),
        None => Some(line.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn first_paragraph_in_one_line_of_bounded_length() {
        assert_eq!(of("A\n  b\n\nmore").as_deref(), Some("A b"));
        assert_eq!(of(" \n "), None);
        let long = of(&"é".repeat(3_000)).unwrap();
        assert_eq!(long.chars().count(), 1_001);
    }
}
