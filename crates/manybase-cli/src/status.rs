//! What the process ends with.

use manybase_db::{Error, ErrorKind};
use std::process::ExitCode;

/// In the order of what matters more when several things happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// 0: all is well.
    Fine,
    /// 1: it worked, and there is something to act upon.
    Act,
    /// 3: a database refused.
    Database,
    /// 2: wrong use, or a wrong configuration.
    Usage,
}

impl Status {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Act => 1,
            Self::Usage => 2,
            Self::Database => 3,
        }
    }

    /// An error that ended the command.
    pub(crate) fn of(error: &Error) -> Self {
        match error.kind() {
            // `Identifier`: a name on the command line that can't be one. `NotFound`: it names nothing. `Transaction`:
            // what was asked for is refused, as a saga that is over can't be resumed.
            ErrorKind::Config
            | ErrorKind::UnknownConnection
            | ErrorKind::Identifier
            | ErrorKind::NotFound
            | ErrorKind::Exists
            // The files and the database do not fit together.
            | ErrorKind::Migration
            | ErrorKind::Transaction => Self::Usage,
            ErrorKind::Backup
            | ErrorKind::InUse
            | ErrorKind::Connect
            | ErrorKind::ConnectionLost
            | ErrorKind::OutcomeUnknown => Self::Act,
            _ => Self::Database,
        }
    }

    /// Fine, unless there is something to act upon.
    pub(crate) fn act_if(something: bool) -> Self {
        if something { Self::Act } else { Self::Fine }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}
