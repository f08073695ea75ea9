//! Files that are written only when they change, and only over our own.

use manybase_db::{Error, Result};
use manybase_schema::Database;
use manybase_schema::models::{HEADER, Models, Source};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where models go.
pub(super) enum Place {
    File(PathBuf),
    Directory(PathBuf),
}

impl Place {
    pub(super) fn at(path: &Path) -> Self {
        match path.extension().is_some_and(|extension| extension == "rs") {
            true => Self::File(path.to_owned()),
            false => Self::Directory(path.to_owned()),
        }
    }

    /// Writes what has changed, or with `check` only says what would be. The names of those files.
    pub(super) fn bring(&self, wanted: &Models, database: &Database, check: bool) -> Result<Vec<String>> {
        let (Self::File(path) | Self::Directory(path)) = self;
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            return Err(Error::config(format!(
                "{} names no file and no directory",
                path.display()
            )));
        };
        let above = path.parent().unwrap_or_else(|| Path::new(""));
        let sources = match self {
            Self::File(_) => vec![Source {
                name,
                ..wanted.file(database)?
            }],
            Self::Directory(_) => wanted.directory(database, &name)?,
        };
        let mut changes = Vec::new();
        for source in &sources {
            let path = above.join(&source.name);
            match read(&path)? {
                Some(text) if text == source.text => continue,
                Some(text) if !text.starts_with(HEADER) => return Err(foreign(&path)),
                _ => changes.push((path, Some(source))),
            }
        }
        if let Self::Directory(directory) = self {
            let wanted: Vec<PathBuf> = sources.iter().map(|source| above.join(&source.name)).collect();
            let gone = gone(directory, &wanted)?;
            changes.extend(gone.into_iter().map(|path| (path, None)));
        }
        if !check {
            // Only now, when nothing stands in the way of any of them.
            for directory in [above, path]
                .into_iter()
                .take(if sources.len() > 1 { 2 } else { 1 })
            {
                if !directory.as_os_str().is_empty() {
                    fs::create_dir_all(directory).map_err(|error| failed("made", directory, &error))?;
                }
            }
            for (path, source) in &changes {
                match source {
                    Some(source) => fs::write(path, &source.text),
                    None => fs::remove_file(path),
                }
                .map_err(|error| failed("written", path, &error))?;
            }
        }
        let name = |(path, _): &(PathBuf, _)| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        Ok(changes.iter().map(name).collect())
    }
}

/// Our own files whose tables are no longer there.
fn gone(directory: &Path, wanted: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", directory, &error)),
    };
    let mut gone = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed("read", directory, &error))?.path();
        let rust = path.extension().is_some_and(|extension| extension == "rs");
        if rust && !wanted.contains(&path) && read(&path)?.is_some_and(|text| text.starts_with(HEADER)) {
            gone.push(path);
        }
    }
    gone.sort();
    Ok(gone)
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
    Error::config(format!("{} was not written by this command", path.display()))
        .with_help("name another place with --out, or move the file away; nothing has been written")
}
