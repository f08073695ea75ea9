//! One customer, seen from three databases.

use crate::failure::Result;
use crate::model::{Assignment, Customer, Employee, Invoice, InvoiceState, Shipment};
use crate::page::{Page, shown};
use manybase::prelude::*;
use std::time::Instant;

struct Finances {
    customer: Rec<Customer>,
    unpaid: u64,
    owed: Option<Decimal>,
}

pub(crate) async fn profile(db: &Db, page: &mut Page) -> Result<()> {
    page.title("A customer profile from three databases");
    let number = 1_001;

    let begun = Instant::now();
    finances(db, number).await?;
    manager(db, number).await?;
    shipments(db, number).await?;
    let one_by_one = begun.elapsed();

    let begun = Instant::now();
    let (finances, manager, shipments) =
        tokio::try_join!(finances(db, number), manager(db, number), shipments(db, number))?;

    let Finances {
        customer,
        unpaid,
        owed,
    } = finances;
    let row = |database: &str, what: &str, value: String| [database.to_owned(), what.to_owned(), value];
    page.table(
        ["connection", "what", "value"],
        [
            row(
                "finance",
                "customer",
                format!("{} {}", customer.number, customer.name),
            ),
            row(
                "finance",
                "status",
                format!("{:?}, {:?}", customer.status, customer.segment),
            ),
            row(
                "finance",
                "owes",
                format!("{:.2} on {unpaid} invoices", owed.unwrap_or_default()),
            ),
            row(
                "hr",
                "looked after by",
                format!("{} <{}>", manager.name, manager.email),
            ),
            row(
                "hr",
                "office",
                format!("{}, room {}", manager.office.city, room(&manager)),
            ),
            row("hr", "speaks", manager.languages.join(", ")),
            row("inventory", "last shipments", shipments.join(", ")),
        ],
    );
    page.took("profile", "three databases asked at once", begun);
    page.say(&format!("(one after the other in {})", shown(one_by_one)));
    page.figure("profile", format!("{}: {}", customer.name, manager.name));
    Ok(())
}

fn room(employee: &Employee) -> String {
    employee
        .office
        .room
        .map_or_else(|| "none".to_owned(), |room| room.to_string())
}

async fn finances(db: &Db, number: i64) -> manybase::Result<Finances> {
    let unpaid = Invoice::filter(|c| c.customer_number.eq(number) & c.state.ne(InvoiceState::Paid));
    Ok(Finances {
        customer: Customer::find(number).one(db).await?,
        unpaid: unpaid.clone().count(db).await?,
        owed: unpaid.select(|c| c.total.sum()).one(db).await?,
    })
}

async fn manager(db: &Db, number: i64) -> manybase::Result<Rec<Employee>> {
    let assignment = Assignment::find(number).one(db).await?;
    Employee::find(assignment.employee_id).one(db).await
}

async fn shipments(db: &Db, number: i64) -> manybase::Result<Vec<String>> {
    let last = Shipment::filter(|c| c.customer_number.eq(number) & c.sent_at.is_not_null());
    let last = last
        .order_by(|c| c.sent_at.desc())
        .limit(3)
        .select(|c| (c.sku, c.quantity))
        .all(db)
        .await?;
    Ok(last
        .into_iter()
        .map(|(sku, quantity)| format!("{quantity} × {sku}"))
        .collect())
}
