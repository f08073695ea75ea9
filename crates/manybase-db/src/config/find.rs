//! Where the project's configuration file is.

use super::Variables;
use crate::{Error, Result};
use std::path::{Path, PathBuf};

const FILE: &str = "manybase.toml";

/// Names the file, or the directory that it is in.
const VARIABLE: &str = "MANYBASE_CONFIG";

const WRITE_ONE: &str = "write one into the directory of your project, or name one in MANYBASE_CONFIG:

    [connections.main]
    url = \"sqlite:app.db\"";

/// The configuration file that [`crate::Db::from_env`] reads: the one that the variable `MANYBASE_CONFIG` names, else the
/// nearest `manybase.toml`, from the current directory upwards.
///
/// ```no_run
/// println!("{}", manybase_db::find_config_file()?.display());
/// # Ok::<(), manybase_db::Error>(())
/// ```
///
/// # Errors
/// [`crate::ErrorKind::Config`] when there is none.
pub fn find_config_file() -> Result<PathBuf> {
    find(&Variables::default())
}

pub(super) fn find(variables: &Variables) -> Result<PathBuf> {
    if let Some(file) = named(variables)? {
        return Ok(file);
    }
    let here = std::env::current_dir().map_err(|error| {
        Error::config(format!("the current directory can't be read: {error}")).with_source(error)
    })?;
    upwards(&here).ok_or_else(|| {
        let what = format!("there is no {FILE} in {} or above it", here.display());
        Error::config(what).with_help(WRITE_ONE)
    })
}

/// The one that the variable names.
pub(super) fn named(variables: &Variables) -> Result<Option<PathBuf>> {
    if let Some(named) = variables.get(VARIABLE).filter(|path| !path.is_empty()) {
        let path = Path::new(&named);
        let file = if path.is_dir() {
            path.join(FILE)
        } else {
            path.to_owned()
        };
        return match file.is_file() {
            true => Ok(Some(file)),
            false => Err(Error::config(format!(
                "there is no file {}, which the variable {VARIABLE} names",
                file.display()
            ))),
        };
    }
    Ok(None)
}

pub(super) fn upwards(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|directory| directory.join(FILE))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_one_upwards() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        let upper = root.path().join(FILE);
        std::fs::write(&upper, "").unwrap();
        assert_eq!(upwards(&deep), Some(upper));
        let nearer = root.path().join("a").join(FILE);
        std::fs::write(&nearer, "").unwrap();
        assert_eq!(upwards(&deep), Some(nearer));
    }

    #[test]
    fn the_one_that_is_named() {
        let root = tempfile::tempdir().unwrap();
        let find_at = |path: &Path| {
            let path = path.to_str().unwrap().to_owned();
            find(&Variables::new(move |name| {
                (name == VARIABLE).then(|| path.clone())
            }))
        };
        let error = find_at(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("which the variable MANYBASE_CONFIG names"),
            "{error}"
        );
        let file = root.path().join(FILE);
        std::fs::write(&file, "").unwrap();
        assert_eq!(find_at(root.path()).unwrap(), file);
        assert_eq!(find_at(&file).unwrap(), file);
    }
}
