//! Many rows as one array for each column.

use bench_common::Result;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use crate::model::Item;

pub const INSERT_MANY: &str = "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) \
                           SELECT * FROM UNNEST($1::text[], $2::text[], $3::int4[], $4::int8[], $5::float8[], \
                           $6::bool[], $7::date[], $8::timestamp[], $9::bytea[])";
const UPSERT: &str = "(id, name, email, age, balance, score, active, born_on, seen_at, token) \
                      SELECT * FROM UNNEST($1::int8[], $2::text[], $3::text[], $4::int4[], $5::int8[], \
                      $6::float8[], $7::bool[], $8::date[], $9::timestamp[], $10::bytea[]) \
                      ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, \
                      age = excluded.age, balance = excluded.balance, score = excluded.score, \
                      active = excluded.active, born_on = excluded.born_on, seen_at = excluded.seen_at, \
                      token = excluded.token";

/// Columns of many rows.
pub struct Arrays<'r> {
    names: Vec<&'r str>,
    emails: Vec<Option<&'r str>>,
    ages: Vec<i32>,
    balances: Vec<i64>,
    scores: Vec<f64>,
    actives: Vec<bool>,
    born_on: Vec<chrono::NaiveDate>,
    seen_at: Vec<chrono::NaiveDateTime>,
    tokens: Vec<&'r [u8]>,
}

impl<'r> Arrays<'r> {
    pub fn of(rows: &'r [Item]) -> Self {
        Self {
            names: rows.iter().map(|row| row.name.as_str()).collect(),
            emails: rows.iter().map(|row| row.email.as_deref()).collect(),
            ages: rows.iter().map(|row| row.age).collect(),
            balances: rows.iter().map(|row| row.balance).collect(),
            scores: rows.iter().map(|row| row.score).collect(),
            actives: rows.iter().map(|row| row.active).collect(),
            born_on: rows.iter().map(|row| row.born_on).collect(),
            seen_at: rows.iter().map(|row| row.seen_at).collect(),
            tokens: rows.iter().map(|row| row.token.as_slice()).collect(),
        }
    }

    pub fn binds(&self) -> [&(dyn ToSql + Sync); 9] {
        [
            &self.names,
            &self.emails,
            &self.ages,
            &self.balances,
            &self.scores,
            &self.actives,
            &self.born_on,
            &self.seen_at,
            &self.tokens,
        ]
    }
}

pub async fn upsert(client: &Client, table: &str, rows: &[Item]) -> Result<u64> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let arrays = Arrays::of(rows);
    let mut binds: Vec<&(dyn ToSql + Sync)> = vec![&ids];
    binds.extend(arrays.binds());
    Ok(client
        .execute(&format!("INSERT INTO {table} {UPSERT}"), &binds)
        .await?)
}
