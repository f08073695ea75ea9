//! Which databases take part in a transaction, and in which order they are touched.

use std::fmt;
use std::str::FromStr;

use crate::{Failure, Result};

/// `pg+mariadb`: money goes between these. A part with a question mark is only read, and one with a minus sign is only
/// there: a transaction might have come to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mix {
    name: String,
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) kind: Kind,
    /// The connection's name.
    pub(crate) connection: String,
    pub(crate) role: Role,
}

/// What a transfer does to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Writes,
    Reads,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    /// A PostgreSQL as it is after its installation: it can't prepare transactions.
    PlainPostgres,
    Mariadb,
    Sqlite,
}

/// Every way in which two or three databases can meet that the protocol treats differently.
pub(crate) const ALL: &[&str] = &[
    "pg+mariadb",
    "mariadb+pg",
    "pg+sqlite",
    "sqlite+pg",
    "mariadb+sqlite",
    "sqlite+mariadb",
    "pg+pg",
    "mariadb+mariadb",
    "pg+mariadb+sqlite",
    "mariadb+sqlite+pg",
    // A server that can only be the home.
    "pg0+mariadb",
    "mariadb+pg0",
    "pg+pg0",
    // The database that would be the home is only read.
    "sqlite?+mariadb+mariadb",
    "pg?+mariadb+pg",
    "sqlite?+pg+mariadb",
    // A branch that was begun as one and remains the only one that writes, or the only one at all.
    "sqlite?+mariadb",
    "sqlite-+mariadb",
    // Files that SQLite commits together, alone and as the home of others.
    "sqlite+sqlite",
    "sqlite+sqlite+sqlite",
    "pg+sqlite+sqlite",
    "sqlite+sqlite+mariadb",
];

impl Mix {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn connections(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.connection.as_str())
    }

    /// Those that a transfer changes.
    pub(crate) fn writers(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.role == Role::Writes)
    }

    pub(crate) fn needs(&self, kind: Kind) -> bool {
        self.parts.iter().any(|part| part.kind == kind)
    }

    /// Whether its commit takes the protocol: files of SQLite alone are committed by SQLite.
    pub(crate) fn is_distributed(&self) -> bool {
        self.writers().count() > 1 && self.writers().any(|part| part.kind != Kind::Sqlite)
    }
}

impl Kind {
    fn parse(text: &str) -> Result<Self> {
        match text {
            "pg" => Ok(Self::Postgres),
            "pg0" => Ok(Self::PlainPostgres),
            "mariadb" => Ok(Self::Mariadb),
            "sqlite" => Ok(Self::Sqlite),
            other => Err(Failure::from(format!(
                "{other:?} is no database of a mix; there are pg, pg0, mariadb and sqlite"
            ))),
        }
    }
}

impl FromStr for Mix {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        let kinds = text.split('+').map(|part| {
            let role = match part.chars().last() {
                Some('?') => Role::Reads,
                Some('-') => Role::Nothing,
                _ => Role::Writes,
            };
            Ok((Kind::parse(part.trim_end_matches(['?', '-']))?, role))
        });
        let kinds: Vec<_> = kinds.collect::<Result<_>>()?;
        let files = kinds.iter().filter(|(kind, _)| *kind == Kind::Sqlite).count();
        let parts = kinds.iter().enumerate().map(|(index, &(kind, role))| {
            let same_before = kinds[..index].iter().filter(|(other, _)| *other == kind).count();
            let prefix = match kind {
                Kind::Postgres => "pg",
                Kind::PlainPostgres => "plain",
                Kind::Mariadb => "my",
                // Files that are committed together need another journal than one alone.
                Kind::Sqlite if files > 1 => "group",
                Kind::Sqlite => "file",
            };
            Part {
                kind,
                connection: format!("{prefix}{}", same_before + 1),
                role,
            }
        });
        Ok(Self {
            name: text.to_owned(),
            parts: parts.collect(),
        })
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_by_kind() {
        let connections = |text: &str| {
            let mix: Mix = text.parse().expect("a mix");
            mix.connections().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(connections("pg+mariadb+pg"), ["pg1", "my1", "pg2"]);
        assert_eq!(connections("pg+sqlite"), ["pg1", "file1"]);
        assert_eq!(connections("sqlite+sqlite"), ["group1", "group2"]);
        assert!("pg+oracle".parse::<Mix>().is_err());
    }

    #[test]
    fn readers_are_no_writers() {
        let mix: Mix = "sqlite?+mariadb".parse().expect("a mix");
        assert_eq!(mix.writers().count(), 1);
        assert!(!mix.is_distributed());
        assert!("sqlite+mariadb".parse::<Mix>().expect("a mix").is_distributed());
        assert!(!"sqlite+sqlite".parse::<Mix>().expect("a mix").is_distributed());
    }

    #[test]
    fn all_mixes_can_be_read() {
        assert!(ALL.iter().all(|mix| mix.parse::<Mix>().is_ok()));
    }
}
