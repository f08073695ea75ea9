//! The row of a query, or a new one.

use super::Query;
use crate::{Model, Rec};
use manybase_db::{Executor, Transaction};
use manybase_driver::{Error, ErrorKind, Result};

impl<M: Model> Query<M> {
    /// The only row, or, where there is none, a new record; and whether it is new. A unique key or index has to see to it
    /// that two who do this at the same time do not both insert: the one who comes second gets the first one's row.
    ///
    /// Inside a transaction the insert is a nested one, so that the transaction goes on when somebody else was faster.
    ///
    /// # Errors
    /// Those of [`Query::one_or_none`] and [`Model::insert`]. A unique violation comes back when the row that is in the
    /// way is none of this query's: another key, another value, or deleted.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Tag { #[model(key, auto)] id: i64, #[model(unique, length = 40)] name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Tag>(&db).await?;
    /// for is_new in [true, false] {
    ///     let query = Tag::filter(|c| c.name.eq("urgent"));
    ///     let (tag, created) = query.find_or_create(&db, || Tag { id: 0, name: "urgent".into() }).await?;
    ///     assert_eq!((tag.id, created), (1, is_new));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn find_or_create(
        self,
        on: &dyn Executor,
        make: impl FnOnce() -> M + Send,
    ) -> Result<(Rec<M>, bool)> {
        if let Some(using) = &self.using {
            let what = format!(
                "find_or_create with using(\"{using}\"), and inserts go to the model's own connection"
            );
            let help = "give it db.using(…) instead, or begin the transaction there";
            return Err(self.refused(on, Error::new(ErrorKind::Statement, what).with_help(help)));
        }
        if let Some(found) = self.clone().one_or_none(on).await? {
            return Ok((found, false));
        }
        let record = make();
        let unit = on.unit();
        let inside = unit.is_open();
        let inserted = match inside {
            true => nested(record, unit.transaction(), on.runs_hooks()).await,
            false => record.insert(on).await,
        };
        let taken = match inserted {
            Ok(record) => return Ok((record, true)),
            Err(error) if error.is_unique_violation() => error,
            Err(error) => return Err(error),
        };
        // In a transaction a plain read may show what was there when it began; one that locks shows what is there now.
        let locks = inside && on.dialect(M::route(None))?.capability().share_locks;
        let again = if locks { self.for_share() } else { self };
        match again.one_or_none(on).await? {
            Some(found) => Ok((found, false)),
            None => Err(taken),
        }
    }
}

async fn nested<M: Model>(record: M, tx: &Transaction, hooks: bool) -> Result<Rec<M>> {
    tx.transaction(async move |tx| match hooks {
        true => record.insert(tx).await,
        false => record.insert(&tx.without_hooks()).await,
    })
    .await
}
