//! Finishing what a crash has left in doubt, on PostgreSQL, MariaDB and SQLite files. What a crash leaves is made by
//! hand, through the drivers.

mod ages;
mod audit;
mod background;
mod doctor;
mod holders;
mod metrics;
mod prune;
mod record;
mod resolve;
mod verdicts;
mod world;
