//! Running other programs.

use std::env;
use std::ffi::OsString;
use std::process::{Command, Stdio};

use crate::failure::{Context, Failure, Result};

/// The cargo that started us, so that a toolchain override (`cargo +beta xtask …`) stays in force.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    // Nothing here ever asks a question, so nothing may wait for an answer.
    command.stdin(Stdio::null());
    command
}

/// Runs a program with its output on our terminal; an error names the program when it failed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().context(|| format!("cannot start `{shown}`"))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{shown}` failed ({status})")))
    }
}

/// Runs a program and returns what it wrote to its standard output.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.output().context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!(
            "`{shown}` failed ({}):\n{}",
            output.status,
            text.trim_end()
        )));
    }
    String::from_utf8(output.stdout).context(|| format!("`{shown}` did not print UTF-8"))
}

/// The command as a person would type it.
pub(crate) fn show(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}
