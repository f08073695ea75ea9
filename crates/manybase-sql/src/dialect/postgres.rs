//! PostgreSQL.

use super::Dialect;
use crate::schema::Column;
use crate::{
    Capability, DataType, Expr, Function, IsolationLevel, LikePattern, ListBind, Order, Result, SqlWriter,
    Value, render,
};
use std::fmt::Write;

/// PostgreSQL 13 and later.
#[derive(Debug)]
pub struct Postgres;

static CAPABILITY: Capability = Capability {
    insert_returning: true,
    update_returning: true,
    delete_returning: true,
    savepoints: true,
    transactional_ddl: true,
    two_phase_commit: true,
    row_locks: true,
    skip_locked: true,
    nowait: true,
    lateral: true,
    schemas: true,
    single_writer: false,
    // It takes READ UNCOMMITTED and gives READ COMMITTED.
    isolation_levels: &[
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ],
    list_bind: ListBind::Array,
    // Always: one prepared statement then serves every length.
    list_bind_from: 0,
    max_parameters: 65_535,
    // NAMEDATALEN - 1; a longer one is cut off with no more than a notice.
    max_identifier: 63,
};

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn capability(&self) -> &'static Capability {
        &CAPABILITY
    }

    fn placeholder(&self, sql: &mut String, n: usize) {
        // Writing into a String can't fail.
        let _ = write!(sql, "${n}");
    }

    fn nulls_first_by_itself(&self, order: Order) -> bool {
        order == Order::Desc
    }

    /// A bare parameter would be taken for text.
    fn output_expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Value(value) => typed(w, value),
            expr => self.expr(w, expr),
        }
    }

    fn in_long_list(&self, w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
        render::grouped(w, expr)?;
        w.push(if negated { " <> ALL(" } else { " = ANY(" });
        w.bind(Value::List(list.into()));
        w.push(")");
        Ok(())
    }

    fn like(
        &self,
        w: &mut SqlWriter<'_>,
        expr: &Expr,
        pattern: &LikePattern,
        case_insensitive: bool,
    ) -> Result<()> {
        render::grouped(w, expr)?;
        w.push(if case_insensitive { " ILIKE " } else { " LIKE " });
        w.bind(pattern.to_like().into());
        w.push(" ESCAPE '!'");
        Ok(())
    }

    fn call(&self, w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
        match (function, arguments) {
            // Two-argument ROUND takes NUMERIC only, and rounds half away from zero there.
            (Function::Round, [number, digits]) => {
                w.push("ROUND(");
                render::grouped(w, number)?;
                w.push("::numeric, ");
                render::grouped(w, digits)?;
                w.push("::int)");
                Ok(())
            }
            // The session's zone must not decide in which year an instant lies.
            (Function::Year | Function::Month | Function::Day, [instant])
                if instant.data_type() == Some(DataType::Timestamp) =>
            {
                w.push(match function {
                    Function::Year => "EXTRACT(YEAR FROM ",
                    Function::Month => "EXTRACT(MONTH FROM ",
                    _ => "EXTRACT(DAY FROM ",
                });
                render::grouped(w, instant)?;
                w.push(" AT TIME ZONE 'UTC')");
                Ok(())
            }
            _ => render::call(w, function, arguments),
        }
    }

    fn type_name(&self, data_type: DataType) -> Result<String> {
        Ok(match data_type {
            DataType::Bool => "boolean".into(),
            DataType::I16 => "smallint".into(),
            DataType::I32 => "integer".into(),
            DataType::I64 => "bigint".into(),
            DataType::U64 => "numeric(20)".into(),
            DataType::F32 => "real".into(),
            DataType::F64 => "double precision".into(),
            DataType::Decimal { precision: None } => "numeric".into(),
            DataType::Decimal {
                precision: Some((total, scale)),
            } => format!("numeric({total}, {scale})"),
            DataType::Text { length: None } => "text".into(),
            DataType::Text { length: Some(length) } => format!("varchar({length})"),
            DataType::Char(length) => format!("char({length})"),
            DataType::Bytes => "bytea".into(),
            DataType::Date => "date".into(),
            DataType::Time => "time".into(),
            DataType::DateTime => "timestamp".into(),
            DataType::Timestamp => "timestamptz".into(),
            DataType::Uuid => "uuid".into(),
            DataType::Json => "jsonb".into(),
        })
    }

    fn column_def(&self, w: &mut SqlWriter<'_>, column: &Column, _indexed: bool) -> Result<()> {
        w.identifier(&column.name)?;
        w.push(" ");
        w.push(&self.type_name(column.data_type)?);
        if column.auto {
            w.push(" GENERATED BY DEFAULT AS IDENTITY");
        }
        render::null_and_default(w, column)
    }
}

/// A parameter with its type beside it.
fn typed(w: &mut SqlWriter<'_>, value: &Value) -> Result<()> {
    let data_type = value.data_type();
    w.bind(value.clone());
    if let Some(data_type) = data_type {
        let name = w.dialect().type_name(data_type)?;
        w.push("::");
        w.push(&name);
    }
    Ok(())
}
