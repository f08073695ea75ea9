//! One query in the words of each database. Nothing is sent.

use crate::failure::Result;
use crate::model::Customer;
use crate::page::Page;
use manybase::dialect;
use manybase::prelude::*;

pub(crate) fn dialects(page: &mut Page) -> Result<()> {
    page.title("The same query in three dialects");
    let query = Customer::filter(|c| c.name.icontains("wool") & c.credit_limit.gt(Decimal::from(10_000)))
        .order_by(|c| c.email.asc())
        .limit(5)
        .select(|c| (c.number, c.name));
    let mut rows = Vec::new();
    for dialect in [dialect::sqlite(), dialect::postgres(), dialect::mariadb()] {
        rows.push([dialect.name().to_owned(), query.to_sql(dialect)?.sql.into()]);
    }
    page.figure(
        "dialects",
        rows.iter().map(|[name, _]| name.clone()).collect::<Vec<_>>(),
    );
    page.table(["database", "SQL"], rows);
    Ok(())
}
