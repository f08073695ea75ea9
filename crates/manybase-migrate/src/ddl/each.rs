//! One statement for each change.

use super::script::Script;
use super::spec::Writer;
use crate::operation::Operation;
use crate::schema::{Check, Column, DefaultValue, ForeignKey, ObjectName, Schema, Table, words};
use manybase_db::{Error, ErrorKind, Result};
use manybase_sql::Comments;

pub(super) fn render(
    operations: &[Operation],
    before: &Schema,
    writer: &Writer<'_>,
    script: &mut Script,
) -> Result<()> {
    let mut schema = before.clone();
    for operation in operations {
        let mut after = schema.clone();
        after.apply(operation)?;
        if !writer.apart(operation, &schema, script)? {
            one(operation, &schema, &after, writer, script)?;
        }
        schema = after;
    }
    Ok(())
}

fn one(
    operation: &Operation,
    before: &Schema,
    after: &Schema,
    w: &Writer<'_>,
    script: &mut Script,
) -> Result<()> {
    let what = operation.to_string();
    let alter = |table: &ObjectName, change: String| -> Result<String> {
        Ok(format!("ALTER TABLE {} {change}", w.table(table)?))
    };
    match operation {
        Operation::CreateTable { table } => w.new_table(table, script)?,
        Operation::DropTable { table } => script.push(what, w.drop_table(table)?),
        Operation::RenameTable { from, to } => script.push(what, w.rename_table(from, to)?),
        Operation::RenameColumn { table, from, to } => script.push(what, w.rename_column(table, from, to)?),
        Operation::AddColumn { table, column, fill } => {
            let now = found(after, table)?;
            add_column(now, column, fill.as_ref(), w, script)?;
        }
        Operation::DropColumn { table, column } => {
            keeps_exclusions(found(before, table)?, column)?;
            script.push(what, alter(table, format!("DROP COLUMN {}", w.name(column)?))?);
        }
        Operation::AlterColumn {
            table,
            column,
            fill,
            cast,
        } => {
            let (was, now) = (found(before, table)?, found(after, table)?);
            let old = was.find(&column.name).ok_or_else(|| not_there(&column.name))?;
            if let Some(fill) = fill {
                script.push(&what, w.fill(table, &column.name, fill)?);
            }
            let using = match old.data_type == column.data_type && cast.is_none() {
                true => None,
                false => w.conversion(table, old, column, cast.as_deref())?,
            };
            let changes = w.with_spec(was, old, |old| {
                w.with_spec(now, column, |new| {
                    w.sql(|sql| w.ddl.alter_column(sql, old, new, using.as_deref()))
                })
            })?;
            if !changes.is_empty() {
                script.push(&what, alter(table, changes)?);
            }
            if column.auto && !old.auto {
                number_on(table, &column.name, &what, w, script)?;
            }
            if old.comment != column.comment && w.comments() == Comments::Statement {
                script.push(
                    &what,
                    w.comment_column(table, &column.name, column.comment.as_deref())?,
                );
            }
        }
        Operation::AddIndex {
            table,
            index,
            concurrently,
        } => {
            let concurrently = *concurrently && w.ddl.style().concurrent_indexes;
            let sql = w.create_index(table, index, concurrently)?;
            match concurrently {
                true => script.push_outside(
                    what,
                    sql,
                    "CREATE INDEX CONCURRENTLY waits for other transactions to end",
                ),
                false => script.push(what, sql),
            }
        }
        Operation::DropIndex { table, index } => {
            let name = index.name.as_deref().unwrap_or_default();
            script.push(
                what,
                match index.constraint {
                    true => alter(table, format!("DROP CONSTRAINT {}", w.name(name)?))?,
                    false => format!("DROP INDEX {}", w.table(&table.beside(name))?),
                },
            );
        }
        Operation::AddForeignKey {
            table,
            key,
            not_valid,
        } => add_foreign_key(table, key, *not_valid, &what, w, script)?,
        Operation::DropForeignKey { table, key } => {
            let name = named(before, table, key)?;
            let change = w.sql(|sql| w.ddl.drop_foreign_key(sql, &name))?;
            script.push(what, alter(table, change)?);
        }
        Operation::AddCheck { table, check } => {
            script.push(what, alter(table, format!("ADD {}", w.check(check)?))?)
        }
        Operation::DropCheck { table, check } => {
            let name = check.name.as_deref().unwrap_or_default();
            script.push(what, alter(table, format!("DROP CONSTRAINT {}", w.name(name)?))?);
        }
        Operation::ChangePrimaryKey { table, key } => {
            if let Some(old) = &found(before, table)?.primary_key {
                let usual = format!("{}_pkey", table.name);
                let name = w.name(old.name.as_deref().unwrap_or(&usual))?;
                script.push(&what, alter(table, format!("DROP CONSTRAINT {name}"))?);
            }
            if let Some(key) = key {
                script.push(
                    &what,
                    alter(
                        table,
                        format!("ADD {}", w.primary_key(key.name.as_deref(), &key.columns)?),
                    )?,
                );
            }
        }
        Operation::CommentTable { table, comment } => {
            script.push(what, w.comment_table(table, comment.as_deref())?)
        }
        // The rest belongs to no table.
        _ => {}
    }
    Ok(())
}

/// The database would take a constraint away together with a column of it, without a word.
fn keeps_exclusions(table: &Table, column: &str) -> Result<()> {
    let bound = |check: &&Check| words::mentions(&check.expression, column);
    let Some(exclusion) = table.exclusions.iter().find(bound) else {
        return Ok(());
    };
    let name = exclusion.name.as_deref().unwrap_or("without a name");
    let what = format!(
        "column {}.{column} can't go: the exclusion constraint {name} stands on it, and would go too",
        table.name
    );
    Err(Error::new(ErrorKind::Unsupported, what).with_help(format!(
        "drop it in a migration of its own first: `manybase migrate new`, ALTER TABLE {} DROP CONSTRAINT {name}",
        table.name
    )))
}

fn add_column(
    table: &Table,
    column: &Column,
    fill: Option<&DefaultValue>,
    w: &Writer<'_>,
    script: &mut Script,
) -> Result<()> {
    let what = format!("add column {}.{}", table.name, column.name);
    let name = w.table(&table.name)?;
    let fill = fill.filter(|_| column.default.is_none() && column.generated.is_none());
    let mut first = column.clone();
    if let Some(fill) = fill {
        first.default = Some(fill.clone());
    }
    script.push(
        &what,
        format!("ALTER TABLE {name} ADD COLUMN {}", w.column(table, &first)?),
    );
    if fill.is_some() {
        let column = w.name(&column.name)?;
        script.push(
            &what,
            format!("ALTER TABLE {name} ALTER COLUMN {column} DROP DEFAULT"),
        );
    }
    if column.comment.is_some() && w.comments() == Comments::Statement {
        script.push(
            &what,
            w.comment_column(&table.name, &column.name, column.comment.as_deref())?,
        );
    }
    Ok(())
}

fn add_foreign_key(
    table: &ObjectName,
    key: &ForeignKey,
    not_valid: bool,
    what: &str,
    w: &Writer<'_>,
    script: &mut Script,
) -> Result<()> {
    let name = w.table(table)?;
    let later = not_valid && w.ddl.style().not_valid && key.name.is_some();
    let suffix = if later { " NOT VALID" } else { "" };
    script.push(
        what,
        format!("ALTER TABLE {name} ADD {}{suffix}", w.foreign_key(table, key)?),
    );
    if let Some(constraint) = key.name.as_deref().filter(|_| later) {
        let constraint = w.name(constraint)?;
        script.push(
            what,
            format!("ALTER TABLE {name} VALIDATE CONSTRAINT {constraint}"),
        );
    }
    Ok(())
}

fn number_on(
    table: &ObjectName,
    column: &str,
    what: &str,
    w: &Writer<'_>,
    script: &mut Script,
) -> Result<()> {
    let mut there = false;
    let sql = w.sql(|sql| {
        there = w.ddl.number_on(sql, &table.table(), column)?;
        Ok(())
    })?;
    if there {
        script.push(what, sql);
    }
    Ok(())
}

/// The name of a foreign key: its own, or that which the schema knows.
pub(super) fn named(schema: &Schema, table: &ObjectName, key: &ForeignKey) -> Result<String> {
    let known = found(schema, table)?
        .foreign_keys
        .iter()
        .find(|one| one.name.is_some() && one.same_content(key));
    let name = key
        .name
        .clone()
        .or_else(|| known.and_then(|one| one.name.clone()));
    name.ok_or_else(|| {
        let what = format!(
            "the foreign key of {table} ({}) has no name, by which it could be dropped",
            key.columns.join(", ")
        );
        Error::new(ErrorKind::Statement, what).with_help("write the constraint's name into the plan")
    })
}

pub(super) fn found<'s>(schema: &'s Schema, table: &ObjectName) -> Result<&'s Table> {
    schema.table(table).ok_or_else(|| not_there(&table.name))
}

pub(super) fn not_there(what: &str) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("there is no {what} at this point of the plan"),
    )
}
