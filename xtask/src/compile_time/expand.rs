//! How much code a derive generates: the expanded crate with it, minus the expanded crate without.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::subject::Subject;
use super::write;
use crate::failure::{Context, Failure, Result};
use crate::process;

/// Per model, formatted by rustfmt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    pub(super) lines: f64,
    pub(super) bytes: f64,
}

pub(super) fn size(subject: &Subject, place: &Path) -> Result<Size> {
    let template = subject.template();
    let derived = expanded(subject, place, &template.structs(subject.models))?;
    let plain = expanded(subject, place, &template.plain_structs(subject.models))?;
    subject.write_source(place, &subject.source())?;
    Ok(difference(&derived, &plain, subject.models))
}

fn difference(derived: &str, plain: &str, models: usize) -> Size {
    let per_model = |with: usize, without: usize| (with as f64 - without as f64) / models as f64;
    Size {
        lines: per_model(derived.lines().count(), plain.lines().count()),
        bytes: per_model(derived.len(), plain.len()),
    }
}

fn expanded(subject: &Subject, place: &Path, source: &str) -> Result<String> {
    subject.write_source(place, source)?;
    // Expansion is an unstable option of rustc. The variable that unlocks it is set by a wrapper around the
    // members alone: set for cargo, it would rebuild every dependency whose build script looks at it.
    let wrapper = place.join("expand.sh");
    write(&wrapper, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"$@\"\n")?;
    executable(&wrapper)?;
    let mut cargo = process::cargo();
    cargo.args([
        "rustc",
        "--quiet",
        "--profile",
        "check",
        "--lib",
        "--",
        "-Zunpretty=expanded",
    ]);
    cargo
        .current_dir(subject.dir(place))
        .env("RUSTC_WORKSPACE_WRAPPER", &wrapper);
    cargo
        .env("CARGO_TARGET_DIR", place.join("build"))
        .env("CARGO_INCREMENTAL", "0");
    format(&process::read(&mut cargo)?)
}

#[cfg(unix)]
fn executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
        .context(|| format!("cannot make {} executable", file.display()))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> Result<()> {
    Err(Failure::new(
        "the size of expanded code can be measured on Unix only",
    ))
}

/// The budget is in lines as a person would read them.
fn format(source: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=100"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context(|| "cannot start rustfmt (rustup component add rustfmt)".into())?;
    // rustfmt reads everything before it writes, so this cannot block both of us.
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all(source.as_bytes())
            .context(|| "cannot write to rustfmt".into())?;
    }
    let output = child.wait_with_output().context(|| "lost rustfmt".into())?;
    if !output.status.success() {
        return Err(Failure::new("rustfmt cannot read the expanded code"));
    }
    String::from_utf8(output.stdout).context(|| "rustfmt did not print UTF-8".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_per_model() {
        let size = difference("a\nb\nc\nd\n", "a\nb\n", 2);
        assert_eq!(
            size,
            Size {
                lines: 1.0,
                bytes: 2.0
            }
        );
    }

    #[test]
    fn code_is_counted_as_rustfmt_writes_it() {
        assert_eq!(
            format("fn a(){b();c()}").expect("formatted"),
            "fn a() {\n    b();\n    c()\n}\n"
        );
    }
}
