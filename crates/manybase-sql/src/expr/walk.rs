//! Looking through a tree.

use super::{ColumnRef, Expr, JsonAsked};
use crate::{Body, Select, SourceRows};

impl Expr {
    /// Whether something holds for this expression or one inside it. What is inside of a subquery is not looked at, and
    /// neither are the sides of a [`Expr::Comparison`] apart from it.
    pub(crate) fn any(&self, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
        test(self) || self.any_child(&mut |child| child.any(test))
    }

    /// Whether something holds for one of the expressions that it is made of.
    pub(super) fn any_child(&self, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
        match self {
            Self::Column(_)
            | Self::Comparison(_)
            | Self::Value(_)
            | Self::Literal(_)
            | Self::Invalid(_)
            | Self::Aggregate { argument: None, .. }
            | Self::Subquery(_)
            | Self::Exists { .. } => false,
            Self::Unary(_, expr)
            | Self::Cast(expr, _)
            | Self::Collate(expr, _)
            | Self::Rolled(expr)
            | Self::InList { expr, .. }
            | Self::InQuery { expr, .. }
            | Self::IsNull { expr, .. }
            | Self::Like { expr, .. }
            | Self::Aggregate {
                argument: Some(expr), ..
            } => test(expr),
            Self::Binary(sides, _) => test(&sides.0) || test(&sides.1),
            Self::All(exprs) | Self::Rollup(exprs) => exprs.iter().any(test),
            Self::Between { expr, low, high } => test(expr) || test(low) || test(high),
            Self::InRows { exprs, .. } => exprs.iter().any(test),
            Self::Call(_, arguments) => arguments.iter().any(test),
            Self::Case { branches, otherwise } => {
                branches.iter().any(|(when, then)| test(when) || test(then))
                    || otherwise.as_deref().is_some_and(test)
            }
            Self::Window(window) => window.any_inside(test),
            Self::JoinText(join) => test(&join.text) || join.order_by.iter().any(|key| test(&key.expr)),
            Self::Json(json) => test(&json.document),
            Self::FullText(search) => search.text.columns.iter().any(test),
        }
    }

    /// Whether it binds a value, so that the same expression twice is not the same text to every database.
    pub(crate) fn binds(&self) -> bool {
        self.any(&mut |expr| match expr {
            Expr::Value(_)
            | Expr::Comparison(_)
            | Expr::InList { .. }
            | Expr::InRows { .. }
            | Expr::Like { .. }
            | Expr::JoinText(_)
            | Expr::FullText(_) => true,
            Expr::Json(json) => matches!(json.asked, JsonAsked::Contains(_)),
            expr => expr.select().is_some(),
        })
    }

    /// Whether it reads a column of this name.
    pub(crate) fn reads(&self, column: &str) -> bool {
        let mut inside = false;
        self.each_select(&mut |select| inside |= select.expressions().any(|expr| expr.names(column)));
        inside || self.names(column)
    }

    fn names(&self, column: &str) -> bool {
        self.any(&mut |expr| match expr {
            Expr::Column(ColumnRef { name, .. }) => name.eq_ignore_ascii_case(column),
            Expr::Comparison(of) => of.name.eq_ignore_ascii_case(column),
            _ => false,
        })
    }

    fn select(&self) -> Option<&Select> {
        match self {
            Self::Subquery(select) | Self::Exists { select, .. } | Self::InQuery { select, .. } => {
                Some(select)
            }
            _ => None,
        }
    }

    /// Calls for every query inside this expression, however deep.
    ///
    /// ```
    /// use manybase_sql::{Expr, Select};
    /// let mut tables = Vec::new();
    /// let buyers = Select::from("orders").column("customer_id");
    /// Expr::column("id").in_query(buyers).each_select(&mut |select| tables.push(select.name()));
    /// assert_eq!(tables, ["orders"]);
    /// ```
    pub fn each_select(&self, visit: &mut dyn FnMut(&Select)) {
        self.any(&mut |expr| {
            if let Some(select) = expr.select() {
                select.each_select(visit);
            }
            false
        });
    }
}

impl Select {
    /// The expressions of its clauses; not what is inside of queries in `FROM` and `WITH`.
    fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let items = self.items.iter().map(|item| &item.expr);
        let order = self.order_by.iter().map(|key| &key.expr);
        let joins = self.joins().iter().filter_map(|join| join.on.as_ref());
        let conditions = self.filter.iter().chain(&self.having).chain(&self.group_by);
        items.chain(order).chain(joins).chain(conditions)
    }

    /// Calls for this query and every one inside it, however deep.
    ///
    /// ```
    /// use manybase_sql::{Expr, Select};
    /// let inner = Select::from("b").item(1i64.into());
    /// let mut tables = Vec::new();
    /// Select::from("a").filter(Expr::exists(inner)).each_select(&mut |select| tables.push(select.name()));
    /// assert_eq!(tables, ["a", "b"]);
    /// ```
    pub fn each_select(&self, visit: &mut dyn FnMut(&Select)) {
        visit(self);
        for expr in self.expressions() {
            expr.each_select(visit);
        }
        let Some(tables) = &self.tables else { return };
        for cte in &tables.with {
            cte.body.each_select(visit);
        }
        let joined = tables.joins.iter().map(|join| &join.source);
        for source in tables.main.iter().chain(joined) {
            if let SourceRows::Query(body) = &source.rows {
                body.each_select(visit);
            }
        }
    }
}

impl Body {
    /// Calls for every query inside, however deep.
    ///
    /// ```
    /// use manybase_sql::{Body, Select, SetOp};
    /// let mut tables = Vec::new();
    /// Body::from(Select::from("a")).with(SetOp::Union, Select::from("b").into()).each_select(&mut |select| {
    ///     tables.push(select.name());
    /// });
    /// assert_eq!(tables, ["a", "b"]);
    /// ```
    pub fn each_select(&self, visit: &mut dyn FnMut(&Select)) {
        match self {
            Self::Select(select) => select.each_select(visit),
            Self::Set { left, right, .. } => {
                left.each_select(visit);
                right.each_select(visit);
            }
        }
    }
}
