//! Transactions.

mod basics;
mod conflicts;
mod errors;
mod routing;
mod tasks;

use crate::support::On;
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};

#[derive(Debug, Clone, PartialEq, Model)]
pub(super) struct Account {
    #[model(key)]
    id: i64,
    balance: i64,
}

pub(super) async fn accounts(on: &On) -> Result<()> {
    create_table::<Account>(&on.db).await?;
    Account::insert_many((1..=4).map(|id| Account { id, balance: 100 }), &on.db).await?;
    Ok(())
}

pub(super) async fn balance(on: &dyn Executor, id: i64) -> Result<i64> {
    Account::find(id).select(|c| c.balance).one(on).await
}

async fn add(on: &dyn Executor, id: i64, amount: i64) -> Result<u64> {
    Account::find(id)
        .update(on, |c| c.balance.set(c.balance + amount))
        .await
}

fn mine() -> manybase::Error {
    manybase::Error::new(ErrorKind::Value, "mine")
}

impl Account {
    fn insert_again(&self) -> Self {
        Self {
            id: self.id + 100,
            ..self.clone()
        }
    }
}
