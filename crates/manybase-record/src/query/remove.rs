//! Queries that remove all rows they stand for, and bring them back.

use super::deleted::Deleted;
use super::shape::change;
use super::write::names_one_row;
use super::{Query, SoftDelete, homes};
use crate::hooks::SetWise;
use crate::{Assignment, Model, relation};
use chrono::{SubsecRound, Utc};
use manybase_db::Executor;
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::{Delete, Expr, Value};

impl<M: Model> Query<M> {
    /// Deletes all these rows, and returns how many there were. Where deleted records stay in the table, it stamps
    /// those that are not deleted yet.
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
    /// let gone = Stock::filter(|c| c.qty.eq(0)).delete(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete(self, on: &dyn Executor) -> Result<u64> {
        self.delete_with_others(on, false).await
    }

    /// Removes all these rows from the table, also where deleted records otherwise stay there, and returns how many
    /// there were.
    ///
    /// # Errors
    /// As [`Query::delete`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// # Note { id: 0, gone: None }.insert(&db).await?;
    /// let year = chrono::Utc::now() - chrono::Duration::days(365);
    /// let purged = Note::query().only_deleted().filter(|c| c.gone.lt(year)).hard_delete(&db).await?;
    /// assert_eq!(purged, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn hard_delete(self, on: &dyn Executor) -> Result<u64> {
        self.delete_with_others(on, true).await
    }

    /// With what the relations of the model say about the records that point to these.
    async fn delete_with_others(self, on: &dyn Executor, hard: bool) -> Result<u64> {
        if !relation::concerns_others::<M>() {
            return self.delete_alone(on, hard).await;
        }
        self.only_filter("delete")
            .map_err(|error| self.refused(on, error))?;
        relation::delete_all(self, hard, on).await
    }

    /// Without them.
    pub(crate) async fn delete_alone(self, on: &dyn Executor, hard: bool) -> Result<u64> {
        let what = if hard {
            SetWise::HardDelete
        } else {
            SetWise::Delete
        };
        self.set_wise(what, on).await
    }

    /// The rows that are still to be stamped, and the stamp.
    pub(super) fn soft_deleted(self, at: usize, on: &dyn Executor) -> Result<(Self, Vec<Assignment>)> {
        if self.deleted == Deleted::Only {
            let error = Error::new(ErrorKind::Statement, "delete of records that are deleted already")
                .with_help("hard_delete() removes them from the table");
            return Err(self.refused(on, error));
        }
        let now = M::meta().time(at, Utc::now().trunc_subsecs(6));
        Ok((self.deleted(Deleted::Hidden), deleted_at::<M>(at, now)))
    }

    /// The rows that are deleted, without the stamp.
    pub(super) fn brought_back(self, at: usize) -> (Self, Vec<Assignment>) {
        (self.deleted(Deleted::Only), deleted_at::<M>(at, Value::Null))
    }

    pub(super) async fn remove(self, on: &dyn Executor) -> Result<u64> {
        let delete = self.delete_of(on)?;
        let bounded = names_one_row(M::meta(), delete.filter.as_ref());
        self.change(on, bounded, &|dialect| {
            change::delete(M::meta(), &delete, dialect)
        })
        .await
    }

    /// The statement that removes these rows.
    pub(super) fn delete_of(&self, on: &dyn Executor) -> Result<Delete> {
        let mut delete = Delete::from(M::meta().table.clone());
        delete.filter = self
            .only_filter("delete")
            .map_err(|error| self.refused(on, error))?;
        if let Some(filter) = &delete.filter {
            homes::check_expr(filter, self.meta, self.route(), on)?;
        }
        Ok(delete)
    }
}

impl<M: SoftDelete> Query<M> {
    /// Brings back those of these records that are deleted, and returns how many there were.
    ///
    /// # Errors
    /// As [`Query::update`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// # Note { id: 0, gone: None }.insert(&db).await?;
    /// Note::query().delete(&db).await?;
    /// assert_eq!(Note::filter(|c| c.id.eq(1)).restore(&db).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn restore(self, on: &dyn Executor) -> Result<u64> {
        self.set_wise(SetWise::Restore, on).await
    }
}

fn deleted_at<M: Model>(at: usize, value: Value) -> Vec<Assignment> {
    vec![Assignment {
        column: M::meta().columns[at].name.clone(),
        value: Expr::Value(value),
    }]
}
