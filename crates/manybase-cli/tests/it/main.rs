//! The tool as it is run: the program itself, its output, its exit codes.

mod backup;
mod compare;
mod connections;
mod docs;
mod doctor;
mod dying;
mod errors;
mod help;
mod kills;
mod migrate;
mod models;
mod sagas;
mod support;
mod transactions;
