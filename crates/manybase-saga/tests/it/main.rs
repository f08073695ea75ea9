//! Sagas as a user meets them, on SQLite, PostgreSQL and MariaDB.
//!
//! A test is an `async fn(World) -> Result<()>`; `on_every_database!` makes a test of it for each database.

mod by_hand;
mod flow;
mod limits;
mod property;
mod start;
mod support;
mod takeover;
mod versions;
