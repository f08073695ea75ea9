//! Where a value stands, for messages.

use crate::Error;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(super) source: Source,
    pub(super) connection: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
pub(super) enum Source {
    File {
        path: Arc<Path>,
        line: Option<usize>,
        /// With dots; empty for the file as a whole.
        key: String,
    },
    Variable(String),
    /// Of an address, which has a place of its own unless it was given in code.
    Parameter {
        name: String,
        of: Option<Box<Place>>,
    },
}

impl Place {
    /// A parameter of an address that stands at a place.
    pub(super) fn parameter(name: &str, of: Option<&Self>) -> Self {
        Self {
            source: Source::Parameter {
                name: name.to_owned(),
                of: of.cloned().map(Box::new),
            },
            connection: of.and_then(|of| of.connection.clone()),
        }
    }

    /// An error there.
    pub(super) fn error(&self, what: impl fmt::Display) -> Error {
        self.named(Error::config(format!("{self}: {what}")))
    }

    /// An error of somebody who does not know the place.
    pub(super) fn wrap(&self, error: Error) -> Error {
        let wrapped = Error::new(error.kind(), format!("{self}: {}", error.message()));
        self.named(match error.help() {
            Some(help) => wrapped.with_help(help),
            None => wrapped,
        })
    }

    /// The same place, one key deeper.
    pub(super) fn below(&self, name: &str, line: Option<usize>) -> Self {
        let mut below = self.clone();
        if let Source::File { line: own, key, .. } = &mut below.source {
            *own = line;
            if !key.is_empty() {
                key.push('.');
            }
            key.push_str(name);
        }
        below
    }

    /// Whether `${…}` is looked at: a variable's value is taken as it is.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.source, Source::File { .. })
    }

    /// The directory that relative paths start from, if it is not the current one.
    pub(super) fn directory(&self) -> Option<&Path> {
        match &self.source {
            Source::File { path, .. } => path.parent(),
            Source::Variable(_) | Source::Parameter { .. } => None,
        }
    }

    fn named(&self, error: Error) -> Error {
        match &self.connection {
            Some(connection) => error.with_connection(connection.clone()),
            None => error,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::File { path, line, key } => {
                write!(f, "{}", path.display())?;
                if let Some(line) = line {
                    write!(f, ":{line}")?;
                }
                if !key.is_empty() {
                    write!(f, ": {key}")?;
                }
                Ok(())
            }
            Source::Variable(name) => write!(f, "environment variable {name}"),
            Source::Parameter { name, of: Some(of) } => write!(f, "{of}: parameter `{name}`"),
            Source::Parameter { name, of: None } => write!(f, "parameter `{name}` of the URL"),
        }
    }
}
