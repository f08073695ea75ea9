//! Typed expressions over the untyped tree: what does not fit does not compile.

mod aggregate;
mod case;
mod full_text;
mod function;
mod json;
mod moment;
mod number;
mod operand;
mod text;
mod window;

pub use aggregate::{Averaged, Compared, Summed, count_all};
pub use case::{Argument, Arguments, Case, Switch, case, function, rolled};
pub use full_text::{FullText, TextColumns, create_full_text_index, drop_full_text_index, full_text};
pub use function::{Dated, coalesce, now};
pub use json::{Document, JsonPlace};
pub use moment::Clocked;
pub use number::Number;
pub use operand::Operand;
pub use text::Text;
pub use window::{Window, Windowed, cume_dist, dense_rank, ntile, percent_rank, rank, row_number};

use crate::{Col, ColumnType, Query, Sources};
use manybase_sql::expr::BinaryOp;
use manybase_sql::{Expr, LikePattern, Name, Order, OrderBy};
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

/// An expression of type `T`.
///
/// ```
/// use manybase_record::{prelude::*, Col, Ex};
/// const QTY: Col<i32> = Col::new("", "qty");
/// let double: Ex<i32> = QTY * 2;
/// ```
pub struct Ex<T> {
    node: Expr,
    marker: PhantomData<fn() -> T>,
}

/// A condition.
///
/// ```
/// use manybase_record::{prelude::*, Col, Cond};
/// const AGE: Col<i32> = Col::new("", "age");
/// let adult: Cond = AGE.ge(18);
/// ```
pub type Cond = Ex<bool>;

impl<T> Ex<T> {
    /// Gives an untyped tree a type. Nothing checks that it is the right one.
    ///
    /// ```
    /// use manybase_record::Ex;
    /// use manybase_sql::Expr;
    /// let rows: Ex<i64> = Ex::new(Expr::count_all());
    /// ```
    pub fn new(node: Expr) -> Self {
        Self {
            node,
            marker: PhantomData,
        }
    }

    /// The untyped tree.
    ///
    /// ```
    /// use manybase_record::{prelude::*, Col};
    /// let node = Col::<i32>::new("", "age").ge(18).into_node();
    /// assert!(!node.is_aggregate());
    /// ```
    pub fn into_node(self) -> Expr {
        self.node
    }
}

impl<T> Clone for Ex<T> {
    fn clone(&self) -> Self {
        Self::new(self.node.clone())
    }
}

impl<T> std::fmt::Debug for Ex<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.node.fmt(f)
    }
}

/// A new value for a column.
///
/// ```
/// use manybase_record::{Assignment, Col};
/// let set: Vec<Assignment> = vec![Col::<i32>::new("", "age").set(7)];
/// ```
#[derive(Debug, Clone)]
pub struct Assignment {
    pub(crate) column: Name,
    pub(crate) value: Expr,
}

/// Columns and expressions, with all that can be done with them.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: Option<i32>, email: String }
/// Person::filter(|c| (c.age.ge(18) & c.name.starts_with("A")) | c.id.in_list([1, 2, 3]));
/// Person::filter(|c| c.age.is_null() | c.age.between(20, 30));
/// Person::filter(|c| c.email.ieq("ANN@example.org") & !c.name.contains("%"));
/// ```
#[allow(clippy::wrong_self_convention)] // an expression is built up by value, `is_null` too
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no column or expression",
    label = "give a column, such as `c.name`, or something computed of columns"
)]
pub trait Expression: Sized {
    /// The Rust type.
    type Type: ColumnType;

    /// The untyped tree.
    fn into_expr(self) -> Expr;

    /// Beside another with an operator that compares.
    #[doc(hidden)]
    fn compared(self, op: BinaryOp, other: Expr) -> Cond {
        Ex::new(self.into_expr().compare(op, other))
    }

    /// Equal.
    fn eq(self, other: impl Operand<Self::Type>) -> Cond {
        self.compared(BinaryOp::Eq, other.operand())
    }

    /// Not equal.
    fn ne(self, other: impl Operand<Self::Type>) -> Cond {
        self.compared(BinaryOp::Ne, other.operand())
    }

    /// Less.
    fn lt(self, other: impl Operand<Self::Type>) -> Cond {
        self.compared(BinaryOp::Lt, other.operand())
    }

    /// Less or equal.
    fn le(self, other: impl Operand<Self::Type>) -> Cond {
        self.compared(BinaryOp::Le, other.operand())
    }

    /// Greater.
    fn gt(self, other: impl Operand<Self::Type>) -> Cond {
        self.compared(BinaryOp::Gt, other.operand())
    }

    /// Greater or equal.
    fn ge(self, other: impl Operand<Self::Type>) -> Cond {
        self.compared(BinaryOp::Ge, other.operand())
    }

    /// Within two ends, both included.
    fn between(self, low: impl Operand<Self::Type>, high: impl Operand<Self::Type>) -> Cond {
        Ex::new(self.into_expr().between(low.operand(), high.operand()))
    }

    /// One of these; never, when there are none. The list may be of any length: a long one is bound as one value
    /// where the database can.
    fn in_list<I: IntoIterator>(self, list: I) -> Cond
    where
        I::Item: Operand<Self::Type>,
    {
        Ex::new(operand::in_list(self.into_expr(), list, false))
    }

    /// None of these; always, when there are none.
    fn not_in_list<I: IntoIterator>(self, list: I) -> Cond
    where
        I::Item: Operand<Self::Type>,
    {
        Ex::new(operand::in_list(self.into_expr(), list, true))
    }

    /// One of the values that a query gives, which may name columns of the query around it.
    fn in_query<S: Sources, T>(self, query: Query<S, T>) -> Cond
    where
        T: ColumnType<OrNull = <Self::Type as ColumnType>::OrNull>,
    {
        Ex::new(self.into_expr().in_query(query.list()))
    }

    /// None of the values that a query gives. As everywhere in SQL that is never so when one of them is NULL: there
    /// [`not_exists`](crate::not_exists) is what is meant.
    fn not_in_query<S: Sources, T>(self, query: Query<S, T>) -> Cond
    where
        T: ColumnType<OrNull = <Self::Type as ColumnType>::OrNull>,
    {
        Ex::new(self.into_expr().not_in_query(query.list()))
    }

    /// NULL.
    fn is_null(self) -> Cond {
        Ex::new(self.into_expr().is_null())
    }

    /// Not NULL.
    fn is_not_null(self) -> Cond {
        Ex::new(self.into_expr().is_not_null())
    }

    /// The same, for a place that may be NULL, such as a column of an outer join.
    fn nullable(self) -> Ex<Option<Self::Type>> {
        Ex::new(self.into_expr())
    }

    /// Converted to another type by the database.
    fn cast<T: ColumnType>(self) -> Ex<T> {
        Ex::new(self.into_expr().cast(T::DATA_TYPE))
    }

    /// Least first; NULL counts as less than every value, on every database.
    fn asc(self) -> OrderBy {
        OrderBy {
            expr: self.into_expr(),
            order: Order::Asc,
            nulls_first: None,
        }
    }

    /// Greatest first; NULL comes last.
    fn desc(self) -> OrderBy {
        OrderBy {
            expr: self.into_expr(),
            order: Order::Desc,
            nulls_first: None,
        }
    }

    /// A text pattern: `%` any characters, `_` one, `\` before a character that stands for itself. Letters of
    /// different case differ, on every database.
    fn like(self, pattern: impl AsRef<str>) -> Cond
    where
        Self::Type: Text,
    {
        Ex::new(self.into_expr().like(LikePattern::parse(pattern.as_ref())))
    }

    /// As [`Expression::like`]; letters of either case match.
    fn ilike(self, pattern: impl AsRef<str>) -> Cond
    where
        Self::Type: Text,
    {
        Ex::new(self.into_expr().ilike(LikePattern::parse(pattern.as_ref())))
    }

    /// Begins with this text; nothing in it is a wildcard.
    fn starts_with(self, text: impl Into<String>) -> Cond
    where
        Self::Type: Text,
    {
        Ex::new(self.into_expr().like(LikePattern::starts_with(text)))
    }

    /// Ends with this text.
    fn ends_with(self, text: impl Into<String>) -> Cond
    where
        Self::Type: Text,
    {
        Ex::new(self.into_expr().like(LikePattern::ends_with(text)))
    }

    /// Has this text somewhere.
    fn contains(self, text: impl Into<String>) -> Cond
    where
        Self::Type: Text,
    {
        Ex::new(self.into_expr().like(LikePattern::contains(text)))
    }

    /// Has this text somewhere, in letters of either case.
    fn icontains(self, text: impl Into<String>) -> Cond
    where
        Self::Type: Text,
    {
        Ex::new(self.into_expr().ilike(LikePattern::contains(text)))
    }

    /// Is this text, in letters of either case.
    fn ieq(self, text: impl Into<String>) -> Cond
    where
        Self::Type: Text,
    {
        Ex::new(self.into_expr().ilike(LikePattern::exactly(text)))
    }
}

impl<T: ColumnType> Expression for Col<T> {
    type Type = T;

    fn into_expr(self) -> Expr {
        self.to_expr()
    }

    #[inline]
    fn compared(self, op: BinaryOp, other: Expr) -> Cond {
        self.beside(op, other)
    }
}

impl<T: ColumnType> Expression for Ex<T> {
    type Type = T;

    fn into_expr(self) -> Expr {
        self.node
    }
}

/// What can stand as a condition: a comparison, or a column that is true or false.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, active: bool }
/// Person::filter(|c| c.active);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no condition",
    label = "a comparison is needed, such as `c.age.ge(18)`, or a column of type bool"
)]
pub trait IntoCond {
    /// The condition.
    fn into_cond(self) -> Cond;
}

impl IntoCond for Ex<bool> {
    fn into_cond(self) -> Cond {
        self
    }
}

impl IntoCond for Col<bool> {
    fn into_cond(self) -> Cond {
        self.ex()
    }
}

macro_rules! logic {
    ($($left:ty),*) => {$(
        impl<R: IntoCond> BitAnd<R> for $left {
            type Output = Cond;

            fn bitand(self, other: R) -> Cond {
                Ex::new(self.into_expr().and(other.into_cond().node))
            }
        }

        impl<R: IntoCond> BitOr<R> for $left {
            type Output = Cond;

            fn bitor(self, other: R) -> Cond {
                Ex::new(self.into_expr().or(other.into_cond().node))
            }
        }

        impl Not for $left {
            type Output = Cond;

            fn not(self) -> Cond {
                Ex::new(self.into_expr().not())
            }
        }
    )*};
}

logic! { Ex<bool>, Col<bool> }
