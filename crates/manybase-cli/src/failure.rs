//! What ends a command.

use crate::output::ErrorView;
use crate::status::Status;
use manybase_db::Error;

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// What to say, and what to end with.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) view: Box<ErrorView>,
    pub(crate) status: Status,
}

impl Failure {
    /// A command that makes no sense as it was given, and what to write instead.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            view: Box::new(ErrorView::of_usage(message.into(), help.into())),
            status: Status::Usage,
        }
    }

    /// Somebody has thought better of it.
    pub(crate) fn declined() -> Self {
        Self {
            view: Box::new(ErrorView::declined()),
            status: Status::Act,
        }
    }

    /// Somebody has pressed Ctrl-C.
    pub(crate) fn interrupted() -> Self {
        Self {
            view: Box::new(ErrorView::interrupted()),
            status: Status::Act,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            view: Box::new(ErrorView::of(&error)),
            status: Status::of(&error),
        }
    }
}
