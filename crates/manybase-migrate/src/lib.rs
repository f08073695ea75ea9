//! Floor 6 of Manybase: migrations.
//!
//! ```text
//!   models ──► Schema ─┐                       ┌─► ddl: statements of one database ─► up.<dialect>.sql
//!                      ├─► diff ─► Operations ─┼─► Schema::apply, inverse ─► down.<dialect>.sql
//!   database ► Schema ─┘                       └─► lint
//! ```
//!
//! ```
//! use manybase_migrate::{ddl, diff::{diff, Hints}, schema::{Column, Schema, Table}};
//! use manybase_sql::{DataType, dialect};
//! let before = Schema::default();
//! let after = Schema::of_tables([Table::new("person").auto_key("id").column(Column::new("name", DataType::Text { length: Some(40) }))]);
//! let operations = diff(&before, &after, &Hints::default())?;
//! let script = ddl::render(&operations, &before, dialect::postgres())?;
//! assert!(script.steps[0].sql.starts_with("CREATE TABLE \"person\""));
//! # Ok::<(), manybase_db::Error>(())
//! ```
//!
//! ```text
//!   files ──► Set ──► Line ──► Migration ──► Script ──► Statement
//!                       │
//!   database ──► history ┴──► Survey ──► Work ─┬─► one transaction, with its row of the history
//!                                              └─► step by step, with a journal
//! ```
//!
//! - A [`Set`] is the files: `migrations/<connection>/<time>_<name>/{plan.json, up.<database>.sql, down.<database>.sql}`.
//! - A [`Migrator`] applies them and takes them back, one runner at a time.
//! - What is wrong is a [`Problem`] with the way out.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod adopt;
pub mod ddl;
pub mod diff;
mod full_text;
mod generate;
mod history;
pub mod lint;
mod linted;
mod lock;
pub mod operation;
mod problem;
mod replay;
mod runner;
pub mod schema;
pub mod scratch;
mod set;
mod squash;
mod verify;

pub use adopt::Adopted;
pub use generate::{Generate, Generated};
pub use history::{Applied, State};
pub use linted::Linted;
/// The files of a directory, in the binary: see [`Set::embedded`].
pub use manybase_macros::include_migrations as include;
pub use problem::Problem;
pub use runner::{
    ConnectionReport, Direction, Done, Entry, Event, Migrate, Migrator, Planned, Repair, Report, Standing,
    Status, StepVerdict, Target,
};
pub use set::{Draft, Line, Migration, Plan, Requirement, Script, Set, Statement, Work};
pub use squash::squash;
pub use verify::{Checked, Orphans, Verified};
