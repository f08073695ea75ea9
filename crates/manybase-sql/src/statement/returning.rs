//! `RETURNING`: what the changed or removed rows hold.

use crate::{Delete, Dialect, Error, Rendered, Result, SelectItem, SqlWriter, Update};

impl Update {
    /// As [`Update::render`], and the rows give these expressions of their new values back.
    ///
    /// # Errors
    /// As [`Update::render`]; where [`crate::Capability::update_returning`] says no.
    ///
    /// ```
    /// use manybase_sql::{dialect, Expr, SelectItem, Update};
    /// let items = [SelectItem { expr: Expr::column("id"), alias: None }];
    /// let update = Update::table("stock").set("qty", 0i64);
    /// assert_eq!(
    ///     update.render_returning(dialect::postgres(), &items)?.sql,
    ///     r#"UPDATE "stock" SET "qty" = $1 RETURNING "id""#
    /// );
    /// assert!(update.render_returning(dialect::mariadb(), &items).is_err());
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render_returning(&self, dialect: &dyn Dialect, items: &[SelectItem]) -> Result<Rendered> {
        if !dialect.capability().update_returning {
            return Err(Error::Unsupported {
                dialect: dialect.name(),
                feature: "UPDATE … RETURNING",
                way_out: "in one transaction, select the rows for_update() and update them by their keys",
            });
        }
        SqlWriter::render(dialect, |w| {
            dialect.update(w, self)?;
            returning(w, items)
        })
    }
}

impl Delete {
    /// As [`Delete::render`], and the removed rows give these expressions back.
    ///
    /// # Errors
    /// As [`Delete::render`]; where [`crate::Capability::delete_returning`] says no.
    ///
    /// ```
    /// use manybase_sql::{dialect, Delete, Expr, SelectItem};
    /// let items = [SelectItem { expr: Expr::column("id"), alias: None }];
    /// assert_eq!(
    ///     Delete::from("stock").render_returning(dialect::mariadb(), &items)?.sql,
    ///     "DELETE FROM `stock` RETURNING `id`"
    /// );
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render_returning(&self, dialect: &dyn Dialect, items: &[SelectItem]) -> Result<Rendered> {
        if !dialect.capability().delete_returning {
            return Err(Error::Unsupported {
                dialect: dialect.name(),
                feature: "DELETE … RETURNING",
                way_out: "in one transaction, select the rows for_update() and delete them by their keys",
            });
        }
        SqlWriter::render(dialect, |w| {
            dialect.delete(w, self)?;
            returning(w, items)
        })
    }
}

fn returning(w: &mut SqlWriter<'_>, items: &[SelectItem]) -> Result<()> {
    w.push(" RETURNING ");
    let before = w.enter(Some("RETURNING"));
    w.comma_separated(items, |w, item| w.dialect().output_expr(w, &item.expr))?;
    w.enter(before);
    Ok(())
}
