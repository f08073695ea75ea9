//! What records go through, on SQLite, PostgreSQL and MariaDB.

mod ends;
mod fields;
mod hooks;
mod legacy;
mod rules;
mod set_wise;
mod soft_delete;
#[allow(dead_code)]
#[path = "../it/support.rs"]
mod support;
mod told;
