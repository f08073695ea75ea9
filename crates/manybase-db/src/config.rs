//! Configuration: a TOML file in layers, the environment, and connections given in code.
//!
//! `[connections]` is the base; `[env.<name>]` goes over it; variables `MANYBASE_<CONNECTION>_<KEY>` go over both.
//! Only what is in force in the end is read, so that a variable that an upper layer makes needless may be missing.

mod connection;
mod duration;
mod environment;
mod fields;
mod file;
mod find;
mod guard;
mod interpolate;
mod loader;
mod mode;
mod pattern;
mod place;
mod project;
mod resolve;
mod settings;
mod value;
mod variables;

#[cfg(test)]
mod tests;

pub use connection::{ConnectionConfig, IntoConnectionConfig};
pub use find::find_config_file;
pub use mode::{Mode, ModeSource};
pub use project::{TestMigrations, test_migrations};

pub(crate) use guard::Guard;
pub(crate) use loader::Loader;
pub(crate) use pattern::Pattern;
pub(crate) use variables::Variables;
