//! What is in the two databases.

use manybase::prelude::*;
use manybase::{Db, ErrorKind, Result};
use serde::Serialize;

#[derive(Debug, Clone, Model, Serialize)]
#[model(connection = "bank")]
pub(crate) struct Account {
    #[model(key, auto)]
    pub(crate) id: i64,
    #[model(length = 80, non_empty, max_len = 80)]
    pub(crate) owner: String,
    #[model(range = 0..)]
    pub(crate) cents: i64,
}

/// What happened to an account. It is never changed.
#[derive(Debug, Clone, Model, Serialize)]
#[model(connection = "ledger")]
pub(crate) struct Entry {
    #[model(key, auto)]
    pub(crate) id: i64,
    /// In the other database, so that no foreign key can watch over it: the transaction over both does.
    pub(crate) account_id: i64,
    pub(crate) cents: i64,
    #[model(created_at)]
    pub(crate) at: DateTime<Utc>,
}

impl Entry {
    pub(crate) fn new(account_id: i64, cents: i64) -> Self {
        Self {
            id: 0,
            account_id,
            cents,
            at: DateTime::default(),
        }
    }
}

pub(crate) async fn create_tables(db: &Db) -> Result<()> {
    if is_missing(Account::query().limit(1).all(db).await)? {
        manybase::create_table::<Account>(db).await?;
    }
    if is_missing(Entry::query().limit(1).all(db).await)? {
        manybase::create_table::<Entry>(db).await?;
    }
    Ok(())
}

fn is_missing<T>(looked: Result<T>) -> Result<bool> {
    match looked {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == ErrorKind::UnknownTable => Ok(true),
        Err(error) => Err(error),
    }
}
