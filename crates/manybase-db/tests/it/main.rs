//! The registry, routing and transactions, on a driver that writes down what it is told, and on SQLite.

mod config;
mod failure;
mod fake;
mod lifecycle;
mod nested;
mod recovery;
mod retry;
mod routing;
mod sqlite;
mod transaction;
