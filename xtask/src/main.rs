//! The chores of the Manybase workspace. `cargo xtask help` lists them.

// Printing to the terminal is what this program is for; libraries stay under the lint.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod check;
mod chores;
mod compile_time;
mod deny;
mod failure;
mod faults;
mod install;
mod process;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The chores of the Manybase workspace
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check the architecture: floors, file length, database names, panics, tracked files
    Check,
    /// Install what the tests need, run all of them, and say what was skipped
    Test(test::Options),
    /// Measure the time to check 50 models and 200 related models, beside sqlx
    CompileTime(compile_time::Options),
    /// Measure Manybase beside the raw drivers and its peers
    Bench(bench::Options),
    /// Kill, stop and cut whatever takes part in a transaction over several databases
    Faults(faults::Options),
    /// Build the documentation with warnings denied
    Doc,
    /// Check the formatting
    FmtCheck,
    /// Run clippy over everything with warnings denied
    Clippy,
    /// Check licences, banned crates, sources and, where cargo-deny is installed, advisories
    Deny,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Check => check::run(),
        Chore::Test(options) => test::run(&options),
        Chore::CompileTime(options) => compile_time::run(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::Faults(options) => faults::run(&options),
        Chore::Doc => chores::doc(),
        Chore::FmtCheck => chores::fmt_check(),
        Chore::Clippy => chores::clippy(),
        Chore::Deny => deny::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A chore that printed its own report as its last line must stay the last line.
            if !failure.message().is_empty() {
                eprintln!("error: {failure}");
            }
            ExitCode::FAILURE
        }
    }
}
