//! The driver compliance suite: what every driver and its dialect must do on the real database.
//!
//! A driver crate runs it with one line in `tests/compliance.rs`. The setup makes a fresh, empty database:
//!
//! ```no_run
//! # use manybase_driver::DriverFactory;
//! # fn factory() -> std::sync::Arc<dyn DriverFactory> { unimplemented!() }
//! use manybase_testkit::{compliance::Target, postgres};
//!
//! manybase_testkit::compliance!(async {
//!     let database = postgres()?.create_database("compliance")?;
//!     Ok(Target::new(factory(), database.url()).slow_query("SELECT pg_sleep(60)").keep(database))
//! });
//! # fn main() {}
//! ```
//!
//! Each case is a test of its own, `transaction::savepoints_three_deep` for example, and opens its own pool. They
//! run in parallel on one database, with table names of their own; the database is dropped when no case is left
//! that uses it. Statements are built as trees and rendered by the target's dialect, so the dialect is tested
//! with the driver, and answers are compared with what Rust calculates.
//!
//! A case asks [`Capability`](manybase_sql::Capability) what the database can do. What it can't is printed, past
//! the capture of the test harness, and appended to the file that `MANYBASE_SKIP_LOG` names:
//!
//! ```text
//! skipped: lock::deadlock: SQLite has no row locks
//! ```
//!
//! With `live` before the setup the tests are ignored, for a database that can't be installed: where its address is
//! given, `cargo xtask test` runs them too.
//!
//! To add a case: write an `async fn(Case) -> Verdict` in the file of its theme and its name in `cases.rs`.

mod aggregate;
mod attach;
mod bind;
mod bulk;
mod cache;
mod cancel;
mod case;
mod cases;
mod conditions;
mod date;
mod db;
mod dialect;
mod errors;
mod function;
mod fuzz;
mod holder;
mod identifiers;
mod limits;
mod load;
mod lock;
mod network;
mod null;
mod number;
mod pool;
mod random;
mod rows;
mod schema;
mod session;
mod sink;
mod skip;
mod text;
mod transaction;
mod two_phase;
mod types;
mod value;
mod verdict;
mod write;

pub use cases::names;
pub use skip::report as report_skip;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use case::Case;
use manybase_driver::{Access, Address, ConnectOptions, Dialect, DriverFactory};
use verdict::Failure;

use crate::ServerError;

/// A case that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// A database to test, and the driver that dials it.
pub struct Target {
    factory: Arc<dyn DriverFactory>,
    url: String,
    slow_query: Option<String>,
    /// Two databases that one connection can have together.
    group: Option<[String; 2]>,
    /// The dialect of the server as it was found.
    dialect: OnceLock<&'static dyn Dialect>,
    /// Dropped after the last case: a directory, a database.
    _keep: Option<Box<dyn Any + Send + Sync>>,
}

impl Target {
    /// A fresh, empty database at a URL.
    ///
    /// ```no_run
    /// # use manybase_driver::DriverFactory;
    /// # fn example(factory: std::sync::Arc<dyn DriverFactory>) {
    /// let target = manybase_testkit::compliance::Target::new(factory, "sqlite:/tmp/fresh.db");
    /// # }
    /// ```
    pub fn new(factory: Arc<dyn DriverFactory>, url: impl Into<String>) -> Self {
        Self {
            factory,
            url: url.into(),
            slow_query: None,
            group: None,
            dialect: OnceLock::new(),
            _keep: None,
        }
    }

    /// A query that runs for about a minute, such as `SELECT SLEEP(60)`: it has to be stopped.
    ///
    /// ```no_run
    /// # fn example(target: manybase_testkit::compliance::Target) {
    /// let target = target.slow_query("SELECT pg_sleep(60)");
    /// # }
    /// ```
    #[must_use]
    pub fn slow_query(mut self, sql: impl Into<String>) -> Self {
        self.slow_query = Some(sql.into());
        self
    }

    /// Two other databases, fresh and empty, that one connection can have together: one of them is attached to the
    /// other's connection.
    ///
    /// ```no_run
    /// # fn example(target: manybase_testkit::compliance::Target) {
    /// let target = target.group(
    ///     "sqlite:/tmp/one.db?journal_mode=delete",
    ///     "sqlite:/tmp/other.db?journal_mode=delete",
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn group(mut self, one: impl Into<String>, other: impl Into<String>) -> Self {
        self.group = Some([one.into(), other.into()]);
        self
    }

    /// Something to be dropped when the last case is done.
    ///
    /// ```no_run
    /// # fn example(target: manybase_testkit::compliance::Target, database: manybase_testkit::Database) {
    /// let target = target.keep(database);
    /// # }
    /// ```
    #[must_use]
    pub fn keep(mut self, what: impl Any + Send + Sync) -> Self {
        self._keep = Some(Box::new(what));
        self
    }

    /// A dialect may be known for certain only when the server has told its version.
    async fn ask_for_the_dialect(&self) {
        let dial = async {
            let driver = self
                .factory
                .open(&Address::parse(&self.url)?, &ConnectOptions::default())?;
            let connection = driver.connect(Access::Write).await?;
            let _ = self.dialect.set(connection.dialect());
            connection.close().await
        };
        if let Err(error) = dial.await {
            panic!("the target can't be reached: {error}");
        }
    }
}

/// Without the URL, which may hold a password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("factory", &self.factory)
            .finish_non_exhaustive()
    }
}

/// The target that the running cases of a suite share. A static is never dropped, so it holds the target only
/// as long as a case does.
#[doc(hidden)]
#[derive(Debug)]
pub struct Shared {
    target: Mutex<Weak<Target>>,
    /// Why there is no target has been told.
    told: AtomicBool,
}

impl Shared {
    #[doc(hidden)]
    #[allow(clippy::new_without_default, missing_docs)]
    pub const fn new() -> Self {
        Self {
            target: Mutex::new(Weak::new()),
            told: AtomicBool::new(false),
        }
    }

    fn target<F>(&self, setup: fn() -> F) -> Result<Arc<Target>, ServerError>
    where
        F: Future<Output = Result<Target, ServerError>>,
    {
        let mut shared = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(target) = shared.upgrade() {
            return Ok(target);
        }
        let target = runtime().block_on(async {
            let target = setup().await?;
            target.ask_for_the_dialect().await;
            Ok::<_, ServerError>(Arc::new(target))
        })?;
        *shared = Arc::downgrade(&target);
        Ok(target)
    }

    #[doc(hidden)]
    #[allow(missing_docs)]
    pub fn run<F>(&self, setup: fn() -> F, theme: &str, case: &str)
    where
        F: Future<Output = Result<Target, ServerError>>,
    {
        let name = format!("{theme}::{case}");
        let target = match self.target(setup) {
            Ok(target) => target,
            Err(ServerError::NotAvailable(skipped)) => {
                // Once is enough: it is the same for all cases.
                if !self.told.swap(true, Ordering::Relaxed) {
                    skipped.report();
                    let all = names().count();
                    skip::report(
                        "compliance",
                        &format!("{} is not here, so none of {all} cases ran", skipped.what()),
                    );
                }
                return;
            }
            Err(error) => panic!("the setup failed: {error}"),
        };
        let Some(work) = cases::find(theme, case) else {
            panic!("the suite has no case {name}");
        };
        let runtime = runtime();
        let case = Case::new(target.clone(), name.clone());
        let verdict = runtime.block_on(async { tokio::time::timeout(LIMIT, work(case)).await });
        // Pools go first, then the runtime, and the database last.
        drop(runtime);
        drop(target);
        match verdict {
            Ok(Ok(())) => {}
            Ok(Err(Failure::Skipped(what))) => skip::report(&name, &what),
            Ok(Err(Failure::Failed { error, at })) => panic!("{name} failed at {at}: {error}"),
            Err(_) => panic!("{name} hangs: not done after {LIMIT:?}"),
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("no tokio runtime: {error}"),
    }
}

/// Runs the driver compliance suite: one `#[test]` per case.
///
/// The argument is a future that gives a [`Target`](crate::compliance::Target) for a fresh, empty database, or an
/// error that says why there is none here; [`ServerError::NotAvailable`](crate::ServerError) skips the suite out
/// loud. See [`compliance`](mod@crate::compliance).
///
/// ```no_run
/// use manybase_testkit::{Skipped, compliance::Target};
///
/// manybase_testkit::compliance!(async {
///     Err(Skipped::new("my database", "it is not installed").into())
/// });
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! compliance {
    ($setup:expr) => {
        $crate::compliance! { [$crate::compliance_tests] $setup }
    };
    (live $setup:expr) => {
        $crate::compliance! { [$crate::compliance_live_tests] $setup }
    };
    ([$($tests:tt)*] $setup:expr) => {
        static COMPLIANCE: $crate::compliance::Shared = $crate::compliance::Shared::new();

        async fn compliance_setup() -> Result<$crate::compliance::Target, $crate::ServerError> {
            ($setup).await
        }

        $crate::compliance_cases! { [$($tests)*] }
    };
}

/// As `compliance_tests`, ignored unless asked for, so that a database that is not there counts as nothing passed.
#[doc(hidden)]
#[macro_export]
macro_rules! compliance_live_tests {
    ($($theme:ident { $($case:ident)* })*) => {$(
        mod $theme {$(
            #[test]
            #[ignore = "live database: set its URL and run with --include-ignored"]
            fn $case() {
                super::COMPLIANCE.run(super::compliance_setup, stringify!($theme), stringify!($case));
            }
        )*}
    )*};
}

#[doc(hidden)]
#[macro_export]
macro_rules! compliance_tests {
    ($($theme:ident { $($case:ident)* })*) => {$(
        mod $theme {$(
            #[test]
            fn $case() {
                super::COMPLIANCE.run(super::compliance_setup, stringify!($theme), stringify!($case));
            }
        )*}
    )*};
}
