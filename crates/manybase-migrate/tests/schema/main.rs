//! Schemas, their differences and their DDL, on SQLite, PostgreSQL and MariaDB.

mod diffs;
mod live;
mod property;
mod random;
mod sheet;
mod support;
mod trap;
