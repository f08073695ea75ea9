//! Kinds of errors, the same for all databases.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $text:literal,)*) => {
        /// What kind of thing went wrong, the same for all databases.
        ///
        /// ```
        /// assert_eq!(manybase_driver::ErrorKind::Deadlock.to_string(), "deadlock");
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $kind,)*
        }

        impl fmt::Display for ErrorKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$kind => $text,)* })
            }
        }
    };
}

kinds! {
    /// A file, a key, a URL or a variable of the configuration is wrong.
    Config = "configuration error",
    /// There is no connection of that name.
    UnknownConnection = "unknown connection",
    /// The server could not be reached, or refused.
    Connect = "can't connect",
    /// The connection broke while in use.
    ConnectionLost = "connection lost",
    /// All connections of the pool were in use for too long.
    PoolTimeout = "no free connection",
    /// The pool or the whole `Db` has been closed.
    Closed = "closed",
    /// A statement took too long.
    Timeout = "timeout",
    /// A statement was cancelled.
    Cancelled = "cancelled",
    /// A key or unique set holds the value already.
    UniqueViolation = "unique violation",
    /// A reference points to nothing, or something still points here.
    ForeignKeyViolation = "foreign key violation",
    /// NULL where there must be a value.
    NotNullViolation = "not-null violation",
    /// A CHECK does not hold.
    CheckViolation = "check violation",
    /// A record whose fields break the rules of its model; see
    /// [`Error::field_errors`](crate::Error::field_errors).
    Validation = "validation failed",
    /// A value that the column can't hold: too long, out of range, of another type.
    Value = "bad value",
    /// Another transaction got in between.
    Serialization = "serialization failure",
    /// Two transactions wait for each other.
    Deadlock = "deadlock",
    /// Another transaction held a lock for too long.
    LockTimeout = "lock timeout",
    /// A write where only reads are allowed.
    ReadOnly = "read-only",
    /// The database refuses this to this user.
    PermissionDenied = "permission denied",
    /// There is no such table or view.
    UnknownTable = "unknown table",
    /// There is no such column.
    UnknownColumn = "unknown column",
    /// The SQL text is not valid.
    Syntax = "syntax error",
    /// A statement that makes no sense.
    Statement = "bad statement",
    /// An identifier that the database can't have.
    Identifier = "bad identifier",
    /// More values than one statement can bind.
    TooManyParameters = "too many parameters",
    /// Placeholders and values do not match.
    Placeholders = "placeholders and values do not match",
    /// The database lacks the feature.
    Unsupported = "unsupported",
    /// A cell can't become the type that was asked for.
    Decode = "can't decode",
    /// One row was asked for, and there is none.
    NotFound = "not found",
    /// One row was asked for, and there are more.
    NotUnique = "more than one row",
    /// The place of a page that is none, has been changed, or belongs to another query.
    Cursor = "bad cursor",
    /// A relation was read that the query did not include.
    NotLoaded = "not loaded",
    /// The row has been changed by somebody else since it was loaded.
    Stale = "stale record",
    /// The transaction is over, failed, or used wrongly.
    Transaction = "transaction misuse",
    /// Whether a transaction over several databases was committed can't be found out at the moment. Its name tells
    /// later; see [`Error::transaction`](crate::Error::transaction).
    OutcomeUnknown = "outcome unknown",
    /// Everything is committed, and what was to happen after the commit failed.
    AfterCommit = "failed after the commit",
    /// What is to be made is there already.
    Exists = "exists already",
    /// Others are connected to what only one may have now.
    InUse = "in use",
    /// A backup that is none, is damaged, or does not hold what it says.
    Backup = "bad backup",
    /// The migrations and what a database says it has had do not fit together.
    Migration = "migration refused",
    /// A driver broke its contract.
    Driver = "driver error",
    /// Another error of the database.
    Database = "database error",
}
