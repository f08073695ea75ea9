//! Set-wise writes, row locks and results of any size, on SQLite, PostgreSQL and MariaDB.

mod each;
mod locks;
#[allow(dead_code)]
#[path = "../it/support.rs"]
mod support;
mod upsert;
