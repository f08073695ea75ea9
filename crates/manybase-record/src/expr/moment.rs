//! Days and instants.

use super::{Dated, Ex, Expression, Operand, Text};
use crate::{Col, ColumnType, OrderKeys};
use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use manybase_sql::expr::{DatePart, DateUnit, JoinText};
use manybase_sql::{Expr, Function};

/// Types that have a time of day.
///
/// ```
/// use manybase_record::{prelude::*, Col};
/// let early = Col::<chrono::NaiveTime>::new("", "opens").hour().lt(8);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no time of day",
    label = "only times and instants have this"
)]
pub trait Clocked: ColumnType {}

impl Clocked for NaiveTime {}
impl Clocked for NaiveDateTime {}
impl Clocked for DateTime<Utc> {}
impl<T: Clocked> Clocked for Option<T> {}

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident => $part:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// ```
        /// use manybase_record::{prelude::*, Col};
        /// const AT: Col<chrono::NaiveDateTime> = Col::new("", "at");
        #[doc = concat!("let part = AT.", stringify!($name), "();")]
        /// ```
        pub fn $name(self) -> Ex<i64> {
            Ex::new(Expr::call(Function::Part(DatePart::$part), [self.into_expr()]))
        }
    )*};
}

macro_rules! moments {
    ($($on:ident),*) => {$(
        impl<T: Clocked> $on<T> {
            parts! {
                /// The hour, 0 to 23; of an instant, in UTC.
                hour => Hour;
                /// The minute, 0 to 59.
                minute => Minute;
                /// The second, 0 to 59, without its fraction.
                second => Second;
            }
        }

        impl<T: Dated> $on<T> {
            parts! {
                /// The quarter, 1 to 4; of an instant, in UTC.
                quarter => Quarter;
                /// The week by ISO 8601, 1 to 53; of an instant, in UTC.
                week => Week;
                /// The day of the week, from Monday 1 to Sunday 7; of an instant, in UTC.
                weekday => Weekday;
                /// The day of the year, 1 to 366; of an instant, in UTC.
                day_of_year => YearDay;
            }

            /// Cut to the beginning of its year, month, week, day, hour and so on; of an instant, in UTC.
            ///
            /// ```
            /// use manybase_record::{prelude::*, DateUnit};
            /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, day: chrono::NaiveDate, cents: i64 }
            /// let by_month = Sale::query()
            ///     .group_by(|c| c.day.truncate(DateUnit::Month))
            ///     .select(|c| (c.day.truncate(DateUnit::Month), c.cents.sum()));
            /// ```
            pub fn truncate(self, unit: DateUnit) -> Ex<T> {
                Ex::new(Expr::call(Function::Truncate(unit), [self.into_expr()]))
            }

            /// Moved by so many of a unit, back where the number is negative. A day that the month does not have
            /// becomes its last.
            ///
            /// ```
            /// use manybase_record::{prelude::*, DateUnit};
            /// # #[derive(Model)] struct Invoice { #[model(key, auto)] id: i64, day: chrono::NaiveDate, terms: i64 }
            /// Invoice::query().select(|c| (c.day.shift(1, DateUnit::Month), c.day.shift(c.terms, DateUnit::Day)));
            /// ```
            pub fn shift(self, count: impl Operand<i64>, unit: DateUnit) -> Ex<T> {
                Ex::new(Expr::call(Function::Shift(unit), [self.into_expr(), count.operand()]))
            }

            /// Days from another one to this one: how often midnight lies between.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Invoice { #[model(key, auto)] id: i64, due: chrono::NaiveDate, paid: chrono::NaiveDate }
            /// Invoice::filter(|c| c.paid.days_since(c.due).gt(14));
            /// ```
            pub fn days_since(self, earlier: impl Operand<T>) -> Ex<i64> {
                Ex::new(Expr::call(Function::Between(DateUnit::Day), [self.into_expr(), earlier.operand()]))
            }

            /// Whole seconds from another one to this one.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// use chrono::{DateTime, Utc};
            /// # #[derive(Model)] struct Call { #[model(key, auto)] id: i64, begun: DateTime<Utc>, ended: DateTime<Utc> }
            /// Call::query().select(|c| c.ended.seconds_since(c.begun).sum());
            /// ```
            pub fn seconds_since(self, earlier: impl Operand<T>) -> Ex<i64> {
                Ex::new(Expr::call(Function::Between(DateUnit::Second), [self.into_expr(), earlier.operand()]))
            }
        }

        impl<T: Text> $on<T> {
            /// The texts of many rows in one, in this order, with a separator between them. NULL is passed over; of no
            /// rows it is `None`.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String, city: String }
            /// Person::query()
            ///     .group_by(|c| c.city)
            ///     .select(|c| (c.city, c.name.string_agg(", ", c.name.asc())));
            /// ```
            pub fn string_agg(self, separator: impl Into<String>, order: impl OrderKeys) -> Ex<Option<String>> {
                let mut order_by = Vec::new();
                order.add_to(&mut |key| order_by.push(key));
                let join = JoinText { text: self.into_expr(), separator: separator.into(), order_by };
                Ex::new(join.into())
            }
        }
    )*};
}

moments! { Col, Ex }
