//! `cargo xtask deny`: licences, banned crates, sources, advisories.
//!
//! With cargo-deny on the machine this is a call of it. Without, the rules of `deny.toml` that need no
//! network are checked here, and the missing part is said.

mod rules;

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::workspace::{Workspace, list, text};
use rules::{Package, Rules};

pub(crate) fn run() -> Result<()> {
    if has_cargo_deny() {
        with_cargo_deny()
    } else {
        by_ourselves()
    }
}

fn has_cargo_deny() -> bool {
    let quiet =
        |stream: &mut std::process::Command| stream.stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet(process::cargo().args(["deny", "--version"])).is_ok_and(|status| status.success())
}

fn with_cargo_deny() -> Result<()> {
    process::run(process::cargo().args(["deny", "check", "licenses", "bans", "sources"]))?;
    // Fetched apart, so that a machine without network is told from a crate with an advisory.
    if process::run(process::cargo().args(["deny", "fetch", "db"])).is_err() {
        println!("skipped: advisories: the advisory database cannot be fetched from here");
        return Ok(());
    }
    process::run(process::cargo().args(["deny", "check", "--disable-fetch", "advisories"]))
}

fn by_ourselves() -> Result<()> {
    let root = Workspace::read()?.root;
    let path = root.join("deny.toml");
    let config = fs::read_to_string(&path).context(|| format!("cannot read {}", path.display()))?;
    let rules = Rules::parse(&config)?;
    let packages = packages()?;
    let found: Vec<_> = packages.iter().flat_map(|package| rules.check(package)).collect();
    for violation in &found {
        eprintln!("{violation}");
    }
    println!(
        "licences, bans and sources: {} crates, {} violations",
        packages.len(),
        found.len()
    );
    println!("skipped: advisories: cargo-deny is not installed (cargo install --locked cargo-deny)");
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        "a dependency breaks deny.toml: replace it, turn its feature off, or extend the list with a reason",
    ))
}

/// Every package that is built for this machine with all features, ours included.
fn packages() -> Result<Vec<Package>> {
    let host = process::read(process::cargo().args(["-vV"]))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure::new("`cargo -vV` does not name the host"))?;
    let arguments = [
        "metadata",
        "--format-version",
        "1",
        "--all-features",
        "--filter-platform",
        host,
    ];
    let json = process::read(process::cargo().args(arguments))?;
    let metadata: Value = serde_json::from_str(&json).context(|| "cannot read cargo's metadata".into())?;
    let built: Vec<_> = list(&metadata["resolve"], "nodes")
        .map(|node| &node["id"])
        .collect();
    let in_use = list(&metadata, "packages").filter(|package| built.contains(&&package["id"]));
    in_use.map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    Ok(Package {
        name: text(value, "name")?.to_owned(),
        version: text(value, "version")?.to_owned(),
        licence: value["license"].as_str().map(str::to_owned),
        source: value["source"].as_str().map(str::to_owned),
    })
}
