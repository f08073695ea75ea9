//! What rows that are there do not let happen, as conditions to look at before anything is changed.
//!
//! A way back can't bring back what was lost: a column that comes again has one value in all rows, and a table none. Where
//! a constraint comes back with it that such rows can't keep to, the whole has to be refused.

use super::ddl_of;
use super::spec::Writer;
use crate::lint::is_volatile;
use crate::operation::Operation;
use crate::schema::{Column, DefaultValue, ForeignKey, Index, ObjectName, Schema, Table, words};
use manybase_db::Result;
use manybase_sql::Dialect;
use std::collections::BTreeMap;

/// A condition under which operations must not begin. It stands in a file as
/// `-- manybase: refuse-if <condition> -- <why>`.
///
/// ```
/// use manybase_migrate::{ddl, operation::{invert, Operation}, schema::{Column, Index, Schema, Table}};
/// use manybase_sql::{DataType, dialect};
/// let index = Index::of(["email"]).unique();
/// let email = Column::new("email", DataType::Text { length: Some(40) });
/// let before = Schema::of_tables([Table::new("person").auto_key("id").column(email).index(index.clone())]);
/// let up = [
///     Operation::DropIndex { table: "person".into(), index },
///     Operation::DropColumn { table: "person".into(), column: "email".into() },
/// ];
/// let mut after = before.clone();
/// up.iter().try_for_each(|operation| after.apply(operation))?;
/// let down: Vec<Operation> = invert(&up, &before)?.into_iter().map(|inverse| inverse.operation).collect();
/// let refusals = ddl::refusals(&down, &after, dialect::sqlite())?;
/// assert_eq!(refusals[0].condition, "EXISTS (SELECT COUNT(*) FROM \"person\" HAVING COUNT(*) > 1)");
/// assert!(refusals[0].lost);
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// In SQL, about the schema as it is before the operations.
    pub condition: String,
    /// What is in the way.
    pub why: String,
    /// It is because something was lost before, and not because of what rows are like.
    pub lost: bool,
}

/// All conditions under which rows that are there make these operations fail, as far as anybody can tell.
///
/// # Errors
/// Those of [`Schema::apply`], and of names that can't be written.
///
/// ```
/// use manybase_migrate::{ddl, schema::Schema};
/// assert!(ddl::refusals(&[], &Schema::default(), manybase_sql::dialect::postgres())?.is_empty());
/// # Ok::<(), manybase_db::Error>(())
/// ```
pub fn refusals(operations: &[Operation], before: &Schema, dialect: &dyn Dialect) -> Result<Vec<Refusal>> {
    let w = Writer::new(dialect, ddl_of(dialect)?);
    let mut walk = Walk {
        w: &w,
        rows: (before
            .tables
            .iter()
            .map(|table| (table.name.clone(), Rows::of(table))))
        .collect(),
        state: before.clone(),
        found: Vec::new(),
    };
    for operation in operations {
        walk.operation(operation)?;
        walk.state.apply(operation)?;
    }
    let mut found: Vec<Refusal> = Vec::new();
    for refusal in walk.found {
        // A directive is one line.
        if !refusal.condition.contains('\n') && !found.iter().any(|one| one.condition == refusal.condition) {
            found.push(refusal);
        }
    }
    Ok(found)
}

/// What a column has in the rows that were there before.
#[derive(Debug, Clone)]
enum Had {
    /// The values of this one.
    Column(String),
    /// The same in all rows.
    Value(String),
    Null,
    Unknown,
}

/// The rows of a table, by how they are found before the operations.
#[derive(Debug, Clone)]
struct Rows {
    /// `None`: there are none.
    table: Option<ObjectName>,
    columns: BTreeMap<String, Had>,
}

impl Rows {
    fn of(table: &Table) -> Self {
        let had = |column: &Column| (column.name.clone(), Had::Column(column.name.clone()));
        Self {
            table: Some(table.name.clone()),
            columns: table.columns.iter().map(had).collect(),
        }
    }

    fn new(table: &Table) -> Self {
        Self {
            table: None,
            ..Self::of(table)
        }
    }
}

/// Texts for the columns of a constraint, and whether something was lost there.
struct Parts {
    columns: Vec<String>,
    constant: bool,
}

struct Walk<'w> {
    w: &'w Writer<'w>,
    rows: BTreeMap<ObjectName, Rows>,
    state: Schema,
    found: Vec<Refusal>,
}

impl Walk<'_> {
    fn operation(&mut self, operation: &Operation) -> Result<()> {
        match operation {
            Operation::CreateTable { table } => {
                self.rows.insert(table.name.clone(), Rows::new(table));
            }
            Operation::DropTable { table } => {
                self.rows.remove(table);
            }
            Operation::RenameTable { from, to } => {
                if let Some(rows) = self.rows.remove(from) {
                    self.rows.insert(to.clone(), rows);
                }
            }
            Operation::RenameColumn { table, from, to } => {
                let rows = self.rows.get_mut(table);
                if let Some((rows, had)) =
                    rows.and_then(|rows| rows.columns.remove(from).map(|had| (rows, had)))
                {
                    rows.columns.insert(to.clone(), had);
                }
            }
            Operation::AddColumn { table, column, fill } => self.added(table, column, fill.as_ref())?,
            Operation::DropColumn { table, column } => {
                if let Some(rows) = self.rows.get_mut(table) {
                    rows.columns.remove(column);
                }
            }
            Operation::AlterColumn {
                table, column, fill, ..
            } => self.altered(table, column, fill.is_some())?,
            Operation::AddIndex { table, index, .. } if index.unique => self.unique(table, index)?,
            Operation::ChangePrimaryKey {
                table,
                key: Some(key),
            } => {
                self.unique(table, &Index::of(key.columns.iter().map(String::as_str)).unique())?;
            }
            Operation::AddCheck { table, check } => self.check(table, &check.expression)?,
            Operation::AddForeignKey { table, key, .. } => self.foreign_key(table, key)?,
            _ => {}
        }
        Ok(())
    }

    fn say(&mut self, query: String, why: String, lost: bool) {
        self.found.push(Refusal {
            condition: format!("EXISTS ({query})"),
            why: why.replace('\n', " ").replace(" -- ", " - "),
            lost,
        });
    }

    fn added(&mut self, table: &ObjectName, column: &Column, fill: Option<&DefaultValue>) -> Result<()> {
        let value = fill.or(column.default.as_ref());
        let had = match value {
            _ if column.auto || column.generated.is_some() => Had::Unknown,
            Some(value) if is_volatile(value) => Had::Unknown,
            Some(value) => Had::Value(value.sql(self.w.dialect)?),
            None if column.nullable => Had::Null,
            None => Had::Unknown,
        };
        let nothing = value.is_none() && !column.nullable && !column.auto && column.generated.is_none();
        let Some(rows) = self.rows.get_mut(table) else {
            return Ok(());
        };
        rows.columns.insert(column.name.clone(), had);
        if nothing && let Some(from) = rows.table.clone() {
            let query = format!("SELECT 1 FROM {}", self.w.table(&from)?);
            self.say(
                query,
                format!("rows have nothing to put into {table}.{}", column.name),
                true,
            );
        }
        Ok(())
    }

    fn altered(&mut self, table: &ObjectName, column: &Column, filled: bool) -> Result<()> {
        let was = self.state.table(table).and_then(|table| table.find(&column.name));
        let tighter = was.is_some_and(|was| was.nullable) && !column.nullable && column.generated.is_none();
        let Some(Rows {
            table: Some(from),
            columns,
        }) = self.rows.get_mut(table)
        else {
            return Ok(());
        };
        let Some(had) = columns.get_mut(&column.name) else {
            return Ok(());
        };
        if filled {
            *had = Had::Unknown;
        } else if let Had::Column(name) = had
            && tighter
        {
            let query = format!(
                "SELECT 1 FROM {} WHERE {} IS NULL",
                self.w.table(from)?,
                self.w.name(name)?
            );
            let why = format!("rows have nothing in {table}.{}, which took no NULL", column.name);
            self.say(query, why, false);
        }
        Ok(())
    }

    /// How the columns are found in the rows as they are; `None` where nobody can tell, or where a NULL lets it pass.
    fn parts<'n>(
        &self,
        rows: &Rows,
        names: impl IntoIterator<Item = &'n str>,
        nulls_pass: bool,
        prefix: &str,
    ) -> Result<Option<Parts>> {
        let mut parts = Parts {
            columns: Vec::new(),
            constant: false,
        };
        for name in names {
            match rows.columns.get(name) {
                Some(Had::Column(name)) => parts.columns.push(format!("{prefix}{}", self.w.name(name)?)),
                Some(Had::Value(_)) => parts.constant = true,
                Some(Had::Null) if !nulls_pass => parts.constant = true,
                _ => return Ok(None),
            }
        }
        Ok(Some(parts))
    }

    /// An expression in terms of the rows as they are, and whether it speaks of something that is the same in all.
    fn expression(&self, rows: &Rows, sql: &str) -> Result<Option<(String, bool)>> {
        let (mut known, mut constant, mut wrong) = (true, false, None);
        let text = words::substitute(sql, |name, quoted| {
            let mut columns = rows.columns.iter();
            let (own, had) = match quoted {
                true => rows.columns.get_key_value(name),
                false => columns.find(|(column, _)| column.eq_ignore_ascii_case(name)),
            }?;
            match had {
                Had::Column(was) if was == own => None,
                Had::Column(was) => match self.w.name(was) {
                    Ok(text) => Some(text),
                    Err(error) => {
                        wrong = Some(error);
                        None
                    }
                },
                Had::Value(value) => {
                    constant = true;
                    Some(format!("({value})"))
                }
                Had::Null => {
                    constant = true;
                    Some("NULL".to_owned())
                }
                Had::Unknown => {
                    known = false;
                    None
                }
            }
        });
        match wrong {
            Some(error) => Err(error),
            None => Ok(known.then_some((text, constant))),
        }
    }

    fn unique(&mut self, table: &ObjectName, index: &Index) -> Result<()> {
        let Some(rows) = self.rows.get(table).cloned() else {
            return Ok(());
        };
        let Some(from) = &rows.table else { return Ok(()) };
        let names = index.columns.iter().filter_map(|column| column.column.as_deref());
        let Some(mut parts) = self.parts(&rows, names, !index.nulls_equal, "")? else {
            return Ok(());
        };
        let plain = parts.columns.len();
        for expression in index
            .columns
            .iter()
            .filter_map(|column| column.expression.as_deref())
        {
            let Some((text, constant)) = self.expression(&rows, expression)? else {
                return Ok(());
            };
            parts.constant |= constant;
            parts.columns.push(format!("({text})"));
        }
        let mut conditions: Vec<String> = match index.nulls_equal {
            true => Vec::new(),
            false => parts
                .columns
                .iter()
                .map(|part| format!("{part} IS NOT NULL"))
                .collect(),
        };
        if let Some(condition) = &index.condition {
            let Some((text, constant)) = self.expression(&rows, condition)? else {
                return Ok(());
            };
            parts.constant |= constant;
            conditions.insert(0, format!("({text})"));
        }
        let mut query = format!("SELECT COUNT(*) FROM {}", self.w.table(from)?);
        if !conditions.is_empty() {
            query.push_str(&format!(" WHERE {}", conditions.join(" AND ")));
        }
        // A constant can't stand in GROUP BY everywhere, and makes no difference there.
        let constant =
            |expression: &&String| !rows.columns.keys().any(|name| words::mentions(expression, name));
        let groups: Vec<&String> = (parts.columns.iter().enumerate())
            .filter(|(at, part)| *at < plain || !constant(part))
            .map(|(_, part)| part)
            .collect();
        if !groups.is_empty() {
            let groups: Vec<&str> = groups.into_iter().map(String::as_str).collect();
            query.push_str(&format!(" GROUP BY {}", groups.join(", ")));
        }
        query.push_str(" HAVING COUNT(*) > 1");
        let what = match index.names() {
            Some(names) => format!("{table} ({})", names.join(", ")),
            None => format!("a unique index of {table}"),
        };
        let why = match parts.constant {
            true => format!("the values of {what} are gone, and have to differ from row to row"),
            false => format!("rows have the same values in {what}, which have to differ"),
        };
        self.say(query, why, parts.constant);
        Ok(())
    }

    fn check(&mut self, table: &ObjectName, expression: &str) -> Result<()> {
        let Some(rows) = self.rows.get(table).cloned() else {
            return Ok(());
        };
        let (Some(from), Some((text, lost))) = (&rows.table, self.expression(&rows, expression)?) else {
            return Ok(());
        };
        let query = format!("SELECT 1 FROM {} WHERE NOT ({text})", self.w.table(from)?);
        let why = match lost {
            true => format!(
                "what comes in the place of lost values of {table} does not keep to CHECK ({expression})"
            ),
            false => format!("rows of {table} do not keep to CHECK ({expression})"),
        };
        self.say(query, why, lost);
        Ok(())
    }

    fn foreign_key(&mut self, table: &ObjectName, key: &ForeignKey) -> Result<()> {
        let (Some(rows), Some(others)) = (
            self.rows.get(table).cloned(),
            self.rows.get(&key.references).cloned(),
        ) else {
            return Ok(());
        };
        let Some(from) = &rows.table else { return Ok(()) };
        let (mut lost, mut known, mut equal) = (others.table.is_none(), Vec::new(), Vec::new());
        for (name, other) in key.columns.iter().zip(&key.referenced_columns) {
            let own = match rows.columns.get(name) {
                Some(Had::Column(name)) => {
                    let name = format!("mb_row.{}", self.w.name(name)?);
                    known.push(format!("{name} IS NOT NULL"));
                    name
                }
                Some(Had::Value(value)) => {
                    lost = true;
                    value.clone()
                }
                _ => return Ok(()),
            };
            let other = match others.columns.get(other) {
                Some(Had::Column(name)) => format!("mb_other.{}", self.w.name(name)?),
                Some(Had::Value(value)) => {
                    lost = true;
                    value.clone()
                }
                // It has no other value than NULL.
                Some(Had::Null) => "NULL".to_owned(),
                _ if others.table.is_none() => String::new(),
                _ => return Ok(()),
            };
            equal.push(format!("{other} = {own}"));
        }
        if let Some(other) = &others.table {
            let (other, equal) = (self.w.table(other)?, equal.join(" AND "));
            known.push(format!(
                "NOT EXISTS (SELECT 1 FROM {other} AS mb_other WHERE {equal})"
            ));
        }
        let mut query = format!("SELECT 1 FROM {} AS mb_row", self.w.table(from)?);
        if !known.is_empty() {
            query.push_str(&format!(" WHERE {}", known.join(" AND ")));
        }
        let columns = key.columns.join(", ");
        let why = match lost {
            true => format!("what {table} ({columns}) refers to in {} is gone", key.references),
            false => format!(
                "rows of {table} ({columns}) refer to what is not in {}",
                key.references
            ),
        };
        self.say(query, why, lost);
        Ok(())
    }
}
