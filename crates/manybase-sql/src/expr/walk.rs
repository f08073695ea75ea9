//! Looking through a tree.

use super::{ColumnRef, Expr};

impl Expr {
    /// Whether something holds for this expression or one inside it.
    pub(crate) fn any(&self, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
        if test(self) {
            return true;
        }
        match self {
            Self::Column(_) | Self::Value(_) | Self::Invalid(_) | Self::Aggregate { argument: None, .. } => {
                false
            }
            Self::Unary(_, expr)
            | Self::Cast(expr, _)
            | Self::InList { expr, .. }
            | Self::IsNull { expr, .. }
            | Self::Like { expr, .. }
            | Self::Aggregate {
                argument: Some(expr), ..
            } => expr.any(test),
            Self::Binary(sides, _) => sides.0.any(test) || sides.1.any(test),
            Self::All(conditions) => conditions.iter().any(|condition| condition.any(test)),
            Self::Between { expr, low, high } => expr.any(test) || low.any(test) || high.any(test),
            Self::Call(_, arguments) => arguments.iter().any(|argument| argument.any(test)),
            Self::Case { branches, otherwise } => {
                branches
                    .iter()
                    .any(|(when, then)| when.any(test) || then.any(test))
                    || otherwise.as_ref().is_some_and(|expr| expr.any(test))
            }
        }
    }

    /// Whether it binds a value, so that the same expression twice is not the same text to every database.
    pub(crate) fn binds(&self) -> bool {
        self.any(&mut |expr| matches!(expr, Expr::Value(_) | Expr::InList { .. } | Expr::Like { .. }))
    }

    /// Whether it reads a column of this name.
    pub(crate) fn reads(&self, column: &str) -> bool {
        self.any(&mut |expr| {
            matches!(expr, Expr::Column(ColumnRef { name, .. }) if name.eq_ignore_ascii_case(column))
        })
    }
}
