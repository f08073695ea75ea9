//! Numbers.

use super::{Ex, Expression, Operand};
use crate::{Col, ColumnType};
use manybase_sql::{Expr, Function};
use rust_decimal::Decimal;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// Types that calculate.
///
/// ```
/// fn takes_number<T: manybase_record::Number>() {}
/// takes_number::<Option<i32>>();
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is no number", label = "only number columns have this")]
pub trait Number: ColumnType {}

macro_rules! numbers {
    ($($type:ty)*) => {$(impl Number for $type {})*};
}

numbers! { i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Decimal }
impl<T: Number> Number for Option<T> {}

macro_rules! operators {
    ($($on:ident: $($trait:ident $method:ident),*;)*) => {$($(
        impl<T: Number, R: Operand<T>> $trait<R> for $on<T> {
            type Output = Ex<T>;

            fn $method(self, other: R) -> Ex<T> {
                Ex::new(self.into_expr().$method(other.operand()))
            }
        }
    )*)*};
}

operators! {
    Col: Add add, Sub sub, Mul mul, Div div, Rem rem;
    Ex: Add add, Sub sub, Mul mul, Div div, Rem rem;
}

macro_rules! number {
    ($($on:ident),*) => {$(
        impl<T: Number> Neg for $on<T> {
            type Output = Ex<T>;

            fn neg(self) -> Ex<T> {
                Ex::new(self.into_expr().neg())
            }
        }

        impl<T: Number> $on<T> {
            /// Without sign.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// const BALANCE: Col<i64> = Col::new("", "balance");
            /// let large = BALANCE.abs().gt(1_000);
            /// ```
            pub fn abs(self) -> Ex<T> {
                Ex::new(Expr::call(Function::Abs, [self.into_expr()]))
            }

            /// The next whole number below, or itself.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let euros = Col::<rust_decimal::Decimal>::new("", "price").floor();
            /// ```
            pub fn floor(self) -> Ex<T> {
                Ex::new(Expr::call(Function::Floor, [self.into_expr()]))
            }

            /// The next whole number above, or itself.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let boxes = (Col::<f64>::new("", "litres") / 0.75).ceil();
            /// ```
            pub fn ceil(self) -> Ex<T> {
                Ex::new(Expr::call(Function::Ceil, [self.into_expr()]))
            }

            /// The square root; `None` of a negative number.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let side = Col::<f64>::new("", "area").sqrt();
            /// ```
            pub fn sqrt(self) -> Ex<Option<f64>> {
                Ex::new(Expr::call(Function::Sqrt, [self.into_expr()]))
            }

            /// Raised to a power, as floating point. What is no number or too large is an error of the database.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let grown = Col::<i32>::new("", "years").power(2.5);
            /// ```
            pub fn power(self, exponent: impl Operand<f64>) -> Ex<Option<f64>> {
                Ex::new(Expr::call(Function::Power, [self.into_expr(), exponent.operand()]))
            }

            /// Rounded to so many digits, half away from zero.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// use rust_decimal::Decimal;
            /// const PRICE: Col<Decimal> = Col::new("", "price");
            /// let net = (PRICE / Decimal::new(119, 2)).round(2);
            /// ```
            pub fn round(self, digits: u32) -> Ex<T> {
                Ex::new(Expr::call(Function::Round, [self.into_expr(), digits.into()]))
            }
        }
    )*};
}

number! { Col, Ex }
