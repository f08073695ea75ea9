//! What dialects write for expressions that go beyond columns, values and operators.

use crate::expr::{Aggregate, FullTextSearch, JoinText, Json};
use crate::schema::{FullTextChange, FullTextIndex};
use crate::{Dialect, Error, Expr, Function, Rendered, Result, SqlWriter, Value, render};

/// How one database writes functions, aggregates and what is built of them. The default methods write standard SQL.
///
/// ```
/// use manybase_sql::dialect;
/// assert_eq!(dialect::postgres().binary_collation(), "C");
/// ```
pub trait ExprDialect {
    /// A function of one row.
    ///
    /// # Errors
    /// Functions that the database lacks.
    fn call(&self, w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
        render::call(w, function, arguments)
    }

    /// A function of many rows. Where it stands over a window, [`SqlWriter::take_over`] gives the window, which is
    /// to be taken at the beginning and handed to [`SqlWriter::over`] behind the closing parenthesis.
    ///
    /// # Errors
    /// Those of its argument.
    fn aggregate(
        &self,
        w: &mut SqlWriter<'_>,
        function: Aggregate,
        argument: Option<&Expr>,
        distinct: bool,
    ) -> Result<()> {
        render::aggregate(w, function, argument, distinct)
    }

    /// The greatest (or the least) of several values; NULL when one of them is NULL.
    ///
    /// # Errors
    /// Those of the arguments.
    fn extreme(&self, w: &mut SqlWriter<'_>, greatest: bool, arguments: &[Expr]) -> Result<()> {
        render::extreme(w, if greatest { "GREATEST(" } else { "LEAST(" }, arguments)
    }

    /// Texts of many rows put together.
    ///
    /// # Errors
    /// Those of its expressions.
    fn join_text(&self, w: &mut SqlWriter<'_>, join: &JoinText) -> Result<()> {
        w.push("STRING_AGG(");
        w.dialect().output_expr(w, &join.text)?;
        w.push(", ");
        let separator = Expr::Value(Value::Text(join.separator.clone()));
        w.dialect().output_expr(w, &separator)?;
        if !join.order_by.is_empty() {
            w.push(" ORDER BY ");
            w.comma_separated(&join.order_by, |w, key| w.dialect().order_by(w, key))?;
        }
        w.push(")");
        Ok(())
    }

    /// Something at a place in a document.
    ///
    /// # Errors
    /// A database that can't look into documents, a key that its paths can't have.
    fn json(&self, w: &mut SqlWriter<'_>, _json: &Json) -> Result<()> {
        Err(Error::Unsupported {
            dialect: w.dialect().name(),
            feature: "query that looks into a document",
            way_out: "read the document and look into it in the program",
        })
    }

    /// A full-text search for something.
    ///
    /// # Errors
    /// A database without full-text search, a language that it does not know.
    fn full_text(&self, w: &mut SqlWriter<'_>, _search: &FullTextSearch) -> Result<()> {
        Err(render::no_full_text(w.dialect()))
    }

    /// The statements that make a full-text index, or take it away.
    ///
    /// # Errors
    /// A database without full-text search, a table or a language that it can't have it for.
    fn full_text_index(
        &self,
        dialect: &dyn Dialect,
        _index: &FullTextIndex,
        _change: FullTextChange,
    ) -> Result<Vec<Rendered>> {
        Err(render::no_full_text(dialect))
    }

    /// What is written before a query to get its plan, as text or as a JSON document.
    ///
    /// ```
    /// use manybase_sql::dialect;
    /// assert_eq!(dialect::sqlite().explain(false), Some("EXPLAIN QUERY PLAN "));
    /// assert_eq!(dialect::sqlite().explain(true), None);
    /// ```
    fn explain(&self, json: bool) -> Option<&'static str> {
        (!json).then_some("EXPLAIN ")
    }

    /// The name of the collation that compares texts by code point, spaces at the end included.
    ///
    /// ```
    /// assert_eq!(manybase_sql::dialect::sqlite().binary_collation(), "BINARY");
    /// ```
    fn binary_collation(&self) -> &'static str {
        "BINARY"
    }
}
