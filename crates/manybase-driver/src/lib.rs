//! Floor 2 of Manybase: the contract between the library and its drivers.
//!
//! ```text
//!   Pool ── acquire(Access) ──► Session ──► dyn Connection ──► the database
//!    │                             │              │
//!    └─ dyn Driver: dials          │              └─ pushes each row into a dyn Sink
//!                                  └─ deadline, poison flag, error context
//! ```
//!
//! A driver implements [`Driver`] (dials), [`Connection`] (runs statements) and [`Row`] (hands out cells), and
//! passes the compliance suite of `manybase-testkit`. What it MUST keep to:
//!
//! - Rows are **pushed** into the [`Sink`] one by one, from the driver's own buffer. No value per cell is made on
//!   the way, and nothing is read after the sink says [`Flow::Stop`]. After [`Flow::Pause`] the driver waits for
//!   [`Sink::poll_ready`] before it goes on, so that a slow reader holds the server back and not the memory.
//! - A conversion is lossless or a [`CellError`]: a number out of range, invalid UTF-8, a zero date are never
//!   rounded, replaced or read as NULL.
//! - A future that is dropped in the middle of a statement MUST NOT let the next statement on that connection see
//!   its answer. A driver that can't promise it returns `false` from [`Connection::recovers`], and the pool
//!   throws the connection away.
//! - No secret in an error, in `Debug` or in a log.
//!
//! It SHOULD keep prepared statements per connection, send several statements in one round trip where the
//! protocol can ([`Connection::batch`]), and take many rows on the road that is made for them
//! ([`Connection::bulk_load`]).

mod address;
pub mod attachment;
pub mod backup;
mod bulk;
mod connection;
mod driver;
mod error;
#[doc(hidden)]
pub mod fault;
mod pool;
mod row;
mod sink;
mod statement;
pub mod two_phase;
#[cfg(feature = "wire")]
pub mod wire;

pub use address::{Address, Secret};
pub use attachment::Attachment;
pub use bulk::{BulkDone, BulkRows, BulkTarget, Inserts, RowSource, SumSink};
pub use connection::{BoxFuture, Connection, TransactionOptions};
pub use driver::{ConnectOptions, Driver, DriverFactory};
pub use error::{CellError, Error, ErrorKind, FieldError, FieldErrors, NativeCode, Result};
pub use manybase_sql::{Capability, Dialect, IsolationLevel, Value};
pub use pool::{Pool, PoolOptions, PoolStatus, Session, TestBeforeUse};
pub use row::{Cell, Columns, Row};
pub use sink::{CountSink, FirstSink, Flow, Sink, returned};
pub use statement::{Access, Done, Numbered, Statement};
pub use two_phase::{BranchId, Finish, InDoubt, Obstacle, Prepared, Readiness, TwoPhase};
