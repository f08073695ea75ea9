//! SQL of one's own, with bound values: a join, which queries of models do not write as yet.

use crate::company::first_day;
use crate::failure::Result;
use crate::page::Page;
use crate::place::FINANCE;
use manybase::chrono::Days;
use manybase::prelude::*;
use std::time::Instant;

/// `?` is a placeholder on every database. Names without quotes mean the same on all of them when they are in lower
/// case.
const SOLD: &str = "
    SELECT l.sku, COUNT(*) AS times, SUM(l.quantity) AS pieces
    FROM erp_invoice_line l
    JOIN erp_invoice i ON i.id = l.invoice_id
    WHERE i.issued_on >= ? AND i.state <> ?
    GROUP BY l.sku
    ORDER BY pieces DESC, l.sku
    LIMIT 5";

#[derive(Debug, FromRow)]
struct Sold {
    sku: String,
    times: i64,
    pieces: i64,
}

pub(crate) async fn report(db: &Db, page: &mut Page) -> Result<()> {
    page.title("A report in SQL");
    let begun = Instant::now();
    let query = sql(SOLD)
        .bind(first_day() + Days::new(90))
        .bind("overdue")
        .using(FINANCE);
    let sold: Vec<Sold> = query.rows().all(db).await?;
    page.table(
        ["item", "#invoices", "#pieces"],
        sold.iter()
            .map(|row| [row.sku.clone(), row.times.to_string(), row.pieces.to_string()]),
    );
    page.took("report", "one statement", begun);
    page.figure("best_sold", sold.first().map(|row| row.sku.clone()));
    Ok(())
}
