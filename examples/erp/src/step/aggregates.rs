//! Groups.

use crate::failure::Result;
use crate::model::{Employee, Invoice};
use crate::page::Page;
use manybase::count_all;
use manybase::prelude::*;
use std::time::Instant;

/// A row of the answer: the columns take the fields' names.
#[derive(Debug, FromRow)]
struct Month {
    month: i64,
    invoices: i64,
    turnover: Option<Decimal>,
    largest: Option<Decimal>,
}

pub(crate) async fn aggregates(db: &Db, page: &mut Page) -> Result<()> {
    page.title("Aggregates");
    let begun = Instant::now();
    let months: Vec<Month> = Invoice::query()
        .group_by(|c| c.issued_on.month())
        .having(|c| c.total.sum().gt(Decimal::from(100)))
        .order_by(|c| c.issued_on.month().asc())
        .limit(4)
        .select_into(|c| (c.issued_on.month(), count_all(), c.total.sum(), c.total.max()))
        .all(db)
        .await?;
    page.table(
        ["#month", "#invoices", "#turnover", "#largest"],
        months.iter().map(|row| {
            [
                row.month.to_string(),
                row.invoices.to_string(),
                money(row.turnover),
                money(row.largest),
            ]
        }),
    );

    let departments = Employee::query()
        .group_by(|c| (c.department, c.office.city))
        .order_by(|c| (c.department.asc(), c.office.city.asc()))
        .select(|c| {
            (
                c.department,
                c.office.city,
                count_all(),
                c.salary.avg(),
                c.hired_on.min(),
            )
        })
        .all(db)
        .await?;
    page.table(
        [
            "department",
            "city",
            "#employees",
            "#mean salary",
            "longest here since",
        ],
        departments
            .into_iter()
            .map(|(department, city, count, salary, since)| {
                let since = since.map(|day| day.to_string()).unwrap_or_default();
                [
                    format!("{department:?}"),
                    city,
                    count.to_string(),
                    money(salary.map(|mean| mean.round_dp(2))),
                    since,
                ]
            }),
    );
    page.took("aggregates", "two queries", begun);

    let turnover = Invoice::query().select(|c| c.total.sum()).one(db).await?;
    page.figure("turnover", money(turnover));
    Ok(())
}

/// No rows, no sum.
fn money(amount: Option<Decimal>) -> String {
    amount.map(|amount| format!("{amount:.2}")).unwrap_or_default()
}
