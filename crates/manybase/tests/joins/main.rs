//! Queries of several tables: joins, subqueries, set operations, common table expressions, on SQLite, PostgreSQL and
//! MariaDB. What the databases answer is compared with what Rust calculates of the same records.

mod apart;
mod data;
mod join;
mod relation;
mod sets;
mod subquery;
#[allow(dead_code)]
#[path = "../it/support.rs"]
mod support;
mod tables;
mod writes;
