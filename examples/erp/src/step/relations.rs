//! Customers with what belongs to them, in two databases: one query for each relation, however many customers.

use crate::failure::Result;
use crate::model::{Customer, InvoiceState, Status};
use crate::page::Page;
use manybase::prelude::*;
use std::time::Instant;

pub(crate) async fn relations(db: &Db, page: &mut Page) -> Result<()> {
    page.title("Relations across databases");
    let begun = Instant::now();
    let customers = Customer::filter(|c| c.status.eq(Status::Active))
        .order_by(|c| c.number.asc())
        .limit(3)
        .include(|c| c.invoices.filter(|i| i.state.eq(InvoiceState::Overdue)))
        .include(|c| {
            c.shipments
                .order_by(|s| (s.sent_at.desc(), s.id.asc()))
                .include(|s| s.item)
        })
        .all(db)
        .await?;

    let (mut rows, mut shipped) = (Vec::new(), 0);
    for customer in &customers {
        let (invoices, shipments) = (customer.invoices.loaded()?, customer.shipments.loaded()?);
        shipped += shipments.len();
        let last = match shipments.first() {
            Some(shipment) => shipment.item.loaded()?.map(|item| item.name.clone()),
            None => None,
        };
        rows.push([
            customer.name.clone(),
            invoices.len().to_string(),
            invoices
                .iter()
                .map(|invoice| invoice.total)
                .sum::<Decimal>()
                .to_string(),
            shipments.len().to_string(),
            last.unwrap_or_default(),
        ]);
    }
    page.table(
        [
            "customer (finance)",
            "#overdue (finance)",
            "#sum",
            "#shipments (inventory)",
            "last item (inventory)",
        ],
        rows,
    );
    page.took("relations", "four queries on two databases", begun);
    page.figure("shipments_of_three", shipped);
    Ok(())
}
