//! Window functions: a value for each row, taken from the rows around it.

use super::{Ex, Expression};
use crate::Operand;
use crate::{Col, ColumnType, GroupKeys, OrderKeys};
use manybase_sql::Expr;
use manybase_sql::expr::{Frame, FrameUnit, Over, Window as Node, WindowFunction};
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

/// The rows that a window function looks at; closures of `over` get an empty one, which is all rows.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
/// let running = Sale::query().select(|c| {
///     (c.id, c.amount.sum().over(|w| w.partition_by(c.city).order_by(c.id.asc()).rows(..=0)))
/// });
/// let last_three = Sale::query().select(|c| c.amount.avg().over(|w| w.order_by(c.id.asc()).rows(-2..=0)));
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Window {
    over: Over,
    wrong: Option<String>,
}

impl Window {
    /// Only rows for which these are equal.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
    /// let query = Sale::query().select(|c| c.amount.sum().over(|w| w.partition_by(c.city)));
    /// assert_eq!(
    ///     query.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"SELECT SUM("amount") OVER (PARTITION BY "city") FROM "sale""#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn partition_by<K: GroupKeys>(mut self, keys: K) -> Self {
        keys.add_to(&mut self.over.partition_by);
        self
    }

    /// The order of the rows. NULL counts as the least value, as everywhere.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
    /// let query = Sale::query().select(|c| c.amount.sum().over(|w| w.order_by(c.id.desc())));
    /// assert_eq!(
    ///     query.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"SELECT SUM("amount") OVER (ORDER BY "id" DESC) FROM "sale""#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn order_by<K: OrderKeys>(mut self, keys: K) -> Self {
        keys.add_to(&mut |key| self.over.order_by.push(key));
        self
    }

    /// Of these the rows from one distance to another: `-2..=0` is the current row and the two before it, `..=0` all
    /// up to the current one, `..` all.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
    /// let query = Sale::query().select(|c| c.amount.sum().over(|w| w.order_by(c.id.asc()).rows(-1..=1)));
    /// assert_eq!(
    ///     query.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"SELECT SUM("amount") OVER (ORDER BY "id" ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM "sale""#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn rows(self, distances: impl RangeBounds<i32>) -> Self {
        self.frame(FrameUnit::Rows, &distances)
    }

    /// As [`Window::rows`]; rows that are equal in the order belong together, and there are no distances but 0: `..=0`
    /// is all up to the current row and its equals.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
    /// let query = Sale::query().select(|c| c.amount.sum().over(|w| w.order_by(c.city.asc()).range(..=0)));
    /// assert_eq!(
    ///     query.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"SELECT SUM("amount") OVER (ORDER BY "city" RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM "sale""#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn range(self, distances: impl RangeBounds<i32>) -> Self {
        self.frame(FrameUnit::Range, &distances)
    }

    /// As [`Window::rows`], in groups of rows that are equal in the order. MySQL and MariaDB have no such frame.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
    /// let query = Sale::query().select(|c| c.amount.sum().over(|w| w.order_by(c.city.asc()).groups(-1..=0)));
    /// assert_eq!(
    ///     query.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"SELECT SUM("amount") OVER (ORDER BY "city" GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM "sale""#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn groups(self, distances: impl RangeBounds<i32>) -> Self {
        self.frame(FrameUnit::Groups, &distances)
    }

    fn frame(mut self, unit: FrameUnit, distances: &impl RangeBounds<i32>) -> Self {
        let from = match distances.start_bound() {
            Bound::Included(from) => Some(Some(*from)),
            Bound::Excluded(from) => from.checked_add(1).map(Some),
            Bound::Unbounded => Some(None),
        };
        let to = match distances.end_bound() {
            Bound::Included(to) => Some(Some(*to)),
            Bound::Excluded(to) => to.checked_sub(1).map(Some),
            Bound::Unbounded => Some(None),
        };
        match (from, to) {
            (Some(from), Some(to)) => self.over.frame = Some(Frame { unit, from, to }),
            _ => self.wrong = Some("a frame that ends before it begins".into()),
        }
        self
    }

    fn node(self, function: WindowFunction) -> Expr {
        match self.wrong {
            Some(wrong) => Expr::Invalid(wrong),
            None => Node {
                function,
                over: self.over,
            }
            .into(),
        }
    }
}

/// A window function that does not know its rows yet: say them with [`Windowed::over`].
///
/// ```
/// use manybase_record::{row_number, prelude::*};
/// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
/// let places = Sale::query()
///     .select(|c| (c.id, row_number().over(|w| w.partition_by(c.city).order_by(c.amount.desc()))))
///     .to_sql(manybase_sql::dialect::sqlite())?;
/// assert_eq!(
///     places.sql,
///     r#"SELECT "id", ROW_NUMBER() OVER (PARTITION BY "city" ORDER BY "amount" DESC) FROM "sale""#
/// );
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a window function needs its window: add .over(|w| …)"]
pub struct Windowed<T> {
    function: WindowFunction,
    /// What stands for a row that is not there.
    otherwise: Option<Expr>,
    marker: PhantomData<fn() -> T>,
}

impl<T> Windowed<T> {
    fn new(function: WindowFunction) -> Self {
        Self {
            function,
            otherwise: None,
            marker: PhantomData,
        }
    }

    /// Says which rows it looks at. It can stand in a selection and in an order, and nowhere else: it is calculated
    /// when the rows have been chosen.
    ///
    /// ```
    /// use manybase_record::{prelude::*, rank};
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Sale>(&db).await?;
    /// for amount in [5, 7] { Sale { id: 0, city: "Rome".into(), amount }.insert(&db).await?; }
    /// let places = Sale::query().select(|c| (c.amount, rank().over(|w| w.order_by(c.amount.desc())))).order_by(|c| c.amount.asc());
    /// assert_eq!(places.all(&db).await?, [(5, 2), (7, 1)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn over(self, window: impl FnOnce(Window) -> Window) -> Ex<T> {
        let window = window(Window::default());
        let Some(otherwise) = self.otherwise else {
            return Ex::new(window.node(self.function));
        };
        // Not every database has a third argument. A constant of the other row is NULL just where there is no such row,
        // and the row's own value may be.
        let there = match &self.function {
            WindowFunction::Lag(_, rows) => WindowFunction::Lag(Expr::Literal(1), *rows),
            WindowFunction::Lead(_, rows) => WindowFunction::Lead(Expr::Literal(1), *rows),
            other => other.clone(),
        };
        Ex::new(Expr::Case {
            branches: vec![(window.clone().node(there).is_null(), otherwise)],
            otherwise: Some(Box::new(window.node(self.function))),
        })
    }
}

macro_rules! ranks {
    ($($(#[$doc:meta])* $name:ident => $function:ident -> $out:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// ```
        /// use manybase_record::prelude::*;
        /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
        #[doc = concat!("use manybase_record::", stringify!($name), ";")]
        #[doc = concat!("Sale::query().select(|c| ", stringify!($name), "().over(|w| w.order_by(c.amount.desc())));")]
        /// ```
        pub fn $name() -> Windowed<$out> {
            Windowed::new(WindowFunction::$function)
        }
    )*};
}

ranks! {
    /// The row's number in its partition, from 1.
    row_number => RowNumber -> i64;
    /// The number of the first row that is equal in the order, from 1: rows that are equal have the same, and gaps
    /// follow.
    rank => Rank -> i64;
    /// As [`rank`], without gaps.
    dense_rank => DenseRank -> i64;
    /// From 0 for the first to 1 for the last: `(rank - 1) / (rows - 1)`.
    percent_rank => PercentRank -> f64;
    /// The share of the rows that come before or are equal, up to 1.
    cume_dist => CumeDist -> f64;
}

/// The number of the part, from 1, when the partition is cut in so many parts of nearly the same size.
///
/// ```
/// use manybase_record::{ntile, prelude::*};
/// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
/// Sale::query().select(|c| (c.id, ntile(4).over(|w| w.order_by(c.amount.asc()))));
/// ```
pub fn ntile(parts: u32) -> Windowed<i64> {
    Windowed::new(WindowFunction::Ntile(parts))
}

macro_rules! values {
    ($($on:ident),*) => {$(
        impl<T: ColumnType> $on<T> {
            /// The value of so many rows before; `None` where there are not so many.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
            /// Sale::query().select(|c| (c.amount, c.amount.lag(1).over(|w| w.order_by(c.id.asc()))));
            /// ```
            pub fn lag(self, rows: u32) -> Windowed<T::OrNull> {
                Windowed::new(WindowFunction::Lag(self.into_expr(), rows))
            }

            /// The value of so many rows behind; `None` where there are not so many.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
            /// Sale::query().select(|c| (c.amount, c.amount.lead(1).over(|w| w.order_by(c.id.asc()))));
            /// ```
            pub fn lead(self, rows: u32) -> Windowed<T::OrNull> {
                Windowed::new(WindowFunction::Lead(self.into_expr(), rows))
            }

            /// The value of so many rows before, and this where there are not so many.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
            /// Sale::query().select(|c| (c.amount, c.amount.lag_or(1, 0).over(|w| w.order_by(c.id.asc()))));
            /// ```
            pub fn lag_or(self, rows: u32, otherwise: impl Operand<T>) -> Windowed<T> {
                let mut lag = Windowed::new(WindowFunction::Lag(self.into_expr(), rows));
                lag.otherwise = Some(otherwise.operand());
                lag
            }

            /// The value of so many rows behind, and this where there are not so many.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
            /// Sale::query().select(|c| (c.amount, c.amount.lead_or(1, c.amount).over(|w| w.order_by(c.id.asc()))));
            /// ```
            pub fn lead_or(self, rows: u32, otherwise: impl Operand<T>) -> Windowed<T> {
                let mut lead = Windowed::new(WindowFunction::Lead(self.into_expr(), rows));
                lead.otherwise = Some(otherwise.operand());
                lead
            }

            /// The value of the frame's first row.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
            /// Sale::query().select(|c| c.amount.first_value().over(|w| w.order_by(c.id.asc())));
            /// ```
            pub fn first_value(self) -> Windowed<T::OrNull> {
                Windowed::new(WindowFunction::First(self.into_expr()))
            }

            /// The value of the frame's last row. Where nothing else is said, the frame of an ordered window ends with
            /// the current row: say `.rows(..)` for the last of all.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
            /// Sale::query().select(|c| c.amount.last_value().over(|w| w.order_by(c.id.asc()).rows(..)));
            /// ```
            pub fn last_value(self) -> Windowed<T::OrNull> {
                Windowed::new(WindowFunction::Last(self.into_expr()))
            }

            /// The value of the frame's nth row, from 1; `None` where there are not so many.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, amount: i64 }
            /// Sale::query().select(|c| c.amount.nth_value(2).over(|w| w.order_by(c.id.asc()).rows(..)));
            /// ```
            pub fn nth_value(self, row: u32) -> Windowed<T::OrNull> {
                Windowed::new(WindowFunction::Nth(self.into_expr(), row))
            }
        }
    )*};
}

values! { Col, Ex }

impl<T> Ex<T> {
    /// An aggregate over a window of rows, for each row. It can stand in a selection and in an order.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: String, amount: i64 }
    /// Sale::query().select(|c| (c.id, c.amount.sum().over(|w| w.partition_by(c.city).order_by(c.id.asc()))));
    /// ```
    pub fn over(self, window: impl FnOnce(Window) -> Window) -> Ex<T> {
        Ex::new(window(Window::default()).node(WindowFunction::Aggregate(self.into_node())))
    }
}
