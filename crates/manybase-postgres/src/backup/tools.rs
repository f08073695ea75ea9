//! `pg_dump` and `pg_restore`: which, and how they are told where to go.

use crate::PostgresDriver;
use manybase_driver::backup::{BackupOptions, find_tool, tool_version};
use manybase_driver::{Error, ErrorKind, Result, Secret};
use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::Command;

/// The newest that is looked for.
const NEWEST: u32 = 30;

/// Where packages put the programs of a version.
fn places(major: u32) -> Vec<PathBuf> {
    vec![
        format!("/usr/lib/postgresql/{major}/bin").into(),
        format!("/usr/pgsql-{major}/bin").into(),
        format!("/opt/homebrew/opt/postgresql@{major}/bin").into(),
        format!("/usr/local/opt/postgresql@{major}/bin").into(),
    ]
}

/// `15` of `15.18 (Debian …)` and of `pg_dump (PostgreSQL) 15.18`.
pub(super) fn major(version: &str) -> Option<u32> {
    let digits = version.split(|c: char| !c.is_ascii_digit());
    digits
        .filter(|part| !part.is_empty())
        .find_map(|part| part.parse().ok())
}

fn missing(name: &str, wanted: Option<u32>, found: Option<&str>) -> Error {
    let what = match (wanted, found) {
        (Some(wanted), Some(found)) => format!("{found} can't be used with a server of version {wanted}"),
        (Some(wanted), None) => format!("there is no {name} for a server of version {wanted}"),
        _ => format!("there is no {name}"),
    };
    let version = wanted.map_or("VERSION".to_owned(), |wanted| wanted.to_string());
    Error::new(ErrorKind::Unsupported, what).with_help(format!(
        "install the client programs of the server's version or a newer one (Debian: apt-get install \
         postgresql-client-{version}), or say where they are (`tools`, --tools)"
    ))
}

/// Whether there is one at all.
pub(super) fn any(name: &str, options: &BackupOptions) -> Result<()> {
    let places: Vec<_> = (9..NEWEST).flat_map(places).collect();
    match find_tool(name, options.tools.as_deref(), &places) {
        Some(_) => Ok(()),
        None => Err(missing(name, None, None)),
    }
}

/// The one for a server: of its version if there is one, else the oldest that is newer. With its version.
pub(super) async fn fitting(name: &str, server: &str, options: &BackupOptions) -> Result<(PathBuf, String)> {
    let wanted = major(server).unwrap_or_default();
    let mut last = None;
    let own = find_tool(name, options.tools.as_deref(), &places(wanted));
    let newer = (wanted + 1..NEWEST)
        .flat_map(places)
        .map(|place| place.join(name));
    let newer = newer.filter(|path| options.tools.is_none() && path.is_file());
    for path in own.into_iter().chain(newer) {
        let version = tool_version(&path).await?;
        if major(&version) >= Some(wanted) {
            return Ok((path, version));
        }
        last = Some(version);
    }
    Err(missing(name, Some(wanted), last.as_deref()))
}

/// A command that finds its way to the driver's server by its environment: a command line can be read by everybody.
pub(super) fn command(
    path: PathBuf,
    version: &str,
    driver: &PostgresDriver,
) -> Result<(Command, Option<Secret>)> {
    let parts = driver.parts();
    let mut command = Command::new(path);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    let socket = parts.params.get("host").or(parts.host.as_ref());
    command.env("PGHOST", socket.map_or("localhost", String::as_str));
    command.env("PGPORT", parts.port.unwrap_or(5432).to_string());
    command.env("PGAPPNAME", "manybase backup");
    command.env(
        "PGCONNECT_TIMEOUT",
        driver.options().connect_timeout.as_secs().max(2).to_string(),
    );
    command.env("PGDATABASE", driver.database());
    if let Some(user) = &parts.user {
        command.env("PGUSER", user);
    }
    if let Some(password) = &parts.password {
        command.env("PGPASSWORD", password.expose());
    }
    if let Some(mode) = parts.params.get("sslmode") {
        command.env("PGSSLMODE", mode);
        match parts.params.get("sslrootcert") {
            Some(roots) => drop(command.env("PGSSLROOTCERT", roots)),
            None if mode != "verify-full" => {}
            // Else libpq wants a file in the user's home.
            None if major(version) >= Some(16) => drop(command.env("PGSSLROOTCERT", "system")),
            None => {
                let what =
                    format!("{version} has no authorities of its own to check the server's certificate with");
                return Err(
                    Error::config(what).with_help("name a file with them: `sslrootcert` in the address")
                );
            }
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    Ok((command, parts.password.clone()))
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions() {
        assert_eq!(major("15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("pg_dump (PostgreSQL) 17beta1"), Some(17));
        assert_eq!(major("unknown"), None);
    }
}
