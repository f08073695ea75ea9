//! Full-text search: what all databases share.

use crate::expr::{FullTextAsked, FullTextSearch};
use crate::{DataType, Dialect, Error, Expr, Rendered, Result, SqlWriter};

/// A search for nothing finds nothing, on every database.
pub(super) fn full_text(w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
    search.text.parts()?;
    match search.asked {
        FullTextAsked::Found if search.search.is_empty() => w.push("1 = 0"),
        FullTextAsked::Rank if search.search.is_empty() => {
            w.dialect().cast(w, &Expr::Literal(0), DataType::F64)?
        }
        _ => w.dialect().full_text(w, search)?,
    }
    Ok(())
}

pub(crate) fn no_full_text(dialect: &dyn Dialect) -> Error {
    Error::Unsupported {
        dialect: dialect.name(),
        feature: "full-text search",
        way_out: "look for a part of the text with contains or icontains, or keep the model on a database that has it",
    }
}

/// A statement of schema.
pub(crate) fn statement(
    dialect: &dyn Dialect,
    write: impl FnOnce(&mut SqlWriter<'_>) -> Result<()>,
) -> Result<Rendered> {
    SqlWriter::render(dialect, |w| write(w))
}
