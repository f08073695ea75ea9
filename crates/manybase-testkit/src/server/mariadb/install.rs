//! Where MariaDB's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::skip::{self, Skipped};
use crate::server::template;

/// The installed MariaDB.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    pub(crate) mariadbd: PathBuf,
    pub(crate) install_db: PathBuf,
    /// Such as `10.11.14-MariaDB-0+deb12u2`.
    pub(crate) version: String,
}

impl Installation {
    pub(crate) fn find() -> Result<Self, Skipped> {
        skip::wanted("MariaDB")?;
        let mariadbd = program("mariadbd")?;
        let install_db = program("mariadb-install-db")?;
        program("mariadb")?;
        // "mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64 (Debian 12)"
        let answer = template::output(Command::new(&mariadbd).args(["--no-defaults", "--version"]))
            .map_err(|error| Skipped::new("MariaDB", error.to_string()))?;
        let version = answer
            .split_whitespace()
            .skip_while(|word| *word != "Ver")
            .nth(1)
            .unwrap_or("unknown");
        Ok(Self {
            mariadbd,
            install_db,
            version: version.to_owned(),
        })
    }
}

/// A program on the `PATH`, or where daemons are kept, which an ordinary user's `PATH` leaves out.
fn program(name: &str) -> Result<PathBuf, Skipped> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/bin", "/usr/libexec"].map(PathBuf::from))
        .map(|dir: PathBuf| dir.join(name))
        .find(|path: &PathBuf| Path::is_file(path))
        .ok_or_else(|| {
            let reason = format!("no `{name}`; apt-get install mariadb-server");
            Skipped::new("MariaDB", reason)
        })
}
