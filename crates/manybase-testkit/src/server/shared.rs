//! One server per test process, shared by its tests.

use std::sync::OnceLock;

use super::blocking::blocking;
use super::error::ServerError;
use super::mariadb::Mariadb;
use super::postgres::{Postgres, PostgresVersion};

/// The PostgreSQL server of this test process, started when first asked for.
///
/// For tests that only need *a* server: each makes a database of its own on it. Tests that stop, kill or pause a
/// server start their own.
///
/// # Errors
/// As [`Postgres::start`]; every caller gets the same answer.
///
/// ```no_run
/// use manybase_testkit::{postgres, require_server};
///
/// fn stores_an_order() {
///     let database = require_server!(postgres()).create_database("orders").unwrap();
///     println!("{}", database.name());
/// }
/// ```
pub fn postgres() -> Result<&'static Postgres, ServerError> {
    static SERVER: OnceLock<Result<Postgres, ServerError>> = OnceLock::new();
    blocking(|| SERVER.get_or_init(Postgres::start))
        .as_ref()
        .map_err(Clone::clone)
}

/// The PostgreSQL 18 server of this test process, started when first asked for.
///
/// # Errors
/// As [`Postgres::start`]; every caller gets the same answer.
///
/// ```no_run
/// use manybase_testkit::{postgres_18, require_server};
///
/// fn uses_virtual_columns() {
///     let database = require_server!(postgres_18()).create_database("v18").unwrap();
///     println!("{}", database.name());
/// }
/// ```
pub fn postgres_18() -> Result<&'static Postgres, ServerError> {
    static SERVER: OnceLock<Result<Postgres, ServerError>> = OnceLock::new();
    blocking(|| SERVER.get_or_init(|| Postgres::builder().version(PostgresVersion::V18).start()))
        .as_ref()
        .map_err(Clone::clone)
}

/// The MariaDB server of this test process, started when first asked for.
///
/// # Errors
/// As [`Mariadb::start`]; every caller gets the same answer.
///
/// ```no_run
/// use manybase_testkit::{mariadb, require_server};
///
/// fn stores_an_order() {
///     let database = require_server!(mariadb()).create_database("orders").unwrap();
///     println!("{}", database.name());
/// }
/// ```
pub fn mariadb() -> Result<&'static Mariadb, ServerError> {
    static SERVER: OnceLock<Result<Mariadb, ServerError>> = OnceLock::new();
    blocking(|| SERVER.get_or_init(Mariadb::start))
        .as_ref()
        .map_err(Clone::clone)
}
