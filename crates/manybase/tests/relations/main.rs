//! Relations: on SQLite, PostgreSQL and MariaDB, and across them.

mod batches;
mod deletes;
mod keys;
mod limit;
mod routing;
#[allow(dead_code)]
#[path = "../it/support.rs"]
mod support;
mod through;
mod trees;
mod world;
mod writes;
