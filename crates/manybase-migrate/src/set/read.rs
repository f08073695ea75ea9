//! From a directory, or a list of paths, to the files of each migration.

use manybase_db::{Error, Result};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// The file with the checksums, in the directory of a connection.
pub(crate) const SUM: &str = "migrations.sum";

/// The files of one connection.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) sum: Option<String>,
    /// By migration, then by file.
    pub(super) migrations: BTreeMap<String, BTreeMap<String, String>>,
}

/// Every file of interest below a directory, with its path from there.
pub(super) fn files(directory: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for (connection, path) in entries(directory)? {
        if !path.is_dir() {
            continue;
        }
        for (name, path) in entries(&path)? {
            if name == SUM {
                files.push((format!("{connection}/{name}"), text(&path)?));
            } else if path.is_dir() && !name.starts_with('.') {
                let mut any = false;
                for (file, path) in entries(&path)? {
                    if is_ours(&file) {
                        any = true;
                        files.push((format!("{connection}/{name}/{file}"), text(&path)?));
                    }
                }
                if !any {
                    // Git does not keep empty directories, so that one is left behind only by hand.
                    let what = format!("{} has no migration in it", path.display());
                    return Err(Error::config(what)
                        .with_help("remove the directory, or write up.sql (`manybase migrate new` does)"));
                }
            }
        }
    }
    Ok(files)
}

fn is_ours(file: &str) -> bool {
    file == "plan.json" || (file.starts_with("up.") || file.starts_with("down.")) && file.ends_with(".sql")
}

fn entries(directory: &Path) -> Result<Vec<(String, std::path::PathBuf)>> {
    let failed = |error: &std::io::Error| {
        Error::config(format!(
            "the directory {} can't be read: {error}",
            directory.display()
        ))
    };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(&error))?;
        let Ok(name) = entry.file_name().into_string() else {
            return Err(Error::config(format!(
                "{}: a name that is not UTF-8",
                entry.path().display()
            )));
        };
        found.push((name, entry.path()));
    }
    found.sort();
    Ok(found)
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::config(format!("the file {} can't be read: {error}", path.display())))
}

/// By connection and migration, with the line ends of Unix and without a byte order mark.
pub(super) fn sort<P: AsRef<str>, T: AsRef<str>>(
    files: impl IntoIterator<Item = (P, T)>,
) -> Result<BTreeMap<Arc<str>, Files>> {
    let mut sorted: BTreeMap<Arc<str>, Files> = BTreeMap::new();
    for (path, text) in files {
        let path = path.as_ref();
        let mut parts = path.split('/');
        let (connection, name, file) = (parts.next(), parts.next(), parts.next());
        let (Some(connection), Some(name), None) = (connection, name, parts.next()) else {
            return Err(
                Error::config(format!("{path:?} is no place for a migration's file"))
                    .with_help("it goes to <connection>/<time>_<name>/up.sql"),
            );
        };
        let text = text.as_ref().trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let files = sorted.entry(connection.into()).or_default();
        match file {
            None if name == SUM => files.sum = Some(text),
            None => {}
            Some(file) => {
                check_name(connection, name)?;
                let migration = files.migrations.entry(name.to_owned()).or_default();
                migration.insert(file.to_owned(), text);
            }
        }
    }
    Ok(sorted)
}

/// Digits of the time, an underscore, a word.
fn check_name(connection: &str, name: &str) -> Result<()> {
    let good = name.split_once('_').is_some_and(|(time, slug)| {
        (8..=17).contains(&time.len())
            && time.bytes().all(|byte| byte.is_ascii_digit())
            && !slug.is_empty()
            && slug
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    });
    if good && name.len() <= 150 {
        return Ok(());
    }
    Err(Error::config(format!("{name:?} is no name for a migration"))
        .with_connection(connection)
        .with_help(
            "write the time and a few words, as in 20250131120000_add_city; `manybase migrate new` does",
        ))
}
