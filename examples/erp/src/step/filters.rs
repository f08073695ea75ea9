//! Conditions, written once and answered by any of the databases.

use crate::company::first_day;
use crate::failure::Result;
use crate::model::{Customer, Invoice, InvoiceState, Shipment, ShipmentState, Status};
use crate::page::Page;
use manybase::chrono::Days;
use manybase::prelude::*;
use std::time::Instant;

pub(crate) async fn filters(db: &Db, page: &mut Page) -> Result<()> {
    page.title("Filtered queries");
    let begun = Instant::now();

    // The wildcard in "100%" is text: it is escaped, and bound like every value.
    let wool = Customer::filter(|c| c.name.icontains("100% WOOL"));
    let active = Customer::filter(|c| c.status.eq(Status::Active) & c.email.is_not_null());
    let due = Invoice::filter(|c| {
        c.state.in_list([InvoiceState::Open, InvoiceState::Overdue])
            & c.total.gt(Decimal::from(2_000))
            & c.issued_on.between(first_day(), first_day() + Days::new(180))
    });
    let waiting = Shipment::filter(|c| c.state.eq(ShipmentState::Packed) & c.sent_at.is_null());

    let mut rows = Vec::new();
    let mut figures = manybase::serde_json::Map::new();
    for (name, what, count) in [
        (
            "wool",
            "customers with \"100% wool\" in their name, in letters of either case",
            wool.count(db).await?,
        ),
        (
            "active",
            "active customers with an e-mail address",
            active.clone().count(db).await?,
        ),
        (
            "due",
            "unpaid invoices over 2000 of the first half year",
            due.clone().count(db).await?,
        ),
        (
            "waiting",
            "shipments that are packed and not sent",
            waiting.count(db).await?,
        ),
    ] {
        rows.push([what.to_owned(), count.to_string()]);
        figures.insert(name.to_owned(), count.into());
    }
    page.table(["question", "#rows"], rows);
    page.figure("filters", figures);

    let largest = due
        .order_by(|c| (c.total.desc(), c.id.asc()))
        .limit(3)
        .all(db)
        .await?;
    page.table(
        ["invoice", "customer", "issued on", "state", "#total"],
        largest.iter().map(|invoice| {
            [
                invoice.number.clone(),
                invoice.customer_number.to_string(),
                invoice.issued_on.to_string(),
                format!("{:?}", invoice.state),
                invoice.total.to_string(),
            ]
        }),
    );
    // A legacy table with code columns; `CUST_STATUS_CD` has been 'A' in the database and is `Status::Active` here.
    let first = active.order_by(|c| c.name.asc()).limit(3).all(db).await?;
    page.table(
        ["CUST_NO", "CUST_NAME", "CUST_STATUS_CD", "CUST_SEG_CD"],
        first.iter().map(|customer| {
            [
                customer.number.to_string(),
                customer.name.clone(),
                format!("{:?}", customer.status),
                format!("{:?}", customer.segment),
            ]
        }),
    );
    page.took("filters", "six queries", begun);
    Ok(())
}
