//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use manybase::prelude::*;

/// Table `payment`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "payment", connection = "legacy")]
pub struct Payment {
    #[model(key)]
    pub payment_id: i64,
    #[model(key)]
    pub paid_on: NaiveDate,
    pub amount: Decimal,
}
