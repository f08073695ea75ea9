//! Models, queries, records, raw SQL and transactions as a user meets them, on SQLite, PostgreSQL and MariaDB.
//!
//! A test is an `async fn(On) -> Result<()>`; `on_every_database!` makes a test of it for each database.

mod bad_input;
mod cancel;
mod columns;
#[cfg(all(
    feature = "test",
    feature = "migrate",
    feature = "sqlite",
    feature = "postgres"
))]
mod guide;
mod models;
mod outage;
mod property;
mod queries;
mod raw;
mod records;
mod support;
mod transactions;
mod wide;
mod writes;
