//! Floor 6 of Manybase: the binding to the axum web framework. Nothing below knows of it.
//!
//! - [`manybase_db::Db`] is state like any other: `State(db): State<Db>`, or a part of the application's own state by
//!   `FromRef`.
//! - [`TransactionLayer`] and [`Tx`]: one transaction for each request, over all databases that it touches. It is
//!   committed before the response is sent, and rolled back after an error, a panic or a client that goes away.
//! - [`Error`] makes a response of what went wrong: `404`, `409`, `422` with the fields, `503`. What is internal is
//!   logged and not told.
//! - [`Json`] and [`Uniform`]: requests that can't be understood have answers of the same kind.
//! - [`Health`]: is the process alive, do the databases answer.
//! - [`serve`] and [`Server`]: serve until a signal comes, finish what runs, close the databases.

mod error;
mod extract;
mod health;
mod server;
mod transaction;

pub use error::{Error, Result};
pub use extract::{Json, Uniform};
pub use health::{ConnectionHealth, Health, Readiness};
pub use server::{Server, Stopper, serve};
pub use transaction::{TransactionLayer, TransactionService, Tx};
