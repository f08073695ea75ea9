//! Constructors, so that trees read like SQL.

use super::{Aggregate, BinaryOp, ColumnRef, Expr, Function, LikePattern, UnaryOp};
use crate::{DataType, Name, Select, Value};

impl<T: Into<Value>> From<T> for Expr {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

macro_rules! binary {
    ($build:ident: $($(#[$doc:meta])* $name:ident => $op:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// ```
        /// # use manybase_sql::Expr;
        #[doc = concat!("let expr = Expr::column(\"a\").", stringify!($name), "(Expr::column(\"b\"));")]
        /// ```
        #[must_use]
        pub fn $name(self, other: impl Into<Expr>) -> Self {
            self.$build(BinaryOp::$op, other.into())
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

    /// A column of this table, or of what goes by this name in the query.
    ///
    /// ```
    /// let expr = manybase_sql::Expr::qualified("orders", "id");
    /// ```
    pub fn qualified(table: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self::column(name).of_table(table)
    }

    /// The same column of another table, or of what goes by this name in the query. What is no column stays as it is.
    ///
    /// ```
    /// use manybase_sql::Expr;
    /// assert_eq!(Expr::column("id").of_table("orders"), Expr::qualified("orders", "id"));
    /// ```
    #[must_use]
    pub fn of_table(mut self, table: impl Into<Name>) -> Self {
        if let Self::Column(column) = &mut self {
            column.table = Some(table.into());
        }
        self
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

    binary! { compare:
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
    }

    binary! { operation:
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

    fn operation(self, op: BinaryOp, other: Expr) -> Self {
        Self::Binary(Box::new((self, other)), op)
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

    /// One of the values that a query of one column gives.
    ///
    /// ```
    /// use manybase_sql::{dialect, Expr, Select};
    /// let buyers = Select::from("orders").column("customer_id");
    /// let select = Select::from("customer").column("id").filter(Expr::column("id").in_query(buyers));
    /// assert_eq!(
    ///     select.render(dialect::sqlite())?.sql,
    ///     r#"SELECT "id" FROM "customer" WHERE "id" IN (SELECT "orders"."customer_id" FROM "orders")"#
    /// );
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    #[must_use]
    pub fn in_query(self, select: Select) -> Self {
        Self::InQuery {
            expr: Box::new(self),
            select: Box::new(select),
            negated: false,
        }
    }

    /// None of the values that a query of one column gives; never, when one of them is NULL.
    ///
    /// ```
    /// use manybase_sql::{Expr, Select};
    /// let expr = Expr::column("id").not_in_query(Select::from("orders").column("customer_id"));
    /// ```
    #[must_use]
    pub fn not_in_query(self, select: Select) -> Self {
        Self::InQuery {
            expr: Box::new(self),
            select: Box::new(select),
            negated: true,
        }
    }

    /// Whether a query gives rows.
    ///
    /// ```
    /// use manybase_sql::{Expr, Select};
    /// let expr = Expr::exists(Select::from("orders"));
    /// assert!(!expr.is_nullable());
    /// ```
    pub fn exists(select: Select) -> Self {
        Self::Exists {
            select: Box::new(select),
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
