//! One transaction over several databases: on PostgreSQL, MariaDB and SQLite files, in many mixes.

mod commit;
mod deadlock;
mod explicit;
mod failure;
mod refusal;
mod unknown;
mod world;
