//! Queries that change all rows they stand for, in one statement.

use super::Query;
use crate::{Assignments, Model, Role, rec::placed};
use manybase_db::Executor;
use manybase_driver::{Access, Error, ErrorKind, Result, Statement};
use manybase_sql::{Delete, Expr, Update, Value};

impl<M: Model> Query<M> {
    /// Sets columns of all these rows, and returns how many there are. The time of the last change and the
    /// version are set too, where the model has them.
    ///
    /// # Errors
    /// Those of the database; [`ErrorKind::Statement`] for a query with order, limit or groups.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32 }
    /// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
    /// let sold = Stock::filter(|c| c.qty.gt(0)).update(db, |c| c.qty.set(c.qty - 1)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update<A: Assignments>(
        self,
        on: &dyn Executor,
        set: impl FnOnce(M::Columns) -> A,
    ) -> Result<u64> {
        let meta = M::meta();
        let mut assignments = Vec::new();
        set(M::COLUMNS).add_to(&mut assignments);
        // PostgreSQL refuses it, the others take the last.
        for (at, one) in assignments.iter().enumerate() {
            if assignments[..at].iter().any(|other| other.column == one.column) {
                let twice = format!("an update that sets column {} twice", one.column);
                return Err(self.refused(on, Error::new(ErrorKind::Statement, twice)));
            }
        }
        let mut update = Update::table(meta.table.clone());
        update.filter = self
            .only_filter("update")
            .map_err(|error| self.refused(on, error))?;
        update.set = assignments
            .into_iter()
            .map(|one| (one.column, one.value))
            .collect();
        for (at, column) in meta.columns.iter().enumerate() {
            let said = update.set.iter().any(|(name, _)| *name == column.name);
            match column.role {
                Role::UpdatedAt if !said => {
                    let now = chrono::Utc::now();
                    let zoned = column.data_type == manybase_sql::DataType::Timestamp;
                    let now: Value = if zoned { now.into() } else { now.naive_utc().into() };
                    update.set.push((column.name.clone(), Expr::Value(now)));
                }
                Role::Version if !said => update.set.push((column.name.clone(), meta.expr(at).add(1i64))),
                _ => {}
            }
        }
        self.change(on, &|dialect| {
            Ok(Statement::rendered(update.render(dialect)?, Access::Write))
        })
        .await
    }

    /// Deletes all these rows, and returns how many there were.
    ///
    /// # Errors
    /// Those of the database; [`ErrorKind::Statement`] for a query with order, limit or groups.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32 }
    /// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
    /// let gone = Stock::filter(|c| c.qty.eq(0)).delete(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete(self, on: &dyn Executor) -> Result<u64> {
        let mut delete = Delete::from(M::meta().table.clone());
        delete.filter = self
            .only_filter("delete")
            .map_err(|error| self.refused(on, error))?;
        self.change(on, &|dialect| {
            Ok(Statement::rendered(delete.render(dialect)?, Access::Write))
        })
        .await
    }

    /// A clause that the statement can't have must not be dropped without a word: the rows would be others.
    fn only_filter(&self, what: &str) -> Result<Option<Expr>> {
        let tree = self.tree()?;
        let clause = if tree.limit.is_some() || tree.offset.is_some() {
            "a limit or an offset"
        } else if !tree.order_by.is_empty() {
            "an order"
        } else if tree.distinct {
            "distinct"
        } else if tree.having.is_some() {
            "having"
        } else if tree.lock.is_some() {
            "a lock"
        } else {
            return Ok(tree.filter);
        };
        Err(
            Error::new(ErrorKind::Statement, format!("{what} of a query with {clause}"))
                .with_help("select the keys first, then filter by them with in_list"),
        )
    }

    /// With the names of model and connection.
    fn refused(&self, on: &dyn Executor, error: Error) -> Error {
        let error = error.with_model(M::meta().name);
        placed(error, on, M::route(self.using.as_deref()))
    }

    async fn change(
        &self,
        on: &dyn Executor,
        statement: &(dyn Fn(&'static dyn manybase_driver::Dialect) -> Result<Statement> + Send + Sync),
    ) -> Result<u64> {
        let named = |error: Error| error.with_model(M::meta().name);
        let mut lease = on
            .lease(M::route(self.using.as_deref()), Access::Write)
            .await
            .map_err(named)?;
        let statement = statement(lease.dialect())
            .map_err(|error| named(error).with_connection(lease.connection().clone()))?;
        Ok(lease.execute(statement).await.map_err(named)?.affected)
    }
}
