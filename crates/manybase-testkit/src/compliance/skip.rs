//! Saying what was not tested, and why.

use std::io::Write;

/// Prints what a case left out, past the capture of the test harness, which hides what a passing test prints.
///
/// Unlike [`Skipped::report`](crate::Skipped::report) this never fails: a database that lacks a feature is no
/// missing server.
///
/// ```
/// manybase_testkit::compliance::report_skip("lock::deadlock", "SQLite has no row locks");
/// ```
pub fn report(case: &str, what: &str) {
    let line = format!("skipped: {case}: {what}");
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
    crate::server::log_skip(&line);
}
