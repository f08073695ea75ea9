//! Floor 4 of Manybase: the registry of named connections.
//!
//! ```text
//!   model, .using(..) ──► Route ──► Executor: Db │ Scoped │ Transaction
//!                                      │ lease
//!                                      ▼
//!                                    Lease ──► Session ──► the database
//! ```
//!
//! - [`Db`] knows the connections by name, from a file ([`Db::open`]) or from code ([`Db::builder`]).
//! - An [`Executor`] leads a [`Route`] to a connection and lends it as a [`Lease`].
//! - A [`Transaction`] lends its own connection, and no other.

mod config;
mod db;
mod executor;
mod factories;
mod lease;
mod scoped;
mod spelling;
mod transaction;

pub use config::{ConnectionConfig, IntoConnectionConfig};
pub use db::{ConnectionHandle, Db, DbBuilder, Ping};
pub use executor::{Executor, Route};
pub use lease::Lease;
pub use manybase_driver::{Access, Error, ErrorKind, Result};
pub use scoped::Scoped;
pub use transaction::{AsyncFunc, Transaction, TransactionRunner, TransactionSettings};
