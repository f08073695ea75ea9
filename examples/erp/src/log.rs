//! The sales that a seller was told are through: the file that is compared with the databases after a crash.

use crate::failure::{Failure, Result};
use manybase::prelude::Uuid;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const NAME: &str = "acknowledged.log";

#[derive(Clone, Debug)]
pub(crate) struct Log {
    path: PathBuf,
}

/// The file, open at its end.
pub(crate) struct Pen {
    file: File,
    log: Log,
}

impl Log {
    pub(crate) fn in_directory(directory: &Path) -> Self {
        Self {
            path: directory.join(NAME),
        }
    }

    pub(crate) fn read(&self) -> Result<BTreeSet<Uuid>> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => self.parse(&text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(self.failure(&error)),
        }
    }

    /// A last line without an end was not written to its end: nobody was told of that sale.
    fn parse(&self, text: &str) -> Result<BTreeSet<Uuid>> {
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut sales = BTreeSet::new();
        for (line, number) in whole.lines().zip(1..) {
            let sale: Uuid = line.parse().map_err(|_| {
                Failure::new(format!(
                    "{}, line {number}: no sale is called {line:?}",
                    self.path.display()
                ))
            })?;
            sales.insert(sale);
        }
        Ok(sales)
    }

    /// For data that is new.
    pub(crate) fn delete(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.failure(&error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn open(&self) -> Result<Pen> {
        let file = OpenOptions::new().append(true).create(true).open(&self.path);
        Ok(Pen {
            file: file.map_err(|error| self.failure(&error))?,
            log: self.clone(),
        })
    }

    fn failure(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("{}: {error}", self.path.display()))
    }
}

impl Pen {
    /// In one piece, and past this process: what the system has taken survives its death.
    pub(crate) fn write(&self, sale: Uuid) -> Result<()> {
        let written = (&self.file).write_all(format!("{sale}\n").as_bytes());
        written.map_err(|error| self.log.failure(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let directory = tempfile::tempdir().expect("a directory");
        let log = Log::in_directory(directory.path());
        assert!(log.read().is_ok_and(|sales| sales.is_empty()));
        let sales: BTreeSet<_> = (1..4).map(Uuid::from_u128).collect();
        for sale in &sales {
            // Opened anew: nothing is overwritten.
            assert!(log.open().is_ok_and(|pen| pen.write(*sale).is_ok()));
        }
        assert!(log.read().is_ok_and(|read| read == sales));
        assert!(log.delete().is_ok() && log.delete().is_ok());
        assert!(log.read().is_ok_and(|sales| sales.is_empty()));
    }

    #[test]
    fn half_a_line_at_the_end_is_nothing() {
        let log = Log::in_directory(Path::new("anywhere"));
        let sale = Uuid::from_u128(7);
        for (text, count) in [
            (format!("{sale}"), Some(0)),
            (format!("{sale}\n{}", &sale.to_string()[..9]), Some(1)),
            (format!("{sale}\nwrong\n"), None),
            (String::new(), Some(0)),
        ] {
            assert_eq!(log.parse(&text).ok().map(|sales| sales.len()), count, "{text:?}");
        }
    }
}
