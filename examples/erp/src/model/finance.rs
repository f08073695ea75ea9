//! Finance: a table from another time, and four of today.

use super::Shipment;
use manybase::prelude::*;

/// A legacy table: names and codes as somebody chose them decades ago, fields as one would name them today.
#[derive(Debug, Clone, Model)]
#[model(table = "CUST_MASTER", connection = "finance")]
pub(crate) struct Customer {
    #[model(key, column = "CUST_NO")]
    pub(crate) number: i64,
    #[model(column = "CUST_NAME", length = 80)]
    pub(crate) name: String,
    #[model(column = "CUST_STATUS_CD")]
    pub(crate) status: Status,
    #[model(column = "CUST_SEG_CD")]
    pub(crate) segment: Segment,
    #[model(column = "CRLIM_AMT", precision = (12, 2))]
    pub(crate) credit_limit: Decimal,
    #[model(column = "CUST_EMAIL_TXT", length = 120)]
    pub(crate) email: Option<String>,
    #[model(column = "CRT_TS", created_at)]
    pub(crate) created_at: DateTime<Utc>,
    #[model(column = "UPD_TS", updated_at)]
    pub(crate) updated_at: DateTime<Utc>,
    /// The optimistic lock.
    #[model(column = "ROW_VERS_NO", version)]
    pub(crate) version: i32,
    /// Loaded on request, from this database,
    #[model(foreign_key = customer_number)]
    pub(crate) invoices: HasMany<Invoice>,
    /// and from another one.
    #[model(foreign_key = customer_number)]
    pub(crate) shipments: HasMany<Shipment>,
}

/// `CUST_STATUS_CD`: one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
pub(crate) enum Status {
    #[db("A")]
    Active,
    #[db("I")]
    Inactive,
    #[db("P")]
    Prospect,
}

/// `CUST_SEG_CD`: a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
#[db(integer)]
pub(crate) enum Segment {
    Retail = 10,
    Industry = 20,
    Public = 30,
}

#[derive(Debug, Clone, Model)]
#[model(table = "erp_invoice", connection = "finance")]
pub(crate) struct Invoice {
    #[model(key, auto)]
    pub(crate) id: i64,
    #[model(unique, length = 20)]
    pub(crate) number: String,
    pub(crate) customer_number: i64,
    pub(crate) issued_on: NaiveDate,
    pub(crate) state: InvoiceState,
    #[model(precision = (12, 2))]
    pub(crate) total: Decimal,
    #[model(created_at)]
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
pub(crate) enum InvoiceState {
    Open,
    Paid,
    Overdue,
}

#[derive(Debug, Clone, Model)]
#[model(table = "erp_invoice_line", connection = "finance")]
pub(crate) struct InvoiceLine {
    #[model(key)]
    pub(crate) invoice_id: i64,
    #[model(key)]
    pub(crate) position: i16,
    #[model(length = 12)]
    pub(crate) sku: String,
    pub(crate) quantity: i32,
    #[model(precision = (12, 2))]
    pub(crate) price: Decimal,
}

/// What a customer has paid in, and what is left of it. The rest has gone to us: see [`Payment`].
#[derive(Debug, Clone, Model)]
#[model(table = "erp_account", connection = "finance")]
pub(crate) struct Account {
    #[model(key)]
    pub(crate) customer_number: i64,
    #[model(precision = (12, 2))]
    pub(crate) paid_in: Decimal,
    #[model(precision = (12, 2))]
    pub(crate) balance: Decimal,
}

/// A sale, as finance sees it. The same sale is a `Commission` in HR and a `Withdrawal` in inventory.
#[derive(Debug, Clone, Model)]
#[model(table = "erp_payment", connection = "finance")]
pub(crate) struct Payment {
    #[model(key)]
    pub(crate) sale: Uuid,
    pub(crate) customer_number: i64,
    /// What we keep; the rest of the price is the employee's commission.
    #[model(precision = (12, 2))]
    pub(crate) income: Decimal,
}
