//! Queries of models whose deleted records stay in the table.

use super::Query;
use crate::{Model, Sources};
use manybase_sql::Expr;

/// Models with a `#[model(soft_delete)]` field. Deleting a record of theirs stamps it; queries, relations and set-wise
/// writes leave it out from then on, unless they say otherwise.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Model)]
/// struct Note {
///     #[model(key, auto)]
///     id: i64,
///     text: String,
///     #[model(soft_delete)]
///     deleted_at: Option<chrono::DateTime<chrono::Utc>>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Note>(&db).await?;
/// let note = Note { id: 0, text: "milk".into(), deleted_at: None }.insert(&db).await?;
/// note.delete(&db).await?;
/// assert_eq!(Note::query().count(&db).await?, 0);
///
/// let mut note = Note::query().only_deleted().one(&db).await?;
/// note.restore(&db).await?;
/// assert_eq!(Note::query().count(&db).await?, 1);
///
/// note.hard_delete(&db).await?;
/// assert_eq!(Note::query().with_deleted().count(&db).await?, 0);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "deleted records of `{Self}` are gone",
    label = "this model has no field with #[model(soft_delete)]",
    note = "write #[model(soft_delete)] before a field of type Option<DateTime<Utc>> or Option<NaiveDateTime>"
)]
pub trait SoftDelete: Model {}

/// What a query does with deleted records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deleted {
    Hidden,
    Shown,
    Only,
}

impl<M: SoftDelete, O> Query<M, O> {
    /// Deleted records too.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// let sql = Note::query().with_deleted().select(|c| c.id).to_sql(manybase_sql::dialect::sqlite())?.sql;
    /// assert_eq!(sql, r#"SELECT "id" FROM "note""#);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn with_deleted(self) -> Self {
        self.deleted(Deleted::Shown)
    }

    /// Deleted records alone.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// let sql = Note::query().only_deleted().select(|c| c.id).to_sql(manybase_sql::dialect::sqlite())?.sql;
    /// assert_eq!(sql, r#"SELECT "id" FROM "note" WHERE "gone" IS NOT NULL"#);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn only_deleted(self) -> Self {
        self.deleted(Deleted::Only)
    }
}

impl<M: Model, O> Query<M, O> {
    /// Puts another condition on deleted records in the place of the one that is there: the first, since the query
    /// began with it.
    pub(crate) fn deleted(mut self, deleted: Deleted) -> Self {
        let Some(at) = self.meta.soft_delete.filter(|_| self.deleted != deleted) else {
            return self;
        };
        let mut conditions = match self.select.filter.take() {
            Some(Expr::All(conditions)) => conditions,
            other => other.into_iter().collect(),
        };
        if self.deleted != Deleted::Shown {
            conditions.remove(0);
        }
        let column = self.meta.expr(at).of_table(self.select.name());
        match deleted {
            Deleted::Hidden => conditions.insert(0, column.is_null()),
            Deleted::Only => conditions.insert(0, column.is_not_null()),
            Deleted::Shown => {}
        }
        for condition in conditions {
            Expr::and_into(&mut self.select.filter, condition);
        }
        self.deleted = deleted;
        self
    }
}

impl<S: Sources, O> Query<S, O> {
    /// Whether there is no condition but that on deleted records.
    pub(super) fn is_unfiltered(&self) -> bool {
        let own = self.deleted != Deleted::Shown && self.meta.soft_delete.is_some();
        match &self.select.filter {
            None => true,
            Some(Expr::All(_)) => false,
            Some(_) => own,
        }
    }

    /// Takes away the condition on deleted records: the first, since the query began with it.
    pub(super) fn take_default_filter(&mut self) -> Option<Expr> {
        if self.deleted == Deleted::Shown || self.meta.soft_delete.is_none() {
            return None;
        }
        match self.select.filter.take() {
            Some(Expr::All(mut conditions)) if !conditions.is_empty() => {
                let first = conditions.remove(0);
                for condition in conditions {
                    Expr::and_into(&mut self.select.filter, condition);
                }
                Some(first)
            }
            only => only,
        }
    }
}
