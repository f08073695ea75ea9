//! DDL.

use crate::schema::{
    Column, CreateIndex, CreateTable, DefaultValue, DropTable, Index, IndexKey, OnDelete, Table,
};
use crate::{Comments, Error, Name, Result, SqlWriter, TableName, Value};

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
    for check in &table.checks {
        w.push(", CONSTRAINT ");
        w.identifier(&check.name)?;
        w.push(" CHECK (");
        w.push(&check.sql);
        w.push(")");
    }
    if w.dialect().capability().index_in_table {
        for index in &table.indexes {
            w.push(if index.unique {
                ", UNIQUE INDEX "
            } else {
                ", INDEX "
            });
            w.identifier(&index.name)?;
            index_body(w, index)?;
        }
    }
    w.push(")");
    w.push(w.dialect().table_options());
    if let (Some(comment), Comments::InTable) = (&table.comment, w.dialect().capability().comments) {
        w.push(" COMMENT=");
        w.push(&w.dialect().comment_literal(comment));
    }
    Ok(())
}

pub(crate) fn create_index(w: &mut SqlWriter<'_>, create: &CreateIndex) -> Result<()> {
    index_head(w, create)?;
    w.identifier(&create.index.name)?;
    w.push(" ON ");
    w.table(&create.table)?;
    index_body(w, &create.index)
}

pub(crate) fn index_head(w: &mut SqlWriter<'_>, create: &CreateIndex) -> Result<()> {
    w.push(if create.index.unique {
        "CREATE UNIQUE INDEX "
    } else {
        "CREATE INDEX "
    });
    if !create.if_not_exists {
        return Ok(());
    }
    if !w.dialect().capability().index_if_not_exists {
        return Err(Error::Unsupported {
            dialect: w.dialect().name(),
            feature: "CREATE INDEX IF NOT EXISTS",
            way_out: "look in the catalog whether it is there",
        });
    }
    w.push("IF NOT EXISTS ");
    Ok(())
}

/// What it is sorted by, and its condition.
pub(crate) fn index_body(w: &mut SqlWriter<'_>, index: &Index) -> Result<()> {
    let dialect = w.dialect();
    let lacks = |feature, way_out| Error::Unsupported {
        dialect: dialect.name(),
        feature,
        way_out,
    };
    if index.columns.is_empty() {
        return Err(Error::Statement(format!("index {} has no columns", index.name)));
    }
    w.push(" (");
    w.comma_separated(&index.columns, |w, column| {
        match &column.key {
            IndexKey::Column(name) => w.identifier(name)?,
            IndexKey::Expression(_) if !dialect.capability().index_expression => {
                return Err(lacks(
                    "index on an expression",
                    "index a column that the database generates from the expression",
                ));
            }
            IndexKey::Expression(sql) => {
                w.push("(");
                w.push(sql);
                w.push(")");
            }
        }
        if column.descending {
            w.push(" DESC");
        }
        Ok(())
    })?;
    w.push(")");
    if let Some(filter) = &index.filter {
        if !dialect.capability().index_filter {
            return Err(lacks(
                "index with a condition",
                "index all rows, or a column that the database generates and that is NULL for the others",
            ));
        }
        w.push(" WHERE ");
        w.push(filter);
    }
    Ok(())
}

pub(crate) fn comment_on(
    w: &mut SqlWriter<'_>,
    table: &TableName,
    column: Option<&str>,
    comment: Option<&str>,
) -> Result<()> {
    w.push(match column {
        Some(_) => "COMMENT ON COLUMN ",
        None => "COMMENT ON TABLE ",
    });
    w.table(table)?;
    if let Some(column) = column {
        w.push(".");
        w.identifier(column)?;
    }
    w.push(" IS ");
    match comment {
        Some(comment) => w.push(&w.dialect().comment_literal(comment)),
        None => w.push("NULL"),
    }
    Ok(())
}

fn names(w: &mut SqlWriter<'_>, names: &[Name]) -> Result<()> {
    w.comma_separated(names, |w, name| w.identifier(name))
}

fn is_indexed(table: &Table, column: &Name) -> bool {
    table.primary_key.contains(column)
        || table.uniques.iter().any(|unique| unique.contains(column))
        || table.foreign_keys.iter().any(|key| key.columns.contains(column))
        || table.indexes.iter().any(|index| {
            let is = |key: &IndexKey| matches!(key, IndexKey::Column(name) if name == column);
            index.columns.iter().any(|one| is(&one.key))
        })
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
        default_value(w, default)?;
    }
    Ok(())
}

/// An expression stands in parentheses: that is the form that all databases take.
fn default_value(w: &mut SqlWriter<'_>, default: &DefaultValue) -> Result<()> {
    match default {
        DefaultValue::Value(value) => w.dialect().literal(w, value),
        DefaultValue::Sql(sql) => {
            w.push("(");
            w.push(sql);
            w.push(")");
            Ok(())
        }
    }
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
