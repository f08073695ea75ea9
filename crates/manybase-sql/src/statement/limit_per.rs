//! A limit for each group of rows.

use crate::Expr;

/// `LIMIT` and `OFFSET` for each group of rows instead of all together: the newest three orders of each customer. The
/// order of the query is the order inside the groups.
///
/// ```
/// use manybase_sql::{dialect, Expr, LimitPer, Order, Select};
/// let mut select = Select::from("orders").column("id").order_by(Expr::column("placed"), Order::Desc);
/// select.limit_per = Some(LimitPer { groups: vec![Expr::column("customer_id")], limit: Some(3), offset: None });
/// assert_eq!(
///     select.render(dialect::sqlite())?.sql,
///     "SELECT \"id\" FROM (SELECT \"id\", ROW_NUMBER() OVER (PARTITION BY \"customer_id\" ORDER BY \"placed\" DESC) \
///      AS \"manybase_row\" FROM \"orders\") AS \"manybase_rows\" WHERE \"manybase_row\" <= ? ORDER BY \"manybase_row\""
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LimitPer {
    /// What rows of one group have in common.
    pub groups: Vec<Expr>,
    /// At most so many rows of each.
    pub limit: Option<u64>,
    /// Passes over so many rows of each.
    pub offset: Option<u64>,
}
