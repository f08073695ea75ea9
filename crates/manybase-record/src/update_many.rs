//! Many records, each with values of its own, in as few statements as the database takes.

use crate::SoftDelete;
use crate::insert::{encode, is_written};
use crate::rec::placed;
use crate::upsert::{no_key_yet, not_written, positions, same};
use crate::{ColumnNames, Model, ModelMeta, Role, relation, validate};
use chrono::{SubsecRound, Utc};
use foldhash::fast::RandomState;
use manybase_db::{Executor, Lease};
use manybase_driver::{Access, Dialect, Error, ErrorKind, Result, Statement};
use manybase_sql::{Expr, Name, UpdateRows, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of one statement, where the database joins a list of values.
const JOINED: usize = 500;
/// Rows of one statement, where each column is a `CASE` over all keys.
const BY_CASE: usize = 100;

/// Records whose rows are to be updated; [`Model::update_many`] makes it, and nothing is sent before
/// [`UpdateMany::exec`].
///
/// Rows are found by the model's key. All their columns are set but the key and `created_at`, or those that
/// [`UpdateMany::set`] chooses; `updated_at` is set and a version counted up, as in every update. Where the model has a
/// version, a row is updated only if it has that of the record: one that somebody else has changed is an
/// [`ErrorKind::Stale`] error, and none of the rows is changed then.
///
/// When several records have the same key, the last one counts.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Model)]
/// struct Stock {
///     #[model(key)]
///     article: String,
///     shelf: i32,
///     qty: i64,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Stock>(&db).await?;
/// let stock = |article: &str, qty| Stock { article: article.into(), shelf: 1, qty };
/// Stock::insert_many([stock("a", 0), stock("b", 0), stock("c", 0)], &db).await?;
/// let counted = [stock("a", 7), stock("b", 12)];
/// assert_eq!(Stock::update_many(counted).set(|c| c.qty).exec(&db).await?, 2);
/// assert_eq!(Stock::find("b").one(&db).await?.qty, 12);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before exec"]
pub struct UpdateMany<M> {
    records: Vec<M>,
    set: Option<Vec<Name>>,
    using: Option<Arc<str>>,
    with_deleted: bool,
}

impl<M: Model> UpdateMany<M> {
    pub(crate) fn new(records: Vec<M>) -> Self {
        Self {
            records,
            set: None,
            using: None,
            with_deleted: false,
        }
    }

    /// Sets only these columns, besides the version and `updated_at`.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Stock { #[model(key)] article: String, shelf: i32, qty: i64 }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Stock>) -> manybase_driver::Result<()> {
    /// Stock::update_many(list).set(|c| (c.shelf, c.qty)).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set<C: ColumnNames>(mut self, columns: impl FnOnce(M::Columns) -> C) -> Self {
        let mut names = Vec::new();
        columns(M::COLUMNS).add_to(&mut names);
        self.set = Some(names);
        self
    }

    /// Runs on this connection instead of the model's own.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Stock { #[model(key)] article: String, qty: i64 }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Stock>) -> manybase_driver::Result<()> {
    /// Stock::update_many(list).using("archive").exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn using(mut self, connection: impl Into<Arc<str>>) -> Self {
        self.using = Some(connection.into());
        self
    }

    /// Sends the records, all or none, and returns how many rows were there to be updated.
    ///
    /// # Errors
    /// [`ErrorKind::Stale`] when the model has a version and a row is gone or has another one; [`ErrorKind::Statement`]
    /// for a model without a key, a record that has none as yet, and a column that can't be written; those of the
    /// database.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Clone, Model)] struct Stock { #[model(key)] article: String, qty: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Stock>(&db).await?;
    /// let stock = |article: &str, qty| Stock { article: article.into(), qty };
    /// Stock::insert_many(vec![stock("nut", 1), stock("bolt", 2)], &db).await?;
    /// let there = Stock::update_many(vec![stock("nut", 10), stock("gear", 30)]).exec(&db).await?;
    /// assert_eq!(there, 1); // there is no gear
    /// # Ok(())
    /// # }
    /// ```
    pub async fn exec(mut self, on: &dyn Executor) -> Result<u64> {
        let meta = M::meta();
        relation::refuse_fresh(&mut self.records, "update_many")?;
        let using = self.using.clone();
        let route = M::route(using.as_deref());
        crate::hooks::none_for::<M>("update_many", on).map_err(|error| placed(error, on, route))?;
        let plan = self
            .plan()
            .map_err(|error| placed(error.with_model(meta.name), on, route))?;
        if plan.rows.is_empty() {
            return Ok(0);
        }
        let named = |error: Error| error.with_model(meta.name);
        let mut lease = on.lease(route, Access::Write).await.map_err(named)?;
        let connection = lease.connection().clone();
        let named = |error: Error| error.with_model(meta.name).with_connection(connection.clone());
        let statements = plan.statements(lease.dialect()).map_err(named)?;
        if !plan.versioned {
            let done = lease.batch(statements, true).await.map_err(named)?;
            return Ok(done.iter().map(|done| done.affected).sum());
        }
        all_of_them(&mut lease, statements, plan.rows.len() as u64)
            .await
            .map_err(named)
    }

    fn plan(self) -> Result<Plan> {
        let meta = M::meta();
        if meta.keys.is_empty() {
            return Err(meta.no_key());
        }
        validate::records(&self.records)?;
        let chosen = match &self.set {
            Some(names) => Some(positions(meta, names)?),
            None => None,
        };
        if let Some(chosen) = &chosen {
            check(meta, chosen)?;
        }
        let version = meta.with_role(Role::Version);
        let said = |at: usize| chosen.as_ref().is_some_and(|chosen| chosen.contains(&at));
        let set = Vec::from_iter((0..meta.columns.len()).filter(|&at| match &chosen {
            Some(_) => said(at),
            None => meta.columns[at].role == Role::Plain && !meta.columns[at].readonly,
        }));
        let mut also = Vec::new();
        let now = Utc::now().trunc_subsecs(6);
        for (at, column) in meta.columns.iter().enumerate() {
            let to = match column.role {
                Role::UpdatedAt if said(at) => continue,
                Role::UpdatedAt => Expr::Value(meta.time(at, now)),
                Role::Version => meta.expr(at).add(1i64),
                _ => continue,
            };
            also.push((column.name.clone(), to));
        }
        let keys = Vec::from_iter(meta.keys.iter().copied().chain(version));
        let mut last: HashMap<_, usize, RandomState> = HashMap::default();
        let mut rows: Vec<Option<Vec<Value>>> = Vec::with_capacity(self.records.len());
        for record in &self.records {
            if record.is_key_unset() {
                return Err(no_key_yet(meta));
            }
            let values = encode(record)?;
            if let Some(key) = same(meta.keys.iter().map(|&at| &values[at]))
                && let Some(before) = last.insert(key, rows.len())
            {
                rows[before] = None;
            }
            let row = keys.iter().chain(&set).map(|&at| values[at].clone());
            rows.push(Some(row.collect()));
        }
        Ok(Plan {
            meta,
            keys,
            set,
            also,
            filter: meta.default_filter().filter(|_| !self.with_deleted),
            rows: rows.into_iter().flatten().collect(),
            versioned: version.is_some(),
        })
    }
}

/// All of the rows or none: one that is not there as the record knows it is somebody else's work.
async fn all_of_them(lease: &mut Lease<'_>, statements: Vec<Statement>, rows: u64) -> Result<u64> {
    lease.begin_nested().await?;
    let done = lease.batch(statements, true).await;
    let changed = done.map(|done| done.iter().map(|done| done.affected).sum::<u64>());
    match changed {
        Ok(changed) if changed == rows => {
            lease.commit_nested().await?;
            Ok(changed)
        }
        Ok(changed) => {
            lease.rollback_nested().await?;
            let gone = rows.saturating_sub(changed);
            let what = format!("{gone} of {rows} rows have been changed or deleted since they were loaded");
            Err(Error::new(ErrorKind::Stale, what).with_help("load them again and apply the changes again"))
        }
        Err(error) => {
            lease.rollback_nested().await?;
            Err(error)
        }
    }
}

impl<M: SoftDelete> UpdateMany<M> {
    /// Changes deleted rows too, which it leaves alone otherwise.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Clone, Model)] struct Note { #[model(key)] id: i64, text: String, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// let note = Note { id: 1, text: "old".into(), gone: None };
    /// note.clone().insert(&db).await?.delete(&db).await?;
    /// let changed = [Note { text: "new".into(), ..note }];
    /// assert_eq!(Note::update_many(changed.clone()).exec(&db).await?, 0);
    /// assert_eq!(Note::update_many(changed).with_deleted().exec(&db).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_deleted(mut self) -> Self {
        self.with_deleted = true;
        self
    }
}

struct Plan {
    meta: &'static ModelMeta,
    /// Positions of the key's columns, and of the version.
    keys: Vec<usize>,
    set: Vec<usize>,
    also: Vec<(Name, Expr)>,
    /// Deleted rows are left alone.
    filter: Option<Expr>,
    rows: Vec<Vec<Value>>,
    versioned: bool,
}

impl Plan {
    fn statements(&self, dialect: &dyn Dialect) -> Result<Vec<Statement>> {
        let column = |at: &usize| {
            let column = &self.meta.columns[*at];
            (column.name.clone(), column.data_type)
        };
        let mut update = UpdateRows::table(
            self.meta.table.clone(),
            self.keys.iter().map(column),
            self.set.iter().map(column),
        );
        update.also = self.also.clone();
        update.filter = self.filter.clone();
        let capability = dialect.capability();
        let (wished, values) = match capability.update_from {
            true => (JOINED, self.keys.len() + self.set.len()),
            // The key stands in each column's CASE again, and once more in the filter.
            false => (BY_CASE, self.keys.len() * (self.set.len() + 1) + self.set.len()),
        };
        let fit = capability.max_parameters.saturating_sub(self.also.len()) / values.max(1);
        let mut statements = Vec::new();
        for rows in self.rows.chunks(wished.min(fit).max(1)) {
            update.values = rows.iter().flatten().cloned().collect();
            statements.push(Statement::rendered(update.render(dialect)?, Access::Write));
        }
        Ok(statements)
    }
}

/// Chosen columns must be such as an update may set.
fn check(meta: &ModelMeta, chosen: &[usize]) -> Result<()> {
    for &at in chosen {
        meta.changeable(at)?;
        let column = &meta.columns[at];
        if !is_written(column.role, true) {
            return Err(not_written(meta, at));
        }
        if matches!(column.role, Role::Key | Role::AutoKey { .. } | Role::Version) {
            let what = format!(
                "column {} says which row is meant: it can't be set here",
                column.name
            );
            return Err(Error::new(ErrorKind::Statement, what));
        }
    }
    Ok(())
}
