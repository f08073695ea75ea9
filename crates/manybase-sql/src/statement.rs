//! Statements: one clause of SQL is one field.

mod delete;
mod insert;
mod select;
mod update;

pub use delete::Delete;
pub use insert::Insert;
pub use select::{Order, OrderBy, Select, SelectItem};
pub use update::Update;
