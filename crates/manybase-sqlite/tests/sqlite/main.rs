//! The SQLite driver as a user of the contract sees it: through a pool.

mod cancel;
mod decimals;
mod errors;
mod files;
mod groups;
mod hot;
mod learn;
mod numbered;
mod sharing;
mod spot;
mod statements;
mod support;
mod transactions;
mod values;
