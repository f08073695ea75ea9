//! One transaction on three databases: a sale that is committed, and one that fails in the last of them.

use crate::books::Books;
use crate::failure::{Failure, Result};
use crate::model::{Account, Assignment, Item};
use crate::page::Page;
use crate::sale::Sale;
use crate::settle::settle;
use manybase::prelude::*;
use manybase::serde_json::json;
use manybase::{ErrorKind, driver::Readiness};
use std::collections::BTreeSet;
use std::time::Instant;

const QUANTITY: i32 = 3;

pub(crate) async fn atomic(db: &Db, page: &mut Page) -> Result<()> {
    page.title("One transaction, three databases");
    abilities(db, page).await;

    let before = Books::read(db).await?;
    let sale = sale(db).await?;
    let begun = Instant::now();
    sale.book(db).await?;
    page.took(
        "sale",
        &format!(
            "{} × {} sold to customer {} for {:.2}, with {:.2} for employee {},",
            sale.quantity,
            sale.sku,
            sale.customer,
            sale.total(),
            sale.commission(),
            sale.employee
        ),
        begun,
    );
    let between = Books::read(db).await?;

    // The money is taken and the commission is paid when inventory turns out not to have as many.
    let too_many = Sale {
        id: Uuid::now_v7(),
        quantity: 1 + stock(db, &sale.sku).await?,
        ..sale.clone()
    };
    let error = match too_many.book(db).await {
        Err(error) if error.kind() == ErrorKind::CheckViolation => error,
        Err(error) => return Err(error.into()),
        Ok(()) => return Err(Failure::new("what is not there was sold")),
    };
    page.say(&format!("undone everywhere: {}", error.message()));
    let after = Books::read(db).await?;

    show([&before, &between, &after], page);
    let moved = (
        before.balances - between.balances,
        between.commissions - before.commissions,
        between.sold - before.sold,
    );
    if moved != (sale.total(), sale.commission(), i64::from(QUANTITY)) || after != between {
        return Err(Failure::new(
            "the transaction over three databases did not do what it says",
        ));
    }

    let settled = settle(db, page).await?;
    after.balance(&BTreeSet::from([sale.id]), page)?;
    page.figure(
        "sale",
        json!({
            "total": format!("{:.2}", sale.total()),
            "commission": format!("{:.2}", sale.commission()),
            "pieces": sale.quantity,
            "in_doubt": settled.in_doubt,
        }),
    );
    Ok(())
}

/// What each database can do for such a transaction.
async fn abilities(db: &Db, page: &mut Page) {
    let says = |readiness: &Readiness| match readiness.is_ready() {
        true => "yes".to_owned(),
        false => "no".to_owned(),
    };
    page.table(
        [
            "connection",
            "database",
            "can prepare its part",
            "can hold the decision",
        ],
        db.doctor().await.iter().map(|report| {
            [
                report.name.to_string(),
                report.database.clone(),
                says(&report.can_be_branch),
                says(&report.can_be_home),
            ]
        }),
    );
    page.say(
        "what can't prepare its part has to be one: a single database, or several SQLite files, whose commit is one",
    );
}

/// To the customer who has most, by whoever looks after them.
async fn sale(db: &Db) -> Result<Sale> {
    let account = Account::query().order_by(|c| (c.balance.desc(), c.customer_number.asc()));
    // A cheap one, of which one can pay for more than there are.
    let item = Item::filter(|c| c.stock.ge(QUANTITY)).order_by(|c| (c.price.asc(), c.sku.asc()));
    let (Some(account), Some(item)) = (account.first(db).await?, item.first(db).await?) else {
        return Err(Failure::new("everything is sold").with_way_out("begin with new data"));
    };
    let assignment = Assignment::find(account.customer_number).one(db).await?;
    Ok(Sale {
        id: Uuid::now_v7(),
        customer: account.customer_number,
        employee: assignment.employee_id,
        sku: item.sku.clone(),
        quantity: QUANTITY,
        price: item.price,
    })
}

async fn stock(db: &Db, sku: &str) -> manybase::Result<i32> {
    Item::find(sku).select(|c| c.stock).one(db).await
}

fn show(books: [&Books; 3], page: &Page) {
    let row = |connection: &str, what: &str, figure: fn(&Books) -> String| {
        let [before, between, after] = books.map(figure);
        [connection.to_owned(), what.to_owned(), before, between, after]
    };
    page.table(
        [
            "connection",
            "what",
            "#before",
            "#after the sale",
            "#after the one that failed",
        ],
        [
            row("finance", "balances of the customers", |books| {
                format!("{:.2}", books.balances)
            }),
            row("finance", "income", |books| format!("{:.2}", books.income)),
            row("hr", "commissions", |books| format!("{:.2}", books.commissions)),
            row("inventory", "pieces in stock", |books| books.stock.to_string()),
            row("inventory", "pieces sold", |books| books.sold.to_string()),
            row("all", "sales in the ledgers", |books| {
                let counts = books.sales.each_ref().map(|(_, sales)| sales.len().to_string());
                counts.join(", ")
            }),
        ],
    );
}
