//! The chores that are one call of cargo with the right flags.

use std::env;

use crate::failure::Result;
use crate::process::{cargo, run};

pub(crate) fn doc() -> Result<()> {
    // Appended, so that flags a person has set stay in force.
    let flags = match env::var("RUSTDOCFLAGS") {
        Ok(flags) if !flags.is_empty() => format!("{flags} -D warnings"),
        _ => "-D warnings".into(),
    };
    let arguments = ["doc", "--workspace", "--no-deps", "--all-features"];
    run(cargo().args(arguments).env("RUSTDOCFLAGS", flags))
}

pub(crate) fn fmt_check() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

pub(crate) fn clippy() -> Result<()> {
    let deny = ["--", "-D", "warnings"];
    let all = ["clippy", "--workspace", "--all-targets", "--all-features"];
    run(cargo().args(all).args(deny))?;
    run(cargo()
        .args(["clippy", "--lib", "-p", "manybase"])
        .args(WITHOUT_TLS)
        .args(["--features", "manybase/sqlite,manybase/postgres,manybase/mysql"])
        .args(deny))
}

/// Servers without TLS: the only feature whose absence is code of its own.
pub(crate) const WITHOUT_TLS: [&str; 9] = [
    "-p",
    "manybase-driver",
    "-p",
    "manybase-postgres",
    "-p",
    "manybase-mysql",
    "--no-default-features",
    "--features",
    "manybase-driver/wire",
];
