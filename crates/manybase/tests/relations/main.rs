//! Relations: on SQLite, PostgreSQL and MariaDB, and across them.

mod batches;
mod keys;
mod limit;
mod routing;
#[allow(dead_code)]
#[path = "../it/support.rs"]
mod support;
mod through;
mod trees;
mod world;
