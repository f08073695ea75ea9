//! The other side of an operator.

use super::Ex;
use crate::{Col, ColumnType};
use manybase_sql::{Expr, Value};

/// What a column of type `T` can be compared with, calculated with or set to: a value of that type, a text slice
/// for a text, a value for a column that can be NULL, another column or expression of the type.
///
/// ```
/// use manybase_record::{prelude::*, Col};
/// const NAME: Col<Option<String>> = Col::new("", "name");
/// const NICK: Col<String> = Col::new("", "nick");
/// let by_slice = NAME.eq("Ann");
/// let by_column = NAME.eq(NICK);
/// ```
#[diagnostic::on_unimplemented(
    message = "a column of type `{T}` can't be compared with or set to `{Self}`",
    label = "give a `{T}`, or a column or expression of that type"
)]
pub trait Operand<T> {
    /// The expression.
    fn operand(self) -> Expr;
}

pub(super) fn value<T: ColumnType>(value: &T) -> Expr {
    match value.encode() {
        Ok(value) => Expr::Value(value),
        Err(error) => Expr::Invalid(error.to_string()),
    }
}

impl<T: ColumnType> Operand<T> for T {
    fn operand(self) -> Expr {
        value(&self)
    }
}

impl<T: ColumnType> Operand<Option<T>> for T {
    fn operand(self) -> Expr {
        value(&self)
    }
}

impl<T: ColumnType> Operand<T> for &T {
    fn operand(self) -> Expr {
        value(self)
    }
}

impl Operand<String> for &str {
    fn operand(self) -> Expr {
        self.into()
    }
}

impl Operand<Option<String>> for &str {
    fn operand(self) -> Expr {
        self.into()
    }
}

impl Operand<Vec<u8>> for &[u8] {
    fn operand(self) -> Expr {
        self.into()
    }
}

impl<T: ColumnType> Operand<T> for Ex<T> {
    fn operand(self) -> Expr {
        self.into_node()
    }
}

impl<T: ColumnType> Operand<Option<T>> for Ex<T> {
    fn operand(self) -> Expr {
        self.into_node()
    }
}

impl<T: ColumnType> Operand<T> for Ex<Option<T>> {
    fn operand(self) -> Expr {
        self.into_node()
    }
}

impl<T: ColumnType> Operand<T> for Col<T> {
    fn operand(self) -> Expr {
        self.to_expr()
    }
}

impl<T: ColumnType> Operand<Option<T>> for Col<T> {
    fn operand(self) -> Expr {
        self.to_expr()
    }
}

impl<T: ColumnType> Operand<T> for Col<Option<T>> {
    fn operand(self) -> Expr {
        self.to_expr()
    }
}

/// A list of values; a list with expressions in it becomes a chain of comparisons.
pub(super) fn in_list<T, I: IntoIterator>(expr: Expr, list: I, negated: bool) -> Expr
where
    I::Item: Operand<T>,
{
    let mut values: Vec<Value> = Vec::new();
    let mut others = Vec::new();
    for item in list {
        match item.operand() {
            Expr::Value(value) => values.push(value),
            other => others.push(other),
        }
    }
    if others.is_empty() {
        return if negated {
            expr.not_in_list(values)
        } else {
            expr.in_list(values)
        };
    }
    let mut chain = if negated {
        expr.clone().not_in_list(values)
    } else {
        expr.clone().in_list(values)
    };
    for other in others {
        chain = if negated {
            chain.and(expr.clone().ne(other))
        } else {
            chain.or(expr.clone().eq(other))
        };
    }
    chain
}
