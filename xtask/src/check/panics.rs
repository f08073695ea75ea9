//! A library answers with an error, it does not end its user's program.

use regex_lite::Regex;

use super::Violation;
use super::source::Source;

/// The test kit may panic: that is how a test fails.
const MAY_PANIC: &[&str] = &["manybase-testkit"];

/// What is forbidden, and what to write.
const RULES: &[(&str, &str)] = &[
    (
        r"\btodo!\s*[(\[{]",
        "finish it, or answer with a typed error that names what is not supported",
    ),
    (
        r"\bunimplemented!\s*[(\[{]",
        "answer with a typed error that names what is not supported",
    ),
    (r"\bdbg!\s*[(\[{]", "remove it, or use `tracing`"),
    (
        r"\.\s*unwrap\(\s*\)",
        "return the error with `?`, or `.expect(\"why this cannot fail\")` where it provably cannot",
    ),
];

pub(super) fn check(krate: &str, source: &Source) -> Vec<Violation> {
    if MAY_PANIC.contains(&krate) || source.is_test() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (pattern, way_out) in RULES {
        let Ok(pattern) = Regex::new(pattern) else {
            continue;
        };
        for (place, what) in source.places(&source.bare, &pattern) {
            let what = what.trim_end_matches(['(', '[', '{']);
            found.push(Violation::new(
                place,
                format!("`{what}` in the sources of a library"),
                *way_out,
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(krate: &str, text: &str) -> Vec<String> {
        let source = Source::new("crates/x/src/a.rs", text);
        check(krate, &source)
            .into_iter()
            .map(|violation| violation.place)
            .collect()
    }

    #[test]
    fn patterns_compile() {
        assert!(RULES.iter().all(|(pattern, _)| Regex::new(pattern).is_ok()));
    }

    #[test]
    fn each_of_them_fails() {
        for planted in [
            "todo!()",
            "unimplemented!(\"x\")",
            "dbg!(x)",
            "a.unwrap()",
            "a\n    .unwrap()",
        ] {
            assert_eq!(
                places("manybase-sql", &format!("fn a() {{ {planted} }}")).len(),
                1,
                "{planted}"
            );
        }
        assert_eq!(
            places("manybase-sql", "fn a() {}\nfn b() { x.unwrap() }"),
            ["crates/x/src/a.rs:2"]
        );
    }

    #[test]
    fn tests_documentation_and_cousins_do_not() {
        for fine in [
            "/// a.unwrap()\nfn a() {}",
            "//! todo!()",
            "a.unwrap_or(1)",
            "a.expect(\"held by the lock\")",
            "#[cfg(test)]\nmod tests { fn a() { x.unwrap(); } }",
            "let hint = \"write .unwrap()\";",
        ] {
            assert!(places("manybase-sql", fine).is_empty(), "{fine}");
        }
        assert!(places("manybase-testkit", "fn a() { x.unwrap() }").is_empty());
    }
}
