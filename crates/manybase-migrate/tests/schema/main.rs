//! Schemas, their differences and their DDL, on SQLite, PostgreSQL and MariaDB.

mod property;
mod random;
mod support;
mod trap;
