//! Deleted records of the other end.

use super::{Rel, RelQuery, RelationField};
use crate::{Model, SoftDelete};

impl<M: Model, F: RelationField> Rel<M, F>
where
    F::Target: SoftDelete,
{
    /// Deleted records of the other end too.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, notes: HasMany<Note> }
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, customer_id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// Customer::query().include(|c| c.notes.with_deleted().order_by(|n| n.id.asc()));
    /// ```
    pub fn with_deleted(self) -> RelQuery<M, F> {
        self.query().with_deleted()
    }

    /// Deleted records of the other end alone.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, notes: HasMany<Note> }
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, customer_id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// Customer::query().include(|c| c.notes.only_deleted());
    /// ```
    pub fn only_deleted(self) -> RelQuery<M, F> {
        self.query().only_deleted()
    }
}

impl<M: Model, F: RelationField> RelQuery<M, F>
where
    F::Target: SoftDelete,
{
    /// Deleted records of the other end too.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, notes: HasMany<Note> }
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, customer_id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// Customer::query().include(|c| c.notes.filter(|n| n.id.gt(7)).with_deleted());
    /// ```
    pub fn with_deleted(self) -> Self {
        self.change(|query| query.with_deleted())
    }

    /// Deleted records of the other end alone.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, notes: HasMany<Note> }
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, customer_id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// Customer::query().include(|c| c.notes.order_by(|n| n.gone.desc()).only_deleted());
    /// ```
    pub fn only_deleted(self) -> Self {
        self.change(|query| query.only_deleted())
    }
}
