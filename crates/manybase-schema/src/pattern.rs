//! Patterns for the names of tables.

use crate::Table;

/// Whether a table is one of these, or of all if there are none, and not one of those.
pub(crate) fn wants(only: &[String], except: &[String], table: &Table) -> bool {
    let whole = format!("{}.{}", table.schema, table.name);
    let fits = |pattern: &String| match pattern.contains('.') {
        true => fits(pattern, &whole),
        false => fits(pattern, &table.name),
    };
    (only.is_empty() || only.iter().any(fits)) && !except.iter().any(fits)
}

/// `*` for any letters, `?` for one.
fn fits(pattern: &str, name: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('*') => {
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.into_iter().any(|at| fits(rest.as_str(), &name[at..]))
        }
        Some(wanted) => {
            let mut left = name.chars();
            let same = left.next().is_some_and(|c| wanted == '?' || wanted == c);
            same && fits(rest.as_str(), left.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        for (pattern, name) in [
            ("film*", "film"),
            ("*o*", "customer"),
            ("?", "ä"),
            ("a.*", "a.b"),
            ("", ""),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("film", "films"), ("?", ""), ("*x", "y")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
