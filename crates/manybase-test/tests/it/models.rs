//! A shop: customers and orders on the default connection, notes and their log on one of their own.

use chrono::{DateTime, Utc};
use manybase_record::{HookContext, Hooks, Json, prelude::*};
use manybase_test::Factory;
use rust_decimal::Decimal;

#[derive(Debug, Clone, PartialEq, Model, Factory)]
pub(crate) struct Customer {
    #[model(key, auto)]
    pub(crate) id: i64,
    #[model(unique, length = 80)]
    #[factory(sequence = |n| format!("user{n}@example.com"))]
    pub(crate) email: String,
    #[factory(default = "Somebody")]
    pub(crate) name: String,
    pub(crate) city: Option<String>,
    pub(crate) orders: HasMany<Order>,
}

#[derive(Debug, Clone, PartialEq, Model, Factory)]
#[model(table = "orders", hooks)]
pub(crate) struct Order {
    #[model(key, auto)]
    pub(crate) id: i64,
    #[factory(parent = Customer)]
    pub(crate) customer_id: i64,
    #[model(precision = (12, 2))]
    #[factory(default = Decimal::new(1_000, 2))]
    pub(crate) total: Decimal,
    #[model(version)]
    pub(crate) version: i32,
    #[model(created_at)]
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) customer: BelongsTo<Customer>,
}

impl Hooks for Order {
    /// Leaves a trace in the database, outside of its transaction.
    async fn after_commit(&self, cx: &HookContext<'_>) -> manybase_driver::Result<()> {
        if self.total.is_sign_negative() {
            return Err(manybase_driver::Error::new(
                manybase_driver::ErrorKind::Value,
                "a negative order",
            ));
        }
        let city = format!("order {}", self.total);
        Customer::filter(|c| c.id.eq(self.customer_id))
            .update(cx.on(), |c| c.city.set(Some(city)))
            .await?;
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, DbEnum)]
pub(crate) enum Kind {
    Short,
    Long,
}

#[derive(Debug, Clone, PartialEq, Model, Factory)]
#[model(connection = "audit")]
pub(crate) struct Note {
    #[model(key, auto)]
    pub(crate) id: i64,
    #[factory(default = "text")]
    pub(crate) text: String,
    #[factory(parent = Customer)]
    pub(crate) customer_id: Option<i64>,
    #[factory(default = Kind::Short)]
    pub(crate) kind: Kind,
    #[factory(default = Json(serde_json::Value::Null))]
    pub(crate) tags: Json<serde_json::Value>,
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) customer: BelongsTo<Customer>,
}
