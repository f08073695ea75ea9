//! Counting what the test programs report.

use std::fmt::Write;

#[derive(Clone, Default)]
pub(super) struct Tally {
    passed: usize,
    failed: usize,
    ignored: usize,
    skipped: Vec<String>,
    failures: Vec<String>,
}

impl Tally {
    /// Takes in one line of a test program's output.
    pub(super) fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed += count(result, "passed");
            self.failed += count(result, "failed");
            self.ignored += count(result, "ignored");
        } else if line.starts_with("skipped:") {
            self.skip(line);
        } else if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            self.failures.push(name.to_owned());
        }
    }

    /// Notes something that did not run, once however often it is said.
    pub(super) fn skip(&mut self, line: &str) {
        let line = line.strip_prefix("skipped:").unwrap_or(line).trim();
        if !line.is_empty() && !self.skipped.iter().any(|known| known == line) {
            self.skipped.push(line.to_owned());
        }
    }

    /// Notes a failure that no test has reported.
    pub(super) fn fail(&mut self, what: &str) {
        self.failed += 1;
        self.failures.push(what.to_owned());
    }

    pub(super) fn passed(&self) -> usize {
        self.passed
    }

    pub(super) fn failed(&self) -> usize {
        self.failed
    }

    /// Failures and skips by name, a line each.
    pub(super) fn report(&self) -> String {
        let mut text = String::new();
        for failure in &self.failures {
            let _ = writeln!(text, "failed: {failure}");
        }
        for (what, tests) in self.grouped() {
            let _ = match tests {
                1 => writeln!(text, "skipped: {what}"),
                n => writeln!(text, "skipped: {what} ({n} tests)"),
            };
        }
        if self.ignored > 0 {
            let _ = writeln!(text, "skipped: {} tests marked `ignore`", self.ignored);
        }
        if self.skipped.is_empty() && self.ignored == 0 {
            text.push_str("nothing was skipped\n");
        }
        text
    }

    /// The test kit ends its lines with ` [name of the test]`: one reason is told once, with how many it hit.
    fn grouped(&self) -> Vec<(&str, usize)> {
        let mut groups: Vec<(&str, usize)> = Vec::new();
        for line in &self.skipped {
            let reason = line
                .strip_suffix(']')
                .and_then(|line| line.rsplit_once(" ["))
                .map_or(&**line, |(what, _)| what);
            match groups.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, tests)) => *tests += 1,
                None => groups.push((reason, 1)),
            }
        }
        groups
    }

    pub(super) fn last_line(&self) -> String {
        let skipped = self.skipped.len() + self.ignored;
        format!(
            "{} passed, {} failed, {skipped} skipped",
            self.passed, self.failed
        )
    }
}

/// The number before `word` in `ok. 3 passed; 0 failed; 1 ignored; …`.
fn count(result: &str, word: &str) -> usize {
    let mut words = result.split([' ', ';']).filter(|part| !part.is_empty());
    let mut before = "";
    words
        .find_map(|part| {
            if part == word {
                Some(before)
            } else {
                before = part;
                None
            }
        })
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str) -> Tally {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn results_are_summed() {
        let tally = tally(
            "running 3 tests\ntest a ... ok\n\
             test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s\n\
             test b::c ... FAILED\n\
             test result: FAILED. 10 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.2s\n",
        );
        assert_eq!(tally.last_line(), "13 passed, 1 failed, 1 skipped");
        assert!(tally.report().contains("failed: b::c\n"));
    }

    #[test]
    fn what_was_skipped_is_said_once() {
        let mut tally = tally("skipped: PostgreSQL 18: no npm\nskipped: PostgreSQL 18: no npm\n");
        tally.skip("PostgreSQL 18: no npm");
        tally.skip("MySQL 8: MYSQL_URL is not set\n");
        tally.skip("");
        assert_eq!(tally.last_line(), "0 passed, 0 failed, 2 skipped");
        assert_eq!(
            tally.report(),
            "skipped: PostgreSQL 18: no npm\nskipped: MySQL 8: MYSQL_URL is not set\n"
        );
    }

    #[test]
    fn one_reason_is_told_once() {
        let tally = tally(
            "skipped: MySQL 8: no URL [a::b]\nskipped: MySQL 8: no URL [a::c]\nskipped: Oracle: no URL [d]\n",
        );
        assert_eq!(
            tally.report(),
            "skipped: MySQL 8: no URL (2 tests)\nskipped: Oracle: no URL\n"
        );
        assert_eq!(tally.last_line(), "0 passed, 0 failed, 3 skipped");
    }

    #[test]
    fn nothing_skipped_is_said_too() {
        assert_eq!(tally("").report(), "nothing was skipped\n");
    }

    #[test]
    fn a_failure_outside_the_tests_counts() {
        let mut tally = Tally::default();
        tally.fail("doc tests: did not compile");
        assert_eq!(tally.last_line(), "0 passed, 1 failed, 0 skipped");
    }
}
