//! The fault harness of Manybase: it kills, stops and cuts whatever takes part in a transaction over several
//! databases, lets the recovery run, and looks at what is left. `cargo xtask faults --help` says how.
//!
//! - `--kills`: random SIGKILL of clients, recoverers and servers, and clients that are stopped for a while;
//! - `--points`: a kill or a stop at each named place of the protocol;
//! - `--proxy`: each request and each reply is lost once;
//! - `--syscalls`: a kill at each system call of a commit over several SQLite files;
//! - `--probe`: what drivers promise, asked of them directly;
//! - `--mutants`: known mistakes, each of which one of the above has to notice.
//!
//! Clients are processes of their own that use the public API alone, so that a kill takes everything they know.

// Printing to the terminal is what this program is for; libraries stay under the lint.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod check;
mod file;
mod kills;
mod mix;
mod model;
mod mutants;
mod outcome;
mod place;
mod points;
mod probe;
mod process;
mod proxy;
mod recoverer;
mod recovery;
mod report;
mod spec;
mod syscalls;
mod trial;
mod worker;

use std::process::ExitCode;

use arguments::{Arguments, Role};
use clap::Parser;
use report::Report;

/// What goes wrong with the harness itself. What goes wrong with the databases is in the [`Report`].
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Failure> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.role {
        // One thread, so that the order in which a client does things is its own.
        Some(role) => run_as(role),
        None => harness(&arguments),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run_as(role: &Role) -> Result<bool> {
    process::end_with_parent()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match role {
        Role::Worker(options) => runtime.block_on(worker::run(options))?,
        Role::Recover(options) => runtime.block_on(recoverer::run(options))?,
    }
    Ok(true)
}

fn harness(arguments: &Arguments) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut report = Report::new(arguments.json);
    runtime.block_on(modes(arguments, &mut report))?;
    report.print();
    Ok(report.is_clean())
}

async fn modes(arguments: &Arguments, report: &mut Report) -> Result<()> {
    if arguments.points {
        points::run(arguments, report).await?;
    }
    if arguments.proxy {
        proxy::run(arguments, report).await?;
    }
    if arguments.syscalls {
        syscalls::run(arguments, report).await?;
    }
    if arguments.probe {
        probe::run(arguments, report).await?;
    }
    if arguments.mutants {
        mutants::run(arguments, report).await?;
    }
    if arguments.kills > 0 {
        kills::run(arguments, report).await?;
    }
    Ok(())
}
