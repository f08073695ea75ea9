//! Configuration: a TOML file in layers, the environment, and connections given in code.
//!
//! `[connections]` is the base; `[env.<name>]` goes over it; variables `MANYBASE_<CONNECTION>_<KEY>` go over both.
//! Only what is in force in the end is read, so that a variable that an upper layer makes needless may be missing.

mod connection;
mod duration;
mod environment;
mod fields;
mod file;
mod interpolate;
mod loader;
mod place;
mod resolve;
mod value;
mod variables;

#[cfg(test)]
mod tests;

pub use connection::{ConnectionConfig, IntoConnectionConfig};

pub(crate) use loader::Loader;
pub(crate) use variables::Variables;
