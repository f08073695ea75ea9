//! The backups of a directory.

use crate::manifest::Manifest;
use crate::{files, partial};
use manybase_driver::Result;
use std::path::{Path, PathBuf};

/// A backup that was found.
///
/// ```
/// # let directory = tempfile::tempdir().expect("a directory");
/// for listed in manybase_snapshot::list(directory.path())? {
///     println!("{}: {} rows", listed.path.display(), listed.manifest?.rows());
/// }
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Listed {
    /// Where it is.
    pub path: PathBuf,
    /// What it is, or what is wrong with its manifest.
    pub manifest: Result<Manifest>,
}

/// A backup that was not finished.
///
/// ```
/// # let directory = tempfile::tempdir().expect("a directory");
/// assert!(manybase_snapshot::leftovers(directory.path())?.is_empty());
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leftover {
    /// Where it is.
    pub path: PathBuf,
    /// Somebody is writing it right now. Else it was interrupted, and can be removed.
    pub running: bool,
}

/// The backups in a directory, the newest first. Files are not looked at; see [`crate::Verify`].
///
/// ```
/// # let directory = tempfile::tempdir().expect("a directory");
/// assert!(manybase_snapshot::list(directory.path())?.is_empty());
/// # Ok::<(), manybase_db::Error>(())
/// ```
///
/// # Errors
/// A directory that can't be read.
pub fn list(directory: impl AsRef<Path>) -> Result<Vec<Listed>> {
    let mut found = Vec::new();
    for (path, name) in entries(directory.as_ref())? {
        if !partial::is_partial(&name) && path.join(crate::manifest::NAME).exists() {
            let manifest = Manifest::read(&path);
            found.push(Listed { path, manifest });
        }
    }
    found.sort_by(|one, other| {
        let started = |listed: &Listed| listed.manifest.as_ref().ok().map(|manifest| manifest.started);
        started(other)
            .cmp(&started(one))
            .then_with(|| one.path.cmp(&other.path))
    });
    Ok(found)
}

/// Backups in a directory that were begun and are not whole: they run, or were interrupted.
///
/// ```
/// # let directory = tempfile::tempdir().expect("a directory");
/// for leftover in manybase_snapshot::leftovers(directory.path())? {
///     println!("{} {}", leftover.path.display(), leftover.running);
/// }
/// # Ok::<(), manybase_db::Error>(())
/// ```
///
/// # Errors
/// A directory that can't be read.
pub fn leftovers(directory: impl AsRef<Path>) -> Result<Vec<Leftover>> {
    let entries = entries(directory.as_ref())?.into_iter();
    let partial = entries.filter(|(path, name)| partial::is_partial(name) && path.is_dir());
    let mut found: Vec<_> = partial
        .map(|(path, _)| Leftover {
            running: partial::is_running(&path),
            path,
        })
        .collect();
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn entries(directory: &Path) -> Result<Vec<(PathBuf, String)>> {
    let fail = |error| files::io("read", directory, &error);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        entries.push((entry.path(), entry.file_name().to_string_lossy().into_owned()));
    }
    Ok(entries)
}
