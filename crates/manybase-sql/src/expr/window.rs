//! Window functions: a value for each row, taken from the rows around it.

use super::{Aggregate, Expr};
use crate::{DataType, OrderBy};

/// A function over a window of rows.
///
/// ```
/// use manybase_sql::expr::{Over, Window, WindowFunction};
/// use manybase_sql::{dialect, Expr, Order, Select};
/// let window = Window {
///     function: WindowFunction::RowNumber,
///     over: Over::default().partition_by(Expr::column("city")).order_by(Expr::column("age"), Order::Asc),
/// };
/// assert_eq!(
///     Select::from("t").item(window.into()).render(dialect::sqlite())?.sql,
///     r#"SELECT ROW_NUMBER() OVER (PARTITION BY "city" ORDER BY "age") FROM "t""#
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// What is calculated.
    pub function: WindowFunction,
    /// From which rows.
    pub over: Over,
}

/// What a window function calculates.
///
/// ```
/// use manybase_sql::expr::WindowFunction;
/// assert!(WindowFunction::Rank.needs_order());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum WindowFunction {
    /// The row's number, from 1.
    RowNumber,
    /// The number of the first row that is equal in the order; gaps follow.
    Rank,
    /// As `Rank`, without gaps.
    DenseRank,
    /// `(rank - 1) / (rows - 1)`.
    PercentRank,
    /// The share of the rows that come before or are equal.
    CumeDist,
    /// The number of the part, from 1, when the rows are cut in so many parts.
    Ntile(u32),
    /// The value of so many rows before.
    Lag(Expr, u32),
    /// The value of so many rows behind.
    Lead(Expr, u32),
    /// The value of the frame's first row.
    First(Expr),
    /// The value of the frame's last row.
    Last(Expr),
    /// The value of the frame's nth row, from 1.
    Nth(Expr, u32),
    /// An [`Expr::Aggregate`] over the frame.
    Aggregate(Expr),
}

impl WindowFunction {
    /// Whether it makes no sense without an order.
    ///
    /// ```
    /// assert!(!manybase_sql::expr::WindowFunction::RowNumber.needs_order());
    /// ```
    pub fn needs_order(&self) -> bool {
        matches!(
            self,
            Self::Rank
                | Self::DenseRank
                | Self::PercentRank
                | Self::CumeDist
                | Self::Ntile(_)
                | Self::Lag(..)
                | Self::Lead(..)
        )
    }

    /// Whether it looks at a frame, and not at all rows of the partition.
    ///
    /// ```
    /// assert!(!manybase_sql::expr::WindowFunction::Rank.takes_frame());
    /// ```
    pub fn takes_frame(&self) -> bool {
        matches!(
            self,
            Self::First(_) | Self::Last(_) | Self::Nth(..) | Self::Aggregate(_)
        )
    }

    /// What it is calculated of.
    pub(crate) fn argument(&self) -> Option<&Expr> {
        match self {
            Self::Lag(of, _)
            | Self::Lead(of, _)
            | Self::First(of)
            | Self::Last(of)
            | Self::Nth(of, _)
            | Self::Aggregate(of) => Some(of),
            _ => None,
        }
    }
}

/// The rows that a window function looks at: those of the same partition, in an order, and of them a frame.
///
/// ```
/// use manybase_sql::expr::Over;
/// use manybase_sql::Expr;
/// assert_eq!(Over::default().partition_by(Expr::column("city")).partition_by.len(), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Over {
    /// `PARTITION BY`
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`
    pub order_by: Vec<OrderBy>,
    /// The frame; without one the database's own: to the current row and its equals where there is an order, else
    /// all rows.
    pub frame: Option<Frame>,
}

impl Over {
    /// Adds an expression that must be equal.
    ///
    /// ```
    /// use manybase_sql::{expr::Over, Expr};
    /// let over = Over::default().partition_by(Expr::column("city"));
    /// ```
    #[must_use]
    pub fn partition_by(mut self, expr: Expr) -> Self {
        self.partition_by.push(expr);
        self
    }

    /// Adds a key to the order.
    ///
    /// ```
    /// use manybase_sql::{expr::Over, Expr, Order};
    /// let over = Over::default().order_by(Expr::column("age"), Order::Desc);
    /// ```
    #[must_use]
    pub fn order_by(mut self, expr: Expr, order: crate::Order) -> Self {
        self.order_by.push(OrderBy {
            expr,
            order,
            nulls_first: None,
        });
        self
    }
}

/// What a frame counts.
///
/// ```
/// assert_ne!(manybase_sql::expr::FrameUnit::Rows, manybase_sql::expr::FrameUnit::Range);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// Rows that are equal in the order belong together; it has no distances.
    Range,
    /// Groups of rows that are equal in the order.
    Groups,
}

/// Part of the partition, from one end to another, both included. An end is a distance from the current row,
/// negative before it; `None` is the end of the partition.
///
/// ```
/// use manybase_sql::expr::{Frame, FrameUnit};
/// let last_three = Frame { unit: FrameUnit::Rows, from: Some(-2), to: Some(0) };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// What is counted.
    pub unit: FrameUnit,
    /// Where it begins.
    pub from: Option<i32>,
    /// Where it ends.
    pub to: Option<i32>,
}

impl From<Window> for Expr {
    fn from(window: Window) -> Self {
        Self::Window(Box::new(window))
    }
}

impl Window {
    pub(super) fn data_type(&self) -> Option<DataType> {
        match &self.function {
            WindowFunction::RowNumber
            | WindowFunction::Rank
            | WindowFunction::DenseRank
            | WindowFunction::Ntile(_) => Some(DataType::I64),
            WindowFunction::PercentRank | WindowFunction::CumeDist => Some(DataType::F64),
            function => function.argument()?.data_type(),
        }
    }

    pub(super) fn is_nullable(&self) -> bool {
        match &self.function {
            WindowFunction::Aggregate(of) => of.is_nullable(),
            function => function.argument().is_some(),
        }
    }

    /// Looks through what it is made of; of an aggregate over the window not at the aggregate itself, but inside.
    pub(super) fn any_inside(&self, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
        let argument = match &self.function {
            WindowFunction::Aggregate(Expr::Aggregate { argument, .. }) => argument.as_deref(),
            function => function.argument(),
        };
        argument.is_some_and(&mut *test)
            || self.over.partition_by.iter().any(&mut *test)
            || self.over.order_by.iter().any(|key| test(&key.expr))
    }
}

impl Expr {
    /// An aggregate of only those rows for which this holds.
    ///
    /// ```
    /// use manybase_sql::{dialect, Expr, Select};
    /// let adults = Expr::count_all().only_if(Expr::column("age").ge(18i64));
    /// assert_eq!(
    ///     Select::from("t").item(adults).render(dialect::sqlite())?.sql,
    ///     r#"SELECT COUNT(CASE WHEN "age" >= ? THEN 1 END) FROM "t""#
    /// );
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    #[must_use]
    pub fn only_if(self, condition: Expr) -> Self {
        match self {
            Self::Aggregate {
                function,
                argument,
                distinct,
            } if argument.is_some() || function == Aggregate::Count => Self::Aggregate {
                function,
                argument: Some(Box::new(Self::Case {
                    branches: vec![(condition, argument.map_or(Self::Literal(1), |argument| *argument))],
                    otherwise: None,
                })),
                distinct,
            },
            Self::JoinText(join) => Self::JoinText(Box::new(super::JoinText {
                text: Self::Case {
                    branches: vec![(condition, join.text)],
                    otherwise: None,
                },
                ..*join
            })),
            _ => Self::Invalid(
                "a filter for something that is no aggregate: sum, count, min and the like have one".into(),
            ),
        }
    }
}
