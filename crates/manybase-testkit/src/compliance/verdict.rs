//! How a case ends.

use manybase_driver::{CellError, Error, ErrorKind};
use std::fmt::Debug;
use std::panic::Location;

/// Done, skipped or failed.
pub(super) type Verdict<T = ()> = Result<T, Failure>;

/// Why a case did not come to its end.
#[derive(Debug)]
pub(super) enum Failure {
    /// The database lacks what is tested.
    Skipped(String),
    /// An error that nobody expected.
    Failed {
        error: String,
        at: &'static Location<'static>,
    },
}

impl Failure {
    #[track_caller]
    fn failed(error: impl ToString) -> Self {
        Self::Failed {
            error: error.to_string(),
            at: Location::caller(),
        }
    }
}

// `?` tells its own place to a conversion that tracks its caller.
impl From<Error> for Failure {
    #[track_caller]
    fn from(error: Error) -> Self {
        Self::failed(error)
    }
}

impl From<manybase_sql::Error> for Failure {
    #[track_caller]
    fn from(error: manybase_sql::Error) -> Self {
        Self::failed(error)
    }
}

impl From<Box<CellError>> for Failure {
    #[track_caller]
    fn from(error: Box<CellError>) -> Self {
        Self::failed(error)
    }
}

/// The error that must come, of one of these kinds.
#[track_caller]
pub(super) fn refused<T: Debug>(result: Result<T, Error>, kinds: &[ErrorKind]) -> Error {
    match result {
        Ok(value) => panic!("expected one of {kinds:?}, got {value:?}"),
        Err(error) if kinds.contains(&error.kind()) => error,
        Err(error) => panic!("expected one of {kinds:?}, got {:?}: {error}", error.kind()),
    }
}
