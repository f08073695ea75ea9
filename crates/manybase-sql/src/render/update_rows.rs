//! `UPDATE` of many rows, each with values of its own.

use crate::{DataType, Error, Expr, Name, Result, SqlWriter, Update, UpdateRows, Value};

/// What the list of values is called. It and its columns have names that nobody's table has.
const LIST: &str = "mb_rows";

pub(crate) fn update_rows(w: &mut SqlWriter<'_>, update: &UpdateRows) -> Result<()> {
    let width = update.keys.len() + update.set.len();
    let values = update.values.len();
    let wrong = if update.keys.is_empty() {
        Some("without a key to find rows by".to_owned())
    } else if update.set.is_empty() && update.also.is_empty() {
        Some("that sets nothing".to_owned())
    } else if values == 0 || !values.is_multiple_of(width) {
        Some(format!("with {values} values, {width} for each row"))
    } else {
        None
    };
    if let Some(wrong) = wrong {
        let table = &update.table;
        return Err(Error::Statement(format!("an update of rows of {table} {wrong}")));
    }
    match w.dialect().capability().update_from {
        true => from_values(w, update, width),
        false => w.dialect().update(w, &by_case(update, width)),
    }
}

/// A list of values that is joined. Its first row says what they are: parameters alone would be taken for texts.
fn from_values(w: &mut SqlWriter<'_>, update: &UpdateRows, width: usize) -> Result<()> {
    let columns = || update.keys.iter().chain(&update.set);
    let name = |at: usize| match at.checked_sub(update.keys.len()) {
        None => format!("mb_k{at}"),
        Some(at) => format!("mb_s{at}"),
    };
    w.push("WITH ");
    w.identifier(LIST)?;
    w.push(" (");
    w.comma_separated(0..width, |w, at| w.identifier(&name(at)))?;
    w.push(") AS (VALUES ");
    w.comma_separated(update.values.chunks_exact(width).enumerate(), |w, (nth, row)| {
        w.push("(");
        w.comma_separated(row.iter().zip(columns()), |w, (value, (_, data_type))| {
            if nth > 0 {
                w.given(value);
                return Ok(());
            }
            w.push("CAST(");
            w.given(value);
            w.push(" AS ");
            w.dialect().cast_type(w, unbounded(*data_type))?;
            w.push(")");
            Ok(())
        })?;
        w.push(")");
        Ok(())
    })?;
    w.push(") UPDATE ");
    w.table(&update.table)?;
    w.push(" SET ");
    let given = update.set.iter().enumerate();
    w.comma_separated(given, |w, (at, (column, _))| {
        w.identifier(column)?;
        w.push(" = ");
        of_list(w, &name(update.keys.len() + at))
    })?;
    for (at, (column, to)) in update.also.iter().enumerate() {
        if at > 0 || !update.set.is_empty() {
            w.push(", ");
        }
        w.identifier(column)?;
        w.push(" = ");
        w.dialect().expr(w, to)?;
    }
    w.push(" FROM ");
    w.identifier(LIST)?;
    for (at, (column, _)) in update.keys.iter().enumerate() {
        w.push(if at == 0 { " WHERE " } else { " AND " });
        w.identifier(&update.table.name)?;
        w.push(".");
        w.identifier(column)?;
        w.push(" = ");
        of_list(w, &name(at))?;
    }
    match &update.filter {
        None => Ok(()),
        Some(filter) => {
            w.push(" AND ");
            super::grouped(w, filter)
        }
    }
}

fn of_list(w: &mut SqlWriter<'_>, column: &str) -> Result<()> {
    w.identifier(LIST)?;
    w.push(".");
    w.identifier(column)
}

/// A conversion to a type with a length would cut off without a word what the column itself refuses.
fn unbounded(data_type: DataType) -> DataType {
    match data_type {
        DataType::Text { .. } | DataType::Char(_) => DataType::Text { length: None },
        DataType::Decimal { .. } => DataType::Decimal { precision: None },
        other => other,
    }
}

/// Each column is set by the key that its row has.
fn by_case(update: &UpdateRows, width: usize) -> Update {
    let column = |(name, data_type): &(Name, DataType)| Expr::typed_column(name.clone(), *data_type, true);
    let rows = || update.values.chunks_exact(width);
    let same = |row: &[Value]| {
        let mut same = None;
        for (key, value) in update.keys.iter().zip(row) {
            Expr::and_into(&mut same, column(key).eq(Expr::Value(value.clone())));
        }
        same
    };
    let mut by_case = Update::table(update.table.clone());
    for (at, set) in update.set.iter().enumerate() {
        let branch = |row: &[Value]| {
            let to = row.get(update.keys.len() + at)?;
            Some((same(row)?, Expr::Value(to.clone())))
        };
        let case = Expr::Case {
            branches: rows().filter_map(branch).collect(),
            otherwise: Some(Box::new(column(set))),
        };
        by_case = by_case.set(set.0.clone(), case);
    }
    by_case.set.extend(update.also.iter().cloned());
    by_case.filter = match &update.keys[..] {
        [key] => Some(column(key).in_list(rows().filter_map(|row| row.first().cloned()))),
        _ => any(rows().filter_map(same).collect()),
    };
    if let Some(filter) = &update.filter {
        Expr::and_into(&mut by_case.filter, filter.clone());
    }
    by_case
}

/// By halves, so that the tree is not as deep as there are rows.
fn any(mut conditions: Vec<Expr>) -> Option<Expr> {
    match conditions.len() {
        0 | 1 => conditions.pop(),
        len => {
            let others = any(conditions.split_off(len / 2))?;
            Some(any(conditions)?.or(others))
        }
    }
}
