//! Building the contenders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bench_common::Result;

use crate::contender::Name;

pub type Programs = BTreeMap<Name, PathBuf>;

/// With `as_they_are` only looks whether they are there.
pub fn all(bench: &Path, contenders: &[Name], as_they_are: bool) -> Result<Programs> {
    let target = bench.join("target");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut programs = Programs::new();
    for name in contenders {
        let package = format!("bench-{}", name.name());
        let program = target.join("release").join(&package);
        if as_they_are && program.is_file() {
            programs.insert(*name, program);
            continue;
        }
        eprintln!("==> building {}", name.name());
        let status = Command::new(&cargo)
            .args([
                "build",
                "--release",
                "--quiet",
                "--package",
                &package,
                "--manifest-path",
            ])
            .arg(bench.join(name.name()).join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        if !status.success() {
            return Err(format!("{package} does not build").into());
        }
        programs.insert(*name, program);
    }
    Ok(programs)
}
