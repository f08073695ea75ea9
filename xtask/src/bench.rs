//! `cargo xtask bench`: Manybase beside the raw drivers and its peers.
//!
//! The runner lies in `bench/`, a workspace of its own, so that neither peers nor what the measuring needs are ever
//! compiled for anything else.

use std::ffi::OsString;

use crate::failure::{Failure, Result};
use crate::process::cargo;
use crate::workspace::Workspace;

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// What the runner takes: `cargo xtask bench --help` asks it. With `atomic` first: transactions over two databases
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    arguments: Vec<OsString>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let root = Workspace::read()?.root;
    let (package, arguments) = match options.arguments.split_first() {
        Some((first, rest)) if first == "atomic" => ("bench-atomic", rest),
        _ => ("bench-runner", &*options.arguments),
    };
    let mut runner = cargo();
    runner
        .args([
            "run",
            "--release",
            "--quiet",
            "--package",
            package,
            "--manifest-path",
        ])
        .arg(root.join("bench/Cargo.toml"))
        .arg("--")
        .args(arguments);
    match runner.status() {
        Ok(status) if status.success() => Ok(()),
        // It has said why.
        Ok(_) => Err(Failure::reported()),
        Err(error) => Err(Failure::new(format!("cannot start cargo: {error}"))),
    }
}
