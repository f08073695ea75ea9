//! Queries that change all rows they stand for, in one statement.

use super::shape::change;
use super::{Query, homes};
use crate::hooks::{self, SetWise};
use crate::rec::{placed, set_by_model};
use crate::{Assignment, Assignments, Model, ModelMeta, model};
use chrono::{SubsecRound, Utc};
use manybase_db::Executor;
use manybase_driver::{Access, Dialect, Error, ErrorKind, Result, Statement};
use manybase_sql::expr::BinaryOp;
use manybase_sql::{Expr, Update, Value};
use std::sync::Arc;

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
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Stock>(db).await?;
    /// let sold = Stock::filter(|c| c.qty.gt(0)).update(db, |c| c.qty.set(c.qty - 1)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update<A: Assignments>(
        self,
        on: &dyn Executor,
        set: impl FnOnce(M::Columns) -> A,
    ) -> Result<u64> {
        let mut assignments = Vec::new();
        set(self.columns()).add_to(&mut assignments);
        self.set_wise(SetWise::Update(assignments), on).await
    }

    /// With hooks, where the model has them.
    pub(crate) async fn set_wise(self, set_wise: SetWise, on: &dyn Executor) -> Result<u64> {
        match hooks::of::<M>(on) {
            Some(hooks) => (hooks.set_wise)(self, set_wise, on).await,
            None => {
                let mut set_wise = set_wise;
                let (query, assignments) = self.prepared(&mut set_wise, on)?;
                query.run_prepared(&set_wise, assignments, on).await
            }
        }
    }

    /// The rows that are meant, and what is set in them.
    pub(crate) fn prepared(
        self,
        set_wise: &mut SetWise,
        on: &dyn Executor,
    ) -> Result<(Self, Vec<Assignment>)> {
        let meta = M::meta();
        meta.writable().map_err(|error| self.refused(on, error))?;
        match (set_wise, meta.soft_delete) {
            (SetWise::Update(assignments), _) => Ok((self, std::mem::take(assignments))),
            (SetWise::Delete, Some(at)) => self.soft_deleted(at, on),
            (SetWise::Restore, Some(at)) => Ok(self.brought_back(at)),
            (SetWise::Delete | SetWise::HardDelete | SetWise::Restore, _) => Ok((self, Vec::new())),
        }
    }

    /// One statement.
    pub(crate) async fn run_prepared(
        self,
        set_wise: &SetWise,
        assignments: Vec<Assignment>,
        on: &dyn Executor,
    ) -> Result<u64> {
        match set_wise {
            SetWise::Update(_) => self.set("update", on, assignments).await,
            SetWise::Restore => self.set("restore", on, assignments).await,
            SetWise::Delete if M::meta().soft_delete.is_some() => self.set("delete", on, assignments).await,
            SetWise::Delete | SetWise::HardDelete => self.remove(on).await,
        }
    }

    /// Sets columns, those that follow from the model too.
    async fn set(self, what: &'static str, on: &dyn Executor, assignments: Vec<Assignment>) -> Result<u64> {
        let update = self.update_of(what, on, assignments)?;
        let bounded = names_one_row(M::meta(), update.filter.as_ref());
        self.change(on, bounded, &|dialect| {
            change::update(M::meta(), &update, dialect)
        })
        .await
    }

    /// The statement that sets these columns, and those that follow from the model.
    pub(super) fn update_of(
        &self,
        what: &'static str,
        on: &dyn Executor,
        assignments: Vec<Assignment>,
    ) -> Result<Update> {
        let meta = M::meta();
        meta.check_assignments(&assignments)
            .map_err(|error| self.refused(on, error))?;
        let mut update = Update::table(meta.table.clone());
        update.filter = self.only_filter(what).map_err(|error| self.refused(on, error))?;
        update.set = assignments
            .into_iter()
            .map(|one| (one.column, one.value))
            .collect();
        set_by_model(meta, &mut update.set, Utc::now().trunc_subsecs(6));
        for expr in update.set.iter().map(|(_, value)| value).chain(&update.filter) {
            homes::check_expr(expr, meta, self.route(), on)?;
        }
        Ok(update)
    }

    /// A clause that the statement can't have must not be dropped without a word: the rows would be others.
    pub(super) fn only_filter(&self, what: &str) -> Result<Option<Expr>> {
        self.gives_records()?;
        let tree = &*self.select;
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
        } else if tree.tables.is_some() {
            "an alias or other tables"
        } else {
            let mut filter = tree.filter.clone();
            if let Some(key) = &self.key {
                let key = model::key_filter(self.meta, &tree.name(), key.clone()?)?;
                Expr::and_into(&mut filter, key.into_node());
            }
            return Ok(filter);
        };
        Err(
            Error::new(ErrorKind::Statement, format!("{what} of a query with {clause}"))
                .with_help("select the keys first, then filter by them with in_list"),
        )
    }

    /// With the names of model and connection.
    pub(super) fn refused(&self, on: &dyn Executor, error: Error) -> Error {
        let error = error.with_model(M::meta().name);
        placed(error, on, self.route())
    }

    pub(super) async fn change(
        &self,
        on: &dyn Executor,
        bounded: bool,
        text: &(dyn Fn(&'static dyn Dialect) -> Result<(Arc<str>, Vec<Value>)> + Send + Sync),
    ) -> Result<u64> {
        let named = |error: Error| M::meta().taken(error).with_model(M::meta().name);
        let mut lease = on.lease(self.route(), Access::Write).await.map_err(named)?;
        let (sql, binds) = text(lease.dialect())
            .map_err(|error| named(error).with_connection(lease.connection().clone()))?;
        let mut statement = Statement::write(sql, binds);
        statement.bounded = bounded;
        Ok(lease.execute(statement).await.map_err(named)?.affected)
    }
}

/// Whether a filter says the value of every column of the key, besides whatever else.
pub(super) fn names_one_row(meta: &ModelMeta, filter: Option<&Expr>) -> bool {
    let says = |key: &usize| filter.is_some_and(|filter| says(filter, &meta.columns[*key].name));
    let mut plain = true;
    filter.inspect(|filter| filter.each_select(&mut |_| plain = false));
    plain && !meta.keys.is_empty() && meta.keys.iter().all(says)
}

fn says(filter: &Expr, column: &str) -> bool {
    let (sides, op) = match filter {
        Expr::All(conditions) => return conditions.iter().any(|condition| says(condition, column)),
        Expr::Comparison(of) => return of.op() == BinaryOp::Eq && of.name == column,
        Expr::Binary(sides, op) => (&**sides, op),
        _ => return false,
    };
    match (op, sides) {
        (BinaryOp::And, (left, right)) => says(left, column) || says(right, column),
        (BinaryOp::Eq, (Expr::Column(this), Expr::Value(_)))
        | (BinaryOp::Eq, (Expr::Value(_), Expr::Column(this))) => this.name == column,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MetaBuilder;
    use crate::Role;

    #[test]
    fn one_row_is_named_by_its_whole_key() {
        let builder = || MetaBuilder::new("Line", "line".into(), None);
        let meta = builder().column::<i64>("order", "order_id", Role::Key);
        let meta = meta.column::<i64>("no", "no", Role::Key).finish();
        let is = |column: &str| Expr::column(column.to_owned()).eq(7i64);
        let named = |filter: Expr| names_one_row(&meta, Some(&filter));
        assert!(named(is("order_id").and(is("x")).and(is("no"))));
        assert!(named(is("no").and(Expr::from(7i64).eq(Expr::column("order_id")))));
        assert!(named(Expr::All(vec![is("no"), is("x"), is("order_id")])));
        assert!(!named(is("order_id")) && !named(Expr::All(vec![is("x"), is("no")])));
        assert!(!named(is("order_id").or(is("no"))));
        assert!(!named(is("order_id").and(Expr::column("no").gt(7i64))));
        assert!(!named(
            is("order_id").and(Expr::column("no").eq(Expr::column("x")))
        ));
        assert!(!names_one_row(&meta, None));
        assert!(!names_one_row(&builder().finish(), None));
    }
}
