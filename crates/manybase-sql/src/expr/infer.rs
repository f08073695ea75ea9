//! What is known of an expression without asking a database.

use super::{Aggregate, BinaryOp, Expr, Function, UnaryOp};
use crate::DataType;

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
            Self::Value(value) => value.data_type(),
            Self::Unary(UnaryOp::Not, _)
            | Self::InList { .. }
            | Self::Between { .. }
            | Self::IsNull { .. }
            | Self::Like { .. } => Some(DataType::Bool),
            Self::Unary(UnaryOp::Neg, expr) => expr.data_type(),
            Self::Binary(left, op, right) if op.is_arithmetic() => wider(left.data_type(), right.data_type()),
            Self::Binary(_, BinaryOp::Concat, _) => Some(DataType::Text { length: None }),
            Self::Binary(..) => Some(DataType::Bool),
            Self::Cast(_, to) => Some(*to),
            Self::Case { branches, otherwise } => branches
                .iter()
                .map(|(_, result)| result)
                .chain(otherwise.as_deref())
                .find_map(Expr::data_type),
            Self::Aggregate {
                function, argument, ..
            } => match (function, argument) {
                (Aggregate::Count, _) => Some(DataType::I64),
                (_, argument) => argument.as_ref().and_then(|argument| argument.data_type()),
            },
            Self::Call(function, arguments) => match function {
                Function::Lower
                | Function::Upper
                | Function::Trim
                | Function::Substring
                | Function::Replace => Some(DataType::Text { length: None }),
                Function::Length | Function::Year | Function::Month | Function::Day => Some(DataType::I64),
                Function::Now => Some(DataType::Timestamp),
                Function::Coalesce | Function::NullIf | Function::Abs | Function::Round => {
                    arguments.iter().find_map(Expr::data_type)
                }
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
            | Self::Aggregate {
                function: Aggregate::Count,
                ..
            } => false,
            Self::Unary(_, expr)
            | Self::Cast(expr, _)
            | Self::InList { expr, .. }
            | Self::Like { expr, .. } => expr.is_nullable(),
            // Division by zero is NULL on SQLite and MySQL.
            Self::Binary(_, BinaryOp::Div | BinaryOp::Rem, _) => true,
            Self::Binary(left, _, right) => left.is_nullable() || right.is_nullable(),
            Self::Call(Function::Coalesce, arguments) => arguments.iter().all(Expr::is_nullable),
            Self::Call(
                Function::Lower
                | Function::Upper
                | Function::Trim
                | Function::Length
                | Function::Abs
                | Function::Round,
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
            Self::Aggregate { .. } => true,
            Self::Column(_) | Self::Value(_) => false,
            Self::Unary(_, expr)
            | Self::Cast(expr, _)
            | Self::InList { expr, .. }
            | Self::IsNull { expr, .. }
            | Self::Like { expr, .. } => expr.is_aggregate(),
            Self::Binary(left, _, right) => left.is_aggregate() || right.is_aggregate(),
            Self::Between { expr, low, high } => {
                expr.is_aggregate() || low.is_aggregate() || high.is_aggregate()
            }
            Self::Call(_, arguments) => arguments.iter().any(Expr::is_aggregate),
            Self::Case { branches, otherwise } => {
                branches
                    .iter()
                    .any(|(when, then)| when.is_aggregate() || then.is_aggregate())
                    || otherwise.as_ref().is_some_and(|expr| expr.is_aggregate())
            }
        }
    }
}

/// Decimals win over whole numbers, floating point wins over all.
fn wider(left: Option<DataType>, right: Option<DataType>) -> Option<DataType> {
    let (left, right) = (left?, right?);
    let rank = |of: DataType| match of {
        DataType::F32 | DataType::F64 => 3,
        DataType::Decimal { .. } => 2,
        _ => 1,
    };
    Some(if rank(left) >= rank(right) { left } else { right })
}
