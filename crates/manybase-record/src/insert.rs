//! Inserts.

mod late;
pub(crate) mod returning;

pub(crate) use late::{Late, send, together};

use crate::meta::{Key, Shape};
use crate::query::Deleted;
use crate::rec::{origin, placed};
use crate::{
    Cells, FieldErrors, Model, ModelMeta, Query, Rec, Role, Values, cells::Layout, hooks, relation, validate,
};
use chrono::{SubsecRound, Utc};
use manybase_db::{Executor, Lease};
use manybase_driver::{
    Access, BulkRows, BulkTarget, Columns, Error, Flow, Inserts, Numbered, Result, Row, Sink, Statement,
};
use manybase_sql::{Dialect, Insert, OnConflict, Value};
use std::sync::Arc;

/// Rows of one statement, at most: more do not make it faster, and short texts are prepared sooner.
const ROWS: usize = 500;
/// Bytes of one statement, roughly: servers have a limit on what they take at once.
const BYTES: usize = 1 << 20;
/// Rows from which on the driver is given all of them at once, where it has a faster way for that.
const LISTS: usize = 20;

pub(crate) async fn one<M: Model>(mut record: M, on: &dyn Executor) -> Result<Rec<M>> {
    if relation::has_fresh(&mut record) {
        return relation::insert_with(record, on).await;
    }
    if let Some(hooks) = hooks::of::<M>(on) {
        return (hooks.insert)(record, on).await;
    }
    let meta = M::meta();
    let named = |error: Error| placed(error.with_model(meta.name), on, M::route(None));
    meta.writable().map_err(named)?;
    record.stamp(Utc::now().trunc_subsecs(6), None);
    let unset = record.is_key_unset();
    let values = encode(&record).map_err(named)?;
    validate::checked(&record, &values).map_err(named)?;
    let values = written(meta, values, unset);
    let mut lease = on.lease(M::route(None), Access::Write).await.map_err(named)?;
    let connection = lease.connection().clone();
    let named = |error: Error| {
        meta.taken(error)
            .with_model(meta.name)
            .with_connection(connection.clone())
    };
    let dialect = lease.dialect();
    let statement = insert_one(meta, unset, values, dialect).map_err(named)?;
    if !meta.generated.is_empty() && dialect.capability().insert_returning {
        let back = lease
            .query(statement, ReadBack::new(record))
            .await
            .map_err(named)?;
        return Ok(Rec::new(back.record, origin(M::meta(), on, None)));
    }
    let done = lease.execute(statement).await.map_err(named)?;
    if unset {
        let id = done
            .last_insert_id
            .ok_or_else(|| Error::driver("no generated key was reported").with_model(meta.name))?;
        record.set_auto_key(id).map_err(named)?;
    }
    let record = read_back(&mut lease, record).await.map_err(named)?;
    Ok(Rec::new(record, origin(M::meta(), on, None)))
}

/// One row, and where the database can the columns back that it fills in.
fn insert_one(
    meta: &'static ModelMeta,
    unset: bool,
    values: Vec<Value>,
    dialect: &'static dyn Dialect,
) -> Result<Statement> {
    // The text of an insert depends on no value.
    let key = Key::new(Shape::Insert { unset }, dialect);
    let made = |sql: Arc<str>, end: Option<usize>, values: Vec<Value>| {
        let mut statement = Statement::write(sql, values).bounded();
        statement.numbered = end.and_then(|end| numbered(meta, unset, end));
        statement
    };
    if let Some((sql, end)) = meta.texts.get_marked(&key) {
        return Ok(made(sql, end, values));
    }
    let mut insert = statement(meta, unset);
    insert.values = values;
    insert.rows = 1;
    let mut end = None;
    if dialect.capability().insert_returning {
        let before = insert.text(dialect)?;
        let generated = meta.generated.iter();
        insert.returning = generated.map(|&at| meta.columns[at].name.clone()).collect();
        let after = insert.text(dialect)?;
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        end = after.starts_with(&before).then_some(before.len());
    }
    match insert.text(dialect)? {
        Some(sql) => {
            let sql: Arc<str> = sql.into();
            meta.texts.keep_marked(&key, (sql.clone(), end));
            Ok(made(sql, end, insert.values))
        }
        None => Ok(Statement::rendered(insert.render(dialect)?, Access::Write).bounded()),
    }
}

/// What the database fills in, when that is the key and nothing else.
fn numbered(meta: &'static ModelMeta, unset: bool, end: usize) -> Option<Numbered> {
    let [at] = meta.generated[..] else { return None };
    let column = &meta.columns[at];
    let is = unset && end > 0 && column.role == Role::AutoKey { by_database: true };
    is.then(|| Numbered {
        table: &meta.table,
        column: &column.name,
        end,
    })
}

/// Reads what the database filled in besides the key, by key.
async fn read_back<M: Model>(lease: &mut Lease<'_>, record: M) -> Result<M> {
    let meta = M::meta();
    let by_database = Role::AutoKey { by_database: true };
    if meta
        .generated
        .iter()
        .all(|&at| meta.columns[at].role == by_database)
    {
        return Ok(record);
    }
    let mut select = Query::<M>::by_key(record.key()).deleted(Deleted::Shown).tree()?;
    select.items.retain({
        let mut at = 0;
        move |_| {
            at += 1;
            meta.generated.contains(&(at - 1))
        }
    });
    let statement = Statement::rendered(select.render(lease.dialect())?, Access::Read);
    Ok(lease.query(statement, ReadBack::new(record)).await?.record)
}

pub(crate) async fn many<M: Model>(mut records: Vec<M>, on: &dyn Executor) -> Result<u64> {
    relation::refuse_fresh(&mut records, "insert_many")?;
    if let Some(hooks) = hooks::of::<M>(on) {
        return (hooks.insert_many)(records, on).await;
    }
    let meta = M::meta();
    let named = |error: Error| placed(error.with_model(meta.name), on, M::route(None));
    meta.writable().map_err(named)?;
    if records.is_empty() {
        return Ok(0);
    }
    let now = Utc::now().trunc_subsecs(6);
    records.iter_mut().for_each(|record| record.stamp(now, None));
    let dialect = on.dialect(M::route(None)).map_err(named)?;
    if let Some(unset) = together(&records, dialect) {
        let late = Late::new(records, unset, None, dialect);
        return Ok(send(late, on, M::route(None)).await?.inserted);
    }
    let mut rows: [Vec<Vec<Value>>; 2] = [Vec::new(), Vec::new()];
    let mut wrong = FieldErrors::default();
    for (nth, record) in records.iter().enumerate() {
        let unset = record.is_key_unset();
        let values = encode(record).map_err(named)?;
        validate::collect(record, &values, Some(nth), &mut wrong);
        rows[usize::from(unset)].push(written(meta, values, unset));
    }
    wrong.into_result().map_err(named)?;
    drop(records);
    let mut lease = on.lease(M::route(None), Access::Write).await.map_err(named)?;
    let connection = lease.connection().clone();
    let named = |error: Error| {
        meta.taken(error)
            .with_model(meta.name)
            .with_connection(connection.clone())
    };
    let dialect = lease.dialect();
    if dialect.capability().inserts_together
        && let Some(rows) = lists(meta, &mut rows, None, dialect).map_err(named)?
    {
        let done = lease.bulk_insert(Box::new(rows)).await;
        return Ok(done.map_err(named)?.inserted);
    }
    let mut statements = Vec::new();
    for (unset, rows) in rows.into_iter().enumerate() {
        let empty = statement(meta, unset == 1);
        chunks(&empty, rows, dialect, &mut statements).map_err(named)?;
    }
    let done = lease.batch(statements, true).await.map_err(named)?;
    Ok(done.iter().map(|done| done.affected).sum())
}

/// Rows for a database that has a faster way than placeholders, if they are many enough for it and all have the same
/// columns.
pub(crate) fn lists(
    meta: &ModelMeta,
    rows: &mut [Vec<Vec<Value>>; 2],
    on_conflict: Option<&OnConflict>,
    dialect: &'static dyn Dialect,
) -> Result<Option<BulkRows>> {
    let unset = match rows {
        [set, unset] if unset.is_empty() && set.len() >= LISTS => false,
        [set, unset] if set.is_empty() && unset.len() >= LISTS => true,
        _ => return Ok(None),
    };
    let target = BulkTarget {
        table: meta.table.clone(),
        columns: statement(meta, unset).columns,
        on_conflict: on_conflict.cloned(),
        dialect,
    };
    if target.columns.is_empty() {
        return Ok(None);
    }
    let rows = std::mem::take(&mut rows[usize::from(unset)]);
    let mut values = Vec::with_capacity(rows.len() * target.columns.len());
    values.extend(rows.into_iter().flatten());
    Ok(Some(BulkRows::new(target.into(), values)?))
}

/// Puts rows into as few statements as the database takes, made after one that has none.
pub(crate) fn chunks(
    empty: &Insert,
    rows: Vec<Vec<Value>>,
    dialect: &'static dyn Dialect,
    statements: &mut Vec<Statement>,
) -> Result<()> {
    let width = empty.columns.len();
    let at_most = match dialect.capability().max_parameters.checked_div(width) {
        // Rows without a single value can't be put together on every database.
        None => 1,
        Some(rows) => rows.clamp(1, ROWS),
    };
    let mut inserts = Inserts::new(empty.clone(), dialect);
    let (mut values, mut count, mut bytes) = (Vec::new(), 0, 0);
    let mut left = rows.len();
    for row in rows {
        if count == 0 {
            values.reserve_exact(width * at_most.min(left));
        }
        bytes += row.iter().map(size).sum::<usize>();
        values.extend(row);
        count += 1;
        left -= 1;
        if count == at_most || bytes >= BYTES || left == 0 {
            statements.push(inserts.of(count, std::mem::take(&mut values))?);
            (count, bytes) = (0, 0);
        }
    }
    Ok(())
}

pub(crate) fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        // A document's size is not known before it is written; this makes large ones travel few at a time.
        Value::Json(_) => 4_096,
        _ => 16,
    }
}

pub(crate) fn encode<M: Model>(record: &M) -> Result<Vec<Value>> {
    let mut values = Values::with_capacity(M::meta().columns.len());
    record.encode(&mut values);
    values.finish_for(M::meta())
}

pub(crate) fn is_written(role: Role, unset: bool) -> bool {
    match role {
        Role::Generated => false,
        Role::AutoKey { by_database: true } => !unset,
        _ => true,
    }
}

pub(crate) fn statement(meta: &ModelMeta, unset: bool) -> Insert {
    let columns = meta
        .columns
        .iter()
        .filter(|column| is_written(column.role, unset));
    Insert::into(meta.table.clone(), columns.map(|column| column.name.clone()))
}

pub(crate) fn written(meta: &ModelMeta, mut values: Vec<Value>, unset: bool) -> Vec<Value> {
    let mut columns = meta.columns.iter();
    values.retain(|_| {
        columns
            .next()
            .is_some_and(|column| is_written(column.role, unset))
    });
    values
}

/// Fills generated columns into the record that was inserted.
struct ReadBack<M> {
    record: M,
    layout: Layout,
}

impl<M: Model> ReadBack<M> {
    fn new(record: M) -> Self {
        let meta = M::meta();
        Self {
            record,
            layout: Layout {
                model: Some(meta),
                whole: true,
                fields: Some(&meta.generated),
                ..Layout::default()
            },
        }
    }
}

impl<M: Model> Sink for ReadBack<M> {
    fn columns(&mut self, _columns: &dyn Columns) -> Result<()> {
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.record.read_generated(&mut Cells::new(row, &self.layout))?;
        Ok(Flow::Continue)
    }
}
