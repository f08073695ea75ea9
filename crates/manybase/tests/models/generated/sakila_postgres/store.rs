//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use super::Staff;
use manybase::prelude::*;

/// Table `store`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "store", connection = "legacy")]
pub struct Store {
    /// Numbered by the database.
    #[model(key, auto)]
    pub store_id: i32,
    #[model(unique)]
    pub manager_staff_id: i32,
    /// Through `manager_staff_id`.
    pub manager_staff: BelongsTo<Staff>,
    /// Through `store_id` of `staff`.
    pub staffs: HasMany<Staff>,
}
