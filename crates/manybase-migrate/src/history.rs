//! What a database knows of its migrations: two tables, and the structure as the catalog tells it.

mod ask;
mod journal;
mod structure;
mod tables;

pub use tables::{Applied, State};

pub(crate) use ask::{Rows, truth};
pub(crate) use journal::{Journal, StepState, Stepped};
pub(crate) use structure::{Structure, structure};
pub(crate) use tables::{History, STEP};
