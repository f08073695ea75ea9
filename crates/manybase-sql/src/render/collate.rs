//! Collations.

use crate::expr::{BinaryOp, Collation};
use crate::{Error, Expr, Function, Result, SqlWriter};

/// A text with a collation. Where case does not matter it is folded: databases differ in which collations they have
/// for that, and in what those make of accents.
pub(crate) fn collate(w: &mut SqlWriter<'_>, text: &Expr, collation: &Collation) -> Result<()> {
    let folded;
    let (text, collation) = match collation {
        Collation::CaseInsensitive => {
            folded = Expr::call(Function::Lower, [text.clone()]);
            (&folded, &Collation::Binary)
        }
        collation => (text, collation),
    };
    let name = match collation {
        Collation::Named(name) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@');
            if name.is_empty() || !name.chars().all(plain) {
                return Err(Error::Identifier {
                    name: name.escape_debug().to_string(),
                    reason: "a collation's name has letters, digits, underscores, dashes, dots and @ only"
                        .into(),
                });
            }
            name.as_ref()
        }
        _ => w.dialect().binary_collation(),
    };
    super::output_grouped(w, text)?;
    w.push(" COLLATE ");
    w.identifier(name)
}

/// As an operator between two sides, of which one says that case does not matter: it must not matter on both.
pub(super) fn comparison(left: &Expr, op: BinaryOp, right: &Expr) -> Option<(Expr, Expr)> {
    let folds = op.is_comparison() && (left.folds() || right.folds());
    folds.then(|| (left.folded(), right.folded()))
}
