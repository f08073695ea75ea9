//! What is known of an expression without asking a database.

use super::{Aggregate, BinaryOp, Expr, Function, UnaryOp};
use crate::{DataType, Value};

impl Expr {
    /// The type, where it follows from columns and values.
    ///
    /// ```
    /// use manybase_sql::{DataType, Expr};
    /// assert_eq!(Expr::from(1i64).data_type(), Some(DataType::I64));
    /// assert_eq!(Expr::column("x").data_type(), None);
    /// ```
    pub fn data_type(&self) -> Option<DataType> {
        match self {
            Self::Column(column) => column.data_type,
            Self::Subquery(select) => select.items.first()?.expr.data_type(),
            Self::Value(value) => value.data_type(),
            Self::Unary(UnaryOp::Not, _)
            | Self::All(_)
            | Self::Comparison(_)
            | Self::InList { .. }
            | Self::InRows { .. }
            | Self::Between { .. }
            | Self::IsNull { .. }
            | Self::Like { .. }
            | Self::Exists { .. }
            | Self::InQuery { .. } => Some(DataType::Bool),
            Self::Unary(UnaryOp::Neg, expr) => expr.data_type(),
            Self::Binary(sides, op) if op.is_arithmetic() => {
                let of = wider(sides.0.data_type()?, sides.1.data_type()?);
                // Digits behind the point add up.
                let grows = matches!(op, BinaryOp::Mul | BinaryOp::Div) && of.is_decimal();
                Some(if grows {
                    DataType::Decimal { precision: None }
                } else {
                    of
                })
            }
            Self::Binary(_, BinaryOp::Concat) => Some(DataType::Text { length: None }),
            Self::Binary(..) => Some(DataType::Bool),
            Self::Cast(_, to) => Some(*to),
            Self::Collate(text, _) => text.data_type(),
            Self::Window(window) => window.data_type(),
            Self::Rolled(_) => Some(DataType::Bool),
            Self::Rollup(_) => None,
            Self::JoinText(_) => Some(DataType::Text { length: None }),
            Self::Json(json) => Some(json.data_type()),
            Self::FullText(search) => Some(search.data_type()),
            Self::Literal(_) => Some(DataType::I64),
            Self::Invalid(_) => None,
            Self::Case { branches, otherwise } => {
                let results = branches.iter().map(|(_, result)| result);
                widest(results.chain(otherwise.as_deref()))
            }
            Self::Aggregate {
                function: Aggregate::Count,
                ..
            } => Some(DataType::I64),
            Self::Aggregate {
                function, argument, ..
            } => Some(aggregate(*function, argument.as_ref()?.data_type()?)),
            Self::Call(function, arguments) => match function {
                Function::Lower
                | Function::Upper
                | Function::Trim
                | Function::Substring
                | Function::Replace => Some(DataType::Text { length: None }),
                Function::Length
                | Function::Year
                | Function::Month
                | Function::Day
                | Function::Part(_)
                | Function::Between(_) => Some(DataType::I64),
                Function::Sqrt | Function::Power => Some(DataType::F64),
                Function::Now => Some(DataType::Timestamp),
                Function::Coalesce | Function::Greatest | Function::Least => widest(arguments.iter()),
                Function::Returning(_, returns) => Some(*returns),
                Function::NullIf
                | Function::Abs
                | Function::Round
                | Function::Floor
                | Function::Ceil
                | Function::Truncate(_)
                | Function::Shift(_) => arguments.first()?.data_type(),
                Function::Named(_) => None,
            },
        }
    }

    /// Whether it can be NULL. When in doubt it can.
    ///
    /// ```
    /// use manybase_sql::Expr;
    /// assert!(!Expr::from(1i64).is_nullable());
    /// assert!(Expr::column("x").is_nullable());
    /// ```
    pub fn is_nullable(&self) -> bool {
        match self {
            Self::Column(column) => column.nullable,
            Self::Value(value) => value.is_null(),
            Self::IsNull { .. }
            | Self::Exists { .. }
            | Self::Aggregate {
                function: Aggregate::Count,
                ..
            }
            | Self::Rolled(_)
            | Self::FullText(_)
            | Self::Literal(_) => false,
            Self::Window(window) => window.is_nullable(),
            Self::Collate(text, _) => text.is_nullable(),
            Self::InList { expr, list, .. } => expr.is_nullable() || list.iter().any(Value::is_null),
            Self::Unary(_, expr) | Self::Cast(expr, _) | Self::Like { expr, .. } => expr.is_nullable(),
            Self::Comparison(of) => of.kind().is_nullable() || of.value.is_null(),
            // Division by zero is NULL on SQLite and MySQL.
            Self::Binary(_, BinaryOp::Div | BinaryOp::Rem) => true,
            Self::Binary(sides, _) => sides.0.is_nullable() || sides.1.is_nullable(),
            Self::All(conditions) => conditions.iter().any(Expr::is_nullable),
            Self::Call(Function::Coalesce, arguments) => arguments.iter().all(Expr::is_nullable),
            Self::Call(
                Function::Lower
                | Function::Upper
                | Function::Trim
                | Function::Length
                | Function::Abs
                | Function::Round
                | Function::Floor
                | Function::Ceil
                | Function::Greatest
                | Function::Least
                | Function::Part(_)
                | Function::Truncate(_)
                | Function::Shift(_)
                | Function::Between(_),
                arguments,
            ) => arguments.iter().any(Expr::is_nullable),
            Self::Call(Function::Now, _) => false,
            _ => true,
        }
    }

    /// Whether it takes many rows together.
    ///
    /// ```
    /// assert!(manybase_sql::Expr::count_all().is_aggregate());
    /// ```
    pub fn is_aggregate(&self) -> bool {
        match self {
            Self::Aggregate { .. } | Self::JoinText(_) => true,
            // The aggregate over a window is none, what is inside may be one.
            Self::Window(window) => window.any_inside(&mut Self::is_aggregate),
            other => other.any_child(&mut Self::is_aggregate),
        }
    }
}

/// The type of the result of arithmetic. Floating point wins over decimals, decimals win over whole numbers, a
/// wider type wins over a narrower one.
fn wider(left: DataType, right: DataType) -> DataType {
    let rank = |of: DataType| match of {
        DataType::F64 => 7,
        DataType::F32 => 6,
        DataType::Decimal { .. } => 5,
        DataType::U64 => 4,
        DataType::I64 => 3,
        DataType::I32 => 2,
        DataType::I16 => 1,
        _ => 0,
    };
    let (high, low) = if rank(left) >= rank(right) {
        (left, right)
    } else {
        (right, left)
    };
    match high {
        DataType::F32 if low.is_numeric() && low != DataType::F32 => DataType::F64,
        DataType::Decimal { .. } if low.is_numeric() && low != high => DataType::Decimal { precision: None },
        high => high,
    }
}

/// The type that takes all of these, where any is known.
fn widest<'e>(all: impl Iterator<Item = &'e Expr>) -> Option<DataType> {
    all.filter_map(Expr::data_type).reduce(wider)
}

/// Sums of whole numbers stay whole, means do not.
fn aggregate(function: Aggregate, of: DataType) -> DataType {
    match (function, of) {
        (Aggregate::Count, _) => DataType::I64,
        (Aggregate::Sum, DataType::I16 | DataType::I32) => DataType::I64,
        (Aggregate::Avg, of) if of.is_integer() => DataType::F64,
        (Aggregate::Sum | Aggregate::Avg, DataType::F32) => DataType::F64,
        (Aggregate::Sum | Aggregate::Avg, DataType::Decimal { .. }) => DataType::Decimal { precision: None },
        (_, of) => of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(data_type: DataType) -> Expr {
        Expr::typed_column("x", data_type, false)
    }

    const MONEY: DataType = DataType::Decimal {
        precision: Some((10, 2)),
    };
    const DECIMAL: DataType = DataType::Decimal { precision: None };

    #[test]
    fn arithmetic_takes_the_wider_type() {
        let add = |left, right| column(left).add(column(right)).data_type();
        assert_eq!(add(DataType::I16, DataType::I64), Some(DataType::I64));
        assert_eq!(add(DataType::I64, MONEY), Some(DECIMAL));
        assert_eq!(add(MONEY, MONEY), Some(MONEY));
        assert_eq!(add(MONEY, DataType::F32), Some(DataType::F64));
        assert_eq!(add(DataType::F32, DataType::F32), Some(DataType::F32));
        assert_eq!(column(MONEY).mul(column(MONEY)).data_type(), Some(DECIMAL));
    }

    #[test]
    fn the_mean_of_whole_numbers_is_none() {
        let of = |function| column(DataType::I32).aggregate(function).data_type();
        assert_eq!(of(Aggregate::Avg), Some(DataType::F64));
        assert_eq!(of(Aggregate::Sum), Some(DataType::I64));
        assert_eq!(of(Aggregate::Max), Some(DataType::I32));
    }

    #[test]
    fn coalesce_takes_the_widest_and_nullif_the_first() {
        let both = [column(DataType::I64), column(MONEY)];
        assert_eq!(
            Expr::call(Function::Coalesce, both.clone()).data_type(),
            Some(DECIMAL)
        );
        assert_eq!(
            Expr::call(Function::NullIf, both).data_type(),
            Some(DataType::I64)
        );
    }

    #[test]
    fn a_null_in_a_list_can_make_null() {
        let expr = column(DataType::I64).in_list([Some(1i64), None]);
        assert!(expr.is_nullable());
    }
}
