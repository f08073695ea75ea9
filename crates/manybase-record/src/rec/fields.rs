//! Columns of one row that are set on their own, with the values that the database makes of them.

use super::write::set_by_model;
use super::{Rec, overlay};
use crate::hooks::{self, Changed};
use crate::query::Deleted;
use crate::rows::{Match, Rows};
use crate::{Assignment, Assignments, Col, Expression, Model, Number, Operand, Query, Role, insert};
use chrono::{SubsecRound, Utc};
use manybase_db::{Executor, Transaction};
use manybase_driver::{Access, Error, ErrorKind, Result, Statement};
use manybase_sql::{Expr, Update, Value};

impl<M: Model> Rec<M> {
    /// Sets these columns alone, also with expressions, and reads back what the database has made of them. Changes of
    /// other fields are still to be saved. A version is looked at and counted as by [`Rec::save`].
    ///
    /// # Errors
    /// As [`Rec::save`]; [`ErrorKind::Validation`] for a value that breaks its field's rules.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Item { #[model(key, auto)] id: i64, name: String, price: i64, sold: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Item>(&db).await?;
    /// let mut item = Item { id: 0, name: "Lens".into(), price: 200, sold: 0 }.insert(&db).await?;
    /// item.update_fields(&db, |c| (c.price.set(c.price * 2), c.name.set("Lens 2"))).await?;
    /// assert_eq!((item.price, item.name.as_str()), (400, "Lens 2"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_fields<A: Assignments>(
        &mut self,
        on: &dyn Executor,
        set: impl FnOnce(M::Columns) -> A,
    ) -> Result<()> {
        let mut assignments = Vec::new();
        set(M::COLUMNS).add_to(&mut assignments);
        self.set_with_hooks(assignments, on).await
    }

    /// Adds to a column in the database, so that nobody else's addition is lost, and reads back the sum. NULL stays
    /// NULL.
    ///
    /// # Errors
    /// As [`Rec::save`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Item { #[model(key, auto)] id: i64, stock: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Item>(&db).await?;
    /// let mut item = Item { id: 0, stock: 5 }.insert(&db).await?;
    /// Item::find(item.id).update(&db, |c| c.stock.set(c.stock + 100)).await?; // somebody else
    /// item.increment(&db, |c| c.stock, -1).await?;
    /// assert_eq!(item.stock, 104);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn increment<T: Number>(
        &mut self,
        on: &dyn Executor,
        column: impl FnOnce(M::Columns) -> Col<T>,
        by: impl Operand<T>,
    ) -> Result<()> {
        let column = column(M::COLUMNS);
        let sum = Assignment {
            column: column.name(),
            value: column.into_expr().add(by.operand()),
        };
        self.set_with_hooks(vec![sum], on).await
    }

    /// Sets the time of the last change, and counts the version.
    ///
    /// # Errors
    /// As [`Rec::save`]; [`ErrorKind::Statement`] for a model that has neither `updated_at` nor a version.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// use chrono::{DateTime, Utc};
    /// # #[derive(Model)] struct Page { #[model(key, auto)] id: i64, #[model(updated_at)] updated_at: DateTime<Utc> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Page>(&db).await?;
    /// let old = DateTime::from_timestamp(1_000_000_000, 0).unwrap();
    /// let mut page = Page { id: 0, updated_at: old }.insert(&db).await?;
    /// page.touch(&db).await?;
    /// assert!(page.updated_at > old);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn touch(&mut self, on: &dyn Executor) -> Result<()> {
        let meta = M::meta();
        let touched = |column: &crate::ColumnMeta| matches!(column.role, Role::UpdatedAt | Role::Version);
        if !meta.columns.iter().any(touched) {
            let error = Error::new(
                ErrorKind::Statement,
                "touch of a record without a time of the last change",
            );
            return Err(self.placed(error.with_help("write #[model(updated_at)] before a field"), on));
        }
        self.set_with_hooks(Vec::new(), on).await
    }

    async fn set_with_hooks(&mut self, assignments: Vec<Assignment>, on: &dyn Executor) -> Result<()> {
        let done = match hooks::of::<M>(on) {
            None => self.set(assignments, on).await,
            Some(hooks) => (hooks.update)(self, Changed::Set(assignments), on).await,
        };
        done.map(drop)
    }

    /// The columns that differ from these values and can be written.
    pub(crate) fn differs(&self, before: &[Value]) -> Result<Vec<(usize, Value)>> {
        let after = insert::encode(&self.inner)?.into_iter().enumerate();
        let changed = after.filter(|(at, value)| before.get(*at) != Some(value));
        Ok(changed
            .filter(|(at, _)| insert::is_written(M::meta().columns[*at].role, true))
            .collect())
    }

    pub(crate) async fn set(&mut self, assignments: Vec<Assignment>, on: &dyn Executor) -> Result<bool> {
        M::meta().writable().map_err(|error| self.placed(error, on))?;
        // Two statements: what is read back must be what this one has written.
        let unit = on.unit();
        let result = self.set_in(assignments, unit.transaction()).await;
        unit.end(result).await?;
        Ok(true)
    }

    async fn set_in(&mut self, assignments: Vec<Assignment>, tx: &Transaction) -> Result<()> {
        let meta = M::meta();
        let named = |error: Error| error.with_model(meta.name);
        let now = Utc::now().trunc_subsecs(6);
        let mut update = Update::table(meta.table.clone());
        update.filter = self.row_filter().map_err(named)?;
        let checked = meta.check_assignments(&assignments);
        checked.map_err(|error| self.placed(error, tx))?;
        update.set = assignments
            .into_iter()
            .map(|one| (one.column, one.value))
            .collect();
        set_by_model(meta, &mut update.set, now);
        let set: Vec<usize> = (0..meta.columns.len())
            .filter(|at| update.set.iter().any(|(name, _)| *name == meta.columns[*at].name))
            .collect();
        let route = M::route(self.origin_name());
        let mut lease = tx.lease(route, Access::Write).await.map_err(named)?;
        let connection = lease.connection().clone();
        let named = |error: Error| {
            meta.taken(error)
                .with_model(meta.name)
                .with_connection(connection.clone())
        };
        let rendered = update
            .render(lease.dialect())
            .map_err(|error| named(error.into()))?;
        let statement = Statement::rendered(rendered, Access::Write).bounded();
        if lease.execute(statement).await.map_err(named)?.affected == 0 {
            drop(lease);
            return Err(self.missing(tx));
        }
        let back = Query::<M>::by_key_values(self.key_values().map_err(named)?).deleted(Deleted::Shown);
        let (sql, binds) = back.text(lease.dialect()).map_err(named)?;
        let rows = Rows::new(Rec::<M>::decode, Match::InOrder(meta.columns.len())).of(meta, true);
        let statement = Statement::read(sql, binds).bounded();
        let found = lease.query(statement, rows).await.map_err(named)?.rows.pop();
        drop(lease);
        let Some(found) = found else {
            return Err(self.missing(tx));
        };
        let fresh = insert::encode(&found.inner).map_err(named)?;
        self.overlay(&set, &fresh).map_err(named)
    }

    /// Takes these columns' values as those of the database. Other changes are still to be saved.
    fn overlay(&mut self, columns: &[usize], fresh: &[Value]) -> Result<()> {
        let mut values = insert::encode(&self.inner)?;
        for &at in columns {
            if let (Some(place), Some(value)) = (values.get_mut(at), fresh.get(at)) {
                *place = value.clone();
            }
        }
        let mut inner: M = overlay::decode(&values)?;
        inner.keep_unstored(&mut self.inner);
        self.inner = inner;
        if let Some(snapshot) = &mut self.snapshot {
            for &at in columns {
                snapshot.replace(at, values[at].clone());
            }
        }
        Ok(())
    }

    /// What the row is known by, and must be.
    fn row_filter(&self) -> Result<Option<Expr>> {
        let meta = M::meta();
        let mut filter = None;
        for (at, value) in self.unchanged()? {
            Expr::and_into(&mut filter, meta.expr(at).eq(Expr::Value(value)));
        }
        if let (Some(_), Some(alive)) = (self.is_alive()?, meta.default_filter()) {
            Expr::and_into(&mut filter, alive);
        }
        Ok(filter)
    }
}
