//! Constructors, so that trees read like SQL.

use super::{Aggregate, BinaryOp, ColumnRef, Expr, Function, LikePattern, UnaryOp};
use crate::{DataType, Name, Value};

impl<T: Into<Value>> From<T> for Expr {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident => $op:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// ```
        /// # use manybase_sql::Expr;
        #[doc = concat!("let expr = Expr::column(\"a\").", stringify!($name), "(Expr::column(\"b\"));")]
        /// ```
        #[must_use]
        pub fn $name(self, other: impl Into<Expr>) -> Self {
            Self::Binary(Box::new((self, other.into())), BinaryOp::$op)
        }
    )*};
}

#[allow(clippy::should_implement_trait)] // the names of SQL; the operators belong to the typed layer
impl Expr {
    /// A column of whatever type, which may be NULL.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::column("id");
    /// ```
    pub fn column(name: impl Into<Name>) -> Self {
        Self::Column(ColumnRef {
            table: None,
            name: name.into(),
            data_type: None,
            nullable: true,
        })
    }

    /// A column of a known type.
    ///
    /// ```
    /// use manybase_sql::{DataType, Expr};
    /// let expr = Expr::typed_column("id", DataType::I64, false);
    /// assert!(!expr.is_nullable());
    /// ```
    pub fn typed_column(name: impl Into<Name>, data_type: DataType, nullable: bool) -> Self {
        Self::Column(ColumnRef {
            table: None,
            name: name.into(),
            data_type: Some(data_type),
            nullable,
        })
    }

    binary! {
        /// `=`
        eq => Eq;
        /// `<>`
        ne => Ne;
        /// `<`
        lt => Lt;
        /// `<=`
        le => Le;
        /// `>`
        gt => Gt;
        /// `>=`
        ge => Ge;
        /// Both hold.
        and => And;
        /// One holds.
        or => Or;
        /// Sum.
        add => Add;
        /// Difference.
        sub => Sub;
        /// Product.
        mul => Mul;
        /// Quotient.
        div => Div;
        /// Remainder.
        rem => Rem;
        /// Text put together.
        concat => Concat;
    }

    /// The opposite.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::column("done").not();
    /// ```
    #[must_use]
    pub fn not(self) -> Self {
        Self::Unary(UnaryOp::Not, Box::new(self))
    }

    /// With the other sign.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::column("amount").neg();
    /// ```
    #[must_use]
    pub fn neg(self) -> Self {
        Self::Unary(UnaryOp::Neg, Box::new(self))
    }

    /// One of these values; never, when there are none.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::column("id").in_list([1i64, 2, 3]);
    /// ```
    #[must_use]
    pub fn in_list<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Self {
        let list = values.into_iter().map(Into::into).collect();
        Self::InList {
            expr: Box::new(self),
            list,
            negated: false,
        }
    }

    /// None of these values; always, when there are none.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::column("id").not_in_list([1i64, 2, 3]);
    /// ```
    #[must_use]
    pub fn not_in_list<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Self {
        let list = values.into_iter().map(Into::into).collect();
        Self::InList {
            expr: Box::new(self),
            list,
            negated: true,
        }
    }

    /// Within two ends, both included.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::column("age").between(18i64, 65i64);
    /// ```
    #[must_use]
    pub fn between(self, low: impl Into<Expr>, high: impl Into<Expr>) -> Self {
        Self::Between {
            expr: Box::new(self),
            low: Box::new(low.into()),
            high: Box::new(high.into()),
        }
    }

    /// NULL.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::column("note").is_null();
    /// ```
    #[must_use]
    pub fn is_null(self) -> Self {
        Self::IsNull {
            expr: Box::new(self),
            negated: false,
        }
    }

    /// Not NULL.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::column("note").is_not_null();
    /// ```
    #[must_use]
    pub fn is_not_null(self) -> Self {
        Self::IsNull {
            expr: Box::new(self),
            negated: true,
        }
    }

    /// A pattern; letters of different case differ, on every database.
    ///
    /// ```
    /// use manybase_sql::{Expr, LikePattern};
    /// let expr = Expr::column("name").like(LikePattern::parse("A%"));
    /// ```
    #[must_use]
    pub fn like(self, pattern: LikePattern) -> Self {
        Self::Like {
            expr: Box::new(self),
            pattern,
            case_insensitive: false,
        }
    }

    /// A pattern; letters of either case match.
    ///
    /// ```
    /// use manybase_sql::{Expr, LikePattern};
    /// let expr = Expr::column("name").ilike(LikePattern::contains("ann"));
    /// ```
    #[must_use]
    pub fn ilike(self, pattern: LikePattern) -> Self {
        Self::Like {
            expr: Box::new(self),
            pattern,
            case_insensitive: true,
        }
    }

    /// A function of one row.
    ///
    /// ```
    /// use manybase_sql::{Expr, Function};
    /// let expr = Expr::call(Function::Lower, [Expr::column("name")]);
    /// ```
    pub fn call(function: Function, arguments: impl IntoIterator<Item = Expr>) -> Self {
        Self::Call(function, arguments.into_iter().collect())
    }

    /// A function of many rows.
    ///
    /// ```
    /// use manybase_sql::{expr::Aggregate, Expr};
    /// let expr = Expr::column("amount").aggregate(Aggregate::Sum);
    /// ```
    #[must_use]
    pub fn aggregate(self, function: Aggregate) -> Self {
        Self::Aggregate {
            function,
            argument: Some(Box::new(self)),
            distinct: false,
        }
    }

    /// The number of rows.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::count_all();
    /// ```
    pub fn count_all() -> Self {
        Self::Aggregate {
            function: Aggregate::Count,
            argument: None,
            distinct: false,
        }
    }

    /// A conversion.
    ///
    /// ```
    /// use manybase_sql::{DataType, Expr};
    /// let expr = Expr::column("n").cast(DataType::I64);
    /// ```
    #[must_use]
    pub fn cast(self, to: DataType) -> Self {
        Self::Cast(Box::new(self), to)
    }

    /// Both hold, where there are both: conditions that are put together step by step.
    ///
    /// ```
    /// use manybase_sql::Expr;
    /// let mut filter = None;
    /// Expr::and_into(&mut filter, Expr::column("a").eq(1i64));
    /// Expr::and_into(&mut filter, Expr::column("b").eq(2i64));
    /// let both = vec![Expr::column("a").eq(1i64), Expr::column("b").eq(2i64)];
    /// assert_eq!(filter, Some(Expr::All(both)));
    /// ```
    pub fn and_into(filter: &mut Option<Expr>, more: Expr) {
        match filter {
            Some(Self::All(all)) => all.push(more),
            Some(have) => {
                let mut all = Vec::with_capacity(CONDITIONS);
                all.push(std::mem::replace(have, Self::Value(Value::Null)));
                all.push(more);
                *have = Self::All(all);
            }
            None => *filter = Some(more),
        }
    }
}

/// Room for the conditions of most queries that have more than one.
const CONDITIONS: usize = 5;
