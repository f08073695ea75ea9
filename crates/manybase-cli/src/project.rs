//! Where the project's `manybase.toml` is.

use manybase_db::{Error, Result};
use std::path::{Path, PathBuf};

const FILE: &str = "manybase.toml";

const WRITE_ONE: &str = "write one into the directory of your project, or name one with --config PATH:

    [connections.main]
    url = \"sqlite:app.db\"
    # url = \"postgres://${DB_USER}:${DB_PASSWORD}@localhost/app\"
    # url = \"mariadb://${DB_USER}:${DB_PASSWORD}@localhost/app\"";

/// The file that was named, else the one of the project.
pub(crate) fn find(named: Option<&Path>) -> Result<PathBuf> {
    match named {
        Some(path) => in_or_at(path),
        None => manybase_db::find_config_file().map_err(|error| error.with_help(WRITE_ONE)),
    }
}

/// A directory stands for the file in it.
fn in_or_at(path: &Path) -> Result<PathBuf> {
    let file = if path.is_dir() {
        path.join(FILE)
    } else {
        path.to_owned()
    };
    if file.is_file() {
        return Ok(file);
    }
    Err(Error::config(format!("there is no file {}", file.display())).with_help(WRITE_ONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_stands_for_the_file_in_it() {
        let root = tempfile::tempdir().expect("a directory");
        let error = find(Some(root.path())).expect_err("nothing there");
        assert!(
            error
                .help()
                .is_some_and(|help| help.contains("[connections.main]"))
        );
        std::fs::write(root.path().join(FILE), "").expect("written");
        assert_eq!(find(Some(root.path())).expect("found"), root.path().join(FILE));
    }
}
