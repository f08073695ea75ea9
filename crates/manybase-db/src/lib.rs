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
//! - A [`Transaction`] lends its own session of each connection, and commits on all of them or on none.
//! - What a crash leaves in doubt is finished by the [`recovery`].

mod atomic;
mod config;
mod db;
mod executor;
mod factories;
mod lease;
pub mod recovery;
mod replica;
mod scoped;
mod spelling;
mod transaction;
mod unit;
mod unit_of_work;

pub use config::{
    ConnectionConfig, IntoConnectionConfig, Mode, ModeSource, TestMigrations, find_config_file,
    test_migrations,
};
pub use db::{AtEnd, ConnectionHandle, Db, DbBuilder, Ping, ReplicaHandle};
pub use executor::{Executor, Route};
pub use factories::compiled_in as compiled_in_drivers;
pub use lease::Lease;
pub use manybase_driver::{Access, Error, ErrorKind, Result};
pub use recovery::{
    ConnectionReport, Heuristic, HeuristicReport, InDoubtBranch, InDoubtReport, InDoubtTransaction,
    RecoveryMode, RecoveryReport, RecoverySettings, TransactionRecord, Verdict,
};
pub use replica::{ReplicaPolicy, ReplicaState};
pub use scoped::Scoped;
pub use transaction::{
    Ack, AsyncFunc, Outcome, PreparedTransaction, Transaction, TransactionRunner, TransactionSettings,
};
pub use unit::{Unit, WithoutHooks};
pub use unit_of_work::{Primary, UnitOfWork};
