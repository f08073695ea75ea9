//! A new table takes the rows over, and then the name.

use super::Pending;
use crate::ddl::script::Script;
use crate::ddl::spec::Writer;
use crate::schema::Table;
use manybase_db::Result;

/// Rows, indexes, triggers and the counter of a numbered key stay. What is on the table and is not known stops it.
pub(super) fn rebuild(pending: &Pending, was: &Table, w: &Writer<'_>, script: &mut Script) -> Result<()> {
    let (now, what) = (&pending.now, pending.what());
    let new = now.name.beside(format!("manybase_new_{}", now.name.name));
    let (old_name, new_name) = (w.table(&now.name)?, w.table(&new)?);
    script.foreign_keys_off = true;

    let known: Vec<&str> = (was.indexes.iter().filter_map(|index| index.name.as_deref()))
        .chain(was.triggers.iter().map(|trigger| trigger.name.as_str()))
        .collect();
    let mut guard = Vec::new();
    w.sql(|sql| {
        guard = w.ddl.guard(sql, &now.name.table(), &known)?;
        Ok(())
    })?;
    guard.into_iter().for_each(|sql| script.push(&what, sql));

    script.push(&what, w.create_table(now, &new)?);
    let (columns, values) = copied(pending, was, w)?;
    let copy = format!(
        "INSERT INTO {new_name} ({}) SELECT {} FROM {old_name}",
        columns.join(", "),
        values.join(", ")
    );
    if !columns.is_empty() {
        script.push(&what, copy);
    }
    let numbered = |table: &Table| table.columns.iter().any(|column| column.auto);
    if numbered(was) && numbered(now) {
        let mut carry = Vec::new();
        w.sql(|sql| {
            carry = w.ddl.carry_counter(sql, &now.name.name, &new.name);
            Ok(())
        })?;
        carry.into_iter().for_each(|sql| script.push(&what, sql));
    }
    script.push(&what, w.drop_table(&now.name)?);
    let around = w.ddl.around_rename();
    if let Some((first, _)) = around {
        script.push(&what, first);
    }
    script.push(&what, w.rename_table(&new, &now.name)?);
    if let Some((_, last)) = around {
        script.push(&what, last);
    }
    for index in now.indexes.iter().filter(|index| !w.is_inside(index)) {
        script.push(&what, w.create_index(&now.name, index, false)?);
    }
    for trigger in &now.triggers {
        script.push(&what, trigger.definition.trim().trim_end_matches(';'));
    }
    Ok(())
}

/// The columns that are filled, and with what.
fn copied(pending: &Pending, was: &Table, w: &Writer<'_>) -> Result<(Vec<String>, Vec<String>)> {
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for column in pending
        .now
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
    {
        let fill = pending
            .fills
            .get(&column.name)
            .map(|fill| fill.sql(w.dialect))
            .transpose()?;
        let old = was
            .find(&column.name)
            .filter(|_| !pending.fresh.contains(&column.name));
        let value = match (old, fill) {
            (Some(old), fill) => {
                let cast = pending.casts.get(&column.name).map(String::as_str);
                let retyped = old.data_type != column.data_type || cast.is_some();
                let converted = match retyped {
                    true => w.conversion(&pending.now.name, old, column, cast)?,
                    false => None,
                };
                let value = converted.map_or_else(|| w.name(&column.name), Ok)?;
                match fill.filter(|_| old.nullable && !column.nullable) {
                    Some(fill) => format!("COALESCE({value}, {fill})"),
                    None => value,
                }
            }
            (None, Some(fill)) if column.default.is_none() => fill,
            // The default, or a number, or a failure if there are rows.
            (None, _) => continue,
        };
        columns.push(w.name(&column.name)?);
        values.push(value);
    }
    Ok((columns, values))
}
