//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::Store;
use manybase::prelude::*;

/// Table `staff`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "staff", connection = "legacy")]
pub struct Staff {
    /// Numbered by the database.
    #[model(key, auto)]
    pub staff_id: i32,
    pub store_id: Option<i32>,
    /// The database's default: `true`.
    pub active: bool,
    /// Through `store_id`.
    pub store: BelongsTo<Store>,
    /// Through `manager_staff_id` of `store`.
    #[model(foreign_key = manager_staff_id)]
    pub store_by_manager_staff: HasOne<Store>,
}
