//! Which programs, for which server.

use crate::MysqlDriver;
use manybase_driver::backup::{BackupOptions, find_tool};
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::dialect::Flavor;
use std::path::PathBuf;

/// What the server is, as far as its tools go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    MariaDb,
    MySql,
}

impl MysqlDriver {
    /// As the address says; the server may know better.
    pub(super) fn flavor(&self) -> Server {
        match self.parts().scheme.as_str() {
            "mariadb" => Server::MariaDb,
            // MariaDB's tools serve both.
            _ if find_tool("mariadb-dump", None, &[]).is_some() => Server::MariaDb,
            _ => Server::MySql,
        }
    }
}

impl Server {
    pub(super) fn of(flavor: Flavor) -> Result<Self> {
        match flavor {
            Flavor::MariaDb => Ok(Self::MariaDb),
            Flavor::MySql => Ok(Self::MySql),
            Flavor::MatrixOne => {
                let what = "Manybase has no backups of MatrixOne";
                Err(Error::new(ErrorKind::Unsupported, what).with_help("use its own CREATE SNAPSHOT"))
            }
        }
    }

    pub(super) fn family(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
        }
    }

    pub(super) fn product(self) -> &'static str {
        match self {
            Self::MariaDb => "MariaDB",
            Self::MySql => "MySQL",
        }
    }

    pub(super) fn tools(self) -> &'static [&'static str] {
        match self {
            Self::MariaDb => &["mariadb-dump", "mariadb"],
            Self::MySql => &["mysqldump", "mysql"],
        }
    }

    pub(super) fn dump(self, options: &BackupOptions) -> Result<PathBuf> {
        self.find(options, &["mariadb-dump", "mysqldump"])
    }

    pub(super) fn client(self, options: &BackupOptions) -> Result<PathBuf> {
        self.find(options, &["mariadb", "mysql"])
    }

    fn find(self, options: &BackupOptions, names: &[&str; 2]) -> Result<PathBuf> {
        let names = match self {
            Self::MariaDb => &names[..],
            Self::MySql => &names[1..],
        };
        let found = names
            .iter()
            .find_map(|name| find_tool(name, options.tools.as_deref(), &[]));
        found.ok_or_else(|| {
            let what = format!("there is no {} for a backup of {}", names.join(" and no "), self.product());
            Error::new(ErrorKind::Unsupported, what).with_help(format!(
                "install the client programs of {} (Debian: apt-get install {}), or say where they are (`tools`, --tools)",
                self.product(),
                match self {
                    Self::MariaDb => "mariadb-client",
                    Self::MySql => "mysql-client",
                }
            ))
        })
    }
}

/// `(10, 11)` of `10.11.19-MariaDB`.
pub(super) fn numbers(version: &str) -> Option<(u32, u32)> {
    // Some servers say an old number first, for old clients.
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut parts = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions() {
        assert_eq!(numbers("10.11.19-MariaDB-0+deb12u1-log"), Some((10, 11)));
        assert_eq!(numbers("5.5.5-11.4.2-MariaDB"), Some((11, 4)));
        assert_eq!(numbers("8.0.36"), Some((8, 0)));
        assert_eq!(numbers("unknown"), None);
    }
}
