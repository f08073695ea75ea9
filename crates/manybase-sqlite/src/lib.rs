//! The SQLite driver of Manybase, over `rusqlite` with a bundled SQLite.
//!
//! - A connection has **a thread of its own**, from the first work on that is not short. One hop carries a whole unit of
//!   work: the statement there, the sink with all its rows back. What is short runs on the spot, without a hop; so is
//!   a file opened, unless something has to be waited for.
//! - Files are in WAL mode: one writer, any number of readers, nobody waits for a reader. Write transactions begin
//!   with `BEGIN IMMEDIATE`.
//! - Other files can be attached, so that one transaction commits all of them or none, as long as none is in WAL mode.
//!   A statement then reaches only the file that it is meant for.
//! - A dropped future stops its statement, also one that waits for a lock, and never the next one.
//! - Decimals are text in one canonical form; functions and a collation for them are registered on each connection
//!   (see `manybase_sql::dialect::sqlite`).
//! - Text in double quotes is an identifier and never a string, unlike in SQLite as it comes: a column that does
//!   not exist is an error.
//!
//! ```
//! use manybase_driver::{Access, Address, ConnectOptions, DriverFactory, FirstSink, Pool, PoolOptions, Statement};
//! use manybase_sqlite::SqliteFactory;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> manybase_driver::Result<()> {
//! let driver = SqliteFactory.open(&Address::parse("sqlite::memory:")?, &ConnectOptions::default())?;
//! let pool = Pool::new("erp", driver, PoolOptions::default());
//! let mut session = pool.acquire(Access::Read).await?;
//! let sum = FirstSink::new(|row| Ok(row.i64(0)?));
//! let sum = session.query(Statement::read("SELECT ? + 1", vec![41.into()]), sum).await?;
//! assert_eq!(sum.value, Some(Some(42)));
//! # Ok(())
//! # }
//! ```

mod attach;
mod backup;
mod bind;
mod bulk;
mod company;
mod config;
mod connection;
mod core;
mod driver;
mod error;
mod factory;
mod functions;
mod guard;
mod habits;
mod keyword;
mod learn;
mod log;
mod moment;
mod number;
mod numbered;
mod open;
mod pause;
mod readiness;
mod row;
mod seen;
mod spot;
mod transaction;
mod watch;
mod worker;

pub use driver::SqliteDriver;
pub use factory::SqliteFactory;
