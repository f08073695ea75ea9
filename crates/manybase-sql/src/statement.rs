//! Statements: one clause of SQL is one field.

mod body;
mod conflict;
mod delete;
mod insert;
mod limit_per;
mod lock;
mod returning;
mod select;
mod source;
mod update;
mod update_rows;

pub use body::{Body, SetOp};
pub use conflict::{ConflictUpdate, ConflictValue, OnConflict};
pub use delete::Delete;
pub use insert::Insert;
pub use limit_per::LimitPer;
pub use lock::{Lock, LockStrength, LockWait};
pub use select::{Order, OrderBy, Select, SelectItem};
pub use source::{Cte, Home, Join, JoinKind, Source, SourceRows, Tables};
pub use update::Update;
pub use update_rows::UpdateRows;
