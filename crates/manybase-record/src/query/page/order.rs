//! The order of pages, and what lies beyond a place in it.

use crate::ModelMeta;
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::{Expr, Order, OrderBy, Value};

/// One key of the order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sorted {
    /// The column's position in the model.
    pub(super) at: usize,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

impl Sorted {
    fn turned(self, backward: bool) -> Self {
        Self {
            descending: self.descending != backward,
            nulls_first: self.nulls_first != backward,
            ..self
        }
    }
}

/// What the query is ordered by, and the model's key behind it, so that no two rows are at the same place.
/// `name` is what its table goes by.
pub(super) fn of(meta: &ModelMeta, by: &[OrderBy], name: &str) -> Result<Vec<Sorted>> {
    let mut order: Vec<Sorted> = Vec::with_capacity(by.len() + meta.keys.len());
    for key in by {
        let at = match &key.expr {
            Expr::Column(column) if column.table.as_ref().is_none_or(|table| table == name) => {
                meta.columns.iter().position(|own| own.name == column.name)
            }
            _ => None,
        };
        let at = at.ok_or_else(|| {
            Error::new(
                ErrorKind::Statement,
                "pages are ordered by columns of the model, and this is none",
            )
            .with_help("keep what it calculates in a column, or use limit and offset")
        })?;
        if order.iter().any(|other| other.at == at) {
            continue;
        }
        let descending = key.order == Order::Desc;
        order.push(Sorted {
            at,
            descending,
            nulls_first: key.nulls_first.unwrap_or(!descending),
        });
    }
    if meta.keys.is_empty() {
        return Err(meta.no_key());
    }
    // In the direction of the last key, so that one index serves both.
    let descending = order.last().is_some_and(|last| last.descending);
    for &at in &meta.keys {
        if !order.iter().any(|other| other.at == at) {
            order.push(Sorted {
                at,
                descending,
                nulls_first: !descending,
            });
        }
    }
    Ok(order)
}

/// The order as the query has it, from its end if need be.
pub(super) fn clauses(meta: &ModelMeta, order: &[Sorted], backward: bool) -> Vec<OrderBy> {
    let clause = |key: &Sorted| {
        let key = key.turned(backward);
        OrderBy {
            expr: meta.expr(key.at),
            order: if key.descending { Order::Desc } else { Order::Asc },
            nulls_first: (key.nulls_first == key.descending).then_some(key.nulls_first),
        }
    };
    order.iter().map(clause).collect()
}

/// Rows behind a place, or before it when it goes backward; with the row at that place itself, if it is to be included.
///
/// `a > 1 OR (a = 1 AND b > 2)`; and since no database looks for the least `a` in that, `a >= 1` before it, with which
/// an index on the order is entered at the right place.
pub(super) fn beyond(
    meta: &ModelMeta,
    order: &[Sorted],
    values: &[Value],
    backward: bool,
    inclusive: bool,
) -> Expr {
    let mut any: Option<Expr> = None;
    let mut or = |branch: Expr| {
        any = Some(match any.take() {
            Some(before) => before.or(branch),
            None => branch,
        });
    };
    let mut same: Option<Expr> = None;
    for (key, value) in order.iter().zip(values) {
        if let Some(further) = further(meta, key.turned(backward), value) {
            let mut branch = same.clone();
            Expr::and_into(&mut branch, further);
            branch.into_iter().for_each(&mut or);
        }
        let column = meta.expr(key.at);
        let equal = match value {
            Value::Null => column.is_null(),
            value => column.eq(Expr::Value(value.clone())),
        };
        Expr::and_into(&mut same, equal);
    }
    if inclusive {
        same.into_iter().for_each(&mut or);
    }
    let any = any.unwrap_or_else(|| meta.expr(0).in_list(Vec::<Value>::new()));
    match order.first().zip(values.first()) {
        Some((key, value)) if order.len() > 1 => match entry(meta, key.turned(backward), value) {
            Some(entry) => entry.and(any),
            None => any,
        },
        _ => any,
    }
}

/// Further on in one column; `None` where there is nothing.
fn further(meta: &ModelMeta, key: Sorted, value: &Value) -> Option<Expr> {
    let column = || meta.expr(key.at);
    if value.is_null() {
        return key.nulls_first.then(|| column().is_not_null());
    }
    let value = Expr::Value(value.clone());
    let further = match key.descending {
        false => column().gt(value),
        true => column().lt(value),
    };
    Some(match meta.columns[key.at].nullable && !key.nulls_first {
        true => further.or(column().is_null()),
        false => further,
    })
}

/// What all rows further on have in the first column.
fn entry(meta: &ModelMeta, key: Sorted, value: &Value) -> Option<Expr> {
    let nulls_follow = meta.columns[key.at].nullable && !key.nulls_first;
    if value.is_null() || nulls_follow {
        return None;
    }
    let value = Expr::Value(value.clone());
    Some(match key.descending {
        false => meta.expr(key.at).ge(value),
        true => meta.expr(key.at).le(value),
    })
}
