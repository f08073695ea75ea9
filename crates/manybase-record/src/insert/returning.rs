//! Many records inserted, with what the database has filled in.

use super::{chunks, encode, insert_one, read_back, statement, written};
use crate::rec::{Origin, origin};
use crate::rows::{Match, Rows};
use crate::upsert::same;
use crate::{Model, Rec, Role, relation, validate};
use chrono::{SubsecRound, Utc};
use manybase_db::{Executor, Lease};
use manybase_driver::{Access, Error, Result};
use manybase_sql::Value;
use std::collections::HashMap;

/// Inserts records, all or none, and gives them back in their order.
pub(crate) async fn many<M: Model>(mut records: Vec<M>, on: &dyn Executor) -> Result<Vec<Rec<M>>> {
    let meta = M::meta();
    let named = |error: Error| error.with_model(meta.name);
    crate::hooks::none_for::<M>("insert_many with the records given back", on)?;
    relation::refuse_fresh(&mut records, "insert_many with the records given back")?;
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let now = Utc::now().trunc_subsecs(6);
    for record in &mut records {
        record.stamp(now, None);
    }
    validate::records(&records).map_err(named)?;
    let origin = origin(meta, on, None);
    let mut lease = on.lease(M::route(None), Access::Write).await.map_err(named)?;
    let connection = lease.connection().clone();
    let named = |error: Error| error.with_model(meta.name).with_connection(connection.clone());
    lease.begin_nested().await.map_err(named)?;
    let inserted = match lease.dialect().capability().insert_returning {
        true => together(records, origin, &mut lease).await,
        // Of several rows it would tell one number, or none.
        false => one_by_one(records, origin, &mut lease).await,
    };
    match inserted {
        Ok(inserted) => {
            lease.commit_nested().await.map_err(named)?;
            Ok(inserted)
        }
        Err(error) => {
            lease.rollback_nested().await.map_err(named)?;
            Err(named(error))
        }
    }
}

async fn one_by_one<M: Model>(
    records: Vec<M>,
    origin: Option<Origin>,
    lease: &mut Lease<'_>,
) -> Result<Vec<Rec<M>>> {
    let meta = M::meta();
    let mut inserted = Vec::with_capacity(records.len());
    for mut record in records {
        let unset = record.is_key_unset();
        let values = written(meta, encode(&record)?, unset);
        let done = lease
            .execute(insert_one(meta, unset, values, lease.dialect())?)
            .await?;
        if unset {
            let id = done.last_insert_id;
            record.set_auto_key(id.ok_or_else(|| Error::driver("no generated key was reported"))?)?;
        }
        let record = read_back(lease, record).await?;
        inserted.push(Rec::new(record, origin));
    }
    Ok(inserted)
}

async fn together<M: Model>(
    records: Vec<M>,
    origin: Option<Origin>,
    lease: &mut Lease<'_>,
) -> Result<Vec<Rec<M>>> {
    let meta = M::meta();
    let by_database = Role::AutoKey { by_database: true };
    let only_key = meta
        .generated
        .iter()
        .all(|&at| meta.columns[at].role == by_database);
    let mut rows: [Vec<Vec<Value>>; 2] = [Vec::new(), Vec::new()];
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let unset = record.is_key_unset();
        let values = encode(&record)?;
        let key = match unset || only_key {
            true => None,
            false => same(meta.keys.iter().map(|&at| &values[at])),
        };
        rows[usize::from(unset)].push(written(meta, values, unset));
        all.push((record, unset, key));
    }
    let [given, numbered] = rows;
    let mut numbered = in_order(send(numbered, true, true, origin, lease).await?)?.into_iter();
    let mut given_back = HashMap::new();
    for row in send(given, false, !only_key, origin, lease).await? {
        let values = encode::<M>(&row)?;
        given_back.insert(same(meta.keys.iter().map(|&at| &values[at])), row);
    }
    let place = |(record, unset, key): (M, bool, _)| match (unset, only_key) {
        (true, _) => numbered.next(),
        (false, true) => Some(Rec::new(record, origin)),
        (false, false) => given_back.remove(&key),
    };
    let all: Option<Vec<Rec<M>>> = all.into_iter().map(place).collect();
    all.ok_or_else(|| Error::driver("the database has given back other rows than it was given"))
}

/// Inserts rows, and reads them back where that is of use.
async fn send<M: Model>(
    rows: Vec<Vec<Value>>,
    unset: bool,
    back: bool,
    origin: Option<Origin>,
    lease: &mut Lease<'_>,
) -> Result<Vec<Rec<M>>> {
    let meta = M::meta();
    let mut empty = statement(meta, unset);
    if back {
        empty.returning = meta.columns.iter().map(|column| column.name.clone()).collect();
    }
    let mut statements = Vec::new();
    chunks(&empty, rows, lease.dialect(), &mut statements)?;
    let mut all = Vec::new();
    if !back {
        lease.batch(statements, true).await?;
        return Ok(all);
    }
    for statement in statements {
        let sink = Rows::new(Rec::<M>::decode, Match::InOrder(meta.columns.len()));
        let sink = sink.of(meta, true).from(origin);
        all.append(&mut lease.query(statement, sink).await?.rows);
    }
    Ok(all)
}

/// Databases promise no order of what they give back, but number rows in the order in which they are given.
fn in_order<M: Model>(rows: Vec<Rec<M>>) -> Result<Vec<Rec<M>>> {
    let Some(at) = M::meta().with_role(Role::AutoKey { by_database: true }) else {
        return Ok(rows);
    };
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows {
        let number = match encode::<M>(&row)?.get(at) {
            Some(Value::I64(number)) => i128::from(*number),
            Some(Value::U64(number)) => i128::from(*number),
            _ => 0,
        };
        keyed.push((number, row));
    }
    keyed.sort_by_key(|(number, _)| *number);
    Ok(keyed.into_iter().map(|(_, row)| row).collect())
}
