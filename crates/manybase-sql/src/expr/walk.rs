//! Looking through a tree.

use super::{ColumnRef, Expr};

impl Expr {
    /// Whether something holds for this expression or one inside it.
    pub(crate) fn any(&self, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
        test(self) || self.any_child(&mut |child| child.any(test))
    }

    /// Whether something holds for one of the expressions that it is made of.
    pub(super) fn any_child(&self, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
        match self {
            Self::Column(_)
            | Self::Value(_)
            | Self::Literal(_)
            | Self::Invalid(_)
            | Self::Aggregate { argument: None, .. } => false,
            Self::Unary(_, expr)
            | Self::Cast(expr, _)
            | Self::Collate(expr, _)
            | Self::InList { expr, .. }
            | Self::IsNull { expr, .. }
            | Self::Like { expr, .. }
            | Self::Aggregate {
                argument: Some(expr), ..
            } => test(expr),
            Self::Binary(sides, _) => test(&sides.0) || test(&sides.1),
            Self::All(conditions) => conditions.iter().any(test),
            Self::Between { expr, low, high } => test(expr) || test(low) || test(high),
            Self::InRows { exprs, .. } => exprs.iter().any(test),
            Self::Call(_, arguments) => arguments.iter().any(test),
            Self::Case { branches, otherwise } => {
                branches.iter().any(|(when, then)| test(when) || test(then))
                    || otherwise.as_deref().is_some_and(test)
            }
            Self::Window(window) => window.any_inside(test),
        }
    }

    /// Whether it binds a value, so that the same expression twice is not the same text to every database.
    pub(crate) fn binds(&self) -> bool {
        self.any(&mut |expr| {
            matches!(
                expr,
                Expr::Value(_) | Expr::InList { .. } | Expr::InRows { .. } | Expr::Like { .. }
            )
        })
    }

    /// Whether it reads a column of this name.
    pub(crate) fn reads(&self, column: &str) -> bool {
        self.any(&mut |expr| {
            matches!(expr, Expr::Column(ColumnRef { name, .. }) if name.eq_ignore_ascii_case(column))
        })
    }
}
