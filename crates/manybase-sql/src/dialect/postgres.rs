//! PostgreSQL.

mod ddl;
mod full_text;
mod function;
mod json;
mod moment;
mod parameter;

use super::{Dialect, Lexical, LiteralDialect};
use crate::expr::{BinaryOp, UnaryOp};
use crate::schema::Column;
use crate::{
    Capability, Comments, DataType, Expr, IsolationLevel, LikePattern, ListBind, Order, Result, SqlWriter,
    Value, render,
};
use std::fmt::Write;

/// PostgreSQL 13 and later.
///
/// ```
/// use manybase_sql::{dialect::Postgres, Dialect};
/// assert!(Postgres.capability().two_phase_commit);
/// ```
#[derive(Debug)]
pub struct Postgres;

static CAPABILITY: Capability = Capability {
    insert_returning: true,
    inserts_together: true,
    limit_in_text: false,
    update_returning: true,
    update_from: true,
    delete_returning: true,
    savepoints: true,
    transactional_ddl: true,
    two_phase_commit: true,
    row_locks: true,
    share_locks: true,
    skip_locked: true,
    nowait: true,
    lock_of: true,
    lateral: true,
    rollup: true,
    frame_groups: true,
    full_join: true,
    intersect: true,
    target_in_subquery: true,
    index_in_table: false,
    index_if_not_exists: true,
    index_expression: true,
    index_filter: true,
    comments: Comments::Statement,
    replace_view: true,
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
    rows_as_values: true,
    max_parameters: 65_535,
    // NAMEDATALEN - 1; a longer one is cut off with no more than a notice.
    max_identifier: 63,
};

const LONGEST_VARCHAR: u32 = 10_485_760;

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn capability(&self) -> &'static Capability {
        &CAPABILITY
    }

    fn placeholder(&self, sql: &mut String, n: usize) {
        sql.push('$');
        // What most statements have, without the formatting machinery.
        match u8::try_from(n) {
            Ok(n @ 0..=9) => sql.push(char::from(b'0' + n)),
            Ok(n @ 10..=99) => sql.extend([char::from(b'0' + n / 10), char::from(b'0' + n % 10)]),
            // Writing into a String can't fail.
            _ => drop(write!(sql, "{n}")),
        }
    }

    fn lexical(&self) -> Lexical {
        Lexical {
            escape_strings: true,
            dollar_quotes: true,
            return_ends_comment: true,
            nested_comments: true,
            numbered_placeholders: true,
            ..Lexical::STANDARD
        }
    }

    fn nulls_first_by_itself(&self, order: Order) -> bool {
        order == Order::Desc
    }

    /// A bare parameter would be taken for text.
    fn output_expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Value(value) => parameter::typed(w, value),
            expr => self.expr(w, expr),
        }
    }

    fn operand(&self, w: &mut SqlWriter<'_>, expr: &Expr, beside: &Expr) -> Result<()> {
        parameter::beside(w, expr, beside)
    }

    fn expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Unary(UnaryOp::Neg, inner) if matches!(**inner, Expr::Value(_)) => {
                w.push("-");
                parameter::number(w, inner)
            }
            Expr::IsNull { expr: inner, negated } if matches!(**inner, Expr::Value(_)) => {
                parameter::alone(w, inner)?;
                w.push(if *negated { " IS NOT NULL" } else { " IS NULL" });
                Ok(())
            }
            expr => render::expr(w, expr),
        }
    }

    fn binary(&self, w: &mut SqlWriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        let is = |test: fn(DataType) -> bool| {
            [left, right]
                .map(|side| side.data_type().is_some_and(test))
                .into_iter()
                .filter(|is| *is)
                .count()
        };
        // Each side is put between the parts.
        let [before, between, after] = match op {
            // There is no `%` of floating-point numbers.
            BinaryOp::Rem if is(DataType::is_float) > 0 => {
                ["CAST(", "::numeric % ", "::numeric AS double precision)"]
            }
            // Unsigned numbers are NUMERIC, whose quotients have digits behind the point.
            BinaryOp::Div if is(DataType::is_integer) == 2 && is(|of| of == DataType::U64) > 0 => {
                ["DIV(", "::numeric, ", "::numeric)"]
            }
            BinaryOp::Concat => {
                concat_side(w, left)?;
                w.push(" || ");
                return concat_side(w, right);
            }
            _ if op.is_arithmetic() && both_null(left, right) => {
                parameter::number(w, left)?;
                w.push(op.symbol());
                return parameter::number(w, right);
            }
            _ => return render::binary(w, left, op, right),
        };
        w.push(before);
        parameter::number(w, left)?;
        w.push(between);
        parameter::number(w, right)?;
        w.push(after);
        Ok(())
    }

    fn in_long_list(&self, w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
        let array = parameter::array_type(w, expr, list)?;
        match expr {
            Expr::Value(value) => parameter::typed(w, value)?,
            expr => render::grouped(w, expr)?,
        }
        w.push(if negated { " <> ALL(" } else { " = ANY(" });
        w.bind(Value::List(list.into()));
        w.push(&array);
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
        // The spaces that fill it up are no part of the text.
        if matches!(expr.data_type(), Some(DataType::Char(_))) {
            w.push("::text");
        }
        if case_insensitive {
            w.push(function::FOLDING);
        }
        w.push(if case_insensitive { " ILIKE " } else { " LIKE " });
        w.bind(pattern.to_like().into());
        w.push(" ESCAPE '!'");
        Ok(())
    }

    fn cast(&self, w: &mut SqlWriter<'_>, expr: &Expr, to: DataType) -> Result<()> {
        function::cast(w, expr, to)
    }

    fn catalog(&self) -> Option<&'static dyn crate::catalog::Catalog> {
        Some(&crate::catalog::PostgresCatalog)
    }

    fn ddl(&self) -> Option<&dyn crate::ddl::Ddl> {
        Some(&ddl::PostgresDdl)
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
            DataType::Text { length: Some(length) } if length > LONGEST_VARCHAR => "text".into(),
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
        let data_type = match column.data_type {
            // Only whole numbers of the database's own can be numbered.
            DataType::U64 if column.auto => DataType::I64,
            data_type => data_type,
        };
        w.push(&self.type_name(data_type)?);
        if data_type.is_text() {
            // By code point, as the other databases order the texts of tables that Manybase creates.
            w.push(" COLLATE \"C\"");
        }
        if column.auto {
            w.push(" GENERATED BY DEFAULT AS IDENTITY");
        }
        render::null_and_default(w, column)
    }
}

impl LiteralDialect for Postgres {
    fn bytes_literal(&self, bytes: &[u8]) -> String {
        format!("'\\x{}'", render::hex(bytes))
    }
}

/// Text is what a placeholder here is taken for.
fn concat_side(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
    match expr {
        Expr::Value(value) if value.data_type().is_some_and(|of| !of.is_text()) => parameter::typed(w, value),
        expr => render::grouped(w, expr),
    }
}

fn both_null(left: &Expr, right: &Expr) -> bool {
    [left, right]
        .iter()
        .all(|side| matches!(side, Expr::Value(Value::Null)))
}
