//! SQLite.
//!
//! It has no decimal type and folds only ASCII letters. Manybase keeps decimals as normalised text, so that they
//! are exact and readable by any tool, and its driver registers what it takes to calculate, compare and fold:
//! the functions `MB_ADD MB_SUB MB_MUL MB_DIV MB_REM MB_NEG MB_ABS MB_ROUND`, the aggregates `MB_SUM MB_AVG`,
//! `MB_LOWER MB_UPPER`, and the collation `MB_DECIMAL`.

use super::Dialect;
use crate::expr::{Aggregate, BinaryOp, UnaryOp};
use crate::schema::Column;
use crate::{Capability, DataType, Expr, Function, LikePattern, ListBind, Result, SqlWriter, Value, render};
use rust_decimal::Decimal;

/// SQLite 3.41 and later, with what the driver registers.
#[derive(Debug)]
pub struct Sqlite;

static CAPABILITY: Capability = Capability {
    insert_returning: true,
    update_returning: true,
    delete_returning: true,
    savepoints: true,
    transactional_ddl: true,
    two_phase_commit: false,
    row_locks: false,
    skip_locked: false,
    nowait: false,
    lateral: false,
    schemas: true,
    single_writer: true,
    // One writer at a time and snapshots for readers: everything is serializable.
    isolation_levels: &[],
    list_bind: ListBind::Json,
    list_bind_from: 200,
    max_parameters: 32_766,
    // It knows no limit of its own; this one keeps mistakes short.
    max_identifier: 1_024,
};

const COLLATE: &str = " COLLATE MB_DECIMAL";

fn is_decimal(expr: &Expr) -> bool {
    expr.data_type().is_some_and(DataType::is_decimal)
}

impl Dialect for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn capability(&self) -> &'static Capability {
        &CAPABILITY
    }

    fn limit(&self, w: &mut SqlWriter<'_>, limit: Option<u64>, offset: Option<u64>) -> Result<()> {
        // There is no OFFSET without LIMIT.
        render::limit(w, limit.or(offset.map(|_| u64::MAX)), offset)
    }

    fn order_expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        self.expr(w, expr)?;
        if is_decimal(expr) {
            w.push(COLLATE);
        }
        Ok(())
    }

    fn expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Unary(UnaryOp::Neg, inner) if is_decimal(inner) => function(w, "MB_NEG", [&**inner]),
            expr => render::expr(w, expr),
        }
    }

    fn binary(&self, w: &mut SqlWriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        if !is_decimal(left) && !is_decimal(right) {
            return render::binary(w, left, op, right);
        }
        let calculate = match op {
            BinaryOp::Add => "MB_ADD",
            BinaryOp::Sub => "MB_SUB",
            BinaryOp::Mul => "MB_MUL",
            BinaryOp::Div => "MB_DIV",
            BinaryOp::Rem => "MB_REM",
            op if op.is_comparison() => {
                decimal(w, left)?;
                w.push(match op {
                    BinaryOp::Eq => " = ",
                    BinaryOp::Ne => " <> ",
                    BinaryOp::Lt => " < ",
                    BinaryOp::Le => " <= ",
                    BinaryOp::Gt => " > ",
                    _ => " >= ",
                });
                decimal(w, right)?;
                // Normalised text is equal when the numbers are, so that an index can serve.
                if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
                    w.push(COLLATE);
                }
                return Ok(());
            }
            _ => return render::binary(w, left, op, right),
        };
        function(w, calculate, [left, right])
    }

    fn between(&self, w: &mut SqlWriter<'_>, expr: &Expr, low: &Expr, high: &Expr) -> Result<()> {
        let decimals = is_decimal(expr) || is_decimal(low) || is_decimal(high);
        if decimals {
            w.push("(");
            decimal(w, expr)?;
            w.push(COLLATE);
            w.push(") BETWEEN ");
            decimal(w, low)?;
            w.push(" AND ");
            return decimal(w, high);
        }
        render::grouped(w, expr)?;
        w.push(" BETWEEN ");
        render::grouped(w, low)?;
        w.push(" AND ");
        render::grouped(w, high)
    }

    fn in_long_list(&self, w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
        let Some(json) = render::list_as_json(list) else {
            return render::in_placeholders(w, expr, list, negated);
        };
        let bytes = list.iter().any(|value| matches!(value, Value::Bytes(_)));
        render::grouped(w, expr)?;
        w.push(if negated {
            " NOT IN (SELECT "
        } else {
            " IN (SELECT "
        });
        w.push(if bytes { "UNHEX(value)" } else { "value" });
        w.push(" FROM JSON_EACH(");
        w.bind(json);
        w.push("))");
        Ok(())
    }

    /// `LIKE` ignores the case of ASCII letters, `GLOB` does not, and can use an index.
    fn like(
        &self,
        w: &mut SqlWriter<'_>,
        expr: &Expr,
        pattern: &LikePattern,
        case_insensitive: bool,
    ) -> Result<()> {
        if case_insensitive {
            w.push("MB_LOWER(");
            self.expr(w, expr)?;
            w.push(") GLOB MB_LOWER(");
            w.bind(pattern.to_glob().into());
            w.push(")");
            return Ok(());
        }
        render::grouped(w, expr)?;
        w.push(" GLOB ");
        w.bind(pattern.to_glob().into());
        Ok(())
    }

    fn call(&self, w: &mut SqlWriter<'_>, name: &Function, arguments: &[Expr]) -> Result<()> {
        let decimals = arguments.first().is_some_and(is_decimal);
        match name {
            Function::Lower => function(w, "MB_LOWER", arguments),
            Function::Upper => function(w, "MB_UPPER", arguments),
            Function::Abs if decimals => function(w, "MB_ABS", arguments),
            Function::Round if decimals => {
                w.push("MB_ROUND(");
                w.comma_separated(arguments, |w, argument| w.dialect().expr(w, argument))?;
                w.push(")");
                Ok(())
            }
            Function::Now => {
                w.push("STRFTIME('%Y-%m-%d %H:%M:%f+00:00', 'now')");
                Ok(())
            }
            Function::Year => part(w, "%Y", arguments),
            Function::Month => part(w, "%m", arguments),
            Function::Day => part(w, "%d", arguments),
            name => render::call(w, name, arguments),
        }
    }

    fn aggregate(
        &self,
        w: &mut SqlWriter<'_>,
        which: Aggregate,
        argument: Option<&Expr>,
        distinct: bool,
    ) -> Result<()> {
        let Some(argument) = argument.filter(|argument| is_decimal(argument)) else {
            return render::aggregate(w, which, argument, distinct);
        };
        w.push(match which {
            Aggregate::Count => "COUNT(",
            Aggregate::Sum => "MB_SUM(",
            Aggregate::Avg => "MB_AVG(",
            Aggregate::Min => "MIN(",
            Aggregate::Max => "MAX(",
        });
        if distinct {
            w.push("DISTINCT ");
        }
        self.expr(w, argument)?;
        if matches!(which, Aggregate::Min | Aggregate::Max) {
            w.push(COLLATE);
        }
        w.push(")");
        Ok(())
    }

    fn cast(&self, w: &mut SqlWriter<'_>, expr: &Expr, to: DataType) -> Result<()> {
        if to.is_decimal() {
            // Through text, which is how decimals are kept.
            return function(w, "MB_ADD", [expr, &Expr::Value(Value::Decimal(Decimal::ZERO))]);
        }
        render::cast(w, expr, to)
    }

    fn cast_type(&self, w: &mut SqlWriter<'_>, to: DataType) -> Result<()> {
        w.push(match to {
            DataType::Bool | DataType::I16 | DataType::I32 | DataType::I64 | DataType::U64 => "INTEGER",
            DataType::F32 | DataType::F64 => "REAL",
            DataType::Bytes => "BLOB",
            _ => "TEXT",
        });
        Ok(())
    }

    /// Names that say what is meant and give the affinity that is needed: `TEXT` inside a name makes text of it, and
    /// so keeps decimals from becoming floating-point numbers.
    fn type_name(&self, data_type: DataType) -> Result<String> {
        Ok(match data_type {
            DataType::Bool => "BOOLEAN".into(),
            DataType::I16 => "SMALLINT".into(),
            DataType::I32 => "INTEGER".into(),
            DataType::I64 => "BIGINT".into(),
            DataType::U64 => "UNSIGNED BIG INT".into(),
            DataType::F32 => "FLOAT".into(),
            DataType::F64 => "DOUBLE".into(),
            DataType::Decimal { precision: None } => "DECIMAL_TEXT".into(),
            DataType::Decimal {
                precision: Some((total, scale)),
            } => format!("DECIMAL_TEXT({total}, {scale})"),
            DataType::Text { length: None } => "TEXT".into(),
            DataType::Text { length: Some(length) } => format!("VARCHAR({length})"),
            DataType::Char(length) => format!("CHAR({length})"),
            DataType::Bytes => "BLOB".into(),
            DataType::Date => "DATE_TEXT".into(),
            DataType::Time => "TIME_TEXT".into(),
            DataType::DateTime => "DATETIME_TEXT".into(),
            DataType::Timestamp => "TIMESTAMP_TEXT".into(),
            DataType::Uuid => "UUID_TEXT".into(),
            DataType::Json => "JSON_TEXT".into(),
        })
    }

    fn column_def(&self, w: &mut SqlWriter<'_>, column: &Column, _indexed: bool) -> Result<()> {
        w.identifier(&column.name)?;
        if column.auto {
            // Only this very spelling makes the key the row's own number.
            w.push(" INTEGER PRIMARY KEY AUTOINCREMENT");
            return Ok(());
        }
        w.push(" ");
        w.push(&self.type_name(column.data_type)?);
        render::null_and_default(w, column)
    }

    fn auto_key_is_primary(&self) -> bool {
        true
    }
}

/// A side of a comparison of decimals: whatever it is, as normalised text.
fn decimal(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
    match expr {
        Expr::Value(Value::I64(v)) => {
            w.bind(Value::Decimal(Decimal::from(*v)));
            Ok(())
        }
        Expr::Value(Value::U64(v)) => {
            w.bind(Value::Decimal(Decimal::from(*v)));
            Ok(())
        }
        Expr::Value(_) => w.dialect().expr(w, expr),
        expr if is_decimal(expr) => render::grouped(w, expr),
        expr => {
            w.push("CAST(");
            w.dialect().expr(w, expr)?;
            w.push(" AS TEXT)");
            Ok(())
        }
    }
}

fn function<'e>(
    w: &mut SqlWriter<'_>,
    name: &str,
    arguments: impl IntoIterator<Item = &'e Expr>,
) -> Result<()> {
    w.push(name);
    w.push("(");
    w.comma_separated(arguments, |w, argument| w.dialect().expr(w, argument))?;
    w.push(")");
    Ok(())
}

fn part(w: &mut SqlWriter<'_>, format: &str, arguments: &[Expr]) -> Result<()> {
    w.push("CAST(STRFTIME('");
    w.push(format);
    w.push("', ");
    w.comma_separated(arguments, |w, argument| w.dialect().expr(w, argument))?;
    w.push(") AS INTEGER)");
    Ok(())
}
