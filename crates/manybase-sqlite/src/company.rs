//! How many connections this process has to a file in WAL mode.
//!
//! While there is one, whoever opens another has nothing to put right first, and whoever closes one does not have to move
//! the log into the file. Both are short then. A file that goes by several names counts as several, which only costs time.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

static OPEN: Mutex<BTreeMap<OsString, usize>> = Mutex::new(BTreeMap::new());

fn open() -> MutexGuard<'static, BTreeMap<OsString, usize>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(name: &OsStr) -> usize {
    open().get(name).copied().unwrap_or(0)
}

/// Whether somebody in this process has it open.
pub(crate) fn has_any(path: &Path) -> bool {
    count(path.as_os_str()) > 0
}

/// One that is counted as long as it lives.
#[derive(Debug)]
pub(crate) struct Present(OsString);

impl Present {
    /// For a connection that is open.
    pub(crate) fn new(path: &Path) -> Self {
        let name = path.as_os_str().to_owned();
        let mut open = open();
        match open.get_mut(&name) {
            Some(count) => *count += 1,
            None => {
                open.insert(name.clone(), 1);
            }
        }
        Self(name)
    }

    /// Whether there are others. They may go at any moment but while nobody is closing a file.
    pub(crate) fn has_company(&self) -> bool {
        count(&self.0) > 1
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut open = open();
        match open.get_mut(&self.0) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                open.remove(&self.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_while_they_live() {
        let path = Path::new("/company/of/one.db");
        assert!(!has_any(path));
        let one = Present::new(path);
        assert!(has_any(path) && !one.has_company());
        let other = Present::new(path);
        assert!(one.has_company() && other.has_company());
        drop(one);
        assert!(!other.has_company());
        drop(other);
        assert!(!has_any(path));
    }
}
