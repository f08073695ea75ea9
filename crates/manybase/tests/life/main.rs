//! What records go through, on SQLite, PostgreSQL and MariaDB.

mod soft_delete;
#[allow(dead_code)]
#[path = "../it/support.rs"]
mod support;
