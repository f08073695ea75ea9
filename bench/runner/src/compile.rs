//! Building the contenders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bench_common::Result;

use crate::contender::Name;

pub type Programs = BTreeMap<Name, PathBuf>;

pub fn all(bench: &Path, contenders: &[Name]) -> Result<Programs> {
    let target = bench.join("target");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut programs = Programs::new();
    for name in contenders {
        eprintln!("==> building {}", name.name());
        let package = format!("bench-{}", name.name());
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
        programs.insert(*name, target.join("release").join(package));
    }
    Ok(programs)
}
