//! Functions and aggregates, with as many digits as the other databases give.

use super::{Flavor, MySql, full_text, json, moment};
use crate::dialect::{ExprDialect, LiteralDialect};
use crate::expr::{Aggregate, BinaryOp, FullTextSearch, JoinText, Json};
use crate::schema::{FullTextChange, FullTextIndex};
use crate::{DataType, Dialect, Error, Expr, Function, Rendered, Result, SqlWriter, Value, render};

impl ExprDialect for MySql {
    fn call(&self, w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
        match function {
            Function::Length => render::call(w, &Function::Named("CHAR_LENGTH".into()), arguments),
            Function::Now if arguments.is_empty() => {
                w.push(match self.flavor {
                    // It takes no digits for UTC_TIMESTAMP; the driver keeps the session in UTC.
                    Flavor::MatrixOne => "CURRENT_TIMESTAMP(6)",
                    _ => "UTC_TIMESTAMP(6)",
                });
                Ok(())
            }
            Function::Part(_) | Function::Truncate(_) | Function::Shift(_) | Function::Between(_) => {
                moment::call(w, function, arguments)
            }
            _ => render::call(w, function, arguments),
        }
    }

    fn aggregate(
        &self,
        w: &mut SqlWriter<'_>,
        function: Aggregate,
        argument: Option<&Expr>,
        distinct: bool,
    ) -> Result<()> {
        let whole = |expr: &Expr| expr.data_type().is_some_and(DataType::is_integer);
        match argument {
            // The mean of whole numbers has four decimals here, and no more.
            Some(argument) if function == Aggregate::Avg && whole(argument) => {
                let over = w.take_over();
                w.push(if distinct {
                    "AVG(DISTINCT CAST("
                } else {
                    "AVG(CAST("
                });
                self.expr(w, argument)?;
                w.push(" AS DOUBLE))");
                w.over(over.as_deref())
            }
            // The mean of decimals has four digits more than they have.
            Some(argument)
                if function == Aggregate::Avg && argument.data_type().is_some_and(DataType::is_decimal) =>
            {
                let over = w.take_over();
                bounded(w, argument, |w| {
                    w.push(if distinct { "AVG(DISTINCT " } else { "AVG(" });
                    with_scale(w, argument)?;
                    w.push(")");
                    w.over(over.as_deref())
                })
            }
            argument => render::aggregate(w, function, argument, distinct),
        }
    }

    /// The separator must be part of the text.
    fn join_text(&self, w: &mut SqlWriter<'_>, join: &JoinText) -> Result<()> {
        if join.separator.contains('\0') {
            return Err(Error::Statement("a separator with a NUL character in it".into()));
        }
        w.push("GROUP_CONCAT(");
        self.expr(w, &join.text)?;
        if !join.order_by.is_empty() {
            w.push(" ORDER BY ");
            w.comma_separated(&join.order_by, |w, key| self.order_by(w, key))?;
        }
        w.push(" SEPARATOR ");
        w.push(&self.string_literal(&join.separator));
        w.push(")");
        Ok(())
    }

    fn explain(&self, json: bool) -> Option<&'static str> {
        match (json, self.flavor) {
            (true, Flavor::MatrixOne) => None,
            (true, _) => Some("EXPLAIN FORMAT=JSON "),
            (false, _) => Some("EXPLAIN "),
        }
    }

    fn full_text(&self, w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
        match self.flavor {
            Flavor::MatrixOne => Err(render::no_full_text(w.dialect())),
            _ => full_text::full_text(w, search),
        }
    }

    fn full_text_index(
        &self,
        dialect: &dyn Dialect,
        index: &FullTextIndex,
        change: FullTextChange,
    ) -> Result<Vec<Rendered>> {
        match self.flavor {
            Flavor::MatrixOne => Err(render::no_full_text(dialect)),
            _ => self.index_of_text(dialect, index, change),
        }
    }

    fn json(&self, w: &mut SqlWriter<'_>, json: &Json) -> Result<()> {
        json::json(self, w, json)
    }

    fn binary_collation(&self) -> &'static str {
        self.exact_collation()
    }
}

/// A division whose quotient has digits enough.
pub(super) fn quotient(w: &mut SqlWriter<'_>, left: &Expr, right: &Expr) -> Result<()> {
    let of = |expr: &Expr, test: fn(DataType) -> bool| expr.data_type().is_some_and(test);
    let (whole, decimal) = (DataType::is_integer, DataType::is_decimal);
    // `/` makes decimals of whole numbers here.
    if of(left, whole) && of(right, whole) {
        render::grouped(w, left)?;
        w.push(" DIV ");
        return render::grouped(w, right);
    }
    // A quotient has four digits more than what is divided, and no more.
    if (of(left, decimal) || of(right, decimal)) && (of(left, whole) || of(left, decimal)) {
        return bounded(w, left, |w| {
            with_scale(w, left)?;
            w.push(" / ");
            render::grouped(w, right)
        });
    }
    render::binary(w, left, BinaryOp::Div, right)
}

/// Digits behind the point of a dividend, so that its quotients have sixteen, as on PostgreSQL.
const DIVIDED_SCALE: u32 = 12;

/// Keeps a quotient to sixteen digits behind the point where the dividend has 28 of them, as a decimal without a
/// precision has: with four more it would be longer than a [`rust_decimal::Decimal`] can be.
fn bounded(
    w: &mut SqlWriter<'_>,
    dividend: &Expr,
    quotient: impl FnOnce(&mut SqlWriter<'_>) -> Result<()>,
) -> Result<()> {
    if dividend.data_type() != Some(DataType::Decimal { precision: None })
        || matches!(dividend, Expr::Value(_))
    {
        return quotient(w);
    }
    w.push("CAST(");
    quotient(w)?;
    w.push(" AS DECIMAL(65, 16))");
    Ok(())
}

/// A dividend with digits enough, where it is known how many it has by itself: it must not lose any.
fn with_scale(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
    let scale = match expr {
        Expr::Value(Value::Decimal(value)) => Some(value.scale()),
        expr => match expr.data_type() {
            Some(DataType::Decimal { precision }) => precision.map(|(_, scale)| u32::from(scale)),
            Some(of) if of.is_integer() => Some(0),
            _ => None,
        },
    };
    if scale.is_none_or(|scale| scale >= DIVIDED_SCALE) {
        return render::grouped(w, expr);
    }
    w.push("CAST(");
    w.dialect().expr(w, expr)?;
    w.push(&format!(" AS DECIMAL(65, {DIVIDED_SCALE}))"));
    Ok(())
}
