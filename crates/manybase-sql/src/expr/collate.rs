//! Collations: which texts are equal, and in which order they stand.

use super::Expr;
use crate::Name;

/// A collation.
///
/// ```
/// use manybase_sql::expr::Collation;
/// use manybase_sql::{dialect, Expr, Order, Select};
/// let select = Select::from("t").column("name").order_by(Expr::column("name").collate(Collation::Binary), Order::Asc);
/// assert!(select.render(dialect::postgres())?.sql.ends_with(r#"ORDER BY "name" COLLATE "C" NULLS FIRST"#));
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Collation {
    /// By code point; spaces at the end count.
    Binary,
    /// As lower case, by code point. Accents count. What the lower case of a letter beyond ASCII is, the database
    /// knows.
    CaseInsensitive,
    /// The database's own, by its exact name.
    Named(Name),
}

impl Expr {
    /// The text, compared and ordered by a collation.
    ///
    /// ```
    /// use manybase_sql::{expr::Collation, Expr};
    /// let same = Expr::column("name").collate(Collation::CaseInsensitive).eq("ann");
    /// ```
    #[must_use]
    pub fn collate(self, collation: Collation) -> Self {
        Self::Collate(Box::new(self), collation)
    }

    /// Whether it says that case does not matter.
    pub(crate) fn folds(&self) -> bool {
        matches!(self, Self::Collate(_, Collation::CaseInsensitive))
    }

    /// The same, for which case does not matter.
    pub(crate) fn folded(&self) -> Self {
        match self {
            folded if folded.folds() => folded.clone(),
            Self::Collate(inner, _) => Self::Collate(inner.clone(), Collation::CaseInsensitive),
            other => other.clone().collate(Collation::CaseInsensitive),
        }
    }
}
