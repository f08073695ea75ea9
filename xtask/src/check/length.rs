//! Files stay short enough to be read in one go.

use super::Violation;
use super::source::Source;

const LIMIT: usize = 450;

pub(super) fn check(source: &Source) -> Option<Violation> {
    (source.lines > LIMIT).then(|| {
        Violation::new(
            &source.path,
            format!(
                "{} lines; a source file has at most {LIMIT}, its test module aside",
                source.lines
            ),
            "split it by what it does: one clause, one node, one step per file beside it",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_fails_and_its_tests_do_not_count() {
        let long = "fn a() {}\n".repeat(LIMIT + 1);
        let found = check(&Source::new("crates/x/src/a.rs", &long)).expect("too long");
        assert!(found.to_string().contains("451 lines"), "{found}");

        let tests = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            "fn a() {}\n".repeat(LIMIT),
            long
        );
        assert_eq!(check(&Source::new("crates/x/src/a.rs", &tests)), None);
    }
}
