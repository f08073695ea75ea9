//! Which databases a mode lets in.

use super::pattern::Pattern;
use super::{Mode, ModeSource};
use crate::{Error, Result};
use manybase_driver::{Address, Driver};
use std::borrow::Cow;
use std::path::{Component, Path};

/// The parameter of a URL that marks a database for tests. No driver sees it.
pub(super) const MARK: &str = "manybase_test";

/// The mode of a `Db`, and what it needs to know to keep it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guard {
    pub(crate) mode: Mode,
    pub(crate) source: ModeSource,
    pub(crate) test_databases: Vec<Pattern>,
}

impl Guard {
    /// Takes the mark for tests out of an address, and refuses a database that the mode does not let in.
    pub(super) fn check(&self, marked: bool, address: &Address, driver: &dyn Driver) -> Result<()> {
        // A database that lives in its connection.
        let in_memory = driver.exactly().is_some();
        match self.mode {
            Mode::Standalone => Ok(()),
            Mode::App if in_memory => Err(Error::config(format!(
                "app mode refuses {}, a database in memory: it begins empty with each start, and no other process \
                 sees it",
                driver.address()
            ))
            .with_help(
                "take a file, `sqlite:app.db`, or a server; a test opens it in test mode, a script in standalone mode",
            )),
            Mode::Test if !in_memory && !marked && !self.is_for_tests(&address.database) => {
                Err(Error::config(format!(
                    "test mode refuses {}, which is not marked for tests",
                    driver.address()
                ))
                .with_help(format!(
                    "if it is for tests, give its name a part `test`, such as {:?}, or add `?{MARK}=true` to its URL, \
                     or name it in `test_databases` of the file; `sqlite::memory:` is always taken",
                    example(file_name(&address.database))
                )))
            }
            Mode::App | Mode::Test => Ok(()),
        }
    }

    fn is_for_tests(&self, database: &str) -> bool {
        let name = file_name(database);
        has_part_test(name)
            || self.test_databases.iter().any(|pattern| pattern.matches(name))
            || is_temporary(Path::new(database))
    }
}

/// Whether an address is marked, and the address without the mark.
pub(super) fn without_mark(address: &Address) -> Result<(bool, Cow<'_, Address>)> {
    let Some(mark) = address.params.get(MARK) else {
        return Ok((false, Cow::Borrowed(address)));
    };
    let marked = match &**mark {
        "false" | "0" => false,
        "true" | "1" | "" => true,
        _ => return Err(Error::config(format!("`{MARK}` must be true or false"))),
    };
    let mut address = address.clone();
    address.params.remove(MARK);
    Ok((marked, Cow::Owned(address)))
}

/// The name of a database; of one in a file, without the directory, which may be called anything.
fn file_name(database: &str) -> &str {
    database.rsplit(['/', '\\']).next().unwrap_or(database)
}

/// `test` or `tests`, perhaps with a number, between characters that are neither letters nor digits: neither `latest`
/// nor `contest`.
fn has_part_test(name: &str) -> bool {
    name.split(|c: char| !c.is_alphanumeric()).any(|part| {
        let part = part.trim_end_matches(|c: char| c.is_ascii_digit());
        part.eq_ignore_ascii_case("test") || part.eq_ignore_ascii_case("tests")
    })
}

/// A file in the directory for temporary files.
fn is_temporary(path: &Path) -> bool {
    let climbs = path.components().any(|part| part == Component::ParentDir);
    !climbs && path.is_absolute() && path.starts_with(std::env::temp_dir())
}

/// How the database might be called.
fn example(name: &str) -> String {
    match name.split_once('.') {
        Some((stem, ending)) => format!("{stem}_test.{ending}"),
        None if name.is_empty() => "app_test".to_owned(),
        None => format!("{name}_test"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names() {
        for name in [
            "test",
            "erp_test",
            "test-7.db",
            "erp.TEST.db",
            "Tests",
            "erp_test12",
            "a test",
        ] {
            assert!(has_part_test(name), "{name}");
        }
        for name in [
            "", "erp", "latest", "contest", "testing", "attest_1", "erptest", "1test",
        ] {
            assert!(!has_part_test(name), "{name}");
        }
    }

    #[test]
    fn names_of_files_count_and_directories_do_not() {
        let guard = Guard::default();
        assert!(guard.is_for_tests("/srv/data/erp_test.db"));
        assert!(!guard.is_for_tests("/srv/test/erp.db"));
        assert!(!guard.is_for_tests("test/erp.db"));
        assert!(!guard.is_for_tests(""));
    }

    #[test]
    fn temporary_files() {
        let inside = std::env::temp_dir().join("a/erp.db");
        assert!(is_temporary(&inside));
        assert!(!is_temporary(&std::env::temp_dir().join("../srv/erp.db")));
        assert!(!is_temporary(Path::new("erp.db")));
    }

    #[test]
    fn names_to_take_instead() {
        assert_eq!(example("erp"), "erp_test");
        assert_eq!(example("erp.db"), "erp_test.db");
        assert_eq!(example(""), "app_test");
    }
}
