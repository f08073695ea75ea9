//! `cargo xtask faults`: kills, stops and cuts whatever takes part in a transaction over several databases.
//!
//! The harness is the package `manybase-faults`, because it uses the library, and this program must not.

use std::ffi::OsString;

use crate::failure::{Failure, Result};
use crate::process::cargo;
use crate::workspace::Workspace;

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// What the harness takes: `cargo xtask faults --help` asks it
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    arguments: Vec<OsString>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut harness = cargo();
    harness
        .args(["run", "--quiet", "--package", "manybase-faults", "--"])
        .args(&options.arguments)
        .current_dir(Workspace::read()?.root);
    match harness.status() {
        Ok(status) if status.success() => Ok(()),
        // It has said why.
        Ok(_) => Err(Failure::reported()),
        Err(error) => Err(Failure::new(format!("cannot start cargo: {error}"))),
    }
}
