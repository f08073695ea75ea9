//! Which nested transactions are open.

use crate::lease::next_tag;
use crate::{Error, ErrorKind, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Owners of the frames from the transaction inwards.
pub(super) struct Levels(Mutex<Vec<u64>>);

impl Levels {
    /// The transaction alone, and its tag.
    pub(super) fn new() -> (Self, u64) {
        let tag = next_tag();
        (Self(Mutex::new(vec![tag])), tag)
    }

    /// The owners up to this level, which must be the innermost.
    pub(super) fn check(&self, depth: usize, tag: u64) -> Result<Vec<u64>> {
        self.innermost(depth, tag).map(|levels| levels.clone())
    }

    /// All levels, of which this must be the innermost.
    pub(super) fn innermost(&self, depth: usize, tag: u64) -> Result<MutexGuard<'_, Vec<u64>>> {
        let levels = self.lock();
        if levels.get(depth) != Some(&tag) {
            let error = Error::new(ErrorKind::Transaction, "this nested transaction is over");
            return Err(error.with_help("its handle is for use inside its own closure"));
        }
        if levels.len() > depth + 1 {
            let error = Error::new(
                ErrorKind::Transaction,
                "a nested transaction is open, and the outer one was used",
            );
            return Err(
                error.with_help("use the handle that the nested closure is given, or wait until it is over")
            );
        }
        Ok(levels)
    }

    /// Opens a nested one inside this level, which must be the innermost.
    pub(super) fn open(&self, depth: usize, tag: u64) -> Result<u64> {
        self.check(depth, tag)?;
        let tag = next_tag();
        self.lock().push(tag);
        Ok(tag)
    }

    /// Closes a level with all inside it.
    pub(super) fn close(&self, depth: usize, tag: u64) {
        let mut levels = self.lock();
        if levels.get(depth) == Some(&tag) {
            levels.truncate(depth);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
