//! `INSERT`.

use crate::{Error, Insert, Result, SqlWriter};

pub(crate) fn insert(w: &mut SqlWriter<'_>, insert: &Insert) -> Result<()> {
    let width = insert.columns.len();
    if insert.rows == Insert::UNEVEN {
        let what = format!(
            "an insert into {} with a row that has not {width} values, one for each column",
            insert.table
        );
        return Err(Error::Statement(what));
    }
    if insert.rows == 0 || width.checked_mul(insert.rows) != Some(insert.values.len()) {
        return Err(Error::Statement(format!(
            "an insert into {} with {} rows of {width} columns and {} values",
            insert.table,
            insert.rows,
            insert.values.len()
        )));
    }
    if let Some(conflict) = &insert.on_conflict {
        super::conflict::check(insert, conflict)?;
    }
    w.push("INSERT INTO ");
    w.table(&insert.table)?;
    if width == 0 {
        w.dialect().insert_defaults(w, insert)?;
    } else {
        w.push(" (");
        w.comma_separated(&insert.columns, |w, column| w.identifier(column))?;
        w.push(") VALUES ");
        w.comma_separated(insert.values.chunks_exact(width), |w, row| {
            w.push("(");
            w.comma_separated(row, |w, value| {
                w.given(value);
                Ok(())
            })?;
            w.push(")");
            Ok(())
        })?;
    }
    if let Some(conflict) = &insert.on_conflict {
        w.dialect().on_conflict(w, insert, conflict)?;
    }
    returning(
        w,
        &insert.returning,
        w.dialect().capability().insert_returning,
        "INSERT … RETURNING",
    )
}

pub(super) fn returning(
    w: &mut SqlWriter<'_>,
    columns: &[crate::Name],
    supported: bool,
    feature: &'static str,
) -> Result<()> {
    if columns.is_empty() {
        return Ok(());
    }
    if !supported {
        return Err(Error::Unsupported {
            dialect: w.dialect().name(),
            feature,
            way_out: "run the statement without it and read the rows back by key",
        });
    }
    w.push(" RETURNING ");
    w.comma_separated(columns, |w, column| w.identifier(column))
}
