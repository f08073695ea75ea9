//! `cargo xtask compile-time`: what a model costs its user in time to check, and in generated code.
//!
//! The sources are the templates in `xtask/templates/compile_time`, the crates are written to
//! `target/compile-time`. Peers live in a workspace and lock file of their own.

mod document;
mod expand;
mod report;
mod subject;
mod template;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::workspace::Workspace;
use report::Row;
use subject::{SUBJECTS, Subject};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Print JSON in place of the table
    #[arg(long)]
    json: bool,
    /// Also write the figures to docs/performance.md
    #[arg(long)]
    document: bool,
    /// How often each crate is checked; median and minimum are printed
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::read()?;
    let place = workspace.target.join("compile-time");
    let mut rows: Vec<Row> = Vec::new();
    for subject in SUBJECTS {
        eprintln!("==> {}: writing it, building what it needs", subject.name);
        subject.write(&place, &workspace.root)?;
        let error = check(subject, &place).err().map(|failure| failure.to_string());
        rows.push(Row {
            subject,
            times: Vec::new(),
            size: None,
            error,
        });
    }
    // Alternating, so that a busy moment of the machine hits all of them alike.
    for round in 1..=options.rounds {
        eprintln!("==> round {round} of {}", options.rounds);
        for row in rows.iter_mut().filter(|row| row.error.is_none()) {
            row.times.push(timed(row.subject, &place, round)?);
        }
    }
    eprintln!("==> expanding");
    for row in rows
        .iter_mut()
        .filter(|row| row.error.is_none() && row.subject.is_derived_only())
    {
        row.size = Some(expand::size(row.subject, &place)?);
    }
    if options.json {
        println!("{}", report::json(&rows, options.rounds));
    } else {
        print!("{}", report::table(&rows));
    }
    if options.document {
        document::write(&workspace.root.join("docs/performance.md"), &rows, options.rounds)?;
    }
    for row in &rows {
        if let Some(error) = &row.error {
            eprintln!("\n{} does not compile: {}", row.subject.name, excerpt(error));
        }
    }
    if rows.iter().any(|row| row.error.is_some()) {
        return Err(Failure::new(
            "not everything could be measured; adapt xtask/templates/compile_time to the API",
        ));
    }
    Ok(())
}

/// The command and its first errors: two hundred models repeat one mistake two hundred times.
fn excerpt(error: &str) -> String {
    let command = error.lines().take(1);
    let errors = error
        .lines()
        .skip(1)
        .skip_while(|line| !line.starts_with("error"))
        .take(30);
    command.chain(errors).collect::<Vec<_>>().join("\n")
}

fn timed(subject: &Subject, place: &Path, round: u32) -> Result<Duration> {
    // A new text, so that cargo has to check it again.
    let source = format!("{}\n// round {round}\n", subject.source());
    subject.write_source(place, &source)?;
    let start = Instant::now();
    check(subject, place)?;
    Ok(start.elapsed())
}

fn check(subject: &Subject, place: &Path) -> Result<()> {
    let mut cargo = process::cargo();
    cargo.args(["check", "--quiet"]).current_dir(subject.dir(place));
    // Its own directory, so that nobody waits for our lock. Without the incremental cache, because after a
    // change that is a comment the cache would be all that is measured.
    cargo
        .env("CARGO_TARGET_DIR", place.join("build"))
        .env("CARGO_INCREMENTAL", "0");
    process::read(&mut cargo).map(drop)
}

fn write(file: &Path, text: &str) -> Result<()> {
    let dir = file.parent().unwrap_or(file);
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(file, text))
        .context(|| format!("cannot write {}", file.display()))
}
