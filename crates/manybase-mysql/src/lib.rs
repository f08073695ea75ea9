//! Floor 3 of Manybase: MySQL, MariaDB and MatrixOne.
//!
//! ```no_run
//! # async fn example() -> manybase_driver::Result<()> {
//! use manybase_driver::{Access, Address, ConnectOptions, CountSink, DriverFactory, Pool, PoolOptions, Statement};
//! use manybase_mysql::MysqlFactory;
//!
//! let address = Address::parse("mariadb://ann:secret@db.example/stock?sslmode=verify-full")?;
//! let driver = MysqlFactory.open(&address, &ConnectOptions::default())?;
//! let pool = Pool::new("stock", driver, PoolOptions::default());
//! let mut session = pool.acquire(Access::Read).await?;
//! let rows = session.query(Statement::read("SELECT id FROM item", vec![]), CountSink::default()).await?;
//! assert!(rows.0 < 1_000);
//! # Ok(())
//! # }
//! ```
//!
//! # What the URL can say
//! `mysql://`, `mariadb://` and `matrixone://user:password@host:port/database`, and behind a question mark:
//!
//! | parameter | |
//! |---|---|
//! | `sslmode` | `disable`; `prefer` (the default): encrypted where the server can; `require`: encrypted; `verify-full`: encrypted, and the certificate must be the host's |
//! | `sslrootcert` | with `verify-full`: a PEM file of authorities to trust instead of the built-in ones |
//! | `socket` | the path of a Unix socket instead of host and port |
//!
//! What a server turned out to be is kept for the process: which database it is, because its settings depend on that. So
//! as a rule a connection takes the log-in and one round trip for all settings, which a session of MariaDB that begins
//! with a read by key makes together with it. A server whose TLS is too old is dialled
//! a second time with `prefer`, without. Users log in by `mysql_native_password` or `caching_sha2_password`.
//!
//! Without the feature `tls` nothing is encrypted: `require` and `verify-full` are errors, `prefer` is `disable`, and a
//! password that a server of MySQL wants under its key can't be sent.
//!
//! # The protocol
//! It is spoken here (`wire`); what both sides say at the log-in is taken from `mysql_common`. A connection has neither
//! thread nor task: whoever waits for its answer moves the bytes, and a row is read where it lies in the buffer. MariaDB
//! gets a read by key that it does not know yet together with its values.
//!
//! A call that is dropped in the middle leaves its answer on the way, and nobody must take it for that of the next call.
//! So every connection marks itself busy before it awaits, and clears the mark when the answer has come to its end. A
//! connection that is still marked refuses everything, says that it is closed, and when it is dropped it shuts its socket
//! and has the server stop the statement and roll back (`KILL`) over a connection of its own.
//!
//! # Transactions
//! DDL commits an open transaction on these databases, and a deadlock rolls the whole of it back. Both are seen from
//! the status that the server sends along: after either, statements are refused until the transaction is finished,
//! because they would each commit by themselves. [`Connection::commit`](manybase_driver::Connection::commit) after a
//! roll-back by the server and [`Connection::rollback`](manybase_driver::Connection::rollback) after DDL are errors:
//! they can't do what they say. The same goes for a batch that is to be atomic and has DDL in it.
//!
//! # Branches
//! A part of a transaction that spans databases ([`TwoPhase`](manybase_driver::TwoPhase)) is an XA branch from its
//! beginning on. The server would go on after a statement that failed and prepare the rest; here such a branch can
//! only be rolled back, wholly or to a savepoint. It is never committed in one phase: with the binary log on, a killed
//! server forgets that it said yes. A branch that was begun read-only is over when it is prepared; any other counts
//! as prepared, even if it wrote nothing, because the server does not tell. MatrixOne has no XA.

mod backup;
mod bind;
mod column;
mod connection;
mod driver;
mod error;
mod factory;
mod first;
mod inserts;
mod known;
mod load_data;
mod number;
mod receive;
mod row;
mod run;
mod settings;
mod settle;
mod statements;
mod stop;
mod temporal;
mod tls;
mod transaction;
mod two_phase;
mod wire;

pub use driver::MysqlDriver;
pub use factory::MysqlFactory;
