//! A record that is deleted, and one that comes back.

use super::Rec;
use super::write::{Change, set};
use crate::{Model, SoftDelete};
use chrono::{DateTime, SubsecRound, Utc};
use manybase_db::Executor;
use manybase_driver::{Error, Result};
use manybase_sql::Value;

impl<M: Model> Rec<M> {
    /// Deletes the row. Where deleted records stay in the table ([`SoftDelete`]) it is stamped with the time.
    ///
    /// # Errors
    /// As [`Rec::save`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let person = Person::find(1).one(&db).await?;
    /// person.delete(&db).await?;
    /// assert_eq!(Person::query().count(&db).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete(self, on: &dyn Executor) -> Result<()> {
        self.remove(on, M::meta().soft_delete).await
    }

    /// Removes the row from the table, also where deleted records otherwise stay there.
    ///
    /// # Errors
    /// As [`Rec::save`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// let note = Note { id: 0, gone: None }.insert(&db).await?;
    /// note.hard_delete(&db).await?;
    /// assert_eq!(Note::query().with_deleted().count(&db).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn hard_delete(self, on: &dyn Executor) -> Result<()> {
        self.remove(on, None).await
    }

    /// The way that every record goes, whoever deletes it; `stamp` is the column that is stamped instead.
    async fn remove(&self, on: &dyn Executor, stamp: Option<usize>) -> Result<()> {
        let meta = M::meta();
        let now = Utc::now().trunc_subsecs(6);
        let stamped: Vec<_> = stamp.map(|at| (at, meta.time(at, now))).into_iter().collect();
        let change = Change {
            meta,
            said: stamped.len(),
            set: match stamp {
                Some(_) => set(meta, stamped, now),
                None => Vec::new(),
            },
            unchanged: self.unchanged().map_err(|error| error.with_model(meta.name))?,
            alive: stamp.map(|_| true),
        };
        match self.change(on, change).await? {
            0 => Err(self.missing(on)),
            _ => Ok(()),
        }
    }
}

impl<M: SoftDelete> Rec<M> {
    /// Brings a deleted record back, and returns whether it was deleted. Changes that were not saved stay so.
    ///
    /// # Errors
    /// As [`Rec::save`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Note { #[model(key, auto)] id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// Note { id: 0, gone: None }.insert(&db).await?.delete(&db).await?;
    /// let mut note = Note::find(1).only_deleted().one(&db).await?;
    /// assert!(note.restore(&db).await?);
    /// assert!(note.gone.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn restore(&mut self, on: &dyn Executor) -> Result<bool> {
        let meta = M::meta();
        let named = |error: Error| error.with_model(meta.name);
        let Some(at) = meta.soft_delete else {
            return Ok(false);
        };
        if self.is_alive().map_err(named)?.is_some() {
            return Ok(false);
        }
        let now = Utc::now().trunc_subsecs(6);
        let change = Change {
            meta,
            said: 1,
            set: set(meta, vec![(at, Value::Null)], now),
            unchanged: self.unchanged().map_err(named)?,
            alive: Some(false),
        };
        if self.change(on, change).await? == 0 {
            return Err(self.missing(on));
        }
        self.inner.set_deleted(None);
        self.stamped(now, &[at]).map_err(named)?;
        Ok(true)
    }
}

impl<M: Model> Rec<M> {
    /// Takes the values that an update has set besides what the user said (`said`), and what was said, as those of the
    /// database. Other changes are still to be saved.
    pub(super) fn stamped(&mut self, now: DateTime<Utc>, said: &[usize]) -> Result<()> {
        let meta = M::meta();
        let is_said = |field: &str| said.iter().any(|&at| meta.columns[at].field == field);
        self.inner.stamp(now, Some(&is_said));
        if let Some(snapshot) = &mut self.snapshot {
            let values = crate::insert::encode(&self.inner)?;
            let follows = |at: &usize| {
                use crate::Role::{UpdatedAt, Version};
                matches!(meta.columns[*at].role, UpdatedAt | Version)
            };
            for at in (0..values.len()).filter(|at| said.contains(at) || follows(at)) {
                snapshot.replace(at, values[at].clone());
            }
        }
        Ok(())
    }
}
