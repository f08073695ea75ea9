//! `WITH`, `FROM` and joins.

use crate::expr::ColumnRef;
use crate::{Body, Cte, Error, JoinKind, Result, Select, SetOp, Source, SourceRows, SqlWriter};

/// `WITH …`, before the query that reads it.
pub(super) fn with(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    let Some(tables) = select.tables.as_ref().filter(|tables| !tables.with.is_empty()) else {
        return Ok(());
    };
    let recursive = tables.with.iter().any(|cte| cte.recursive);
    w.push(if recursive { "WITH RECURSIVE " } else { "WITH " });
    w.comma_separated(&tables.with, cte)?;
    w.push(" ");
    Ok(())
}

fn cte(w: &mut SqlWriter<'_>, cte: &Cte) -> Result<()> {
    if cte.recursive {
        check_recursive(cte)?;
    }
    w.identifier(&cte.name)?;
    if !cte.columns.is_empty() {
        w.push(" (");
        w.comma_separated(&cte.columns, |w, column| w.identifier(column))?;
        w.push(")");
    }
    w.push(" AS (");
    w.alone(|w| body(w, &cte.body))?;
    w.push(")");
    Ok(())
}

/// What no database takes in a recursive query, or each in its own way.
fn check_recursive(cte: &Cte) -> Result<()> {
    let plain = |body: &Body| matches!(body, Body::Select(select) if !is_bounded(select));
    match &cte.body {
        Body::Set {
            op: SetOp::Union | SetOp::UnionAll,
            left,
            right,
        } if plain(left) && plain(right) => Ok(()),
        _ => Err(Error::Statement(format!(
            "recursive query {} is not one query to begin with and one for each step, both without order, limit and lock",
            cte.name
        ))),
    }
}

/// With clauses that can't stand beside a set operation.
fn is_bounded(select: &Select) -> bool {
    !select.order_by.is_empty()
        || select.limit.is_some()
        || select.offset.is_some()
        || select.lock.is_some()
        || select.counted
        || select
            .tables
            .as_ref()
            .is_some_and(|tables| !tables.with.is_empty())
}

/// A query, or several put together. Databases bind set operations differently, and not all know parentheses, so what is
/// not a plain chain becomes a derived table.
pub(crate) fn body(w: &mut SqlWriter<'_>, body: &Body) -> Result<()> {
    let (op, left, right) = match body {
        Body::Select(select) => return w.dialect().select(w, select),
        Body::Set { op, left, right } => (*op, left, right),
    };
    if matches!(op, SetOp::Intersect | SetOp::Except) && !w.dialect().capability().intersect {
        return Err(Error::Unsupported {
            dialect: w.dialect().name(),
            feature: "INTERSECT and EXCEPT",
            way_out: "use exists or not_exists in a filter",
        });
    }
    // A chain of the same operation is read from the left everywhere.
    let chain = matches!(&**left, Body::Set { op: inner, .. } if *inner == op);
    member(w, left, chain)?;
    w.push(" ");
    w.push(op.as_sql());
    w.push(" ");
    member(w, right, false)
}

fn member(w: &mut SqlWriter<'_>, one: &Body, chain: bool) -> Result<()> {
    let plain = match one {
        Body::Select(select) => !is_bounded(select),
        Body::Set { .. } => chain,
    };
    if plain {
        return body(w, one);
    }
    w.push("SELECT * FROM (");
    body(w, one)?;
    w.push(") AS ");
    w.identifier("member")
}

/// The sources, from the first on.
pub(super) fn from(w: &mut SqlWriter<'_>, select: &Select) -> Result<()> {
    match select.main() {
        None => w.table(&select.from)?,
        Some(main) => source(w, main)?,
    }
    for join in select.joins() {
        if join.kind == JoinKind::Full && !w.dialect().capability().full_join {
            return Err(Error::Unsupported {
                dialect: w.dialect().name(),
                feature: "FULL JOIN",
                way_out: "put a left join and the rows of the right side without a partner together with union_all",
            });
        }
        w.push(match join.kind {
            JoinKind::Inner => " JOIN ",
            JoinKind::Left => " LEFT JOIN ",
            JoinKind::Right => " RIGHT JOIN ",
            JoinKind::Full => " FULL JOIN ",
            JoinKind::Cross => " CROSS JOIN ",
        });
        source(w, &join.source)?;
        match (&join.on, join.kind) {
            (None, JoinKind::Cross) => {}
            (Some(_), JoinKind::Cross) => {
                return Err(Error::Statement(format!(
                    "a cross join with {} has a condition: make it an inner join",
                    join.source.name()
                )));
            }
            (on, _) => {
                w.push(" ON ");
                let before = w.enter(Some("ON"));
                match on {
                    Some(on) => w.dialect().expr(w, on)?,
                    None => w.push("1 = 1"),
                }
                w.enter(before);
            }
        }
    }
    Ok(())
}

fn source(w: &mut SqlWriter<'_>, source: &Source) -> Result<()> {
    match &source.rows {
        SourceRows::Table(table) => w.table(table)?,
        SourceRows::Cte(name) => w.identifier(name)?,
        SourceRows::Query(query) => {
            if source.alias.is_none() {
                return Err(Error::Statement(
                    "a query in the place of a table without a name".into(),
                ));
            }
            if source.lateral {
                if !w.dialect().capability().lateral {
                    return Err(Error::Unsupported {
                        dialect: w.dialect().name(),
                        feature: "LATERAL",
                        way_out: "filter by a subquery, or read the rows in a second query with include",
                    });
                }
                w.push("LATERAL (");
                body(w, query)?;
            } else {
                w.push("(");
                w.alone(|w| body(w, query))?;
            }
            w.push(")");
        }
    }
    if let Some(alias) = &source.alias {
        w.push(" AS ");
        w.identifier(alias)?;
    }
    Ok(())
}

/// A column, with its table's name where there is more than one.
pub(crate) fn column(w: &mut SqlWriter<'_>, column: &ColumnRef) -> Result<()> {
    if let Some(table) = w.qualifier(column)? {
        w.identifier(&table)?;
        w.push(".");
    }
    w.identifier(&column.name)
}
