//! Queries put together by set operations.

use crate::{Dialect, Rendered, Result, Select, SqlWriter, render};

/// How the rows of two queries become one result.
///
/// ```
/// assert_ne!(manybase_sql::SetOp::Union, manybase_sql::SetOp::UnionAll);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOp {
    /// Rows of either; equal rows come once.
    Union,
    /// Rows of both, one after the other.
    UnionAll,
    /// Rows that both have; equal rows come once. Refused where [`crate::Capability::intersect`] says no.
    Intersect,
    /// Rows of the first that the second has not; equal rows come once. Refused where
    /// [`crate::Capability::intersect`] says no.
    Except,
}

impl SetOp {
    /// The keyword.
    ///
    /// ```
    /// assert_eq!(manybase_sql::SetOp::UnionAll.as_sql(), "UNION ALL");
    /// ```
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::Union => "UNION",
            Self::UnionAll => "UNION ALL",
            Self::Intersect => "INTERSECT",
            Self::Except => "EXCEPT",
        }
    }
}

/// A query, or several put together.
///
/// ```
/// use manybase_sql::{dialect, Body, Select, SetOp};
/// let names = Body::from(Select::from("customer").column("name")).with(SetOp::Union, Select::from("supplier").column("name").into());
/// assert_eq!(
///     names.render(dialect::sqlite())?.sql,
///     r#"SELECT "name" FROM "customer" UNION SELECT "name" FROM "supplier""#
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// One query.
    Select(Box<Select>),
    /// Two, put together.
    Set {
        /// How.
        op: SetOp,
        /// The first.
        left: Box<Body>,
        /// The second.
        right: Box<Body>,
    },
}

impl From<Select> for Body {
    fn from(select: Select) -> Self {
        Self::Select(Box::new(select))
    }
}

impl Body {
    /// Puts another query beside this one.
    ///
    /// ```
    /// use manybase_sql::{Body, Select, SetOp};
    /// let both = Body::from(Select::from("a").column("n")).with(SetOp::Except, Select::from("b").column("n").into());
    /// assert_eq!(both.first().from.name, "a");
    /// ```
    #[must_use]
    pub fn with(self, op: SetOp, right: Body) -> Self {
        Self::Set {
            op,
            left: Box::new(self),
            right: Box::new(right),
        }
    }

    /// The first query, which gives the columns their names.
    ///
    /// ```
    /// use manybase_sql::{Body, Select};
    /// assert_eq!(Body::from(Select::from("a")).first().from.name, "a");
    /// ```
    pub fn first(&self) -> &Select {
        match self {
            Self::Select(select) => select,
            Self::Set { left, .. } => left.first(),
        }
    }

    /// SQL text and values for one dialect.
    ///
    /// # Errors
    /// As [`Select::render`], and set operations that the database lacks.
    ///
    /// ```
    /// use manybase_sql::{dialect, Body, Select};
    /// assert_eq!(Body::from(Select::from("t").column("a")).render(dialect::mysql())?.sql, "SELECT `a` FROM `t`");
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| render::body(w, self))
    }
}
