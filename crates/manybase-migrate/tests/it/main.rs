//! Migrations on real databases.

mod files;
mod generate;
mod kill;
mod leftovers;
mod life;
mod resume;
mod runners;
mod support;
