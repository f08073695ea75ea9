//! Transactions: one that is committed, one that is rolled back, one that asks for too much.

use crate::company::first_day;
use crate::failure::{Failure, Result};
use crate::model::{Customer, Invoice, InvoiceLine, InvoiceState, Item};
use crate::page::Page;
use manybase::prelude::*;
use manybase::{Error, ErrorKind};
use std::time::Instant;

pub(crate) async fn booking(db: &Db, page: &mut Page) -> Result<()> {
    page.title("Transactions on one database");
    let items = Item::query().order_by(|c| c.sku.asc()).limit(2).all(db).await?;
    let before = Invoice::query().count(db).await?;
    // Where an earlier start has booked already, the next number.
    let new = 1 + Invoice::filter(|c| c.number.starts_with("R-NEW-"))
        .count(db)
        .await?;
    let (first, second) = (format!("R-NEW-{new}"), format!("R-NEW-{}", new + 1));

    let begun = Instant::now();
    let small: Vec<_> = items
        .iter()
        .map(|item| (item.sku.clone(), 2, item.price))
        .collect();
    let booked = db
        .transaction(async |tx| book(tx, 1_001, &first, small.clone()).await)
        .await?;
    let between = Invoice::query().count(db).await?;
    page.took(
        "booking",
        &format!("invoice {} and its lines booked, and committed,", booked.number),
        begun,
    );

    // The lines are inserted already when the limit turns out to be exceeded: all of it is undone.
    let large: Vec<_> = items
        .iter()
        .map(|item| (item.sku.clone(), 100_000, item.price))
        .collect();
    let refused = db
        .transaction(async |tx| book(tx, 1_001, &second, large.clone()).await)
        .await;
    let refused = expect_error(refused, ErrorKind::CheckViolation)?;
    let after = Invoice::query().count(db).await?;
    page.say(&format!("rolled back: {}", refused.message()));

    page.table(
        ["#invoices before", "#after the commit", "#after the rollback"],
        [[before.to_string(), between.to_string(), after.to_string()]],
    );
    if (between, after) != (before + 1, before + 1) {
        return Err(Failure::new("the transactions did not do what they say"));
    }
    page.figure("booked", booked.number.clone());
    page.figure("invoices", after);
    Ok(())
}

type Lines = Vec<(String, i32, Decimal)>;

async fn book(tx: &Transaction, customer: i64, number: &str, lines: Lines) -> manybase::Result<Rec<Invoice>> {
    let total = lines
        .iter()
        .map(|(_, quantity, price)| *price * Decimal::from(*quantity))
        .sum();
    let invoice = Invoice {
        id: 0,
        number: number.to_owned(),
        customer_number: customer,
        issued_on: first_day(),
        state: InvoiceState::Open,
        total,
        created_at: DateTime::default(),
    };
    let invoice = invoice.insert(tx).await?;
    let lines = lines
        .into_iter()
        .zip(1..)
        .map(|((sku, quantity, price), position)| InvoiceLine {
            invoice_id: invoice.id,
            position,
            sku,
            quantity,
            price,
        });
    InvoiceLine::insert_many(lines, tx).await?;

    let limit = Customer::find(customer)
        .select(|c| c.credit_limit)
        .one(tx)
        .await?;
    if total > limit {
        let why = format!("an invoice of {total:.2} exceeds the credit limit of {limit:.2}");
        return Err(Error::new(ErrorKind::CheckViolation, why));
    }
    Ok(invoice)
}

fn expect_error<T>(result: manybase::Result<T>, kind: ErrorKind) -> Result<Error> {
    match result {
        Err(error) if error.kind() == kind => Ok(error),
        Err(error) => Err(error.into()),
        Ok(_) => Err(Failure::new(format!(
            "a transaction that should have failed ({kind}) was committed"
        ))),
    }
}
