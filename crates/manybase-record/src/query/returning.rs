//! Queries that change or remove all rows they stand for, and give back what these hold.

use super::Query;
use crate::hooks;
use crate::rows::{Match, Rows};
use crate::{Assignments, Model, Selection};
use manybase_db::Executor;
use manybase_driver::{Access, Dialect, Error, ErrorKind, Result, Statement};
use manybase_sql::{Delete, Rendered, SelectItem};

/// Writes the statement with what it gives back.
type Render<'r> = dyn Fn(&'static dyn Dialect, &[SelectItem]) -> Result<Rendered> + Send + Sync + 'r;

impl<M: Model> Query<M> {
    /// As [`Query::update`], and gives back columns and expressions of the changed rows, with their new values, in any
    /// order.
    ///
    /// # Errors
    /// As [`Query::update`]; [`ErrorKind::Unsupported`] on MySQL, MariaDB and MatrixOne, which have no such statement;
    /// [`ErrorKind::Statement`] for a model with hooks.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Stock>(db).await?;
    /// # Stock { id: 0, qty: 3 }.insert(db).await?;
    /// let left = Stock::filter(|c| c.qty.gt(0)).update_returning(db, |c| c.qty.set(c.qty - 1), |c| (c.id, c.qty)).await?;
    /// assert_eq!(left, [(1, 2)]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_returning<A: Assignments, S: Selection>(
        self,
        on: &dyn Executor,
        set: impl FnOnce(M::Columns) -> A,
        returning: impl FnOnce(M::Columns) -> S,
    ) -> Result<Vec<S::Row>> {
        self.passes_no_hook_by("update_returning", on)?;
        let mut assignments = Vec::new();
        set(self.columns()).add_to(&mut assignments);
        let update = self.update_of("update", on, assignments)?;
        let mut items = Vec::new();
        returning(self.columns()).items(&mut items);
        self.given::<S>(on, &items, &|dialect, items| {
            Ok(update.render_returning(dialect, items)?)
        })
        .await
    }

    /// As [`Query::hard_delete`], and gives back columns and expressions of the removed rows, in any order.
    ///
    /// # Errors
    /// As [`Query::delete`]; [`ErrorKind::Unsupported`] on MySQL and MatrixOne, which have no such statement;
    /// [`ErrorKind::Statement`] for a model whose deleted records stay in the table, or that has hooks.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Stock>(db).await?;
    /// # Stock { id: 0, qty: 0 }.insert(db).await?;
    /// let gone: Vec<i64> = Stock::filter(|c| c.qty.eq(0)).delete_returning(db, |c| c.id).await?;
    /// assert_eq!(gone, [1]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_returning<S: Selection>(
        self,
        on: &dyn Executor,
        returning: impl FnOnce(M::Columns) -> S,
    ) -> Result<Vec<S::Row>> {
        self.passes_no_hook_by("delete_returning", on)?;
        if M::meta().soft_delete.is_some() {
            let error = Error::new(
                ErrorKind::Statement,
                "delete_returning of records that stay in the table",
            )
            .with_help("update_returning() of the column that says when a record was deleted does it");
            return Err(self.refused(on, error));
        }
        let delete: Delete = self.delete_of(on)?;
        let mut items = Vec::new();
        returning(self.columns()).items(&mut items);
        self.given::<S>(on, &items, &|dialect, items| {
            Ok(delete.render_returning(dialect, items)?)
        })
        .await
    }

    /// The statement gives its rows to the caller alone, so that hooks would not be told of them.
    fn passes_no_hook_by(&self, what: &str, on: &dyn Executor) -> Result<()> {
        M::meta().writable().map_err(|error| self.refused(on, error))?;
        match hooks::of::<M>(on) {
            None => Ok(()),
            Some(_) => {
                let error = Error::new(ErrorKind::Statement, format!("{what} of a model with hooks"))
                    .with_help(
                        "load the records and save() them, or say that no hook is wanted: without_hooks()",
                    );
                Err(self.refused(on, error))
            }
        }
    }

    async fn given<S: Selection>(
        &self,
        on: &dyn Executor,
        items: &[SelectItem],
        render: &Render<'_>,
    ) -> Result<Vec<S::Row>> {
        let named = |error: Error| error.with_model(M::meta().name);
        let mut lease = on.lease(self.route(), Access::Write).await.map_err(named)?;
        let rendered = render(lease.dialect(), items)
            .map_err(|error| named(error).with_connection(lease.connection().clone()))?;
        let statement = Statement::rendered(rendered, Access::Write);
        let rows = Rows::new(S::decode, Match::InOrder(S::WIDTH)).of(M::meta(), false);
        Ok(lease.query(statement, rows).await.map_err(named)?.rows)
    }
}
