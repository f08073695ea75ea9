//! **Manybase: one ActiveRecord over many databases.**
//!
//! Models are bound to named connections; one query API speaks every dialect.
//!
//! ```
//! use manybase::prelude::*;
//!
//! #[derive(Debug, Model)]
//! #[model(connection = "erp")]
//! struct Customer {
//!     #[model(key, auto)]
//!     id: i64,
//!     name: String,
//!     status: Status,
//! }
//!
//! #[derive(Debug, Clone, Copy, PartialEq, DbEnum)]
//! enum Status {
//!     Active,
//!     Idle,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> manybase::Result<()> {
//! let db = Db::builder().connect("erp", "sqlite::memory:").build()?;
//! manybase::create_table::<Customer>(&db).await?;
//!
//! let mut ann = Customer { id: 0, name: "Ann".into(), status: Status::Active }.insert(&db).await?;
//! ann.status = Status::Idle;
//! ann.save(&db).await?; // UPDATE "customer" SET "status" = ? WHERE "id" = ?
//!
//! let idle = Customer::filter(|c| c.status.eq(Status::Idle) & c.name.starts_with("A")).all(&db).await?;
//! assert_eq!(idle[0].name, "Ann");
//! # Ok(())
//! # }
//! ```
//!
//! - [`Db`]: named connections, from code or from a file.
//! - [`Model`]: structs that stand for tables. [`Query`]: what is asked of them. [`Rec`]: a record that knows what
//!   has changed.
//! - [`Transaction`]: work that takes effect together or not at all.
//! - [`sql`]: text of your own, with bound values.
//! - [`Error`]: one error with kinds that are the same for all databases.

pub use manybase_db::{
    Access, Ack, AsyncFunc, ConnectionConfig, ConnectionHandle, ConnectionReport, Db, DbBuilder, Executor,
    Heuristic, HeuristicReport, InDoubtBranch, InDoubtReport, InDoubtTransaction, Lease, Mode, ModeSource,
    Outcome, Ping, PreparedTransaction, Primary, RecoveryMode, RecoveryReport, RecoverySettings,
    ReplicaHandle, ReplicaPolicy, ReplicaState, Route, Scoped, Transaction, TransactionRecord,
    TransactionRunner, TransactionSettings, Unit, UnitOfWork, Verdict, WithoutHooks, find_config_file,
    recovery,
};
pub use manybase_driver::{
    Capability, Cell, CellError, Done, Error, ErrorKind, IsolationLevel, NativeCode, PoolOptions, PoolStatus,
    Result, Row, Secret, TestBeforeUse,
};
pub use manybase_record::*;
pub use manybase_sql::{DataType, Dialect, Rendered, Value, dialect, schema};

/// Sagas: durable steps with compensations, for what can't be one transaction.
#[cfg(feature = "saga")]
pub mod saga {
    pub use manybase_saga::*;
}

/// The commands of the `manybase` tool in a program of one's own, with its models.
///
/// ```no_run
/// use manybase::prelude::*;
/// use std::process::ExitCode;
///
/// #[derive(Model)]
/// struct Order {
///     #[model(key, auto)]
///     id: i64,
/// }
///
/// fn main() -> ExitCode {
///     manybase::cli::main(manybase::models!(Order))
/// }
/// ```
#[cfg(feature = "cli")]
pub mod cli {
    pub use manybase_cli::*;
}

/// Migrations: applied, taken back, generated and checked. The guide is in `docs/migrations.md`.
///
/// ```
/// use manybase::migrate::{Migrate, Set};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase::Result<()> {
/// let db = manybase::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let set = Set::of([("main/20250101000000_city/up.sql", "CREATE TABLE city (name TEXT)")])?;
/// assert_eq!(db.migrate(set).up().await?.count(), 1);
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "migrate")]
pub mod migrate {
    pub use manybase_migrate::*;
}

/// Backups: taken, tried and restored.
#[cfg(feature = "snapshot")]
pub mod snapshot {
    pub use manybase_snapshot::*;
}

/// The binding to the axum web framework.
#[cfg(feature = "axum")]
pub mod axum {
    pub use manybase_axum::*;
}

/// Databases for tests, fixtures and factories. For `[dev-dependencies]`.
#[cfg(feature = "test")]
pub mod testing {
    pub use manybase_test::*;
}

#[cfg(feature = "test")]
pub use manybase_test::test;

/// The contract that drivers implement.
pub mod driver {
    pub use manybase_driver::*;
}

/// Crates whose types stand in models.
pub use {chrono, rust_decimal, serde_json, uuid};

/// What a file that works with models wants in scope.
///
/// ```
/// use manybase::prelude::*;
/// ```
pub mod prelude {
    pub use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    pub use manybase_db::{Db, Executor, Transaction};
    pub use manybase_record::prelude::*;
    pub use rust_decimal::Decimal;
    pub use uuid::Uuid;
}

/// The README and the guide, whose code is compiled and run with the documentation's.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../../README.md")]
    struct Readme;

    #[doc = include_str!("../../../docs/models.md")]
    struct Models;

    #[doc = include_str!("../../../docs/queries.md")]
    struct Queries;

    #[doc = include_str!("../../../docs/joins.md")]
    struct Joins;

    #[doc = include_str!("../../../docs/expressions.md")]
    struct Expressions;

    #[doc = include_str!("../../../docs/full-text.md")]
    struct FullText;

    #[doc = include_str!("../../../docs/relations.md")]
    struct Relations;

    #[doc = include_str!("../../../docs/writes.md")]
    struct Writes;

    #[doc = include_str!("../../../docs/hooks.md")]
    struct Hooks;

    #[doc = include_str!("../../../docs/bulk.md")]
    struct Bulk;

    #[doc = include_str!("../../../docs/transactions.md")]
    struct Transactions;

    #[doc = include_str!("../../../docs/atomic.md")]
    struct Atomic;

    #[cfg(feature = "saga")]
    #[doc = include_str!("../../../docs/sagas.md")]
    struct Sagas;

    #[cfg(feature = "migrate")]
    #[doc = include_str!("../../../docs/migrations.md")]
    struct Migrations;

    #[doc = include_str!("../../../docs/legacy.md")]
    struct Legacy;

    #[doc = include_str!("../../../docs/schema-docs.md")]
    struct SchemaDocs;

    #[cfg(feature = "snapshot")]
    #[doc = include_str!("../../../docs/backup.md")]
    struct Backups;

    #[doc = include_str!("../../../docs/schema.md")]
    struct Schema;

    #[doc = include_str!("../../../docs/connections.md")]
    struct Connections;

    #[doc = include_str!("../../../docs/modes.md")]
    struct Modes;

    #[cfg(feature = "axum")]
    #[doc = include_str!("../../../docs/axum.md")]
    struct Axum;

    #[doc = include_str!("../../../docs/replicas.md")]
    struct ReplicasOfConnections;

    #[doc = include_str!("../../../docs/raw-sql.md")]
    struct RawSql;

    #[doc = include_str!("../../../docs/errors.md")]
    struct Errors;

    #[cfg(feature = "test")]
    #[doc = include_str!("../../../docs/testing.md")]
    struct Testing;

    #[doc = include_str!("../../../docs/semantics.md")]
    struct Semantics;
}
