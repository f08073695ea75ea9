//! Processes that die or stand still at every point of a saga.
//!
//! The saga creates a user in one database and its profile in another. A child process runs it, and is killed, or
//! stopped, at one of its points; afterwards there are both rows or none, and the saga's state says which.

mod child;
mod kill;
mod mutants;
mod seed;
mod stop;
