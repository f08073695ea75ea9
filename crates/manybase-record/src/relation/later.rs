//! Relations of records that are there already.

use super::query::Related;
use crate::{Model, Rec};
use manybase_db::Executor;
use manybase_driver::{Error, ErrorKind, Result};

impl<M: Model> Rec<M> {
    /// Loads a relation of this record, or loads it again, as [`crate::Query::include`] does. For many records
    /// [`Rec::load_all`] does it in one query.
    ///
    /// # Errors
    /// Those of the database.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Customer>(&db).await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// let mut ann = Customer { id: 0, orders: HasMany::default() }.insert(&db).await?;
    /// ann.load(&db, |c| c.orders).await?;
    /// assert!(ann.orders.loaded()?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn load<R: Related<M>>(
        &mut self,
        on: &dyn Executor,
        relation: impl FnOnce(M::Columns) -> R,
    ) -> Result<()> {
        Self::load_all(std::slice::from_mut(self), on, relation).await
    }

    /// Loads a relation of all these records, in one query.
    ///
    /// # Errors
    /// Those of the database; [`ErrorKind::Statement`] when the records come from different connections.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
    /// let mut customers = Customer::query().all(db).await?;
    /// Rec::load_all(&mut customers, db, |c| c.orders.limit(3)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn load_all<R: Related<M>>(
        records: &mut [Self],
        on: &dyn Executor,
        relation: impl FnOnce(M::Columns) -> R,
    ) -> Result<()> {
        let include = relation(M::COLUMNS).into_include();
        let Some(first) = records.first() else {
            return Ok(());
        };
        let origin = first.origin();
        if records.iter().any(|record| record.origin() != origin) {
            let message = "load_all of records from different connections";
            return Err(Error::new(ErrorKind::Statement, message)
                .with_help("load the relation for those of each connection")
                .with_model(M::meta().name));
        }
        include.load(records, on, origin).await
    }
}
