//! The PostgreSQL driver of Manybase. `tokio-postgres` and rustls log in; from then on it speaks the protocol itself.
//!
//! ```no_run
//! # async fn example() -> manybase_driver::Result<()> {
//! use manybase_driver::{
//!     Access, Address, ConnectOptions, CountSink, DriverFactory, Pool, PoolOptions, Statement,
//! };
//! use manybase_postgres::PostgresFactory;
//!
//! let address = Address::parse("postgres://ann:secret@db.example/stock?sslmode=verify-full")?;
//! let driver = PostgresFactory.open(&address, &ConnectOptions::default())?;
//! let pool = Pool::new("stock", driver, PoolOptions::default());
//! let mut session = pool.acquire(Access::Read).await?;
//! let large = Statement::read("SELECT * FROM item WHERE price > $1", vec![100.into()]);
//! println!("{} rows", session.query(large, CountSink::default()).await?.0);
//! # Ok(())
//! # }
//! ```
//!
//! # Where things are
//! - `factory`, `settings`, `tls`: from an address to where and how to log in; `driver`: dialling;
//! - `wire`: the session with the server: its socket, login, messages and end;
//! - `prepare`, `cache`, `query`, `simple`, `batch`, `copy`, `arrays`: what is said in it;
//! - `connection`, `transaction`, `two_phase`: what the pool asks for;
//! - `bind`, `numeric`, `temporal`: values to PostgreSQL's binary format; `kind`, `row`: cells from it;
//! - `error`: SQLSTATEs to kinds;
//! - `begin`, `group`: what is one request for the server, so that nothing runs behind a failure.
//!
//! # What to know
//! - **`BEGIN` goes with the first statement**, in one round trip, if the statement is known already. Where it fails that
//!   statement has not run, and nothing else does until the rollback.
//! - **Types are the server's.** A statement is prepared first, and each value is encoded as the type that the
//!   server expects there: an `i64` goes into a `smallint` if it fits, else the error says so before anything is
//!   sent. Where the server can't tell (`SELECT $1`), it expects text: write `$1::bigint`.
//! - **Statements are kept prepared**, the 256 used last. Where a table has changed since, they are prepared again
//!   without anybody noticing; only inside a transaction, which has failed by then, it is an error that
//!   [`is_retryable`](manybase_driver::Error::is_retryable), or one about the values.
//! - **Stopping early** with [`Flow::Stop`](manybase_driver::Flow::Stop) drops the rest of a read: it is still
//!   received, but not decoded, in the background and before the next statement. A statement that may write is awaited
//!   to its end, so that its success is known.
//! - **No task for each connection.** Whoever waits for an answer moves the bytes, and rows are decoded where they were
//!   received. What arrives at an idle connection, such as its end, is noticed when the pool is asked for it.
//! - **A failed transaction never counts as committed.** PostgreSQL answers `COMMIT` with a silent rollback
//!   there; this driver answers with an error.
//! - **Without the feature `tls`** nothing is encrypted: `sslmode=require` and `verify-full` are errors, `prefer` is `disable`.
//! - **Messages, not details.** The DETAIL of a server's error shows data, so it is left out, and so are values
//!   quoted in the message of an error about a value.

mod arrays;
mod backup;
mod batch;
mod begin;
mod bind;
mod cache;
mod connection;
mod copy;
mod driver;
mod error;
mod factory;
mod first;
mod group;
mod kind;
mod numeric;
mod prepare;
mod query;
mod row;
mod settings;
mod simple;
mod temporal;
mod tls;
mod transaction;
mod two_phase;
mod wire;

pub use driver::PostgresDriver;
pub use factory::PostgresFactory;
