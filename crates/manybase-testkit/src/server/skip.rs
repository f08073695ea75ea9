//! Skipping a test out loud when its database is not here.

use std::fmt;
use std::io::Write;

use super::error::ServerError;

/// The variable that turns a missing server into a failure when it is `1`.
const REQUIRE: &str = "MANYBASE_REQUIRE_SERVERS";
/// The variable that names a file to which every skip is appended.
const LOG: &str = "MANYBASE_SKIP_LOG";
/// The variable that leaves the servers out, when it is `1`.
const SQLITE_ONLY: &str = "MANYBASE_SQLITE_ONLY";

/// A test that can't run here, and why.
///
/// ```
/// use manybase_testkit::Skipped;
///
/// let skipped = Skipped::new("MatrixOne", "MATRIXONE_URL is not set");
/// assert_eq!(skipped.to_string(), "skipped: MatrixOne: MATRIXONE_URL is not set");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    what: String,
    reason: String,
    /// No failure either where servers are required.
    optional: bool,
}

impl Skipped {
    /// Says what is missing and why, best with what to do about it.
    ///
    /// ```
    /// let skipped = manybase_testkit::Skipped::new("MariaDB", "no `mariadbd` (apt-get install mariadb-server)");
    /// assert_eq!(skipped.what(), "MariaDB");
    /// ```
    pub fn new(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            reason: reason.into(),
            optional: false,
        }
    }

    /// Something that may be missing on every machine, such as a live database's address.
    ///
    /// ```
    /// let skipped = manybase_testkit::Skipped::new("Oracle", "ORACLE_URL is not set").optional();
    /// ```
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// What is missing.
    ///
    /// ```
    /// assert_eq!(manybase_testkit::Skipped::new("Oracle", "no URL").what(), "Oracle");
    /// ```
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Why it is missing.
    ///
    /// ```
    /// assert_eq!(manybase_testkit::Skipped::new("Oracle", "no URL").reason(), "no URL");
    /// ```
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Prints `skipped: ...`, past the capture of the test harness, which hides what a passing test prints, and
    /// appends it to the file that `MANYBASE_SKIP_LOG` names.
    ///
    /// # Panics
    /// When `MANYBASE_REQUIRE_SERVERS=1`, unless it is [`Skipped::optional`]: there, a missing server is a failure.
    ///
    /// ```no_run
    /// manybase_testkit::Skipped::new("MatrixOne", "MATRIXONE_URL is not set").report();
    /// ```
    pub fn report(&self) {
        assert!(
            self.optional || !is_set(REQUIRE),
            "{REQUIRE}=1, but {} is not available: {}",
            self.what,
            self.reason
        );
        // `println!` is captured and then thrown away when the test passes; the handle is not.
        let test = std::thread::current();
        let line = format!("{self} [{}]", test.name().unwrap_or("test"));
        let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
        log(&line);
    }
}

/// Appends a line to the log of skips, where there is one.
pub(crate) fn log(line: &str) {
    let Some(path) = std::env::var_os(LOG).filter(|path| !path.is_empty()) else {
        return;
    };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    // One write, so that lines of several processes do not mix.
    if let Ok(mut file) = file {
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}

fn is_set(variable: &str) -> bool {
    std::env::var(variable).is_ok_and(|value| value == "1")
}

/// Refuses to look for a server where none is wanted.
pub(crate) fn wanted(server: &str) -> Result<(), Skipped> {
    if is_set(SQLITE_ONLY) {
        return Err(Skipped::new(server, format!("{SQLITE_ONLY}=1")));
    }
    Ok(())
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skipped: {}: {}", self.what, self.reason)
    }
}

impl std::error::Error for Skipped {}

/// Reports a skip, or fails where the error is a real one. [`require_server!`](crate::require_server) calls it.
///
/// # Panics
/// On every error but "not available", and on that one too when `MANYBASE_REQUIRE_SERVERS=1`.
///
/// ```no_run
/// use manybase_testkit::{Postgres, skip};
///
/// if let Err(skipped) = Postgres::available() {
///     return skip(skipped);
/// }
/// ```
pub fn skip(error: impl Into<ServerError>) {
    match error.into() {
        ServerError::NotAvailable(skipped) => skipped.report(),
        error => panic!("{error}"),
    }
}

/// Unwraps a server, a URL or an availability; where it is missing, prints `skipped: <reason>` and returns.
///
/// A second argument is what the test returns then, for tests that return a `Result`. An error other than
/// "not available" panics, and so does a missing server when `MANYBASE_REQUIRE_SERVERS=1`.
///
/// ```no_run
/// use manybase_testkit::{Mariadb, Postgres, ServerError, postgres, require_server};
///
/// fn reads_a_row() {
///     let server = require_server!(postgres());
///     let database = server.create_database("reads").unwrap();
///     assert!(database.url().starts_with("postgres://"));
/// }
///
/// fn restarts() -> Result<(), ServerError> {
///     require_server!(Mariadb::available(), Ok(()));
///     Mariadb::start()?.restart()
/// }
/// ```
#[macro_export]
macro_rules! require_server {
    ($result:expr) => {
        $crate::require_server!($result, ())
    };
    ($result:expr, $otherwise:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => {
                $crate::skip(error);
                return $otherwise;
            }
        }
    };
}

/// The address of a live database that can't be installed here (`MYSQL_URL`, `MATRIXONE_URL`, ...).
///
/// # Errors
/// [`Skipped`], naming the variable, when it is unset or empty.
///
/// ```no_run
/// use manybase_testkit::{live_url, require_server};
///
/// fn lists_tables() {
///     let url = require_server!(live_url("MYSQL_URL"));
///     assert!(url.starts_with("mysql://"));
/// }
/// ```
pub fn live_url(variable: &str) -> Result<String, Skipped> {
    match std::env::var(variable) {
        Ok(url) if !url.trim().is_empty() => Ok(url),
        _ => Err(Skipped::new(
            variable.trim_end_matches("_URL"),
            format!("{variable} is not set; point it at a database made for tests"),
        )
        .optional()),
    }
}
