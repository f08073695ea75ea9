//! What the clients were told about their transfers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::file::{Lines, lines};
use manybase::ErrorKind;

/// Three files that any number of clients add to.
pub(crate) struct Log {
    acknowledged: Lines,
    aborted: Lines,
    unknown: Lines,
}

/// What the files say: by id of the transfer, the mix and what else was noted.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub(crate) acknowledged: BTreeMap<String, String>,
    /// Refused or rolled back, with the error.
    pub(crate) aborted: BTreeMap<String, String>,
    pub(crate) unknown: BTreeMap<String, String>,
}

const NAMES: [&str; 3] = ["acknowledged", "aborted", "unknown"];

impl Log {
    pub(crate) fn open(directory: &Path) -> Result<Self> {
        let [acknowledged, aborted, unknown] = files(directory);
        Ok(Self {
            acknowledged: Lines::append(&acknowledged)?,
            aborted: Lines::append(&aborted)?,
            unknown: Lines::append(&unknown)?,
        })
    }

    /// Notes what came of a transfer.
    pub(crate) fn note(&mut self, id: &str, result: &manybase::Result<()>) -> Result<()> {
        match result {
            Ok(()) => self.acknowledged.add(id),
            Err(error) => {
                let lines = match error.kind() {
                    ErrorKind::OutcomeUnknown => &mut self.unknown,
                    _ => &mut self.aborted,
                };
                lines.add(&format!("{id} {}", error.to_string().replace('\n', " ")))
            }
        }
    }
}

impl Outcomes {
    pub(crate) fn read(directory: &Path) -> Self {
        let [acknowledged, aborted, unknown] = files(directory).map(|file| {
            let lines = lines(&file).into_iter().map(|line| match line.split_once(' ') {
                Some((id, note)) => (id.to_owned(), note.to_owned()),
                None => (line, String::new()),
            });
            lines.collect()
        });
        Self {
            acknowledged,
            aborted,
            unknown,
        }
    }

    /// Begins anew.
    pub(crate) fn clear(directory: &Path) {
        for file in files(directory) {
            let _ = std::fs::remove_file(file);
        }
    }

    /// What a client was told about a transfer, for a report.
    pub(crate) fn of(&self, id: &str) -> String {
        if self.acknowledged.contains_key(id) {
            return "acknowledged".into();
        }
        if let Some(error) = self.aborted.get(id) {
            return format!("aborted: {error}");
        }
        match self.unknown.get(id) {
            Some(error) => format!("unknown: {error}"),
            None => "the client was told nothing".into(),
        }
    }
}

fn files(directory: &Path) -> [PathBuf; 3] {
    NAMES.map(|name| directory.join(name))
}
