//! The crash of another process, which this one starts and survives.

use crate::arguments::Arguments;
use crate::failure::{Failure, Result};
use crate::page::Page;
use crate::place::{Leads, Place};
use manybase::serde_json::{self, Value};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

const SIGKILL: i32 = 9;

/// Starts this program on the same databases, and sees it die.
///
/// # Errors
/// When it ends in another way.
pub(crate) async fn elsewhere(
    place: &Place,
    after: Duration,
    arguments: &Arguments,
    page: &mut Page,
) -> Result<()> {
    let Leads::Config(path) = place.leads() else {
        return Err(Failure::new("there is no way for another process to come here"));
    };
    page.title("A process that is killed in the middle");
    let begun = Instant::now();
    let program = std::env::current_exe();
    let mut command = Command::new(program.map_err(|error| failure(&error))?);
    command
        .arg("--config")
        .arg(path)
        .arg(format!("--rows={}", arguments.rows))
        .arg(format!("--crash={}", after.as_millis()))
        .arg("--json")
        .stdin(Stdio::null())
        // Where this one is interrupted, that one ends too.
        .kill_on_drop(true);
    // The file is ours: no variable of the user's may lead elsewhere.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MANYBASE_") {
            command.env_remove(name);
        }
    }
    let output = command.output().await.map_err(|error| failure(&error))?;
    if output.status.signal() != Some(SIGKILL) {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!(
            "the other process was to be killed, and ended by {}: {}",
            output.status,
            said.trim()
        )));
    }
    let mut figures: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
        Failure::new(format!(
            "the other process has said nothing to the point: {error}"
        ))
    })?;
    let mut crash = figures["crash"].take();
    page.took(
        "crash",
        &format!(
            "it has loaded {} rows, was told of {} sales, had {} more under way, and was killed by SIGKILL, all",
            figures["rows"], crash["acknowledged"], crash["under_way"]
        ),
        begun,
    );
    if let Some(crash) = crash.as_object_mut() {
        // It is gone when this process ends.
        crash.remove("config");
        crash.insert("signal".to_owned(), SIGKILL.into());
    }
    page.figure("crash", crash);
    Ok(())
}

fn failure(error: &std::io::Error) -> Failure {
    Failure::new(format!("this program could not be started again: {error}"))
}
