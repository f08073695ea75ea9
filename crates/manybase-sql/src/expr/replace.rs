//! A tree with some of its parts replaced.

use super::{Expr, Json, Window, WindowFunction};

impl Expr {
    /// The same with the parts replaced for which there is another one; what is inside of those, and of subqueries, is
    /// not looked at.
    pub(crate) fn replaced(&self, other: &mut dyn FnMut(&Expr) -> Option<Expr>) -> Expr {
        if let Some(replaced) = other(self) {
            return replaced;
        }
        let mut expr = self.clone();
        expr.each_child_mut(&mut |child| *child = child.replaced(other));
        expr
    }

    fn each_child_mut(&mut self, change: &mut dyn FnMut(&mut Expr)) {
        match self {
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
            } => change(expr),
            Self::Comparison(of) => {
                let (mut left, mut right) = of.sides();
                change(&mut left);
                change(&mut right);
                *self = left.compare(of.op(), right);
            }
            Self::Binary(sides, _) => {
                change(&mut sides.0);
                change(&mut sides.1);
            }
            Self::All(list) | Self::Call(_, list) | Self::Rollup(list) => list.iter_mut().for_each(change),
            Self::InRows { exprs, .. } => exprs.iter_mut().for_each(change),
            Self::Between { expr, low, high } => {
                for side in [expr, low, high] {
                    change(side);
                }
            }
            Self::Case { branches, otherwise } => {
                for (when, then) in branches {
                    change(when);
                    change(then);
                }
                if let Some(otherwise) = otherwise {
                    change(otherwise);
                }
            }
            Self::Window(window) => {
                let Window { function, over } = &mut **window;
                match function {
                    WindowFunction::Lag(of, _)
                    | WindowFunction::Lead(of, _)
                    | WindowFunction::First(of)
                    | WindowFunction::Last(of)
                    | WindowFunction::Nth(of, _)
                    | WindowFunction::Aggregate(of) => change(of),
                    _ => {}
                }
                over.partition_by.iter_mut().for_each(&mut *change);
                over.order_by.iter_mut().for_each(|key| change(&mut key.expr));
            }
            Self::JoinText(join) => {
                change(&mut join.text);
                join.order_by.iter_mut().for_each(|key| change(&mut key.expr));
            }
            Self::Json(json) => {
                let Json { document, .. } = &mut **json;
                change(document);
            }
            Self::FullText(search) => search.text.columns.iter_mut().for_each(change),
            Self::Column(_)
            | Self::Value(_)
            | Self::Literal(_)
            | Self::Invalid(_)
            | Self::Aggregate { argument: None, .. }
            | Self::Subquery(_)
            | Self::Exists { .. } => {}
        }
    }
}
