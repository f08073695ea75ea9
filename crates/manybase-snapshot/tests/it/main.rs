//! Backups as a user meets them, on SQLite, PostgreSQL and MariaDB.
//!
//! A test is an `async fn(Place) -> Result<()>`; `on_every_database!` makes a test of it for each database.

mod damage;
mod interrupted;
mod live;
mod odd;
mod round_trip;
mod secrets;
mod support;
mod swapped;
