//! Functions of many rows.

use super::{Ex, Expression};
use crate::{Col, ColumnType};
use manybase_sql::{DataType, Expr, expr::Aggregate};
use rust_decimal::Decimal;

/// The type of a sum: whole numbers give `i64`, and `None` means that there were no rows.
///
/// ```
/// fn sum_of<T: manybase_record::Summed<Sum = Option<i64>>>() {}
/// sum_of::<i16>();
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` has no sum", label = "only numbers have this")]
pub trait Summed: ColumnType {
    /// The sum's type.
    type Sum: ColumnType;
}

/// The type of a mean: exact for decimals, else `f64`.
///
/// ```
/// fn mean_of<T: manybase_record::Averaged<Mean = Option<f64>>>() {}
/// mean_of::<i32>();
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` has no mean", label = "only numbers have this")]
pub trait Averaged: ColumnType {
    /// The mean's type.
    type Mean: ColumnType;
}

/// The type of a least or greatest value: `None` when there were no rows.
///
/// ```
/// fn least_of<T: manybase_record::Compared<Found = Option<String>>>() {}
/// least_of::<String>();
/// least_of::<Option<String>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no least and no greatest value",
    label = "only numbers, texts and times have this"
)]
pub trait Compared: ColumnType {
    /// The found value's type.
    type Found: ColumnType;
}

macro_rules! summed {
    ($($sum:ty, $mean:ty: $($type:ty)*;)*) => {$($(
        impl Summed for $type {
            type Sum = Option<$sum>;
        }

        impl Averaged for $type {
            type Mean = Option<$mean>;
        }
    )*)*};
}

summed! {
    i64, f64: i8 i16 i32 i64 u8 u16 u32;
    u64, f64: u64;
    f64, f64: f32 f64;
    Decimal, Decimal: Decimal;
}

impl<T: Summed> Summed for Option<T> {
    type Sum = T::Sum;
}

impl<T: Averaged> Averaged for Option<T> {
    type Mean = T::Mean;
}

impl<T: Compared> Compared for Option<T> {
    type Found = T::Found;
}

macro_rules! compared {
    ($($type:ty),*) => {$(
        impl Compared for $type {
            type Found = Option<$type>;
        }
    )*};
}

compared! {
    i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, Decimal, String, chrono::NaiveDate, chrono::NaiveTime,
    chrono::NaiveDateTime, chrono::DateTime<chrono::Utc>
}

/// The number of rows.
///
/// ```
/// use manybase_record::{count_all, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, city: String }
/// let query = Person::query().group_by(|c| c.city).select(|c| (c.city, count_all()));
/// ```
pub fn count_all() -> Ex<i64> {
    Ex::new(Expr::count_all())
}

macro_rules! aggregates {
    ($($on:ident),*) => {$(
        impl<T: ColumnType> $on<T> {
            /// The number of values that are not NULL.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let known = Col::<Option<String>>::new("", "email").count();
            /// ```
            pub fn count(self) -> Ex<i64> {
                Ex::new(self.into_expr().aggregate(Aggregate::Count))
            }

            /// The number of different values that are not NULL.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let cities = Col::<String>::new("", "city").count_distinct();
            /// ```
            pub fn count_distinct(self) -> Ex<i64> {
                let argument = Some(Box::new(self.into_expr()));
                Ex::new(Expr::Aggregate { function: Aggregate::Count, argument, distinct: true })
            }

            /// The sum of the values that are not NULL.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let total = Col::<i32>::new("", "qty").sum();
            /// ```
            pub fn sum(self) -> Ex<T::Sum>
            where
                T: Summed,
            {
                Ex::new(self.into_expr().aggregate(Aggregate::Sum))
            }

            /// The mean of the values that are not NULL. The digits of a decimal's mean are the database's choice.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let mean = Col::<i32>::new("", "qty").avg();
            /// ```
            pub fn avg(self) -> Ex<T::Mean>
            where
                T: Averaged,
            {
                let argument = self.into_expr();
                // Databases differ in what the mean of whole numbers is; of doubles it is a double everywhere.
                let whole = T::DATA_TYPE.is_integer();
                let argument = if whole { argument.cast(DataType::F64) } else { argument };
                Ex::new(argument.aggregate(Aggregate::Avg))
            }

            /// The least of the values that are not NULL.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let first = Col::<String>::new("", "name").min();
            /// ```
            pub fn min(self) -> Ex<T::Found>
            where
                T: Compared,
            {
                Ex::new(self.into_expr().aggregate(Aggregate::Min))
            }

            /// The greatest of the values that are not NULL.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// let last = Col::<String>::new("", "name").max();
            /// ```
            pub fn max(self) -> Ex<T::Found>
            where
                T: Compared,
            {
                Ex::new(self.into_expr().aggregate(Aggregate::Max))
            }
        }
    )*};
}

aggregates! { Col, Ex }
