//! What the project's file says about its tests.

use super::Variables;
use super::fields::{Entry, Raw};
use super::file::File;
use super::find::{named, upwards};
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// Where the migrations are that make the tables of a project's tests: `[test]` of its `manybase.toml`.
///
/// ```
/// let project = tempfile::tempdir()?;
/// let (file, migrations) = (project.path().join("manybase.toml"), project.path().join("db"));
/// std::fs::create_dir(&migrations)?;
/// std::fs::write(&file, "[test]\nmigrations = \"db\"")?;
/// if std::env::var_os("MANYBASE_CONFIG").is_none() {
///     let found = manybase_db::test_migrations(project.path())?.expect("the file says so");
///     assert_eq!(found.file, file);
///     assert_eq!(found.directories, [(None, migrations)]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestMigrations {
    /// The file that says so.
    pub file: PathBuf,
    /// Each directory, and the connection that it is for: `None` for all that it has migrations of.
    pub directories: Vec<(Option<String>, PathBuf)>,
}

/// What the file of a project says about the migrations of its tests: the one that the variable `MANYBASE_CONFIG` names,
/// else the nearest `manybase.toml`, from a directory upwards. `None` if there is no file, or it does not say.
///
/// ```toml
/// [test]
/// migrations = "migrations"          # or, with directories of their own:
/// # migrations = { erp = "erp/migrations", crm = "crm/migrations" }
/// ```
///
/// ```
/// let nothing = tempfile::tempdir()?;
/// std::fs::write(nothing.path().join("manybase.toml"), "")?;
/// if std::env::var_os("MANYBASE_CONFIG").is_none() {
///     assert_eq!(manybase_db::test_migrations(nothing.path())?, None);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`crate::ErrorKind::Config`] for a file that can't be read or has unknown keys, and a directory that is not there.
pub fn test_migrations(from: &Path) -> Result<Option<TestMigrations>> {
    of(from, &Variables::default())
}

fn of(from: &Path, variables: &Variables) -> Result<Option<TestMigrations>> {
    let Some(path) = named(variables)?.or_else(|| upwards(from)) else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Error::config(format!("{}: can't be read: {error}", path.display())).with_source(error)
    })?;
    let Some(entry) = File::parse(&path, &text)?.test_migrations else {
        return Ok(None);
    };
    let directories = match &entry.raw {
        Raw::Table(each) => each
            .iter()
            .map(|(connection, entry)| Ok((Some(connection.clone()), directory(entry, variables)?)))
            .collect::<Result<_>>()?,
        _ => vec![(None, directory(&entry, variables)?)],
    };
    Ok(Some(TestMigrations {
        file: path,
        directories,
    }))
}

/// From the file's own directory, so that it means the same for each crate of a workspace.
fn directory(entry: &Entry, variables: &Variables) -> Result<PathBuf> {
    let Raw::Text(_) = entry.raw else {
        let what = "it must be the path of a directory, or a table with one for each connection";
        return Err(entry.place.error(what));
    };
    let said = entry.text(variables)?;
    let path = entry
        .place
        .directory()
        .map_or_else(|| PathBuf::from(&said), |base| base.join(&said));
    match path.is_dir() {
        true => Ok(path),
        false => {
            let error = entry
                .place
                .error(format!("there is no directory {}", path.display()));
            Err(error.with_help(
                "paths start at the file's directory; `manybase migrate new` makes the first migration",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Result<Option<TestMigrations>> {
        let root = tempfile::tempdir().unwrap();
        for directory in ["all", "erp", "crm", "crates/a"] {
            std::fs::create_dir_all(root.path().join(directory)).unwrap();
        }
        std::fs::write(root.path().join("manybase.toml"), text).unwrap();
        of(&root.path().join("crates/a"), &Variables::none())
    }

    #[test]
    fn one_directory_or_one_for_each_connection() {
        let names = |text: &str| -> Vec<_> {
            let found = said(text).unwrap().unwrap().directories.into_iter();
            found
                .map(|(connection, path)| {
                    (
                        connection,
                        path.file_name().unwrap().to_string_lossy().into_owned(),
                    )
                })
                .collect()
        };
        assert_eq!(names("[test]\nmigrations = \"all\""), [(None, "all".to_owned())]);
        assert_eq!(
            names("[test.migrations]\nerp = \"erp\"\ncrm = \"./crm\""),
            [
                (Some("crm".to_owned()), "crm".to_owned()),
                (Some("erp".to_owned()), "erp".to_owned())
            ]
        );
        assert_eq!(said("default = \"erp\"").unwrap(), None);
    }

    #[test]
    fn mistakes_name_their_place() {
        for (text, says) in [
            (
                "[test]\nmigrations = \"none\"",
                ":2: test.migrations: there is no directory",
            ),
            (
                "[test]\nmigrations = 7",
                ":2: test.migrations: it must be the path of a directory",
            ),
            (
                "[test]\nmigration = \"all\"",
                ":2: test.migration: unknown key; did you mean \"migrations\"?",
            ),
        ] {
            let error = said(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
