//! Known mistakes. A harness that does not notice them proves nothing.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Result;
use crate::arguments::Arguments;
use crate::report::Report;

const VARIABLE: &str = "MANYBASE_MUTANT";
const APART: &str = "--apart";
const WAL: &str = "wal";

struct Mutant {
    name: &'static str,
    /// Which runs have to notice it; one is enough.
    runs: &'static [&'static [&'static str]],
}

const MUTANTS: &[Mutant] = &[
    // No mistake of the library's: the client uses one transaction for each database.
    Mutant {
        name: "apart",
        runs: &[&["--kills", "20", APART, "--mix", "pg+mariadb"]],
    },
    Mutant {
        name: "two-plain-commits",
        runs: &[
            &["--points", "--mix", "pg+mariadb"],
            &["--kills", "60", "--mix", "pg+mariadb"],
        ],
    },
    Mutant {
        name: "no-fence",
        runs: &[&["--points", "--mix", "pg+mariadb", "--point", "decision-before"]],
    },
    Mutant {
        name: "finished-1397",
        runs: &[
            &["--points", "--mix", "pg+mariadb", "--point", "finish-before"],
            &["--probe", "--mix", "mariadb"],
        ],
    },
    Mutant {
        name: "ignored-prepare-tag",
        runs: &[&["--probe", "--mix", "pg"]],
    },
    Mutant {
        name: "one-phase",
        runs: &[&["--points", "--mix", "pg+mariadb", "--point", "finish-before"]],
    },
    Mutant {
        name: "wal-pair",
        runs: &[&["--syscalls", "--journal", WAL, "--mix", "sqlite+sqlite"]],
    },
];

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let wanted = |mutant: &&Mutant| arguments.mutant.as_deref().is_none_or(|name| name == mutant.name);
    let wanted: Vec<_> = MUTANTS.iter().filter(wanted).collect();
    if wanted.is_empty() {
        let names: Vec<_> = MUTANTS.iter().map(|mutant| mutant.name).collect();
        return Err(format!("there are the mutants {}", names.join(", ")).into());
    }
    for mutant in wanted {
        let (caught, by) = hunt(mutant, arguments.seed)?;
        report.progress(&format!(
            "mutant {}: {} {by}",
            mutant.name,
            if caught { "caught by" } else { "MISSED:" }
        ));
        report.mutants.push((mutant.name.to_owned(), caught, by));
    }
    Ok(())
}

/// Whether one of the runs notices it, and what it says.
fn hunt(mutant: &Mutant, seed: u64) -> Result<(bool, String)> {
    let mut seen = Vec::new();
    for run in mutant.runs {
        let shown = run.join(" ");
        let Some(found) = violations(run, seed, Some(mutant.name))? else {
            seen.push(format!("{shown}: it did not run to its end"));
            continue;
        };
        if found.is_empty() {
            seen.push(format!("{shown}: nothing"));
            continue;
        }
        // Whoever cries all the time notices nothing.
        let healthy: Vec<_> = run.iter().filter_map(|word| healthy(word)).collect();
        match violations(&healthy, seed, None)? {
            Some(without) if without.is_empty() => {
                return Ok((true, format!("{shown}: {}", found.join(", "))));
            }
            Some(without) => seen.push(format!(
                "{shown}: also without the mistake {}",
                without.join(", ")
            )),
            None => seen.push(format!("{shown}: it does not run to its end without the mistake")),
        }
    }
    Ok((false, seen.join("; ")))
}

/// The same without what makes it a mistake.
fn healthy(word: &'static str) -> Option<&'static str> {
    match word {
        APART => None,
        WAL => Some("delete"),
        word => Some(word),
    }
}

/// What a run finds in the databases. A point that is not reached says nothing about them. `None` where it fails
/// before that.
fn violations(run: &[&str], seed: u64, mutant: Option<&str>) -> Result<Option<Vec<String>>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(run).args(["--json", "--seed", &seed.to_string()]);
    command.env_remove(VARIABLE);
    if let Some(mutant) = mutant {
        command.env(VARIABLE, mutant);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    // The summary is the last line, the details are before it.
    let Some(detail) = text.lines().rev().nth(1) else {
        return Ok(None);
    };
    let detail: Value = serde_json::from_str(detail)?;
    let all = detail["violations"].as_object().into_iter().flatten();
    let found = all.filter(|(kind, _)| *kind != "Unreached");
    Ok(Some(found.map(|(kind, n)| format!("{n} x {kind}")).collect()))
}
