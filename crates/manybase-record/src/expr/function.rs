//! Other functions of one row.

use super::{Ex, Expression, Operand};
use crate::{Col, ColumnType};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use manybase_sql::{Expr, Function};

/// The value, or another one where it is NULL.
///
/// ```
/// use manybase_record::{coalesce, prelude::*, Col, Ex};
/// let nick: Ex<String> = coalesce(Col::<Option<String>>::new("", "nick"), "nobody");
/// ```
pub fn coalesce<T: ColumnType>(value: impl Expression<Type = Option<T>>, or: impl Operand<T>) -> Ex<T> {
    Ex::new(Expr::call(Function::Coalesce, [value.into_expr(), or.operand()]))
}

/// The current instant, by the database's clock.
///
/// ```
/// use manybase_record::{now, prelude::*, Col};
/// use chrono::{DateTime, Utc};
/// let due = Col::<DateTime<Utc>>::new("", "due_at").le(now());
/// ```
pub fn now() -> Ex<DateTime<Utc>> {
    Ex::new(Expr::call(Function::Now, []))
}

/// Types that have a calendar day.
///
/// ```
/// use manybase_record::{prelude::*, Col};
/// let born = Col::<chrono::NaiveDate>::new("", "born").year().eq(1990);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no calendar day",
    label = "only days and instants have this"
)]
pub trait Dated: ColumnType {}

impl Dated for NaiveDate {}
impl Dated for NaiveDateTime {}
impl Dated for DateTime<Utc> {}
impl<T: Dated> Dated for Option<T> {}

macro_rules! dated {
    ($($on:ident),*) => {$(
        impl<T: Dated> $on<T> {
            /// The year; of an instant, in UTC.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Debug, Clone, PartialEq, Model)] struct Bill { #[model(key, auto)] id: i64, due: chrono::NaiveDate }
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() -> manybase_driver::Result<()> {
            /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
            /// # manybase_record::create_table::<Bill>(&db).await?;
            /// # Bill { id: 0, due: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap() }.insert(&db).await?;
            /// assert_eq!(Bill::query().select(|c| c.due.year()).one(&db).await?, 2026);
            /// # Ok(())
            /// # }
            /// ```
            pub fn year(self) -> Ex<i64> {
                Ex::new(Expr::call(Function::Year, [self.into_expr()]))
            }

            /// The month, 1 to 12; of an instant, in UTC.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Debug, Clone, PartialEq, Model)] struct Bill { #[model(key, auto)] id: i64, due: chrono::NaiveDate }
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() -> manybase_driver::Result<()> {
            /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
            /// # manybase_record::create_table::<Bill>(&db).await?;
            /// # Bill { id: 0, due: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap() }.insert(&db).await?;
            /// assert_eq!(Bill::query().select(|c| c.due.month()).one(&db).await?, 11);
            /// # Ok(())
            /// # }
            /// ```
            pub fn month(self) -> Ex<i64> {
                Ex::new(Expr::call(Function::Month, [self.into_expr()]))
            }

            /// The day of the month, 1 to 31; of an instant, in UTC.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Debug, Clone, PartialEq, Model)] struct Bill { #[model(key, auto)] id: i64, due: chrono::NaiveDate }
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() -> manybase_driver::Result<()> {
            /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
            /// # manybase_record::create_table::<Bill>(&db).await?;
            /// # Bill { id: 0, due: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap() }.insert(&db).await?;
            /// assert_eq!(Bill::query().select(|c| c.due.day()).one(&db).await?, 21);
            /// # Ok(())
            /// # }
            /// ```
            pub fn day(self) -> Ex<i64> {
                Ex::new(Expr::call(Function::Day, [self.into_expr()]))
            }
        }
    )*};
}

dated! { Col, Ex }
