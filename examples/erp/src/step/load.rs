//! Tables and rows, in all three databases at once.

use crate::company::Company;
use crate::failure::Result;
use crate::page::Page;
use crate::place::Place;
use crate::tables;
use manybase::prelude::*;
use std::time::Instant;

pub(crate) async fn load(place: &Place, rows: u32, page: &mut Page) -> Result<()> {
    page.title("Tables and rows");
    let db = place.db();
    // That of data which is gone.
    place.log().delete()?;
    let begun = Instant::now();
    tables::create(db).await?;
    page.took("create", "eleven tables created", begun);

    let company = Company::new(rows);
    let begun = Instant::now();
    // All at once: a database with a single writer lets them wait for one another, the others do not.
    let most: [Loaded; 7] = tokio::try_join!(
        insert(company.customers, db),
        insert(company.invoices, db),
        insert(company.lines, db),
        insert(company.employees, db),
        insert(company.assignments, db),
        insert(company.items, db),
        insert(company.shipments, db),
    )?
    .into();
    // The accounts at the end: where they are, everything is.
    let last = insert(company.accounts, db).await?;
    let all = || most.iter().chain([&last]);
    page.table(
        ["connection", "table", "#rows"],
        all().map(|one| [one.connection.to_owned(), one.table.clone(), one.rows.to_string()]),
    );
    let sum: u64 = all().map(|one| one.rows).sum();
    page.took("load", &format!("{sum} rows inserted"), begun);
    page.figure("rows", sum);
    Ok(())
}

struct Loaded {
    connection: &'static str,
    table: String,
    rows: u64,
}

/// All of them or none, in as few statements as the database takes.
async fn insert<M: Model>(records: Vec<M>, db: &Db) -> manybase::Result<Loaded> {
    let meta = M::meta();
    Ok(Loaded {
        connection: meta.connection.unwrap_or_default(),
        table: meta.table.to_string(),
        rows: M::insert_many(records, db).await?,
    })
}
