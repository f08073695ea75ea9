//! The registry, routing and transactions, on a driver that writes down what it is told, and on SQLite; what is set for
//! a connection, on all three databases.

mod config;
mod failure;
mod fake;
mod lifecycle;
mod modes;
mod nested;
mod recovery;
mod retry;
mod routing;
mod secrets;
mod settings;
mod sqlite;
mod transaction;
