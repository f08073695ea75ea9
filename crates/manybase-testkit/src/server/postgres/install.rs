//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::npm;
use crate::server::account::Account;
use crate::server::skip::{self, Skipped};
use crate::server::template;

/// Which PostgreSQL to start.
///
/// ```no_run
/// use manybase_testkit::{Postgres, PostgresVersion};
/// for version in [PostgresVersion::Installed, PostgresVersion::V18] {
///     println!("{:?}: {:?}", version, Postgres::builder().version(version).available());
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PostgresVersion {
    /// The newest one the operating system's packages have installed, or the one on the `PATH`.
    #[default]
    Installed,
    /// PostgreSQL 15, from the operating system's packages.
    V15,
    /// PostgreSQL 18, fetched once with npm.
    V18,
}

/// One installed PostgreSQL.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    bin: PathBuf,
    /// Its libraries, where they are not where the loader looks.
    lib: Option<PathBuf>,
    /// Such as `15.14`.
    pub(crate) version: String,
}

impl Installation {
    pub(crate) fn find(version: PostgresVersion, account: &Account) -> Result<Self, Skipped> {
        skip::wanted("PostgreSQL")?;
        match version {
            PostgresVersion::Installed => newest_packaged()
                .or_else(on_path)
                .ok_or_else(|| missing("PostgreSQL", "postgresql", "/usr/lib/postgresql/*/bin")),
            PostgresVersion::V15 => Self::at(Path::new("/usr/lib/postgresql/15/bin"), None)
                .ok_or_else(|| missing("PostgreSQL 15", "postgresql-15", "/usr/lib/postgresql/15/bin")),
            PostgresVersion::V18 => npm::native(account)
                .and_then(|native| {
                    Self::at(&native.join("bin"), Some(native.join("lib")))
                        .ok_or_else(|| format!("{} does not run", native.display()))
                })
                .map_err(|reason| Skipped::new("PostgreSQL 18", reason).optional()),
        }
    }

    fn at(bin: &Path, lib: Option<PathBuf>) -> Option<Self> {
        let mut found = Self {
            bin: bin.to_path_buf(),
            lib,
            version: String::new(),
        };
        if !bin.join("initdb").is_file() {
            return None;
        }
        // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
        let answer = template::output(found.command("postgres").arg("--version")).ok()?;
        found.version = answer.split(' ').nth(2)?.trim().to_owned();
        Some(found)
    }

    /// A command line of one of its programs.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        if let Some(lib) = &self.lib {
            command.env("LD_LIBRARY_PATH", lib);
        }
        command
    }
}

fn missing(server: &str, package: &str, place: &str) -> Skipped {
    let reason = format!("no `postgres` and `initdb` in {place}; apt-get install {package}");
    Skipped::new(server, reason)
}

fn newest_packaged() -> Option<Installation> {
    let mut majors: Vec<u32> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    majors.sort_unstable_by(|a, b| b.cmp(a));
    majors
        .into_iter()
        .find_map(|major| Installation::at(Path::new(&format!("/usr/lib/postgresql/{major}/bin")), None))
}

fn on_path() -> Option<Installation> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|dir| Installation::at(&dir, None))
}
