//! A limit for each group of rows: they are numbered inside a derived table.

use super::select::body;
use crate::{Error, Expr, LimitPer, Result, Select, SqlWriter};

const ROW: &str = "manybase_row";

pub(super) fn limit_per(w: &mut SqlWriter<'_>, select: &Select, per: &LimitPer) -> Result<()> {
    check(select, per)?;
    w.push("SELECT ");
    w.comma_separated(&select.items, |w, item| w.dialect().output_expr(w, &item.expr))?;
    w.push(" FROM (SELECT ");
    w.comma_separated(&select.items, |w, item| w.dialect().expr(w, &item.expr))?;
    w.push(", ROW_NUMBER() OVER (PARTITION BY ");
    w.comma_separated(&per.groups, |w, group| w.dialect().expr(w, group))?;
    if !select.order_by.is_empty() {
        w.push(" ORDER BY ");
        w.comma_separated(&select.order_by, |w, key| w.dialect().order_by(w, key))?;
    }
    w.push(") AS ");
    w.identifier(ROW)?;
    body(w, select)?;
    w.push(") AS ");
    w.identifier("manybase_rows")?;
    let skipped = per.offset.unwrap_or_default();
    let last = per.limit.map(|limit| skipped.saturating_add(limit));
    let bounds = [(" > ", per.offset), (" <= ", last)];
    let bounds = bounds.iter().filter_map(|(op, bound)| Some((*op, (*bound)?)));
    for (i, (op, bound)) in bounds.enumerate() {
        w.push(if i == 0 { " WHERE " } else { " AND " });
        w.identifier(ROW)?;
        w.push(op);
        w.bind(bound.min(i64::MAX as u64).into());
    }
    w.push(" ORDER BY ");
    w.identifier(ROW)
}

/// What the derived table could not have, or would give another meaning.
fn check(select: &Select, per: &LimitPer) -> Result<()> {
    let clause = if select
        .items
        .iter()
        .any(|item| !matches!(item.expr, Expr::Column(_)))
    {
        "expressions"
    } else if select.distinct || !select.group_by.is_empty() || select.having.is_some() || select.counted {
        "distinct or groups"
    } else if select.limit.is_some() || select.offset.is_some() {
        "a limit for all rows"
    } else if select.lock.is_some() {
        "a lock"
    } else if !select.joins().is_empty() {
        "joins"
    } else if per.groups.is_empty() {
        "no groups"
    } else {
        return Ok(());
    };
    Err(Error::Statement(format!(
        "a limit for each group of rows in a query of {} with {clause}",
        select.from
    )))
}
