//! One query runs on one connection: what it reads must live there.

use crate::ModelMeta;
use manybase_db::{Executor, Route};
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::{Expr, Home, Select};
use std::sync::Arc;

/// Refuses a query that reads tables of several connections.
pub(super) fn check(select: &Select, meta: &ModelMeta, route: Route<'_>, on: &dyn Executor) -> Result<()> {
    let mut homes = Vec::new();
    select.each_select(&mut |select| gather(select, &mut homes));
    compare(&homes, meta, route, on)
}

/// The same for a condition or a new value.
pub(super) fn check_expr(expr: &Expr, meta: &ModelMeta, route: Route<'_>, on: &dyn Executor) -> Result<()> {
    let mut homes = Vec::new();
    expr.each_select(&mut |select| gather(select, &mut homes));
    compare(&homes, meta, route, on)
}

fn gather(select: &Select, homes: &mut Vec<Home>) {
    let Some(tables) = &select.tables else { return };
    let joined = tables.joins.iter().map(|join| &join.source);
    for source in tables.main.iter().chain(joined) {
        homes.extend(source.home.clone());
    }
}

fn compare(homes: &[Home], meta: &ModelMeta, route: Route<'_>, on: &dyn Executor) -> Result<()> {
    if homes.is_empty() {
        return Ok(());
    }
    let here = on.resolve(route)?;
    for home in homes {
        let there: Arc<str> = match &home.using {
            Some(using) => using.clone(),
            // What lives together goes together where the query was sent.
            None if home.bound == meta.connection => continue,
            None => on.resolve(Route {
                using: None,
                bound: home.bound,
                model: Some(home.model),
            })?,
        };
        if there != here {
            return Err(apart(meta, here, home, &there));
        }
    }
    Ok(())
}

#[cold]
fn apart(meta: &ModelMeta, here: Arc<str>, home: &Home, there: &str) -> Error {
    let (model, other) = (meta.name, home.model);
    let message = format!(
        "one query can't read {model} on connection \"{here}\" and {other} on connection \"{there}\": these are two databases"
    );
    let help = format!(
        "load {other} with include(), which asks each database for its part, or read the keys first and filter by them \
         with in_list"
    );
    Error::new(ErrorKind::Unsupported, message)
        .with_help(help)
        .with_model(model)
        .with_connection(here)
}
