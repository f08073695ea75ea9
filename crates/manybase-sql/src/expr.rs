//! Expressions: a plain tree without type parameters.

mod build;
mod collate;
mod comparison;
mod full_text;
mod function;
mod infer;
mod join_text;
mod json;
mod like;
mod moment;
mod replace;
mod walk;
mod window;

pub use collate::Collation;
pub use comparison::{ColumnKind, Comparison};
pub use full_text::{FullText, FullTextAsked, FullTextSearch, TextSearch, TextTerm};
pub(crate) use full_text::{SIGNS, fitting};
pub use function::Function;
pub use join_text::JoinText;
pub use json::{Json, JsonAsked, JsonStep};
pub use like::{LikePattern, LikeToken};
pub(crate) use moment::moment_type;
pub use moment::{DatePart, DateUnit};
pub use window::{Frame, FrameUnit, Over, Window, WindowFunction};

use crate::{DataType, Name, Select, Value};

/// A column as an expression. The table's name is written where a query reads more than one. It carries what a dialect needs to know in order to give the same answer
/// everywhere: the type (integer division, exact decimals) and whether it can be NULL (order of NULLs).
///
/// ```
/// use manybase_sql::{dialect, expr::ColumnRef, Expr, Select};
/// let column = ColumnRef { table: Some("t".into()), name: "a".into(), data_type: None, nullable: true };
/// let mut select = Select::from("t").item(Expr::Column(column));
/// assert_eq!(select.render(dialect::sqlite())?.sql, r#"SELECT "a" FROM "t""#);
/// # use manybase_sql::{Join, JoinKind, Source};
/// select.tables_mut().joins.push(Join { kind: JoinKind::Cross, source: Source::table("u"), on: None });
/// assert_eq!(select.render(dialect::sqlite())?.sql, r#"SELECT "t"."a" FROM "t" CROSS JOIN "u""#);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRef {
    /// The name that its table goes by in the query; without one it belongs to the query's first table.
    pub table: Option<Name>,
    /// The column's name.
    pub name: Name,
    /// Its type, where known.
    pub data_type: Option<DataType>,
    /// Whether it can hold NULL.
    pub nullable: bool,
}

/// Operators with two sides.
///
/// ```
/// use manybase_sql::{expr::BinaryOp, Expr};
/// let sum = Expr::Binary(Box::new((Expr::column("a"), 1i64.into())), BinaryOp::Add);
/// assert_eq!(sum, Expr::column("a").add(1i64));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BinaryOp {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `AND`
    And,
    /// `OR`
    Or,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`; whole numbers divide to whole numbers on every database.
    Div,
    /// `%`
    Rem,
    /// Text put together.
    Concat,
}

impl BinaryOp {
    /// Whether it compares.
    ///
    /// ```
    /// assert!(manybase_sql::expr::BinaryOp::Le.is_comparison());
    /// ```
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge
        )
    }

    /// As the standard writes it, with spaces around.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Ne => " <> ",
            Self::Lt => " < ",
            Self::Le => " <= ",
            Self::Gt => " > ",
            Self::Ge => " >= ",
            Self::And => " AND ",
            Self::Or => " OR ",
            Self::Add => " + ",
            Self::Sub => " - ",
            Self::Mul => " * ",
            Self::Div => " / ",
            Self::Rem => " % ",
            Self::Concat => " || ",
        }
    }

    /// Whether it calculates.
    ///
    /// ```
    /// assert!(manybase_sql::expr::BinaryOp::Rem.is_arithmetic());
    /// ```
    pub fn is_arithmetic(self) -> bool {
        matches!(self, Self::Add | Self::Sub | Self::Mul | Self::Div | Self::Rem)
    }
}

/// Operators with one side.
///
/// ```
/// use manybase_sql::{expr::UnaryOp, Expr};
/// assert_eq!(Expr::column("a").not(), Expr::Unary(UnaryOp::Not, Box::new(Expr::column("a"))));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnaryOp {
    /// `NOT`
    Not,
    /// `-`
    Neg,
}

/// Functions over many rows.
///
/// ```
/// use manybase_sql::{dialect, expr::Aggregate, Expr, Select};
/// let select = Select::from("t").item(Expr::column("a").aggregate(Aggregate::Max));
/// assert_eq!(select.render(dialect::sqlite())?.sql, r#"SELECT MAX("a") FROM "t""#);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregate {
    /// Number of rows, or of values that are not NULL.
    Count,
    /// Sum.
    Sum,
    /// Mean.
    Avg,
    /// Least.
    Min,
    /// Greatest.
    Max,
}

/// An expression.
///
/// ```
/// use manybase_sql::{dialect, Dialect, Expr, Select};
/// let adult = Expr::column("age").ge(18i64).and(Expr::column("name").is_not_null());
/// let sql = Select::from("person").column("id").filter(adult).render(dialect::sqlite())?.sql;
/// assert_eq!(sql, r#"SELECT "id" FROM "person" WHERE "age" >= ? AND "name" IS NOT NULL"#);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// A column.
    Column(ColumnRef),
    /// A value, always bound.
    Value(Value),
    /// One side.
    Unary(UnaryOp, Box<Expr>),
    /// A column beside a value.
    Comparison(Comparison),
    /// Two sides, the left one first.
    Binary(Box<(Expr, Expr)>, BinaryOp),
    /// Every one of these, as with `AND` between them: the conditions of a query. True when there are none.
    All(Vec<Expr>),
    /// `IN` a list of values.
    InList {
        /// What is looked for.
        expr: Box<Expr>,
        /// Where; may be empty, may be longer than the database has placeholders.
        list: Vec<Value>,
        /// `NOT IN`.
        negated: bool,
    },
    /// Several expressions that together are one of these rows: `(a, b) IN ((1, 2), (3, 4))`.
    InRows {
        /// What is looked for.
        exprs: Vec<Expr>,
        /// Where; each row has a value for each expression.
        rows: Vec<Vec<Value>>,
    },
    /// `BETWEEN`, both ends included.
    Between {
        /// What is tested.
        expr: Box<Expr>,
        /// The lower end.
        low: Box<Expr>,
        /// The upper end.
        high: Box<Expr>,
    },
    /// `IS NULL` or `IS NOT NULL`.
    IsNull {
        /// What is tested.
        expr: Box<Expr>,
        /// `IS NOT NULL`.
        negated: bool,
    },
    /// A text pattern.
    Like {
        /// What is tested.
        expr: Box<Expr>,
        /// The pattern.
        pattern: LikePattern,
        /// Letters of either case match. SQLite knows only ASCII letters.
        case_insensitive: bool,
    },
    /// A function of one row.
    Call(Function, Vec<Expr>),
    /// A function of many rows; no argument means `COUNT(*)`.
    Aggregate {
        /// Which.
        function: Aggregate,
        /// Of what.
        argument: Option<Box<Expr>>,
        /// Each value counts once.
        distinct: bool,
    },
    /// `CASE WHEN … THEN … ELSE … END`.
    Case {
        /// Conditions and results, in order.
        branches: Vec<(Expr, Expr)>,
        /// Result when no condition holds; NULL without it.
        otherwise: Option<Box<Expr>>,
    },
    /// A conversion.
    Cast(Box<Expr>, DataType),
    /// A text with a collation.
    Collate(Box<Expr>, Collation),
    /// A function over a window of rows.
    Window(Box<Window>),
    /// Texts of many rows put together.
    JoinText(Box<JoinText>),
    /// Something at a place in a document.
    Json(Box<Json>),
    /// A full-text search.
    FullText(Box<FullTextSearch>),
    /// In `GROUP BY`: these, without the last, without the last two, and so on to none.
    Rollup(Vec<Expr>),
    /// Whether a key of the rollup was left out in this group: `GROUPING`.
    Rolled(Box<Expr>),
    /// A whole number that is part of the text and no value to bind.
    Literal(i64),
    /// The value of a query that gives one column and, being an aggregate or limited, one row at most; NULL without a row.
    Subquery(Box<Select>),
    /// Whether a query gives rows; it needs no columns.
    Exists {
        /// The query; it may name columns of those around it.
        select: Box<Select>,
        /// `NOT EXISTS`.
        negated: bool,
    },
    /// `IN` what a query of one column gives.
    InQuery {
        /// What is looked for.
        expr: Box<Expr>,
        /// Where.
        select: Box<Select>,
        /// `NOT IN`.
        negated: bool,
    },
    /// An expression that could not be built, with the reason: rendering it fails. Builders stay free of `Result`
    /// so.
    Invalid(String),
}
