//! Files that are written only when they change, and only over our own.

use crate::Page;
use manybase_driver::{Error, Result};
use serde::Serialize;
use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Stands in the first line of each file, by which it is known again.
pub const MARKER: &str = "Written by `manybase docs`: changes are lost when it runs again.";

/// A file that is not as it should be.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// let change = &manybase_docs::Docs::of_databases(&[]).check(directory.path())?[0];
/// assert_eq!(change.path, "diagram.md");
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Where it stands, from the directory that all of them are in.
    pub path: String,
    /// What is wrong with it.
    pub kind: ChangeKind,
    /// The first line that differs, as it is in the file.
    pub found: Option<String>,
    /// The first line that differs, as it should be.
    pub wanted: Option<String>,
}

/// What is wrong with a file.
///
/// ```
/// assert_eq!(manybase_docs::ChangeKind::Stale.name(), "no longer needed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is not there.
    Missing,
    /// It is another text.
    Differs,
    /// It was written for what is no longer there.
    Stale,
}

impl ChangeKind {
    /// For people.
    ///
    /// ```
    /// assert_eq!(manybase_docs::ChangeKind::Missing.name(), "missing");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Differs => "differs",
            Self::Stale => "no longer needed",
        }
    }
}

/// What differs, and puts it right if `write` says so.
pub(crate) fn bring(pages: &[Page], directory: &Path, write: bool) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for page in pages {
        let path = directory.join(&page.path);
        match read(&path)? {
            Some(text) if !is_ours(&text) => return Err(foreign(&path)),
            Some(text) => changes.extend(differs(page, &text)),
            None => changes.push(Change {
                path: page.path.clone(),
                kind: ChangeKind::Missing,
                found: None,
                wanted: None,
            }),
        }
    }
    let wanted: HashSet<&str> = pages.iter().map(|page| page.path.as_str()).collect();
    for path in ours(directory)? {
        if !wanted.contains(path.as_str()) {
            changes.push(Change {
                path,
                kind: ChangeKind::Stale,
                found: None,
                wanted: None,
            });
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    if write {
        // Only now, when nothing stands in the way of any of them.
        for change in &changes {
            put(pages, change, directory)?;
        }
    }
    Ok(changes)
}

fn put(pages: &[Page], change: &Change, directory: &Path) -> Result<()> {
    let path = directory.join(&change.path);
    let above = path.parent().unwrap_or(directory);
    let Some(page) = pages.iter().find(|page| page.path == change.path) else {
        fs::remove_file(&path).map_err(|error| failed("removed", &path, &error))?;
        // A directory that is not empty stays.
        if above != directory {
            let _ = fs::remove_dir(above);
        }
        return Ok(());
    };
    fs::create_dir_all(above).map_err(|error| failed("made", above, &error))?;
    fs::write(&path, &page.text).map_err(|error| failed("written", &path, &error))
}

/// Line ends are those of the system where version control makes them so.
fn differs(page: &Page, text: &str) -> Option<Change> {
    let (mut found, mut wanted) = (text.lines(), page.text.lines());
    loop {
        match (found.next(), wanted.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => {
                return Some(Change {
                    path: page.path.clone(),
                    kind: ChangeKind::Differs,
                    found: a.map(str::to_owned),
                    wanted: b.map(str::to_owned),
                });
            }
        }
    }
}

/// Our own files in the directory and those right below it, with `/` in their paths.
fn ours(directory: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (name, path) in entries(directory)? {
        if path.is_dir() {
            for (below, path) in entries(&path)? {
                if is_page(&path)? {
                    found.push(format!("{name}/{below}"));
                }
            }
        } else if is_page(&path)? {
            found.push(name);
        }
    }
    Ok(found)
}

fn entries(directory: &Path) -> Result<Vec<(String, PathBuf)>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", directory, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed("read", directory, &error))?;
        // A name that is no text is not one of ours.
        if let Ok(name) = entry.file_name().into_string() {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

fn is_page(path: &Path) -> Result<bool> {
    let known = path
        .extension()
        .is_some_and(|extension| extension == "md" || extension == "svg");
    Ok(known && path.is_file() && read(path)?.is_some_and(|text| is_ours(&text)))
}

fn is_ours(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains(MARKER))
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // Not text, so not ours.
        Err(error) if error.kind() == ErrorKind::InvalidData => Ok(Some(String::new())),
        Err(error) => Err(failed("read", path, &error)),
    }
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::config(format!("{} can't be {what}: {error}", path.display()))
}

fn foreign(path: &Path) -> Error {
    Error::config(format!("{} was not written by `manybase docs`", path.display()))
        .with_help("name another place with --out, or move the file away; nothing has been written")
}
