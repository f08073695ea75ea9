//! The binding over real HTTP, on SQLite files, and on PostgreSQL with MariaDB beside it.

mod bodies;
mod client;
mod errors;
mod health;
mod shutdown;
mod transactions;
mod world;
