//! Rows whose foreign key leads nowhere.
//!
//! A database that checks its keys has none. They come in while keys are not checked, with rows that were there before a
//! key that was added without a look at them, and where SQLite's keys are switched off.

use crate::history::Rows;
use crate::runner::route;
use crate::schema::ObjectName;
use crate::set::upkeep;
use manybase_db::{Access, Db, Executor, Lease, Result};
use manybase_driver::{FirstSink, Row, Statement};
use manybase_schema::{Database, ForeignKey, Introspect, Table, TableKind};
use manybase_sql::{Dialect, SqlWriter};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Rows of a table whose foreign key leads nowhere.
///
/// ```
/// # fn look(orphans: &manybase_migrate::Orphans) {
/// println!("{}: {} rows, such as {:?}", orphans.table, orphans.count, orphans.example);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Orphans {
    /// The table.
    pub table: ObjectName,
    /// The constraint's name, where it has one.
    pub key: Option<String>,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that they refer to.
    pub references: ObjectName,
    /// How many rows there are.
    pub count: i64,
    /// One of them: columns and values, those of its primary key first.
    pub example: Vec<(String, String)>,
    /// What the database says when it can't check the key itself.
    pub why: Option<String>,
}

impl fmt::Display for Orphans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            columns,
            references,
            count,
            ..
        } = self;
        write!(f, "{table} ({})", columns.join(", "))?;
        if let Some(key) = &self.key {
            write!(f, ", foreign key {key}")?;
        }
        match &self.why {
            Some(why) => return write!(f, ": {why}"),
            None if *count == 1 => write!(f, ": 1 row refers to a row of {references} that is not there")?,
            None => write!(
                f,
                ": {count} rows refer to rows of {references} that are not there"
            )?,
        }
        for (at, (column, value)) in self.example.iter().enumerate() {
            f.write_str(if at == 0 { ": " } else { ", " })?;
            write!(f, "{column} = {value}")?;
        }
        Ok(())
    }
}

/// All of a database.
pub(crate) async fn find(db: &Db, connection: &str, tell: &(dyn Fn(&str) + Sync)) -> Result<Vec<Orphans>> {
    let found = Introspect::of(connection).read(db).await?;
    let mut lease = db.lease(route(connection), Access::Write).await?;
    let mut all = Vec::new();
    let tables = found.tables.iter().filter(|table| table.kind == TableKind::Table);
    for table in tables {
        for key in &table.foreign_keys {
            tell(&format!(
                "rows of {} ({}) refer to rows",
                table.name,
                key.columns.join(", ")
            ));
            all.extend(of_key(&mut lease, &found, table, key).await?);
        }
    }
    all.extend(unseen(&mut lease, &all).await?);
    Ok(all)
}

async fn of_key(
    lease: &mut Lease<'_>,
    found: &Database,
    table: &Table,
    key: &ForeignKey,
) -> Result<Option<Orphans>> {
    let search = Search::of(lease.dialect(), found, table, key)?;
    let first = FirstSink::new(|row: &dyn Row| Ok(row.i64(0)?.unwrap_or_default()));
    let sql = format!("SELECT COUNT(*) {}", search.rows);
    let counted = lease.query(Statement::write(sql, vec![]).once(), first).await?;
    let count = counted.value.unwrap_or_default();
    if count == 0 {
        return Ok(None);
    }
    let sql = format!("SELECT {} {} LIMIT 1", search.shown_sql, search.rows);
    let first =
        FirstSink::new(|row: &dyn Row| Ok((0..row.len()).map(|at| shown(row, at)).collect::<Vec<_>>()));
    let values = lease
        .query(Statement::write(sql, vec![]).once(), first)
        .await?
        .value;
    Ok(Some(Orphans {
        table: name(found, &table.schema, &table.name),
        key: key.name.clone(),
        columns: key.columns.clone(),
        references: name(found, &key.referenced_schema, &key.referenced_table),
        count,
        example: search.shown.into_iter().zip(values.unwrap_or_default()).collect(),
        why: None,
    }))
}

/// What only the database's own check finds, where it has one: it compares as the key itself does.
async fn unseen(lease: &mut Lease<'_>, seen: &[Orphans]) -> Result<Vec<Orphans>> {
    let Some(query) = upkeep(lease.dialect())
        .foreign_keys
        .and_then(|keys| keys.violations)
    else {
        return Ok(Vec::new());
    };
    let rows = Rows::new(|row| {
        let text = |at| -> Result<String> { Ok(row.str(at)?.unwrap_or_default().to_owned()) };
        Ok((text(0)?, text(1)?))
    });
    let bare = |table: ObjectName, references: ObjectName, count, why| Orphans {
        table,
        key: None,
        columns: vec!["its foreign key".to_owned()],
        references,
        count,
        example: Vec::new(),
        why,
    };
    let told = match lease.query(Statement::write(query, vec![]).once(), rows).await {
        Ok(rows) => rows.kept,
        // A key that points to columns which nothing makes unique: no row can be checked.
        Err(error) => {
            let why = Some(format!("can't be checked by the database: {}", error.message()));
            return Ok(vec![bare("the database".into(), "".into(), 0, why)]);
        }
    };
    let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
    for reference in told {
        *counts.entry(reference).or_default() += 1;
    }
    for one in seen {
        let place = (one.table.name.clone(), one.references.name.clone());
        if let Some(count) = counts.get_mut(&place) {
            *count -= one.count;
        }
    }
    let more = counts.into_iter().filter(|(_, count)| *count > 0);
    Ok(more
        .map(|((table, references), count)| bare(table.into(), references.into(), count, None))
        .collect())
}

/// The rows that are looked for, as SQL.
struct Search {
    rows: String,
    shown: Vec<String>,
    shown_sql: String,
}

impl Search {
    fn of(dialect: &dyn Dialect, found: &Database, table: &Table, key: &ForeignKey) -> Result<Self> {
        let ours = |column: &String| of(dialect, "c", column);
        let mut shown: Vec<String> = Vec::new();
        let primary = table.primary_key.iter().flat_map(|key| &key.columns);
        for column in primary.chain(&key.columns) {
            if !shown.contains(column) {
                shown.push(column.clone());
            }
        }
        let shown_sql: Vec<String> = shown.iter().map(ours).collect::<Result<_>>()?;
        let mut conditions = Vec::new();
        for column in &key.columns {
            conditions.push(format!("{} IS NOT NULL", ours(column)?));
        }
        // In a file of SQLite the other table may not be there at all.
        if found.referenced(key).is_some() || key.referenced_schema != found.current_schema {
            let mut pairs = Vec::new();
            for (column, other) in key.columns.iter().zip(&key.referenced_columns) {
                pairs.push(format!("{} = {}", of(dialect, "p", other)?, ours(column)?));
            }
            conditions.push(format!(
                "NOT EXISTS (SELECT 1 FROM {} p WHERE {})",
                from(
                    dialect,
                    &name(found, &key.referenced_schema, &key.referenced_table)
                )?,
                pairs.join(" AND ")
            ));
        }
        Ok(Self {
            rows: format!(
                "FROM {} c WHERE {}",
                from(dialect, &name(found, &table.schema, &table.name))?,
                conditions.join(" AND ")
            ),
            shown,
            shown_sql: shown_sql.join(", "),
        })
    }
}

fn of(dialect: &dyn Dialect, alias: &str, column: &str) -> Result<String> {
    let column = SqlWriter::render(dialect, |w| w.identifier(column))?.sql;
    Ok(format!("{alias}.{column}"))
}

fn from(dialect: &dyn Dialect, name: &ObjectName) -> Result<String> {
    Ok(SqlWriter::render(dialect, |w| w.table(&name.table()))?.sql)
}

fn name(found: &Database, schema: &str, name: &str) -> ObjectName {
    ObjectName {
        schema: (schema != found.current_schema && !schema.is_empty()).then(|| schema.to_owned()),
        name: name.to_owned(),
    }
}

/// A value for people, whatever it is.
fn shown(row: &dyn Row, at: usize) -> String {
    fn text<T: ToString, E>(cell: std::result::Result<Option<T>, E>) -> Option<String> {
        cell.ok().flatten().map(|value| value.to_string())
    }
    if row.is_null(at) {
        return "NULL".to_owned();
    }
    let quoted = || row.str(at).ok().flatten().map(|value| format!("'{value}'"));
    let bytes = || {
        let bytes = row.bytes(at).ok().flatten()?;
        Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    quoted()
        .or_else(|| text(row.i64(at)))
        .or_else(|| text(row.u64(at)))
        .or_else(|| text(row.decimal(at)))
        .or_else(|| text(row.uuid(at)))
        .or_else(|| text(row.date(at)))
        .or_else(|| text(row.date_time(at)))
        .or_else(|| text(row.timestamp(at)))
        .or_else(|| text(row.bool(at)))
        .or_else(|| text(row.f64(at)))
        .or_else(bytes)
        .unwrap_or_else(|| "?".to_owned())
}
