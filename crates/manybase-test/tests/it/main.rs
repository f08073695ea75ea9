//! `#[manybase::test]` on each kind of database.

mod child;
mod cost;
mod counting;
mod factories;
mod failing;
mod fixtures;
mod hooks;
mod isolation;
mod leftovers;
mod migrated;
mod models;
mod several;
