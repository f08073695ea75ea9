//! Which nested transactions are open.

use crate::lease::{failure, next_tag};
use crate::{Error, ErrorKind, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Owners of the frames from the transaction inwards.
pub(crate) struct Levels(Mutex<Open>);

pub(super) struct Open {
    tags: Vec<u64>,
    /// The outermost that was said to have failed, and why.
    failed: Option<(usize, Error)>,
}

impl Open {
    fn sound(this: MutexGuard<'_, Self>) -> Result<MutexGuard<'_, Self>> {
        match &this.failed {
            Some((_, error)) => Err(failure(error)),
            None => Ok(this),
        }
    }
}

impl Levels {
    /// The transaction alone, and its tag.
    pub(super) fn new() -> (Self, u64) {
        let tag = next_tag();
        let open = Open {
            tags: vec![tag],
            failed: None,
        };
        (Self(Mutex::new(open)), tag)
    }

    /// The owners up to this level, which must be the innermost, and none of which has failed.
    pub(super) fn check(&self, depth: usize, tag: u64) -> Result<Vec<u64>> {
        self.usable(depth, tag).map(|open| open.tags.clone())
    }

    /// As [`Levels::check`], without a copy.
    pub(super) fn usable(&self, depth: usize, tag: u64) -> Result<MutexGuard<'_, Open>> {
        self.innermost(depth, tag).and_then(Open::sound)
    }

    /// An error if one of them has failed.
    pub(super) fn sound(&self) -> Result<()> {
        Open::sound(self.lock()).map(drop)
    }

    /// This level has failed, with all inside it.
    pub(crate) fn fail(&self, depth: usize, tag: u64, error: &Error) {
        let mut open = self.lock();
        let is_open = open.tags.get(depth) == Some(&tag);
        if is_open && open.failed.as_ref().is_none_or(|(other, _)| *other > depth) {
            open.failed = Some((depth, error.clone()));
        }
    }

    /// The owners up to this level, which must be the innermost.
    pub(super) fn place(&self, depth: usize, tag: u64) -> Result<Vec<u64>> {
        self.innermost(depth, tag).map(|open| open.tags.clone())
    }

    /// All levels, of which this must be the innermost.
    fn innermost(&self, depth: usize, tag: u64) -> Result<MutexGuard<'_, Open>> {
        let open = self.lock();
        let levels = &open.tags;
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
        Ok(open)
    }

    /// Opens a nested one inside this level, which must be the innermost.
    pub(super) fn open(&self, depth: usize, tag: u64) -> Result<u64> {
        self.check(depth, tag)?;
        let tag = next_tag();
        self.lock().tags.push(tag);
        Ok(tag)
    }

    /// Closes a level with all inside it.
    pub(super) fn close(&self, depth: usize, tag: u64) {
        let mut open = self.lock();
        if open.tags.get(depth) == Some(&tag) {
            open.tags.truncate(depth);
            open.failed.take_if(|(failed, _)| *failed >= depth);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
