//! Choices between values.

use super::{Ex, Expression, IntoCond, Operand};
use crate::{Col, ColumnType};
use manybase_sql::{Expr, Function, Name, expr::Collation};
use std::marker::PhantomData;

/// The value of the first condition that holds. Say the type, then the branches.
///
/// ```
/// use manybase_record::{case, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32, retired: bool }
/// let groups = Person::query().select(|c| {
///     case::<String>()
///         .when(c.age.lt(18), "child")
///         .when(c.retired, "pensioner")
///         .otherwise("adult")
/// });
/// assert_eq!(
///     groups.to_sql(manybase_sql::dialect::sqlite())?.sql,
///     r#"SELECT CASE WHEN "age" < ? THEN ? WHEN "retired" THEN ? ELSE ? END FROM "person""#
/// );
/// # Ok::<(), manybase_driver::Error>(())
/// ```
pub fn case<T: ColumnType>() -> Case<T> {
    Case {
        branches: Vec::new(),
        marker: PhantomData,
    }
}

/// A choice by conditions that is being built. See [`case`].
///
/// ```
/// use manybase_record::{case, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32, name: String }
/// let group = |c: <Person as Model>::Columns| case::<String>().when(c.age.lt(18), "child").otherwise("adult");
/// Person::query().select(|c| (c.id, group(c)));
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a choice ends with .otherwise(…) or .or_null()"]
pub struct Case<T> {
    branches: Vec<(Expr, Expr)>,
    marker: PhantomData<fn() -> T>,
}

impl<T: ColumnType> Case<T> {
    /// This value where the condition holds, and none before it did.
    ///
    /// ```
    /// use manybase_record::{case, prelude::*};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32, name: String }
    /// let query = Person::query().select(|c| case::<i32>().when(c.age.lt(18), 1).when(c.age.lt(65), 2).otherwise(3));
    /// assert_eq!(
    ///     query.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"SELECT CASE WHEN "age" < ? THEN ? WHEN "age" < ? THEN ? ELSE ? END FROM "person""#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn when(mut self, condition: impl IntoCond, value: impl Operand<T>) -> Self {
        let condition = condition.into_cond().into_node();
        self.branches.push((condition, value.operand()));
        self
    }

    /// This value where no condition holds.
    ///
    /// ```
    /// use manybase_record::{case, prelude::*};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32, name: String }
    /// // Of the type that the values have, so that it can be compared and ordered by.
    /// Person::query().order_by(|c| case::<i32>().when(c.name.eq("Ann"), 0).otherwise(1).asc());
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn otherwise(self, value: impl Operand<T>) -> Ex<T> {
        Ex::new(Expr::Case {
            branches: self.branches,
            otherwise: Some(Box::new(value.operand())),
        })
    }

    /// NULL where no condition holds.
    ///
    /// ```
    /// use manybase_record::{case, prelude::*};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32 }
    /// Person::query().select(|c| case::<i64>().when(c.age.ge(18), c.id).or_null());
    /// ```
    pub fn or_null(self) -> Ex<T::OrNull> {
        Ex::new(Expr::Case {
            branches: self.branches,
            otherwise: None,
        })
    }
}

/// A choice by the value of one expression that is being built. See [`Col::switch`].
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32, name: String }
/// Person::query().select(|c| c.name.switch::<i32>().when("Ann", 1).when("Ben", 2).otherwise(0));
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a choice ends with .otherwise(…) or .or_null()"]
pub struct Switch<S, T> {
    subject: Expr,
    case: Case<T>,
    marker: PhantomData<fn() -> S>,
}

impl<S: ColumnType, T: ColumnType> Switch<S, T> {
    /// This value where the expression is equal to that one.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32, name: String }
    /// let query = Person::query().select(|c| c.age.switch::<String>().when(0, "born").otherwise("older"));
    /// assert_eq!(
    ///     query.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"SELECT CASE WHEN "age" = ? THEN ? ELSE ? END FROM "person""#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn when(mut self, equal: impl Operand<S>, value: impl Operand<T>) -> Self {
        let condition = self.subject.clone().eq(equal.operand());
        self.case.branches.push((condition, value.operand()));
        self
    }

    /// This value where it is equal to none, or NULL.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// Person { id: 0, age: 3, name: "Ann".into() }.insert(&db).await?;
    /// let words = Person::query().select(|c| c.age.switch::<String>().when(1, "one").otherwise("many")).all(&db).await?;
    /// assert_eq!(words, ["many"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn otherwise(self, value: impl Operand<T>) -> Ex<T> {
        self.case.otherwise(value)
    }

    /// NULL where it is equal to none.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, age: i32, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// Person { id: 0, age: 3, name: "Ann".into() }.insert(&db).await?;
    /// let words = Person::query().select(|c| c.age.switch::<String>().when(1, "one").or_null()).all(&db).await?;
    /// assert_eq!(words, [None]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn or_null(self) -> Ex<T::OrNull> {
        self.case.or_null()
    }
}

/// A function of the database by its own name, with the type of what it gives. Nothing checks that there is such a
/// function, or that it gives this type; the name may have letters, digits, underscores, and dots for a schema.
///
/// ```
/// use manybase_record::{function, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// let codes = Person::query().select(|c| function::<String>("soundex", (c.name,)));
/// assert_eq!(
///     codes.to_sql(manybase_sql::dialect::mysql())?.sql,
///     "SELECT soundex(`name`) FROM `person`"
/// );
/// # Ok::<(), manybase_driver::Error>(())
/// ```
pub fn function<T: ColumnType>(name: impl Into<Name>, arguments: impl Arguments) -> Ex<T> {
    let mut list = Vec::new();
    arguments.add_to(&mut list);
    Ex::new(Expr::call(Function::Returning(name.into(), T::DATA_TYPE), list))
}

/// Whether a key of [`Query::group_by_rollup`](crate::Query::group_by_rollup) was left out in this group, so that it is
/// a total.
///
/// ```
/// use manybase_record::{rolled, prelude::*};
/// # #[derive(Model)] struct Sale { #[model(key, auto)] id: i64, city: Option<String> }
/// Sale::query().group_by_rollup(|c| c.city).select(|c| (c.city, rolled(c.city), count_all()));
/// ```
pub fn rolled(key: impl Expression) -> Ex<bool> {
    Ex::new(Expr::Rolled(Box::new(key.into_expr())))
}

/// What a function is called with: a tuple of up to eight columns, expressions and values, or `()`.
///
/// ```
/// use manybase_record::{function, prelude::*, Ex};
/// let pi: Ex<f64> = function("pi", ());
/// let root: Ex<f64> = function("power", (2.0, 0.5));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of arguments",
    label = "give a tuple of columns, expressions and values: one argument is `(c.name,)`"
)]
pub trait Arguments {
    /// Adds the arguments.
    fn add_to(self, arguments: &mut Vec<Expr>);
}

impl Arguments for () {
    fn add_to(self, _arguments: &mut Vec<Expr>) {}
}

impl Arguments for Vec<Expr> {
    fn add_to(self, arguments: &mut Vec<Expr>) {
        arguments.extend(self);
    }
}

/// One argument of a function: a column, an expression, or a value.
///
/// ```
/// use manybase_record::Argument;
/// assert_eq!(7i64.argument(), manybase_sql::Expr::from(7i64));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a function",
    label = "give a column, an expression, or a value that a column can have"
)]
pub trait Argument {
    /// The expression.
    fn argument(self) -> Expr;
}

impl<T: ColumnType> Argument for T {
    fn argument(self) -> Expr {
        super::operand::value(&self)
    }
}

impl Argument for &str {
    fn argument(self) -> Expr {
        self.into()
    }
}

impl<T: ColumnType> Argument for Col<T> {
    fn argument(self) -> Expr {
        self.to_expr()
    }
}

impl<T: ColumnType> Argument for Ex<T> {
    fn argument(self) -> Expr {
        self.into_node()
    }
}

macro_rules! tuples {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: Argument),+> Arguments for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, arguments: &mut Vec<Expr>) {
                let ($($name,)+) = self;
                $(arguments.push($name.argument());)+
            }
        }
    )*};
}

tuples! {
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, E)
    (A, B, C, D, E, F)
    (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H)
}

macro_rules! choices {
    ($($on:ident),*) => {$(
        impl<T: ColumnType> $on<T> {
            /// A value for each of several values of this one.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, land: String }
            /// Person::query().select(|c| c.land.switch::<i32>().when("DE", 49).when("FR", 33).otherwise(0));
            /// ```
            pub fn switch<R: ColumnType>(self) -> Switch<T, R> {
                Switch { subject: self.into_expr(), case: case(), marker: PhantomData }
            }

            /// NULL where it is equal to this.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32, boxes: i32 }
            /// Stock::query().select(|c| c.qty.nullable() / c.boxes.nullif(0)); // no division by zero
            /// ```
            pub fn nullif(self, other: impl Operand<T>) -> Ex<T::OrNull> {
                Ex::new(Expr::call(Function::NullIf, [self.into_expr(), other.operand()]))
            }

            /// The greater of two; NULL when one of them is NULL, on every database.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32, ordered: i32 }
            /// Stock::query().select(|c| (c.qty - c.ordered).greatest(0));
            /// ```
            pub fn greatest(self, other: impl Operand<T>) -> Ex<T> {
                Ex::new(Expr::call(Function::Greatest, [self.into_expr(), other.operand()]))
            }

            /// The lesser of two; NULL when one of them is NULL, on every database.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32, ordered: i32 }
            /// Stock::query().select(|c| c.qty.least(c.ordered));
            /// ```
            pub fn least(self, other: impl Operand<T>) -> Ex<T> {
                Ex::new(Expr::call(Function::Least, [self.into_expr(), other.operand()]))
            }
        }

        impl<T: super::Text> $on<T> {
            /// The text, compared and ordered by a collation: a portable one or the database's own.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Collation};
            /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
            /// Person::filter(|c| c.name.collate(Collation::CaseInsensitive).eq("ANN"))
            ///     .order_by(|c| c.name.collate(Collation::Binary).asc());
            /// ```
            pub fn collate(self, collation: Collation) -> Ex<T> {
                Ex::new(self.into_expr().collate(collation))
            }
        }
    )*};
}

choices! { Col, Ex }

impl<T> Ex<T> {
    /// An aggregate of only those rows for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Invoice { #[model(key, auto)] id: i64, total: i64, paid: bool }
    /// Invoice::query().select(|c| (count_all(), count_all().filter(c.paid), c.total.sum().filter(!c.paid)));
    /// ```
    pub fn filter(self, condition: impl IntoCond) -> Ex<T> {
        Ex::new(self.into_node().only_if(condition.into_cond().into_node()))
    }
}
