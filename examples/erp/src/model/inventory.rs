//! Inventory: what is there, and what went out.

use manybase::prelude::*;

#[derive(Debug, Clone, Model)]
#[model(table = "erp_item", connection = "inventory")]
pub(crate) struct Item {
    #[model(key, length = 12)]
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) stock: i32,
    /// All that ever came in: what is not in stock was sold, and is in [`Withdrawal`].
    pub(crate) received: i32,
    #[model(precision = (12, 2))]
    pub(crate) price: Decimal,
}

#[derive(Debug, Clone, Model)]
#[model(table = "erp_shipment", connection = "inventory")]
pub(crate) struct Shipment {
    /// Made by the library, in order of time.
    #[model(key, auto)]
    pub(crate) id: Uuid,
    pub(crate) customer_number: i64,
    #[model(length = 12)]
    pub(crate) sku: String,
    pub(crate) quantity: i32,
    pub(crate) state: ShipmentState,
    pub(crate) sent_at: Option<DateTime<Utc>>,
    #[model(foreign_key = sku)]
    pub(crate) item: BelongsTo<Item>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
pub(crate) enum ShipmentState {
    Packed,
    Sent,
    Returned,
}

/// A sale, as inventory sees it.
#[derive(Debug, Clone, Model)]
#[model(table = "erp_withdrawal", connection = "inventory")]
pub(crate) struct Withdrawal {
    #[model(key)]
    pub(crate) sale: Uuid,
    #[model(length = 12)]
    pub(crate) sku: String,
    pub(crate) quantity: i32,
}
