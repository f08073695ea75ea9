//! What is said of a failed test.

use crate::base::{self, Run};
use crate::copy::Copy;
use crate::spec::Spec;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// Has throwaway servers stay after a failed test: `1` for an hour, or a time such as `10m`.
const KEEP: &str = "MANYBASE_TEST_KEEP";
const HOUR: Duration = Duration::from_secs(3600);

/// The directory for what the test leaves, made when there is something.
#[derive(Default)]
pub(crate) struct Kept(OnceLock<Option<PathBuf>>);

/// How long throwaway servers stay.
fn wanted() -> Option<Duration> {
    let text = std::env::var(KEEP).ok()?;
    if text == "1" {
        return Some(HOUR);
    }
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return None,
    };
    let seconds = digits.parse::<u64>().ok()?.checked_mul(unit)?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

impl Kept {
    pub(crate) fn dir(&self, spec: &Spec) -> Option<PathBuf> {
        let make = || base::run().and_then(|run| run.keep(&file_name(spec.name))).ok();
        self.0.get_or_init(make).clone()
    }

    /// Keeps what the copies hold, and says where it is.
    pub(crate) fn tell(&self, spec: &Spec, run: &Run, copies: Vec<Copy>) {
        let Some(dir) = self.dir(spec) else { return };
        let test = spec.name.split_once("::").map_or(spec.name, |(_, test)| test);
        let mut text = format!("the databases of {test} after its failure:\n");
        for copy in copies {
            let name = copy.name;
            text += &format!("  {name}: {}\n", copy.keep(&dir, run, wanted()));
        }
        text += &format!(
            "what is kept goes with a test run of tomorrow. The test alone: cargo test -p {} {test} -- --exact",
            spec.package
        );
        warn(&text);
        // An empty one says nothing.
        let _ = std::fs::remove_dir(&dir);
    }
}

/// Into the output of the test, which the harness shows where it fails.
pub(crate) fn warn(text: &str) {
    #[allow(clippy::print_stderr)]
    {
        eprintln!("{text}");
    }
}

/// The test's name as a part of names of files and databases.
pub(crate) fn file_name(test: &str) -> String {
    let name = test.rsplit("::").next().unwrap_or(test);
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    name.chars().map(plain).take(40).collect()
}
