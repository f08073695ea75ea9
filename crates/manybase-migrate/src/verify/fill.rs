//! A few rows for each table, whatever it asks of them.

mod values;

use crate::schema::ObjectName;
use manybase_db::{Lease, Result};
use manybase_driver::{FirstSink, Row, Statement};
use manybase_schema::{Column, Database, ForeignKey, Table, TableKind};
use manybase_sql::{Dialect, SqlWriter};
use std::collections::BTreeMap;

/// So many for each table.
const ROWS: i64 = 3;
/// So many ways are tried to please the checks of a table.
const ATTEMPTS: usize = 8;

/// How many rows each table has.
pub(super) async fn count(lease: &mut Lease<'_>, database: &Database) -> Result<BTreeMap<String, i64>> {
    let mut counts = BTreeMap::new();
    for table in tables(database) {
        counts.insert(key_of(database, table), count_of(lease, database, table).await?);
    }
    Ok(counts)
}

/// Gives each table that has none some rows, parents first; says of which tables it can't, and why.
pub(super) async fn fill(
    lease: &mut Lease<'_>,
    database: &Database,
    notes: &mut Vec<String>,
) -> Result<BTreeMap<String, i64>> {
    let mut counts = count(lease, database).await?;
    let mut waiting: Vec<&Table> = tables(database).collect();
    while !waiting.is_empty() {
        let waits = |table: &Table| {
            (table.foreign_keys.iter()).any(|key| {
                let other = |one: &&Table| is_parent(key, one) && one.name != table.name;
                waiting.iter().any(other)
            })
        };
        // In a circle somebody has to begin.
        let at = waiting.iter().position(|table| !waits(table)).unwrap_or(0);
        let table = waiting.remove(at);
        let key = key_of(database, table);
        if counts.get(&key).copied().unwrap_or_default() > 0 {
            continue;
        }
        let why = fill_one(lease, database, table, &counts).await?;
        let now = count_of(lease, database, table).await?;
        counts.insert(key.clone(), now);
        if let Some(why) = why.filter(|_| now == 0) {
            notes.push(format!("table {key} was tried without rows: {why}"));
        }
    }
    // Triggers may have written into tables that came earlier.
    count(lease, database).await
}

fn tables(database: &Database) -> impl Iterator<Item = &Table> {
    database
        .tables
        .iter()
        .filter(|table| table.kind == TableKind::Table)
}

fn is_parent(key: &ForeignKey, table: &Table) -> bool {
    key.referenced_table == table.name && key.referenced_schema == table.schema
}

fn name_of(database: &Database, table: &Table) -> ObjectName {
    ObjectName {
        schema: (table.schema != database.current_schema).then(|| table.schema.clone()),
        name: table.name.clone(),
    }
}

fn key_of(database: &Database, table: &Table) -> String {
    name_of(database, table).to_string()
}

fn quoted(dialect: &dyn Dialect, name: &str) -> Result<String> {
    Ok(SqlWriter::render(dialect, |w| w.identifier(name))?.sql)
}

fn table_sql(dialect: &dyn Dialect, database: &Database, table: &Table) -> Result<String> {
    let name = name_of(database, table).table();
    Ok(SqlWriter::render(dialect, |w| w.table(&name))?.sql)
}

async fn count_of(lease: &mut Lease<'_>, database: &Database, table: &Table) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM {}",
        table_sql(lease.dialect(), database, table)?
    );
    let first = FirstSink::new(|row: &dyn Row| Ok(row.i64(0)?.unwrap_or_default()));
    let counted = lease.query(Statement::write(sql, vec![]).once(), first).await?;
    Ok(counted.value.unwrap_or_default())
}

/// Why it took none, if that was so.
async fn fill_one(
    lease: &mut Lease<'_>,
    database: &Database,
    table: &Table,
    counts: &BTreeMap<String, i64>,
) -> Result<Option<String>> {
    let dialect = lease.dialect();
    let name = table_sql(dialect, database, table)?;
    let mut why = None;
    for n in 1..=ROWS {
        for attempt in 0..ATTEMPTS {
            let columns = match columns(dialect, database, table, counts, n, attempt)? {
                Ok(columns) => columns,
                Err(lacking) => return Ok(Some(lacking)),
            };
            let ways = match columns.is_empty() {
                true => vec![
                    format!("INSERT INTO {name} DEFAULT VALUES"),
                    format!("INSERT INTO {name} () VALUES ()"),
                ],
                false => {
                    let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
                    vec![format!(
                        "INSERT INTO {name} ({}) VALUES ({})",
                        names.join(", "),
                        values.join(", ")
                    )]
                }
            };
            let mut taken = false;
            for sql in ways {
                match lease.script(sql).await {
                    Ok(()) => {
                        taken = true;
                        break;
                    }
                    Err(error) if error.is_connection_lost() => return Err(error),
                    Err(error) => why = why.or_else(|| Some(error.message().to_owned())),
                }
            }
            if taken {
                break;
            }
        }
    }
    Ok(why)
}

/// Names and values of one row, as SQL; or what is lacking for it.
fn columns(
    dialect: &dyn Dialect,
    database: &Database,
    table: &Table,
    counts: &BTreeMap<String, i64>,
    n: i64,
    attempt: usize,
) -> Result<Result<Vec<(String, String)>, String>> {
    let mut found = Vec::new();
    // The last attempt is the smallest row.
    let only_needed = attempt + 1 == ATTEMPTS;
    for column in &table.columns {
        if column.auto || column.identity.is_some() || column.generated.is_some() {
            continue;
        }
        let needed = !column.nullable && column.default.is_none();
        let key = table
            .foreign_keys
            .iter()
            .find(|key| key.columns.contains(&column.name));
        let value = match key {
            Some(key) => match reference(dialect, database, table, key, column, counts, n)? {
                Some(value) => value,
                None if column.nullable => continue,
                None => {
                    return Ok(Err(format!(
                        "there are no rows of {} to refer to",
                        key.referenced_table
                    )));
                }
            },
            None if !needed && (only_needed || column.hidden) => continue,
            None => match values::value(dialect, table, column, n, attempt)? {
                Some(value) => value,
                None if !needed => continue,
                None => {
                    return Ok(Err(format!(
                        "no value is known for {} of type {}",
                        column.name, column.native_type
                    )));
                }
            },
        };
        found.push((quoted(dialect, &column.name)?, value));
    }
    Ok(Ok(found))
}

/// The key of one of the rows that are there.
fn reference(
    dialect: &dyn Dialect,
    database: &Database,
    table: &Table,
    key: &ForeignKey,
    column: &Column,
    counts: &BTreeMap<String, i64>,
    n: i64,
) -> Result<Option<String>> {
    let Some(parent) = tables(database).find(|one| is_parent(key, one)) else {
        return Ok(None);
    };
    let there = counts.get(&key_of(database, parent)).copied().unwrap_or_default();
    let pair = key
        .columns
        .iter()
        .zip(&key.referenced_columns)
        .find(|(one, _)| **one == column.name);
    let (Some((_, referenced)), true) = (pair, there > 0 && parent.name != table.name) else {
        return Ok(None);
    };
    let order: Vec<String> = (key.referenced_columns.iter())
        .map(|name| quoted(dialect, name))
        .collect::<Result<_>>()?;
    Ok(Some(format!(
        "(SELECT {} FROM {} ORDER BY {} LIMIT 1 OFFSET {})",
        quoted(dialect, referenced)?,
        table_sql(dialect, database, parent)?,
        order.join(", "),
        (n - 1) % there
    )))
}
