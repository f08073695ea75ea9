//! Floor 5 of Manybase: what is in a database, as typed values.
//!
//! ```text
//!   Dialect::catalog ──► SQL ──► Introspect::read ──► Database ─┬─► manybase inspect, migrations
//!                                                              └─► models: Rust source (feature `models`)
//! ```
//!
//! ```
//! use manybase_schema::Introspect;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> manybase_db::Result<()> {
//! let db = manybase_db::Db::builder().connect("legacy", "sqlite::memory:").open().await?;
//! # use manybase_db::{Access, Executor, Route};
//! let mut lease = db.lease(Route::default(), Access::Write).await?;
//! lease.script("CREATE TABLE CUSTOMER (ID INTEGER PRIMARY KEY, NAME VARCHAR(40) NOT NULL)".into()).await?;
//! # drop(lease);
//! let found = Introspect::of("legacy").read(&db).await?;
//! let customer = found.table("CUSTOMER").expect("it is there");
//! assert!(customer.columns[0].auto);
//! assert_eq!(customer.primary_key.as_ref().expect("a key").columns, ["ID"]);
//! # Ok(())
//! # }
//! ```

mod compare;
mod database;
mod index;
#[cfg(feature = "models")]
pub mod models;
mod object;
mod one_of;
mod pattern;
mod read;
mod table;
mod trigger;

pub use compare::{CompareOptions, Comparison, Difference, NotCompared, Part, Side, Verdict, compare};
pub use database::Database;
pub use index::{Index, IndexColumn};
pub use manybase_sql::catalog::{ColumnKind, Compares, Holds};
pub use object::{Domain, EnumType, Sequence, SequenceOwner};
pub use one_of::one_of;
pub use read::Introspect;
pub use table::{Check, Column, Exclusion, ForeignKey, Generated, Identity, Key, Table, TableKind};
pub use trigger::{Trigger, TriggerEvent, TriggerTiming};
