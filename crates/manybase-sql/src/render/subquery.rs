//! Queries inside expressions.

use crate::{Error, Expr, Result, Select, SourceRows, SqlWriter, TableName};

/// A query in parentheses. Its own conditions may name columns of the queries around.
pub(super) fn subquery(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    w.push("(");
    w.dialect().select(w, select)?;
    w.push(")");
    Ok(())
}

pub(super) fn exists(w: &mut SqlWriter<'_>, select: &Select, negated: bool) -> Result<()> {
    w.push(if negated { "NOT EXISTS " } else { "EXISTS " });
    if select.items.is_empty() {
        w.put_columns("1");
    }
    subquery(w, select)
}

pub(super) fn in_query(w: &mut SqlWriter<'_>, expr: &Expr, select: &Select, negated: bool) -> Result<()> {
    one_column(select)?;
    super::grouped(w, expr)?;
    w.push(if negated { " NOT IN " } else { " IN " });
    // Not every database takes a limit right there.
    if select.limit.is_none() && select.offset.is_none() {
        return subquery(w, select);
    }
    w.push("(SELECT * FROM ");
    subquery(w, select)?;
    w.push(" AS ");
    w.identifier("listed")?;
    w.push(")");
    Ok(())
}

pub(super) fn scalar(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    one_column(select)?;
    let aggregate = select.group_by.is_empty() && select.items.iter().any(|item| item.expr.is_aggregate());
    // Not every database looks whether there are more.
    if !aggregate && select.limit.is_none_or(|rows| rows > 1) {
        return Err(Error::Statement(format!(
            "a subquery of {} may give many rows where one value is needed: select an aggregate, or add limit(1)",
            select.name()
        )));
    }
    subquery(w, select)
}

fn one_column(select: &Select) -> Result<()> {
    match select.items.len() {
        1 => Ok(()),
        columns => Err(Error::Statement(format!(
            "a subquery of {} gives {columns} columns where one value is needed: select one",
            select.name()
        ))),
    }
}

/// Refuses a change whose conditions read the table that it changes, where the database can't do that.
pub(super) fn check_target<'e>(
    w: &SqlWriter<'_>,
    table: &TableName,
    conditions: impl IntoIterator<Item = &'e Expr>,
) -> Result<()> {
    if w.dialect().capability().target_in_subquery {
        return Ok(());
    }
    let mut reads = false;
    for condition in conditions {
        condition.each_select(&mut |select| {
            let joined = select.joins().iter().map(|join| &join.source);
            let mut sources = select.main().into_iter().chain(joined);
            let other = sources.any(|source| matches!(&source.rows, SourceRows::Table(of) if of == table));
            reads |= other || (select.main().is_none() && select.from == *table);
        });
    }
    if !reads {
        return Ok(());
    }
    Err(Error::Unsupported {
        dialect: w.dialect().name(),
        feature: "UPDATE and DELETE whose condition reads the table that they change",
        way_out: "select the keys first, then filter by them with in_list",
    })
}
