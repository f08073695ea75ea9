//! `SELECT`, clause by clause.

use crate::{Error, Expr, Order, OrderBy, Result, Select, SqlWriter};

pub(crate) fn select(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    if select.counted {
        w.push("SELECT COUNT(*) FROM (");
        plain(w, select)?;
        w.push(") AS ");
        return w.identifier("counted");
    }
    plain(w, select)
}

fn plain(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    if select.items.is_empty() {
        return Err(Error::Statement(format!(
            "a query of {} that selects nothing",
            select.from
        )));
    }
    w.push(if select.distinct {
        "SELECT DISTINCT "
    } else {
        "SELECT "
    });
    w.comma_separated(&select.items, |w, item| {
        w.dialect().output_expr(w, &item.expr)?;
        if let Some(alias) = &item.alias {
            w.push(" AS ");
            w.identifier(alias)?;
        }
        Ok(())
    })?;
    w.push(" FROM ");
    w.table(&select.from)?;
    filter(w, " WHERE ", select.filter.as_ref())?;
    if !select.group_by.is_empty() {
        w.push(" GROUP BY ");
        w.comma_separated(&select.group_by, |w, key| w.dialect().expr(w, key))?;
    }
    filter(w, " HAVING ", select.having.as_ref())?;
    if !select.order_by.is_empty() {
        w.push(" ORDER BY ");
        w.comma_separated(&select.order_by, |w, key| w.dialect().order_by(w, key))?;
    }
    w.dialect().limit(w, select.limit, select.offset)
}

pub(super) fn filter(w: &mut SqlWriter<'_>, keyword: &str, condition: Option<&Expr>) -> Result<()> {
    let Some(condition) = condition else { return Ok(()) };
    w.push(keyword);
    w.dialect().expr(w, condition)
}

/// NULL counts as the least value unless the key says otherwise. Where a database does that by itself for a
/// direction, nothing is written, so that its indexes serve the order.
pub(crate) fn order_by(w: &mut SqlWriter<'_>, key: &OrderBy) -> Result<()> {
    w.dialect().order_expr(w, &key.expr)?;
    if key.order == Order::Desc {
        w.push(" DESC");
    }
    let wanted = key.nulls_first.unwrap_or(key.order == Order::Asc);
    let by_itself = w.dialect().nulls_first_by_itself(key.order);
    if key.expr.is_nullable() && wanted != by_itself {
        w.push(if wanted { " NULLS FIRST" } else { " NULLS LAST" });
    }
    Ok(())
}

pub(crate) fn limit(w: &mut SqlWriter<'_>, limit: Option<u64>, offset: Option<u64>) -> Result<()> {
    if let Some(limit) = limit {
        w.push(" LIMIT ");
        w.bind(limit.min(i64::MAX as u64).into());
    }
    if let Some(offset) = offset {
        w.push(" OFFSET ");
        w.bind(offset.min(i64::MAX as u64).into());
    }
    Ok(())
}
