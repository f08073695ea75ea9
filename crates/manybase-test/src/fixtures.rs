//! Rows with names, for tests to begin with.

mod load;
mod names;
mod value;
mod yaml;

pub(crate) use load::load;
pub(crate) use names::Names;
pub use names::{fixture, name};
