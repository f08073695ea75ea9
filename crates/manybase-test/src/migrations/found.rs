//! Which migrations a test has: those that its attribute names, else those of the project's file.

use super::Source;
use crate::spec::Spec;
use crate::watch::lock;
use manybase_driver::{Error, ErrorKind, Result};
use manybase_migrate::{Line, Set};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// A directory, and the one connection that it is for.
type Directory = (Option<&'static str>, PathBuf);

/// One for each connection that has any. Those that the test does not have are not taken out yet.
pub(crate) fn find(spec: &Spec) -> Result<Vec<Source>> {
    let mut sources: Vec<Source> = Vec::new();
    for (connection, directory) in directories(spec)? {
        let set = Arc::new(read(&directory)?);
        let lines = set.lines().filter(|line| !line.migrations().is_empty());
        let lines: Vec<&Line> = match connection {
            None => lines.collect(),
            Some(name) => match set.line(name).filter(|line| !line.migrations().is_empty()) {
                Some(line) => vec![line],
                None => return Err(none(&directory, name, lines)),
            },
        };
        for line in lines {
            // What is said for one connection goes over what is said for all.
            if let Some(at) = sources
                .iter()
                .position(|known| known.connection == &**line.connection())
            {
                if connection.is_none() {
                    continue;
                }
                sources.remove(at);
            }
            sources.push(Source {
                connection: kept(line.connection()),
                digest: line.digest(),
                set: set.clone(),
                directory: directory.clone(),
            });
        }
    }
    if sources.is_empty()
        && let Some([(_, directory), ..]) = spec.migrations.said
    {
        let what = format!("there are no migrations in {directory:?}, which the test names");
        return Err(Error::new(ErrorKind::Migration, what).with_help(
            "they go to <directory>/<connection>/<time>_<name>/up.sql; `manybase migrate new` writes one",
        ));
    }
    Ok(sources)
}

fn directories(spec: &Spec) -> Result<Vec<Directory>> {
    let manifest = Path::new(spec.manifest);
    if let Some(said) = spec.migrations.said {
        let directory = |(connection, path): &(&'static str, &'static str)| {
            let connection = (!connection.is_empty()).then_some(*connection);
            (connection, manifest.join(path))
        };
        return Ok(said.iter().map(directory).collect());
    }
    let found = manybase_db::test_migrations(manifest)?;
    let directories = found.map(|found| found.directories).unwrap_or_default();
    Ok(directories
        .into_iter()
        .map(|(connection, path)| (connection.as_deref().map(kept), path))
        .collect())
}

fn read(directory: &Path) -> Result<Set> {
    if !directory.is_dir() {
        let what = format!(
            "there is no directory {}, which the test names",
            directory.display()
        );
        return Err(Error::config(what).with_help("paths start at the crate's directory"));
    }
    Set::read(directory)
}

fn none<'l>(directory: &Path, name: &str, lines: impl Iterator<Item = &'l Line>) -> Error {
    let there: Vec<&str> = lines.map(|line| &**line.connection()).collect();
    let what = format!("there are no migrations of {name:?} in {}", directory.display());
    Error::new(ErrorKind::Migration, what).with_help(match there.is_empty() {
        true => format!("they go to {name}/<time>_<name>/up.sql in it; `manybase migrate new` writes one"),
        false => format!("it has those of {}", there.join(", ")),
    })
}

/// The name for as long as the process lives, as the names in attributes are. There are few.
fn kept(name: &str) -> &'static str {
    static NAMES: OnceLock<Mutex<HashSet<&'static str>>> = OnceLock::new();
    let mut names = lock(NAMES.get_or_init(Mutex::default));
    match names.get(name) {
        Some(known) => known,
        None => {
            let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
            names.insert(name);
            name
        }
    }
}
