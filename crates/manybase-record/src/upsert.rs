//! Inserts that update what is there already.

mod rows;
mod same;

use crate::insert::{chunks, is_written, lists, send, statement, together};
use crate::query::Deleted;
use crate::rec::placed;
use crate::rows::{Match, Rows};
use crate::{ColumnNames, Model, ModelMeta, Query, Rec, Role, hooks, insert, relation};
use chrono::{SubsecRound, Utc};
use manybase_db::Executor;
use manybase_driver::{Access, Error, ErrorKind, Result, RowSource, Statement};
use manybase_sql::{ConflictUpdate, ConflictValue, Name, OnConflict};
use rows::Prepared;
pub(crate) use same::{Same, same};
use std::sync::Arc;

/// Records to insert, or to update where they are there already. [`Model::upsert_many`] makes it, and nothing is
/// sent before [`Upsert::exec`].
///
/// Rows are found by the model's key, or by the columns that [`Upsert::by`] names. Of a row that is there, all
/// columns are updated but its key, those by which it was found, and `created_at`; [`Upsert::update`] chooses others,
/// and [`Upsert::or_ignore`] leaves it as it is. A row that was deleted and stayed in the table comes back so, unless
/// the columns are chosen. A version is counted up and `updated_at` is set, as in every update.
///
/// When several records have the same key, the last one counts. NULL is equal to nothing: a record with NULL in a
/// column of [`Upsert::by`] is always inserted.
///
/// MySQL, MariaDB and MatrixOne find rows by *any* unique key: where a table has another one that a record collides
/// with, its row is updated, which elsewhere is a unique violation. And they do not ask whether the columns of
/// [`Upsert::by`] are unique at all: if not, every record is inserted, where other databases refuse the statement.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Model)]
/// struct Customer {
///     #[model(key, auto)]
///     id: i64,
///     #[model(unique)]
///     email: String,
///     name: String,
///     visits: i32,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Customer>(&db).await?;
/// let customer = |name: &str, visits| Customer { id: 0, email: "ann@example.com".into(), name: name.into(), visits };
/// customer("Ann", 7).insert(&db).await?;
/// Customer::upsert_many([customer("Anna", 0)]).by(|c| c.email).update(|c| c.name).exec(&db).await?;
/// let anna = Customer::query().one(&db).await?;
/// assert_eq!((anna.name.as_str(), anna.visits), ("Anna", 7));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before exec"]
pub struct Upsert<M> {
    records: Vec<M>,
    by: Vec<Name>,
    matched: Matched,
    using: Option<Arc<str>>,
}

/// What becomes of rows that are there.
#[derive(Debug, Clone)]
enum Matched {
    Update,
    UpdateOnly(Vec<Name>),
    Ignore,
}

impl<M: Model> Upsert<M> {
    pub(crate) fn new(records: Vec<M>) -> Self {
        Self {
            records,
            by: Vec::new(),
            matched: Matched::Update,
            using: None,
        }
    }

    /// Finds rows by these columns instead of the model's key. Together they must be unique in the database.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Price { #[model(key, auto)] id: i64, article: String, land: String, cents: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Price>(db).await?;
    /// # manybase_record::sql("CREATE UNIQUE INDEX one ON price (article, land)").execute(db).await?;
    /// # let list = vec![Price { id: 0, article: "a".into(), land: "de".into(), cents: 100 }];
    /// Price::upsert_many(list).by(|c| (c.article, c.land)).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn by<C: ColumnNames>(mut self, columns: impl FnOnce(M::Columns) -> C) -> Self {
        self.by.clear();
        columns(M::COLUMNS).add_to(&mut self.by);
        self
    }

    /// Updates only these columns of rows that are there, besides the version and `updated_at`.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Stock { #[model(key)] article: String, name: String, shelf: i32, qty: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Stock>(db).await?;
    /// # let list = vec![Stock { article: "a".into(), name: "A".into(), shelf: 1, qty: 2 }];
    /// Stock::upsert_many(list).update(|c| (c.shelf, c.qty)).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update<C: ColumnNames>(mut self, columns: impl FnOnce(M::Columns) -> C) -> Self {
        let mut names = Vec::new();
        columns(M::COLUMNS).add_to(&mut names);
        self.matched = Matched::UpdateOnly(names);
        self
    }

    /// Leaves rows that are there as they are, and inserts the others.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Country { #[model(key)] code: String, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Country>(db).await?;
    /// # let list = vec![Country { code: "de".into(), name: "Germany".into() }];
    /// Country::upsert_many(list).or_ignore().exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn or_ignore(mut self) -> Self {
        self.matched = Matched::Ignore;
        self
    }

    /// Runs on this connection instead of the model's own.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Country { #[model(key)] code: String, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").connect("archive", "sqlite::memory:").build()?;
    /// # let db = &db;
    /// # manybase_record::create_table::<Country>(&db.using("archive")).await?;
    /// # let list = vec![Country { code: "de".into(), name: "Germany".into() }];
    /// Country::upsert_many(list).using("archive").exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn using(mut self, connection: impl Into<Arc<str>>) -> Self {
        self.using = Some(connection.into());
        self
    }

    /// Sends the records, in as few statements as the database takes, all or none.
    ///
    /// Returns how many rows they stand for: the records given, less those that a later one with the same key
    /// replaces. How many of these were inserted, updated or left as they are is not told, because databases
    /// count that differently, or not at all.
    ///
    /// # Errors
    /// [`ErrorKind::Statement`] when rows are to be found by a key that the database or the library is still to
    /// give, or when a column can't be written; and those of the database.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Country { #[model(key)] code: String, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Country>(&db).await?;
    /// let country = |code: &str, name: &str| Country { code: code.into(), name: name.into() };
    /// let list = [country("NL", "Holland"), country("BE", "Belgium"), country("NL", "Netherlands")];
    /// assert_eq!(Country::upsert_many(list).exec(&db).await?, 2);
    /// assert_eq!(Country::find("NL").one(&db).await?.name, "Netherlands");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn exec(mut self, on: &dyn Executor) -> Result<u64> {
        relation::refuse_fresh(&mut self.records, "upsert_many")?;
        if let Some(hooks) = hooks::of::<M>(on) {
            return (hooks.upsert)(self, on).await;
        }
        let meta = M::meta();
        let using = self.using.clone();
        let route = M::route(using.as_deref());
        meta.writable().map_err(|error| placed(error, on, route))?;
        let dialect = on.dialect(route).map_err(|error| placed(error, on, route))?;
        let now = Utc::now().trunc_subsecs(6);
        let prepared = match together(&self.records, dialect) {
            Some(_) => self.late(now, dialect),
            None => self.rows(now).map(Ok),
        };
        let prepared = prepared.map_err(|error| placed(error.with_model(meta.name), on, route))?;
        let Prepared { conflict, mut rows } = match prepared {
            Ok(made) => made,
            Err(late) => {
                let count = late.len() as u64;
                return send(late, on, route).await.map(|_| count);
            }
        };
        let count = rows.iter().map(Vec::len).sum::<usize>() as u64;
        if count == 0 {
            return Ok(0);
        }
        let named = |error: Error| error.with_model(meta.name);
        let mut lease = on.lease(route, Access::Write).await.map_err(named)?;
        let connection = lease.connection().clone();
        let named = |error: Error| {
            meta.taken(error)
                .with_model(meta.name)
                .with_connection(connection.clone())
        };
        let dialect = lease.dialect();
        if dialect.capability().inserts_together
            && let Some(rows) = lists(meta, &mut rows, Some(&conflict), dialect).map_err(named)?
        {
            let done = lease.bulk_insert(Box::new(rows)).await;
            return done.map(|_| count).map_err(named);
        }
        let mut statements = Vec::new();
        for (unset, of) in rows.into_iter().enumerate() {
            let empty = statement(meta, unset == 1).on_conflict(conflict.clone());
            chunks(&empty, of, dialect, &mut statements).map_err(named)?;
        }
        lease.batch(statements, true).await.map_err(named)?;
        Ok(count)
    }

    pub(crate) fn records_mut(&mut self) -> &mut [M] {
        &mut self.records
    }

    /// Positions of the columns that rows are found by.
    pub(crate) fn found_by(&self, meta: &ModelMeta) -> Result<Vec<usize>> {
        let by = match self.by.as_slice() {
            [] => meta.keys.clone(),
            names => positions(meta, names)?,
        };
        if by.is_empty() {
            return Err(meta.no_key());
        }
        match by.iter().find(|&&at| meta.columns[at].role == Role::Generated) {
            Some(&at) => Err(not_written(meta, at)),
            None => Ok(by),
        }
    }

    pub(crate) fn conflict(&self, meta: &ModelMeta, by: &[usize]) -> Result<OnConflict> {
        let conflict = OnConflict::new(by.iter().map(|&at| meta.columns[at].name.clone()));
        let chosen = match &self.matched {
            Matched::Ignore => return Ok(conflict),
            Matched::Update => None,
            Matched::UpdateOnly(names) => Some(positions(meta, names)?),
        };
        if let Some(chosen) = &chosen
            && let Some(&at) = chosen
                .iter()
                .find(|&&at| !is_written(meta.columns[at].role, true))
        {
            return Err(not_written(meta, at));
        }
        for &at in chosen.iter().flatten() {
            meta.changeable(at)?;
        }
        let mut set = Vec::new();
        for (at, column) in meta.columns.iter().enumerate() {
            let said = chosen.as_ref().is_some_and(|chosen| chosen.contains(&at));
            let value = match column.role {
                _ if by.contains(&at) => None,
                _ if column.readonly && !said => None,
                _ if said => Some(ConflictValue::Given),
                Role::Version => Some(ConflictValue::Increased),
                Role::UpdatedAt => Some(ConflictValue::Given),
                // A record that is there again is no longer deleted, unless it says so.
                Role::Plain | Role::DeletedAt if chosen.is_none() => Some(ConflictValue::Given),
                _ => None,
            };
            set.extend(value.map(|value| (column.name.clone(), value)));
        }
        Ok(match set.as_slice() {
            [] => conflict,
            _ => OnConflict {
                update: ConflictUpdate::Set(set),
                ..conflict
            },
        })
    }

    /// Positions of the columns that get the time of the update, whatever the record says.
    pub(crate) fn stamped(&self, meta: &ModelMeta) -> Vec<usize> {
        let said = |name: &Name| match &self.matched {
            Matched::UpdateOnly(names) => names.contains(name),
            // A row that is there keeps its time, and one that is not is inserted with the record's.
            Matched::Ignore => true,
            Matched::Update => false,
        };
        let stamped = |(_, column): &(usize, &crate::ColumnMeta)| {
            column.role == Role::UpdatedAt && !self.by.contains(&column.name) && !said(&column.name)
        };
        meta.columns
            .iter()
            .enumerate()
            .filter(stamped)
            .map(|(at, _)| at)
            .collect()
    }
}

pub(crate) async fn one<M: Model>(mut record: M, on: &dyn Executor) -> Result<Rec<M>> {
    if !record.is_key_unset() {
        relation::refuse_fresh(std::slice::from_mut(&mut record), "insert_or_update")?;
    }
    if let Some(hooks) = hooks::of::<M>(on) {
        return (hooks.upsert_one)(record, on).await;
    }
    if record.is_key_unset() {
        return insert::one(record, on).await;
    }
    let meta = M::meta();
    let route = M::route(None);
    meta.writable().map_err(|error| placed(error, on, route))?;
    let key = record.key();
    let rows = Upsert::new(vec![record])
        .rows(Utc::now().trunc_subsecs(6))
        .map_err(|error| placed(error.with_model(meta.name), on, route))?;
    let named = |error: Error| error.with_model(meta.name);
    let mut lease = on.lease(route, Access::Write).await.map_err(named)?;
    let connection = lease.connection().clone();
    let named = |error: Error| {
        meta.taken(error)
            .with_model(meta.name)
            .with_connection(connection.clone())
    };
    let dialect = lease.dialect();
    let updates = rows.conflict.update != ConflictUpdate::Nothing;
    let mut upsert = statement(meta, false).on_conflict(rows.conflict);
    upsert.rows = 1;
    upsert.values = rows.rows.into_iter().flatten().flatten().collect();
    let back = Rows::new(Rec::<M>::decode, Match::InOrder(meta.columns.len())).of(meta, true);
    let gone = || {
        Error::new(
            ErrorKind::NotFound,
            "the row was deleted by somebody else just then",
        )
    };
    // A row that is left as it is is not given back.
    if updates && dialect.capability().insert_returning {
        upsert.returning = meta.columns.iter().map(|column| column.name.clone()).collect();
        let rendered = upsert.render(dialect).map_err(|error| named(error.into()))?;
        let statement = Statement::rendered(rendered, Access::Write);
        let mut rows = lease.query(statement, back).await.map_err(named)?.rows;
        return rows.pop().ok_or_else(|| named(gone()));
    }
    let rendered = upsert.render(dialect).map_err(|error| named(error.into()))?;
    let statement = Statement::rendered(rendered, Access::Write);
    lease.execute(statement).await.map_err(named)?;
    let (sql, binds) = Query::<M>::by_key(key)
        .deleted(Deleted::Shown)
        .text(dialect)
        .map_err(named)?;
    let statement = Statement::read(sql, binds);
    let mut rows = lease.query(statement, back).await.map_err(named)?.rows;
    rows.pop().ok_or_else(|| named(gone()))
}

pub(crate) fn positions(meta: &ModelMeta, names: &[Name]) -> Result<Vec<usize>> {
    let mut positions = Vec::with_capacity(names.len());
    for name in names {
        let at = meta.columns.iter().position(|column| column.name == *name);
        let at = at.ok_or_else(|| {
            let what = format!("{} has no column {name}", meta.name);
            Error::new(ErrorKind::Statement, what)
        })?;
        if !positions.contains(&at) {
            positions.push(at);
        }
    }
    Ok(positions)
}

#[cold]
pub(crate) fn no_key_yet(meta: &ModelMeta) -> Error {
    let what = format!(
        "a {} to insert or update has no key as yet to find its row by",
        meta.name
    );
    Error::new(ErrorKind::Statement, what)
        .with_help("name columns that are unique: upsert_many(..).by(|c| c.email), or use insert_many")
}

#[cold]
pub(crate) fn not_written(meta: &ModelMeta, at: usize) -> Error {
    let column = &meta.columns[at].name;
    let what = format!(
        "column {column} of {} is filled in by the database: it can't be chosen here",
        meta.name
    );
    Error::new(ErrorKind::Statement, what)
}
