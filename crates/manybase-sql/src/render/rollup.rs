//! `GROUP BY ROLLUP`: groups, and the groups of these groups, up to the sum of all.
//!
//! PostgreSQL has it. MariaDB and MySQL write it in another way, cannot order it or tell a total from a group of NULL,
//! and SQLite lacks it: there it is one query for each level, put together.

use super::select::{alias_as, body};
use crate::expr::ColumnRef;
use crate::{Error, Expr, OrderBy, Result, Select, SelectItem, SqlWriter, Value};

/// The keys of the rollup, if the query has one.
pub(super) fn keys(select: &Select) -> Option<&[Expr]> {
    select.group_by.iter().find_map(|key| match key {
        Expr::Rollup(keys) => Some(keys.as_slice()),
        _ => None,
    })
}

/// A query with a rollup.
pub(super) fn rollup(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    let keys = keys(select).unwrap_or_default();
    if !select.counted {
        return rows(w, select, keys);
    }
    w.push("SELECT COUNT(*) FROM (");
    rows(w, select, keys)?;
    w.push(")");
    alias_as(w, "counted")
}

/// The keys in `GROUP BY`, where the database has it.
pub(super) fn list(w: &mut SqlWriter<'_>, keys: &[Expr]) -> Result<()> {
    if !w.dialect().capability().rollup || w.clause() != Some("GROUP BY") {
        let what = "a rollup that is no list of keys of GROUP BY, or stands beside a limit for each parent";
        return Err(Error::Statement(what.into()));
    }
    if keys.iter().any(Expr::binds) {
        let what = "a rollup by an expression that binds a value: select it in a query in the place of a table, and \
                    group by its column";
        return Err(Error::Statement(what.into()));
    }
    w.push("ROLLUP (");
    w.comma_separated(keys, |w, key| w.dialect().expr(w, key))?;
    w.push(")");
    Ok(())
}

/// Whether a key was left out.
pub(super) fn rolled(w: &mut SqlWriter<'_>, key: &Expr) -> Result<()> {
    if !w.dialect().capability().rollup {
        let what = "rolled() of something that is no key of group_by_rollup";
        return Err(Error::Statement(what.into()));
    }
    w.push("(GROUPING(");
    w.dialect().expr(w, key)?;
    w.push(") = 1)");
    Ok(())
}

/// The query's rows, as a query of the grouped rows, so that they can be ordered by what they hold.
pub(super) fn rows(w: &mut SqlWriter<'_>, select: &Select, keys: &[Expr]) -> Result<()> {
    if let Some(lock) = select.lock {
        let what = format!("a lock ({lock:?}) of groups: it takes rows");
        return Err(Error::Statement(what));
    }
    let mut items: Vec<Expr> = select.items.iter().map(|item| item.expr.clone()).collect();
    let shown = items.len();
    // What the rows are ordered by, and do not show, comes along.
    let mut order = Vec::with_capacity(select.order_by.len());
    for key in &select.order_by {
        let at = items
            .iter()
            .position(|item| *item == key.expr)
            .unwrap_or_else(|| {
                items.push(key.expr.clone());
                items.len() - 1
            });
        order.push(OrderBy {
            expr: column(at, &key.expr),
            ..key.clone()
        });
    }
    if select.distinct && items.len() > shown {
        let what = "different groups in the order of something that is not selected";
        return Err(Error::Statement(what.into()));
    }
    w.push(if select.distinct {
        "SELECT DISTINCT "
    } else {
        "SELECT "
    });
    w.comma_separated(select.items.iter().enumerate(), |w, (at, item)| {
        w.identifier(&name(at))?;
        match &item.alias {
            Some(alias) => alias_as(w, alias),
            None => Ok(()),
        }
    })?;
    w.push(" FROM (");
    levels(w, select, keys, &items)?;
    w.push(")");
    alias_as(w, "rolled")?;
    if !order.is_empty() && !select.counted {
        w.push(" ORDER BY ");
        w.comma_separated(&order, |w, key| w.bare(|w| w.dialect().order_by(w, key)))?;
    }
    w.dialect().limit(w, select.limit, select.offset)
}

fn levels(w: &mut SqlWriter<'_>, select: &Select, keys: &[Expr], items: &[Expr]) -> Result<()> {
    let level = Select {
        items: items
            .iter()
            .map(|expr| SelectItem {
                expr: expr.clone(),
                alias: None,
            })
            .collect(),
        order_by: Default::default(),
        limit: None,
        offset: None,
        ..select.clone()
    };
    if w.dialect().capability().rollup {
        return one(w, &level);
    }
    for depth in (0..=keys.len()).rev() {
        if depth < keys.len() {
            w.push(" UNION ALL ");
        }
        one(w, &cut(&level, keys, depth))?;
    }
    Ok(())
}

fn one(w: &mut SqlWriter<'_>, level: &Select) -> Result<()> {
    w.push("SELECT ");
    w.comma_separated(level.items.iter().enumerate(), |w, (at, item)| {
        w.dialect().output_expr(w, &item.expr)?;
        alias_as(w, &name(at))
    })?;
    body(w, level)
}

/// The query with the first keys only; the others are NULL.
fn cut(select: &Select, keys: &[Expr], depth: usize) -> Select {
    let (kept, gone) = keys.split_at(depth);
    let replace = |expr: &Expr| {
        expr.replaced(&mut |part| match part {
            Expr::Rolled(key) => Some(Expr::Value(Value::Bool(gone.contains(&**key)))),
            // An aggregate looks at the rows, which have the value still.
            Expr::Aggregate { .. } | Expr::JoinText(_) => Some(part.clone()),
            part if gone.contains(part) => Some(Expr::Value(Value::Null)),
            _ => None,
        })
    };
    let mut level = select.clone();
    for item in &mut level.items {
        item.expr = replace(&item.expr);
    }
    level.having = select.having.as_ref().map(replace);
    level.group_by = select
        .group_by
        .iter()
        .flat_map(|key| match key {
            Expr::Rollup(_) => kept,
            key => std::slice::from_ref(key),
        })
        .cloned()
        .collect();
    let aggregates = level.items.iter().any(|item| item.expr.is_aggregate());
    if level.group_by.is_empty() && !aggregates {
        // One group of all rows, also when no aggregate is asked for.
        if let Some(first) = level.items.first_mut() {
            let expr = std::mem::replace(&mut first.expr, Expr::Literal(0));
            first.expr = Expr::Case {
                branches: vec![(Expr::count_all().ge(Expr::Literal(0)), expr)],
                otherwise: None,
            };
        }
    }
    level
}

fn name(at: usize) -> String {
    format!("rolled_{}", at + 1)
}

fn column(at: usize, expr: &Expr) -> Expr {
    Expr::Column(ColumnRef {
        table: None,
        name: name(at).into(),
        data_type: expr.data_type(),
        // Of a total it is NULL.
        nullable: true,
    })
}
