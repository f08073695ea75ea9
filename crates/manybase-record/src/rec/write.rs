//! What a record changes in its row.

use super::{Rec, placed};
use crate::hooks::{self, Changed};
use crate::meta::{Key, Shape};
use crate::{Model, ModelMeta, Role, insert, relation, validate};
use chrono::{DateTime, SubsecRound, Utc};
use manybase_db::Executor;
use manybase_driver::{Access, Error, ErrorKind, Result, Statement};
use manybase_sql::{Delete, Dialect, Expr, Name, Rendered, Update, Value};
use std::sync::Arc;

impl<M: Model> Rec<M> {
    /// Writes the fields that have changed since it was loaded, and returns whether there were any.
    ///
    /// It goes to the connection it was loaded from. Where the model has a version, a row that somebody else has
    /// changed in the meantime is left as it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the row is gone, [`ErrorKind::Stale`] when its version is another, and those
    /// of the database. The record keeps its changes then.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Debug, Clone, PartialEq, Model)] struct Person { #[model(key, auto)] id: i64, name: String, age: i32 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person { id: 0, name: "Ann".into(), age: 30 }.insert(&db).await?;
    /// let mut person = Person::find(1).one(&db).await?;
    /// person.age = 31;
    /// assert!(person.save(&db).await?);
    /// assert!(!person.save(&db).await?); // nothing is left to write
    /// assert_eq!(Person::find(1).one(&db).await?.age, 31);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn save(&mut self, on: &dyn Executor) -> Result<bool> {
        if relation::has_fresh(&mut self.inner) {
            return relation::save_with(self, on).await;
        }
        if let Some(hooks) = hooks::of::<M>(on) {
            return (hooks.update)(self, Changed::Save, on).await;
        }
        let meta = M::meta();
        let named = |error: Error| error.with_model(meta.name);
        meta.writable().map_err(|error| self.placed(error, on))?;
        let changes = self.changes().map_err(named)?;
        if changes.is_empty() {
            self.snapshot = None;
            return Ok(false);
        }
        for (at, _) in &changes {
            meta.changeable(*at).map_err(|error| self.placed(error, on))?;
        }
        validate::record(&self.inner).map_err(|error| self.placed(error, on))?;
        let said: Vec<usize> = changes.iter().map(|(at, _)| *at).collect();
        let now = Utc::now().trunc_subsecs(6);
        let change = Change {
            meta,
            said: said.len(),
            set: set(meta, changes, now),
            unchanged: self.unchanged().map_err(|error| self.placed(error, on))?,
            alive: self.is_alive().map_err(named)?,
        };
        let affected = self.change(on, change).await?;
        if affected == 0 {
            return Err(self.missing(on));
        }
        self.snapshot = None;
        let said = |field: &str| said.iter().any(|&at| meta.columns[at].field == field);
        self.inner.stamp(now, Some(&said));
        Ok(true)
    }

    pub(super) fn changes(&self) -> Result<Vec<(usize, Value)>> {
        let Some(snapshot) = &self.snapshot else {
            return Ok(Vec::new());
        };
        let before = snapshot.values()?;
        let after = insert::encode(&self.inner)?;
        let changed = after
            .into_iter()
            .enumerate()
            .filter(|(at, value)| before.get(*at) != Some(value));
        Ok(changed
            .filter(|(at, _)| insert::is_written(M::meta().columns[*at].role, false))
            .collect())
    }

    /// Whether the row must not be deleted: it was not when it was loaded. `None` where deleted rows are gone.
    pub(super) fn is_alive(&self) -> Result<Option<bool>> {
        let Some(at) = M::meta().soft_delete else {
            return Ok(None);
        };
        Ok((self.before()?.get(at) == Some(&Value::Null)).then_some(true))
    }

    /// What the row as it was loaded is known by: its key, and its version where it has one.
    pub(super) fn unchanged(&self) -> Result<Vec<(usize, Value)>> {
        let meta = M::meta();
        if meta.keys.is_empty() {
            return Err(meta.no_key());
        }
        let before = self.before()?;
        let known_by = meta.keys.iter().copied().chain(meta.with_role(Role::Version));
        Ok(known_by
            .filter_map(|at| Some((at, before.get(at)?.clone())))
            .collect())
    }

    pub(super) async fn change(&self, on: &dyn Executor, change: Change) -> Result<u64> {
        let named = |error: Error| M::meta().taken(error).with_model(M::meta().name);
        let mut lease = on
            .lease(M::route(self.origin_name()), Access::Write)
            .await
            .map_err(named)?;
        let statement = change
            .into_statement(lease.dialect())
            .map_err(|error| named(error).with_connection(lease.connection().clone()))?;
        Ok(lease.execute(statement).await.map_err(named)?.affected)
    }

    pub(super) fn missing(&self, on: &dyn Executor) -> Error {
        let meta = M::meta();
        let error = if meta.with_role(Role::Version).is_some() {
            Error::new(
                ErrorKind::Stale,
                "the row has been changed or deleted since it was loaded",
            )
            .with_help("refresh() it and apply the change again")
        } else {
            Error::new(ErrorKind::NotFound, "the row is gone")
        };
        placed(error.with_model(meta.name), on, M::route(self.origin_name()))
    }
}

/// Adds what the library sets by itself to the columns that an update sets.
pub(crate) fn set_by_model(meta: &ModelMeta, columns: &mut Vec<(Name, Expr)>, now: DateTime<Utc>) {
    for (at, column) in meta.columns.iter().enumerate() {
        if columns.iter().any(|(name, _)| *name == column.name) {
            continue;
        }
        let value = match column.role {
            Role::UpdatedAt => Expr::Value(meta.time(at, now)),
            Role::Version => meta.expr(at).add(1i64),
            _ => continue,
        };
        columns.push((column.name.clone(), value));
    }
}

/// What is set: the user's changes, then what the library sets by itself. A version counts by one.
pub(super) fn set(meta: &ModelMeta, changes: Vec<(usize, Value)>, now: DateTime<Utc>) -> Vec<(usize, Value)> {
    let mut set = changes;
    let said = set.len();
    for (at, column) in meta.columns.iter().enumerate() {
        let value: Value = match column.role {
            Role::UpdatedAt => meta.time(at, now),
            Role::Version => 1i64.into(),
            _ => continue,
        };
        if set[..said].iter().all(|(other, _)| *other != at) {
            set.push((at, value));
        }
    }
    set
}

/// What happens to one row: columns by position, so that a text that was rendered before is found without a tree.
pub(super) struct Change {
    pub(super) meta: &'static ModelMeta,
    /// New values; without any, the row is deleted.
    pub(super) set: Vec<(usize, Value)>,
    /// So many of them, the first ones, are the user's. The others follow from the model.
    pub(super) said: usize,
    /// What the row must have.
    pub(super) unchanged: Vec<(usize, Value)>,
    /// Whether the row must be one that is not deleted, or one that is.
    pub(super) alive: Option<bool>,
}

impl Change {
    fn into_statement(self, dialect: &dyn Dialect) -> Result<Statement> {
        let values = || self.set.iter().chain(&self.unchanged).map(|(_, value)| value);
        let key = self.shape().map(|shape| {
            let mut key = Key::new(shape, dialect).with(values());
            key.put(self.alive.map_or(2, u64::from));
            key
        });
        if let Some(sql) = key.as_ref().and_then(|key| self.meta.texts.get(key)) {
            let binds = self.set.into_iter().chain(self.unchanged);
            let binds = binds.map(|(_, value)| value).collect();
            return Ok(Statement::write(sql, binds).bounded());
        }
        let binds: Vec<Value> = values().cloned().collect();
        let rendered = self.render(dialect)?;
        let sql: Arc<str> = rendered.sql.into();
        if let Some(key) = key {
            self.meta.texts.keep(&key, &sql, &rendered.binds, &binds);
        }
        Ok(Statement::write(sql, rendered.binds).bounded())
    }

    /// `None` for a model with more columns than a shape has bits.
    fn shape(&self) -> Option<Shape> {
        if self.set.is_empty() {
            return Some(Shape::Delete);
        }
        let bit = |at: usize| 1_u64.checked_shl(u32::try_from(at).ok()?);
        let columns = self.set[..self.said].iter();
        columns
            .map(|(at, _)| bit(*at))
            .try_fold(0, |all, one| Some(all | one?))
            .map(Shape::Update)
    }

    fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        let meta = self.meta;
        let mut filter = None;
        for (at, value) in &self.unchanged {
            Expr::and_into(&mut filter, meta.expr(*at).eq(Expr::Value(value.clone())));
        }
        if let (Some(alive), Some(at)) = (self.alive, meta.soft_delete) {
            let deleted = meta.expr(at);
            let condition = if alive {
                deleted.is_null()
            } else {
                deleted.is_not_null()
            };
            Expr::and_into(&mut filter, condition);
        }
        // Never a statement without a filter: it would be all rows.
        let filter = filter.ok_or_else(|| meta.no_key())?;
        if self.set.is_empty() {
            return Ok(Delete::from(meta.table.clone()).filter(filter).render(dialect)?);
        }
        let mut update = Update::table(meta.table.clone()).filter(filter);
        for (nth, (at, value)) in self.set.iter().enumerate() {
            let column = &meta.columns[*at];
            let value = Expr::Value(value.clone());
            let counts = nth >= self.said && column.role == Role::Version;
            let to = if counts { meta.expr(*at).add(value) } else { value };
            update = update.set(column.name.clone(), to);
        }
        Ok(update.render(dialect)?)
    }
}
