//! `SELECT`, clause by clause.

use super::scope::Level;
use super::{rollup, source};
use crate::expr::ColumnRef;
use crate::{Error, Expr, Order, OrderBy, Result, Select, SelectItem, SourceRows, SqlWriter};

pub(crate) fn select(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    // What is selected may have been written before.
    let columns = w.take_columns().filter(|_| select.items.is_empty());
    if select.items.is_empty() && columns.is_none() {
        return Err(Error::Statement(format!(
            "a query of {} that selects nothing",
            select.name()
        )));
    }
    if let Some(lock) = select.lock {
        super::lock::check(w, select, lock)?;
    }
    source::with(w, select)?;
    // In a subquery the clause around it does not matter.
    let before = w.enter(None);
    let sources = match select.joins() {
        [] => Level::One(select.name()),
        _ => Level::Query(select.names()),
    };
    let known = w.known_tables();
    know_tables(w, select);
    w.among(sources, |w| match &select.limit_per {
        Some(per) => super::limit_per::limit_per(w, select, per),
        None if rollup::keys(select).is_some() => rollup::rollup(w, select),
        None if select.counted => counted(w, select),
        None => rows(w, select, columns),
    })?;
    w.forget_tables(known);
    w.enter(before);
    Ok(())
}

/// Tables whose name in the query is not all that there is to say; most queries have none.
fn know_tables(w: &mut SqlWriter<'_>, select: &Select) {
    if select.main().is_none() && select.from.schema.is_some() {
        w.know_table(select.name(), &select.from);
    }
    let joined = select.joins().iter().map(|join| &join.source);
    for source in select.main().into_iter().chain(joined) {
        if let SourceRows::Table(table) = &source.rows {
            w.know_table(source.name(), table);
        }
    }
}

fn rows(w: &mut SqlWriter<'_>, select: &Select, columns: Option<&str>) -> Result<()> {
    w.push(start(select));
    match columns {
        Some(columns) => w.push(columns),
        None => items(w, select)?,
    }
    body(w, select)?;
    if !select.order_by.is_empty() {
        w.push(" ORDER BY ");
        w.comma_separated(&select.order_by, |w, key| match by_name(select, key) {
            Some(by_name) => w.bare(|w| w.dialect().order_by(w, &by_name)),
            None => w.dialect().order_by(w, key),
        })?;
    }
    w.dialect().limit(w, select.limit, select.offset)?;
    if let Some(lock) = select.lock {
        super::lock::write(w, select, lock)?;
    }
    Ok(())
}

fn items(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    w.comma_separated(select.items.iter().enumerate(), |w, (i, item)| {
        w.dialect().output_expr(w, &item.expr)?;
        match &item.alias {
            Some(alias) => alias_as(w, alias),
            None if is_ordered_by_name(select, item) => alias_as(w, &ordered_name(i)),
            None => Ok(()),
        }
    })
}

/// The number of rows. Their order does not matter, and neither does what they hold, unless it decides how many
/// there are; then every column gets a name of its own, because a subquery can't have one name twice.
fn counted(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    let grouped = !select.group_by.is_empty()
        || select.having.is_some()
        || select.items.iter().any(|item| item.expr.is_aggregate());
    let plain = !grouped && !select.distinct;
    if plain && select.limit.is_none() && select.offset.is_none() {
        w.push("SELECT COUNT(*)");
        return body(w, select);
    }
    w.push("SELECT COUNT(*) FROM (");
    w.push(start(select));
    if plain {
        w.push("1");
        alias_as(w, "counted_1")?;
    } else {
        w.comma_separated(select.items.iter().enumerate(), |w, (i, item)| {
            w.dialect().output_expr(w, &item.expr)?;
            match &item.alias {
                Some(alias) => alias_as(w, alias),
                None => alias_as(w, &format!("counted_{}", i + 1)),
            }
        })?;
    }
    body(w, select)?;
    w.dialect().limit(w, select.limit, select.offset)?;
    w.push(")");
    alias_as(w, "counted")
}

fn start(select: &Select) -> &'static str {
    if select.distinct {
        "SELECT DISTINCT "
    } else {
        "SELECT "
    }
}

pub(super) fn alias_as(w: &mut SqlWriter<'_>, alias: &str) -> Result<()> {
    w.push(" AS ");
    w.identifier(alias)
}

/// `FROM` to `HAVING`.
pub(super) fn body(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    w.push(" FROM ");
    source::from(w, select)?;
    filter(w, " WHERE ", select.filter.as_ref())?;
    if !select.group_by.is_empty() {
        w.push(" GROUP BY ");
        let before = w.enter(Some("GROUP BY"));
        w.comma_separated(&select.group_by, |w, key| match position(select, key) {
            // With a placeholder inside, the key and the column would be different expressions.
            Some(position) if key.binds() => {
                w.push(&(position + 1).to_string());
                Ok(())
            }
            _ => w.dialect().expr(w, key),
        })?;
        w.enter(before);
    }
    filter(w, " HAVING ", select.having.as_ref())
}

fn position(select: &Select, expr: &Expr) -> Option<usize> {
    select.items.iter().position(|item| item.expr == *expr)
}

/// The same key by the name of the column that holds it, where the expression binds a value: twice the same
/// expression with two placeholders is not the same to a database that looks for it under DISTINCT or GROUP BY.
fn by_name(select: &Select, key: &OrderBy) -> Option<OrderBy> {
    if !key.expr.binds() {
        return None;
    }
    let at = position(select, &key.expr)?;
    let name = match &select.items[at].alias {
        Some(alias) => alias.clone(),
        None => ordered_name(at).into(),
    };
    Some(OrderBy {
        expr: Expr::Column(ColumnRef {
            table: None,
            name,
            data_type: key.expr.data_type(),
            nullable: key.expr.is_nullable(),
        }),
        ..key.clone()
    })
}

fn is_ordered_by_name(select: &Select, item: &SelectItem) -> bool {
    item.expr.binds() && select.order_by.iter().any(|key| key.expr == item.expr)
}

fn ordered_name(at: usize) -> String {
    format!("ordered_{}", at + 1)
}

pub(super) fn filter(w: &mut SqlWriter<'_>, keyword: &'static str, condition: Option<&Expr>) -> Result<()> {
    let Some(condition) = condition else { return Ok(()) };
    w.push(keyword);
    let before = w.enter(Some(keyword.trim()));
    w.dialect().expr(w, condition)?;
    w.enter(before);
    Ok(())
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
