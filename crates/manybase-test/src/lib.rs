//! Floor 7 of Manybase: databases for tests.
//!
//! ```
//! use manybase_record::prelude::*;
//! # use manybase_db::Db;
//! #[derive(Debug, Model)]
//! #[model(connection = "shop")]
//! struct Customer {
//!     #[model(key, auto)]
//!     id: i64,
//!     name: String,
//! }
//!
//! #[manybase_test::test(connections(shop = "sqlite"), models(Customer))]
//! async fn counts_customers(db: Db) -> manybase_db::Result<()> {
//!     Customer { id: 0, name: "Ann".into() }.insert(&db).await?;
//!     assert_eq!(Customer::query().count(&db).await?, 1);
//!     Ok(())
//! }
//! ```
//!
//! ```text
//!   attribute ──► Plan (which servers, which isolation) ──► Template (migrations or tables, fixtures, setup; built once)
//!                                                             │ Copy, for each test
//!                  verdict: dropped, or kept and told  ◄──── body(db) in a runtime of its own
//! ```

mod base;
mod copy;
mod count;
mod factory;
mod fixtures;
mod hooks;
mod hosts;
mod migrations;
mod outcome;
mod plan;
mod report;
mod run;
mod runtime;
mod spec;
mod template;
mod watch;

pub use count::{Queries, count_queries};
pub use factory::{Factory, HasFactory};
pub use fixtures::{fixture, name};
pub use hooks::captured_hooks;
pub use manybase_macros::{Factory, test};
pub use outcome::TestOutcome;
pub use spec::Isolation;
pub use watch::{CapturedHook, watched};

/// What the code of the macros needs.
#[doc(hidden)]
pub mod derive {
    pub use crate::factory::Sequence;
    pub use crate::migrations::Migrations;
    pub use crate::run::run;
    pub use crate::spec::{ModelEntry, Setup, Spec};
    pub use manybase_db::{Db, Executor};
    pub use manybase_driver::{BoxFuture, Result};
    pub use manybase_record::{Model, Rec};
    pub use std::time::Duration;
}
