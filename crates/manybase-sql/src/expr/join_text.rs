//! Texts of many rows put together.

use super::Expr;
use crate::OrderBy;

/// The texts of many rows in one, with a separator between them. NULL is passed over; of no rows it is NULL.
///
/// ```
/// use manybase_sql::expr::JoinText;
/// use manybase_sql::{dialect, Expr, Order, OrderBy, Select};
/// let key = OrderBy { expr: Expr::typed_column("id", manybase_sql::DataType::I64, false), order: Order::Asc, nulls_first: None };
/// let names = JoinText { text: Expr::column("name"), separator: ", ".into(), order_by: vec![key] };
/// assert_eq!(
///     Select::from("t").item(names.into()).render(dialect::mysql())?.sql,
///     "SELECT GROUP_CONCAT(`name` ORDER BY `id` SEPARATOR ', ') FROM `t`"
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct JoinText {
    /// The text of a row.
    pub text: Expr,
    /// What stands between two.
    pub separator: String,
    /// In which order they stand; without it in any.
    pub order_by: Vec<OrderBy>,
}

impl From<JoinText> for Expr {
    fn from(join: JoinText) -> Self {
        Self::JoinText(Box::new(join))
    }
}
