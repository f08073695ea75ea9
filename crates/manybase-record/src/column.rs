//! A column, as closures of queries get it.

use crate::{Assignment, ColumnType, Cond, Ex, Operand};
use manybase_sql::expr::{BinaryOp, ColumnKind, ColumnRef};
use manybase_sql::{DataType, Expr, Function, Name};
use std::marker::PhantomData;

/// A column of a model, of type `T`. It is a constant: name and type, nothing else.
///
/// ```
/// use manybase_record::{prelude::*, Col};
/// const AGE: Col<i32> = Col::new("", "age");
/// let adult = AGE.ge(18);
/// ```
pub struct Col<T> {
    /// The name that its table goes by in the query; nothing means the query's first one.
    table: &'static str,
    prefix: &'static str,
    name: &'static str,
    /// Whether spaces at its end do not count.
    trimmed: bool,
    marker: PhantomData<fn() -> T>,
}

impl<T> Clone for Col<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Col<T> {}

impl<T> Col<T> {
    /// A column. Inside an embedded struct the prefix comes before the name.
    ///
    /// ```
    /// use manybase_record::Col;
    /// const CITY: Col<String> = Col::new("home_", "city");
    /// assert_eq!(CITY.name(), "home_city");
    /// ```
    pub const fn new(prefix: &'static str, name: &'static str) -> Self {
        Self::of("", prefix, name)
    }

    /// A column of what goes by this name in a query.
    ///
    /// ```
    /// use manybase_record::Col;
    /// const CITY: Col<String> = Col::of("customer", "home_", "city");
    /// ```
    pub const fn of(table: &'static str, prefix: &'static str, name: &'static str) -> Self {
        Self {
            table,
            prefix,
            name,
            trimmed: false,
            marker: PhantomData,
        }
    }

    /// Spaces at the end of what is in the column do not count: for columns that are padded with them.
    ///
    /// ```
    /// use manybase_record::{prelude::*, Col};
    /// const CODE: Col<String> = Col::new("", "code").trimmed();
    /// let is_a = CODE.eq("A");
    /// ```
    #[must_use]
    pub const fn trimmed(mut self) -> Self {
        self.trimmed = true;
        self
    }

    /// The column's name in the database.
    ///
    /// ```
    /// use manybase_record::Col;
    /// assert_eq!(Col::<i32>::new("home_", "city").name(), "home_city");
    /// ```
    pub fn name(self) -> Name {
        if self.prefix.is_empty() {
            Name::Borrowed(self.name)
        } else {
            format!("{}{}", self.prefix, self.name).into()
        }
    }
}

impl<T: ColumnType> Col<T> {
    const KIND: ColumnKind = ColumnKind::new(Some(T::DATA_TYPE), T::NULLABLE);

    /// The column itself, whatever spaces are at its end.
    pub(crate) fn untrimmed(self) -> Expr {
        Expr::Column(ColumnRef {
            table: (!self.table.is_empty()).then_some(Name::Borrowed(self.table)),
            name: self.name(),
            data_type: Some(T::DATA_TYPE),
            nullable: T::NULLABLE,
        })
    }

    /// Without a tree for the column where it stands beside a value.
    #[inline]
    pub(crate) fn beside(self, op: BinaryOp, other: Expr) -> Cond {
        match other {
            Expr::Value(value) if self.prefix.is_empty() && !self.trimmed => {
                let table = (!self.table.is_empty()).then_some(self.table);
                Ex::new(Expr::compared(table, self.name, Self::KIND, op, value))
            }
            other => self.beside_any(op, other),
        }
    }

    #[cold]
    fn beside_any(self, op: BinaryOp, other: Expr) -> Cond {
        Ex::new(self.to_expr().compare(op, other))
    }

    pub(crate) fn to_expr(self) -> Expr {
        let column = self.untrimmed();
        if self.trimmed { trimmed(column) } else { column }
    }

    /// A new value for this column, in an update.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Stock>(db).await?;
    /// # Stock { id: 7, qty: 2 }.insert(db).await?;
    /// Stock::filter(|c| c.id.eq(7)).update(db, |c| c.qty.set(c.qty - 1)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set(self, value: impl Operand<T>) -> Assignment {
        Assignment {
            column: self.name(),
            value: value.operand(),
        }
    }

    /// The column as an expression.
    ///
    /// ```
    /// use manybase_record::Col;
    /// let expr = Col::<i32>::new("", "age").ex();
    /// ```
    pub fn ex(self) -> Ex<T> {
        Ex::new(self.to_expr())
    }
}

/// Without spaces at the end. All databases have the function under this name.
pub(crate) fn trimmed(column: Expr) -> Expr {
    let rtrim = Function::Returning("RTRIM".into(), DataType::Text { length: None });
    Expr::call(rtrim, [column])
}

impl<T> std::fmt::Debug for Col<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Col({}{})", self.prefix, self.name)
    }
}
