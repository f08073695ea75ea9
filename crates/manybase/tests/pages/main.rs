//! Streams and pages, on SQLite, PostgreSQL and MariaDB.

mod bulk;
mod cursor;
mod stream;
#[allow(dead_code)]
#[path = "../it/support.rs"]
mod support;
