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

pub mod ddl;
pub mod diff;
pub mod lint;
pub mod operation;
pub mod schema;
pub mod scratch;
