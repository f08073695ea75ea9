//! What a user calls has an example.

use regex_lite::Regex;

use super::Violation;

/// The crates whose items users of the library meet by name.
const FOR_USERS: &[&str] = &[
    "manybase",
    "manybase-axum",
    "manybase-cli",
    "manybase-db",
    "manybase-docs",
    "manybase-migrate",
    "manybase-record",
    "manybase-saga",
    "manybase-schema",
    "manybase-snapshot",
    "manybase-test",
];

pub(super) fn check(krate: &str, path: &str, text: &str) -> Vec<Violation> {
    let Ok(item) = Regex::new(r"^pub (?:const )?(?:async )?(?:fn|struct|enum|trait|type) (\w+)") else {
        return Vec::new();
    };
    if !FOR_USERS.contains(&krate) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut example, mut hidden, mut attribute) = (false, false, false);
    // The indent of a hidden module, while in it.
    let mut inside: Option<usize> = None;
    for (at, whole) in text.lines().enumerate() {
        let line = whole.trim_start();
        let indent = whole.len() - line.len();
        if line.starts_with("#[cfg(test)]") {
            break;
        }
        if let Some(module) = inside {
            inside = Some(module).filter(|&module| !(indent == module && line.starts_with('}')));
        } else if line.starts_with("///") {
            example |= line.contains("```");
        } else if line.starts_with("#[") || attribute {
            hidden |= line.starts_with("#[doc(hidden)]");
            // An attribute of several lines ends with a line of its own.
            attribute = (attribute || !whole.trim_end().ends_with(']')) && line != ")]";
        } else if !line.is_empty() && !line.starts_with("//") {
            let unseen = line.starts_with("mod ") || (hidden && line.starts_with("pub mod "));
            if unseen && line.ends_with('{') {
                inside = Some(indent);
            }
            if let Some(named) = item.captures(line).filter(|_| !hidden && !example) {
                found.push(Violation::new(
                    format!("{path}:{}", at + 1),
                    format!("`{}` has no example", &named[1]),
                    "show it in its documentation, with an example that runs on SQLite",
                ));
            }
            (example, hidden) = (false, false);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<String> {
        let found = check("manybase-record", "a.rs", text);
        found.into_iter().map(|violation| violation.place).collect()
    }

    #[test]
    fn an_item_needs_an_example() {
        assert_eq!(
            places("/// Text.\npub fn a() {}\n\n/// Text.\npub struct B;\n"),
            ["a.rs:2", "a.rs:5"]
        );
        assert_eq!(
            places("impl A {\n    /// Text.\n    pub async fn a() {}\n}\n"),
            ["a.rs:3"]
        );
        assert!(
            places("/// Text.\n///\n/// ```\n/// a();\n/// ```\n#[must_use]\npub fn a() {}\n").is_empty()
        );
    }

    #[test]
    fn an_example_is_that_of_the_next_item() {
        assert_eq!(
            places("/// ```\n/// ```\npub fn a() {}\n/// Text.\npub fn b() {}\n"),
            ["a.rs:5"]
        );
    }

    #[test]
    fn attributes_of_several_lines_are_passed_over() {
        assert!(places("/// ```\n/// ```\n#[diagnostic::on_unimplemented(\n    message = \"x\",\n)]\npub trait A {}\n").is_empty());
    }

    #[test]
    fn what_is_hidden_or_for_tests_needs_none() {
        assert!(places("#[doc(hidden)]\npub fn a() {}\n").is_empty());
        assert!(places("#[doc(hidden)]\npub mod derive {\n    pub fn a() {}\n}\n").is_empty());
        assert!(places("#[cfg(test)]\nmod tests {\n    pub fn a() {}\n}\n").is_empty());
        assert!(places("mod private {\n    pub trait Sealed {}\n}\n").is_empty());
        assert!(places("pub(crate) fn a() {}\nfn b() {}\n").is_empty());
    }

    #[test]
    fn crates_for_drivers_are_left_alone() {
        assert!(check("manybase-driver", "a.rs", "pub fn a() {}\n").is_empty());
    }
}
