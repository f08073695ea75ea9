//! Migrations on real databases.

mod adopt;
mod files;
mod generate;
mod kill;
mod leftovers;
mod life;
mod refused;
mod resume;
mod runners;
mod support;
mod verify;
