//! DDL.

use crate::schema::{Column, CreateTable, DropTable, OnDelete, Table};
use crate::{Error, Name, Result, SqlWriter, Value};

pub(crate) fn create_table(w: &mut SqlWriter<'_>, create: &CreateTable) -> Result<()> {
    let table = &create.table;
    if table.columns.is_empty() {
        return Err(Error::Statement(format!("table {} has no columns", table.name)));
    }
    w.push(if create.if_not_exists {
        "CREATE TABLE IF NOT EXISTS "
    } else {
        "CREATE TABLE "
    });
    w.table(&table.name)?;
    w.push(" (");
    w.comma_separated(&table.columns, |w, column| {
        w.dialect().column_def(w, column, is_indexed(table, &column.name))
    })?;
    let auto = table.columns.iter().find(|column| column.auto);
    let said = auto.filter(|_| w.dialect().auto_key_is_primary());
    if said.is_some_and(|auto| table.primary_key.iter().any(|key| *key != auto.name)) {
        return Err(Error::Unsupported {
            dialect: w.dialect().name(),
            feature: "numbered column beside other columns of the key",
            way_out: "make the numbered column the whole key and the others a unique set",
        });
    }
    if said.is_none() && !table.primary_key.is_empty() {
        w.push(", PRIMARY KEY (");
        names(w, &table.primary_key)?;
        w.push(")");
    }
    for unique in &table.uniques {
        w.push(", UNIQUE (");
        names(w, unique)?;
        w.push(")");
    }
    for key in &table.foreign_keys {
        w.push(", FOREIGN KEY (");
        names(w, &key.columns)?;
        w.push(") REFERENCES ");
        w.dialect().references(w, &table.name, &key.references)?;
        w.push(" (");
        names(w, &key.referenced_columns)?;
        w.push(match key.on_delete {
            OnDelete::Restrict => ")",
            OnDelete::Cascade => ") ON DELETE CASCADE",
            OnDelete::SetNull => ") ON DELETE SET NULL",
        });
    }
    w.push(")");
    w.push(w.dialect().table_options());
    Ok(())
}

fn names(w: &mut SqlWriter<'_>, names: &[Name]) -> Result<()> {
    w.comma_separated(names, |w, name| w.identifier(name))
}

fn is_indexed(table: &Table, column: &Name) -> bool {
    table.primary_key.contains(column)
        || table.uniques.iter().any(|unique| unique.contains(column))
        || table.foreign_keys.iter().any(|key| key.columns.contains(column))
}

pub(crate) fn drop_table(w: &mut SqlWriter<'_>, drop: &DropTable) -> Result<()> {
    w.push(if drop.if_exists {
        "DROP TABLE IF EXISTS "
    } else {
        "DROP TABLE "
    });
    w.table(&drop.table)
}

pub(crate) fn null_and_default(w: &mut SqlWriter<'_>, column: &Column) -> Result<()> {
    if !column.nullable {
        w.push(" NOT NULL");
    }
    if let Some(default) = &column.default {
        w.push(" DEFAULT ");
        w.dialect().literal(w, default)?;
    }
    Ok(())
}

pub(crate) fn literal(w: &mut SqlWriter<'_>, value: &Value) -> Result<()> {
    let text = match value {
        Value::Null => "NULL".into(),
        Value::Bool(v) => if *v { "TRUE" } else { "FALSE" }.into(),
        Value::I64(v) => v.to_string(),
        Value::U64(v) => v.to_string(),
        Value::F32(v) if v.is_finite() => format!("{v:?}"),
        Value::F64(v) if v.is_finite() => format!("{v:?}"),
        Value::Decimal(v) => w.dialect().string_literal(&v.normalize().to_string()),
        Value::Text(v) if !v.contains('\0') => w.dialect().string_literal(v),
        Value::Date(v) => w.dialect().string_literal(&v.to_string()),
        // Six digits always: where a time is kept as text, another form would be another time.
        Value::Time(v) => w.dialect().string_literal(&v.format("%T%.6f").to_string()),
        Value::DateTime(v) => w.dialect().string_literal(&v.format("%F %T%.6f").to_string()),
        Value::Timestamp(v) => w.dialect().string_literal(&w.dialect().timestamp_text(*v)),
        Value::Bytes(v) => w.dialect().bytes_literal(v),
        Value::Json(v) => w.dialect().string_literal(&v.to_string()),
        Value::Uuid(v) => w.dialect().string_literal(&v.to_string()),
        value => {
            return Err(Error::Statement(format!(
                "a default can't be {}: set the value in code",
                value.kind()
            )));
        }
    };
    w.push(&text);
    Ok(())
}

/// Two digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing into a String can't fail.
        let _ = write!(out, "{byte:02X}");
    }
    out
}
