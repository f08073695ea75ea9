//! `cargo xtask test`: install what is missing, run everything, say what was skipped.
//!
//! What the tests and this command tell each other through the environment:
//!
//! | variable | set when | meaning for a test |
//! |---|---|---|
//! | `MANYBASE_SKIP_LOG` | always | a file; append one line `<what>: <why>` for everything that is skipped |
//! | `MANYBASE_REQUIRE_SERVERS=1` | PostgreSQL and MariaDB are there | skipping one of these two is a failure |
//! | `MANYBASE_SQLITE_ONLY=1` | `--sqlite-only` | start no server, skip what needs one |
//!
//! The log is needed because cargo hides what a passing test prints.

mod machine;
mod tally;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::chores::WITHOUT_TLS;
use crate::failure::{Context, Failure, Result};
use crate::workspace::Workspace;
use crate::{check, install, process};
use machine::{Machine, Plan};
use tally::Tally;

/// Suites for databases that can't be installed: variable with the address, crate, name of the tests. They are
/// ignored by cargo, so that they count as nothing passed, and run where there is an address.
const LIVE: &[(&str, &str, &str)] = &[
    ("MYSQL_URL", "manybase-mysql", "mysql::"),
    ("MATRIXONE_URL", "manybase-mysql", "matrixone::"),
];

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Start no server: run what needs SQLite only
    #[arg(long)]
    sqlite_only: bool,
    /// Install nothing: run with what is there
    #[arg(long)]
    no_install: bool,
    /// Run only tests whose names contain one of these
    filter: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let start = Instant::now();
    let workspace = Workspace::read()?;
    let mut tally = Tally::default();
    let machine = Machine::here()?;
    prepare(options, &machine, &mut tally)?;

    let log = workspace
        .target
        .join(format!("xtask-skipped-{}.log", std::process::id()));
    fs::create_dir_all(&workspace.target)
        .and_then(|()| fs::write(&log, ""))
        .context(|| format!("cannot write {}", log.display()))?;
    let servers = !options.sqlite_only && machine.missing_servers().is_empty();
    let mut parts = Vec::new();
    for (title, targets) in [
        ("tests", &["--tests", "--examples"][..]),
        ("doc tests", &["--doc"]),
    ] {
        let mut cargo = process::cargo();
        cargo
            .args(["test", "--workspace", "--all-features", "--no-fail-fast"])
            .args(targets);
        cargo.current_dir(&workspace.root).env("MANYBASE_SKIP_LOG", &log);
        if servers {
            cargo.env("MANYBASE_REQUIRE_SERVERS", "1");
        }
        if options.sqlite_only {
            cargo.env("MANYBASE_SQLITE_ONLY", "1");
        }
        if !options.filter.is_empty() {
            cargo.arg("--").args(&options.filter);
        }
        parts.push(part(title, &mut cargo, &mut tally)?);
    }
    if options.filter.is_empty() {
        let here = |package| workspace.members.iter().any(|member| member.name == package);
        let without_tls = [("without TLS", "--lib"), ("doc tests without TLS", "--doc")];
        for (title, targets) in without_tls.into_iter().filter(|_| here("manybase-driver")) {
            let mut cargo = process::cargo();
            cargo.args(["test", targets]).args(WITHOUT_TLS);
            cargo.current_dir(&workspace.root).env("MANYBASE_SKIP_LOG", &log);
            parts.push(part(title, &mut cargo, &mut tally)?);
        }
        for (variable, package, name) in LIVE.iter().filter(|(_, package, _)| here(*package)) {
            if std::env::var_os(variable).is_none_or(|url| url.is_empty()) {
                let suite = name.trim_end_matches(':');
                tally.skip(&format!("the live suite of {suite}: {variable} is not set"));
                continue;
            }
            let mut cargo = process::cargo();
            cargo.args([
                "test",
                "-p",
                package,
                "--test",
                "compliance",
                name,
                "--",
                "--ignored",
            ]);
            cargo.current_dir(&workspace.root).env("MANYBASE_SKIP_LOG", &log);
            parts.push(part(&format!("live suite {name}"), &mut cargo, &mut tally)?);
        }
        parts.push(architecture(&mut tally));
    }
    read_log(&log, &mut tally);

    println!("\n==> summary");
    for part in &parts {
        println!("{part}");
    }
    print!("{}", tally.report());
    println!("total time: {:.0} s", start.elapsed().as_secs_f64());
    // Alone, in this form, and the last line: scripts read it.
    println!("{}", tally.last_line());
    if tally.failed() == 0 {
        Ok(())
    } else {
        Err(Failure::reported())
    }
}

/// Sees to the programs that the tests start, and notes what will be skipped without them.
fn prepare(options: &Options, machine: &Machine, tally: &mut Tally) -> Result<()> {
    match machine.plan(options.sqlite_only, !options.no_install) {
        Plan::Ready => {}
        Plan::Install(packages) => {
            println!("==> installing {}", packages.join(" "));
            if let Err(failure) = install::debian_packages(&packages) {
                println!("warning: {failure}");
            }
        }
        Plan::Tell(advice) => println!("{advice}"),
    }
    let tools = machine.tools(!options.no_install);
    if !tools.is_empty() {
        println!("==> installing {}", tools.join(" "));
        if let Err(failure) = install::debian_packages(&tools) {
            println!("warning: {failure}");
        }
    }
    if machine.lacks_compiler() {
        return Err(Failure::new(
            "no C compiler, and SQLite is compiled from source: install one (Debian: apt-get install gcc libc6-dev)",
        ));
    }
    if options.sqlite_only {
        tally.skip("everything on PostgreSQL and MariaDB: --sqlite-only was given");
    } else {
        for (server, packages) in machine.missing_servers() {
            tally.skip(&format!(
                "everything on {server}: not installed (Debian: apt-get install {packages})"
            ));
        }
    }
    Ok(())
}

/// Runs one `cargo test`, passes its output through and counts along.
fn part(title: &str, cargo: &mut Command, tally: &mut Tally) -> Result<String> {
    let shown = process::show(cargo);
    println!("\n==> {title}: {shown}");
    let start = Instant::now();
    let before = tally.clone();
    let mut child = cargo
        .stdout(Stdio::piped())
        .spawn()
        .context(|| format!("cannot start `{shown}`"))?;
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&line);
            // Written and flushed by the line, so that a watcher sees which test hangs.
            let mut terminal = std::io::stdout().lock();
            let _ = terminal
                .write_all(text.as_bytes())
                .and_then(|()| terminal.flush());
            tally.read(text.trim_end());
            line.clear();
        }
    }
    let status = child.wait().context(|| format!("lost `{shown}`"))?;
    if !status.success() && tally.failed() == before.failed() {
        tally.fail(&format!(
            "{title}: `{shown}` ended with {status}: it did not compile, or a test process died"
        ));
    }
    let (passed, failed) = (tally.passed() - before.passed(), tally.failed() - before.failed());
    Ok(format!(
        "{title}: {passed} passed, {failed} failed, in {:.0} s",
        start.elapsed().as_secs_f64()
    ))
}

fn architecture(tally: &mut Tally) -> String {
    println!("\n==> architecture: cargo xtask check");
    match check::run() {
        Ok(()) => "architecture: passed".into(),
        Err(failure) => {
            tally.fail(&format!("cargo xtask check: {failure}"));
            format!("architecture: failed, {failure}")
        }
    }
}

fn read_log(log: &Path, tally: &mut Tally) {
    // A test may write whatever it was given, so a byte that is no UTF-8 must not lose the other lines.
    let text = fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .for_each(|line| tally.skip(line));
    let _ = fs::remove_file(log);
}
