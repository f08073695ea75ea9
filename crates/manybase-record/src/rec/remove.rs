//! A record that is deleted, and one that comes back.

use super::Rec;
use super::write::{Change, set};
use crate::hooks::{self, Changed};
use crate::{Model, SoftDelete, relation};
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
        self.delete_with_others(on, false).await
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
        self.delete_with_others(on, true).await
    }

    /// With what the relations of the model say about the records that point to it.
    async fn delete_with_others(self, on: &dyn Executor, hard: bool) -> Result<()> {
        match relation::concerns_others::<M>() {
            true => relation::delete_one(self, hard, on).await,
            false => self.delete_alone(on, hard).await,
        }
    }

    /// Without them.
    pub(crate) async fn delete_alone(self, on: &dyn Executor, hard: bool) -> Result<()> {
        let stamp = M::meta().soft_delete.filter(|_| !hard);
        self.remove_with_hooks(on, stamp).await
    }

    async fn remove_with_hooks(self, on: &dyn Executor, stamp: Option<usize>) -> Result<()> {
        match hooks::of::<M>(on) {
            None => self.remove(on, stamp).await,
            Some(hooks) => (hooks.remove)(self, stamp, on).await,
        }
    }

    /// The way that every record goes, whoever deletes it; `stamp` is the column that is stamped instead.
    pub(crate) async fn remove(&self, on: &dyn Executor, stamp: Option<usize>) -> Result<()> {
        let meta = M::meta();
        meta.writable().map_err(|error| self.placed(error, on))?;
        let now = Utc::now().trunc_subsecs(6);
        let stamped: Vec<_> = stamp.map(|at| (at, meta.time(at, now))).into_iter().collect();
        let change = Change {
            meta,
            said: stamped.len(),
            set: match stamp {
                Some(_) => set(meta, stamped, now),
                None => Vec::new(),
            },
            unchanged: self.unchanged().map_err(|error| self.placed(error, on))?,
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
        self.bring_back(on).await
    }
}

impl<M: Model> Rec<M> {
    /// As [`Rec::restore`], for code that does not know whether deleted records stay.
    pub(crate) async fn bring_back(&mut self, on: &dyn Executor) -> Result<bool> {
        if self
            .is_alive()
            .map_err(|error| error.with_model(M::meta().name))?
            .is_some()
        {
            return Ok(false);
        }
        match hooks::of::<M>(on) {
            None => self.restored(Vec::new(), on).await,
            Some(hooks) => (hooks.update)(self, Changed::Restore, on).await,
        }
    }

    /// Brings it back, and sets other columns too.
    pub(crate) async fn restored(&mut self, more: Vec<(usize, Value)>, on: &dyn Executor) -> Result<bool> {
        let meta = M::meta();
        let named = |error: Error| error.with_model(meta.name);
        meta.writable().map_err(|error| self.placed(error, on))?;
        let Some(at) = meta.soft_delete else {
            return Ok(false);
        };
        let mut said = vec![(at, Value::Null)];
        said.extend(more.into_iter().filter(|(other, _)| *other != at));
        let columns: Vec<usize> = said.iter().map(|(at, _)| *at).collect();
        let now = Utc::now().trunc_subsecs(6);
        let change = Change {
            meta,
            said: said.len(),
            set: set(meta, said, now),
            unchanged: self.unchanged().map_err(|error| self.placed(error, on))?,
            alive: Some(false),
        };
        if self.change(on, change).await? == 0 {
            return Err(self.missing(on));
        }
        self.inner.set_deleted(None);
        self.stamped(now, &columns).map_err(named)?;
        Ok(true)
    }

    /// Takes the values that an update has set besides what the user said (`said`), and what was said, as those of the
    /// database. Other changes are still to be saved.
    pub(super) fn stamped(&mut self, now: DateTime<Utc>, said: &[usize]) -> Result<()> {
        let meta = M::meta();
        let is_said = |field: &str| said.iter().any(|&at| meta.columns[at].field == field);
        self.inner.stamp(now, Some(&is_said));
        if let Some(snapshot) = &mut self.snapshot {
            let values = crate::insert::encode(&self.inner)?;
            let follows = |at: &usize| crate::ModelMeta::follows(meta.columns[*at].role);
            for at in (0..values.len()).filter(|at| said.contains(at) || follows(at)) {
                snapshot.replace(at, values[at].clone());
            }
        }
        Ok(())
    }
}
