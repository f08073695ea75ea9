//! Money from one account to another: two accounts in one database, two entries in the other, one transaction.

use crate::model::{Account, Entry};
use axum::http::StatusCode;
use manybase::axum::{Error, Json, Result, Tx};
use manybase::prelude::*;
use manybase::{ErrorKind, FieldErrors};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Transfer {
    from: i64,
    to: i64,
    cents: i64,
}

impl Transfer {
    /// All that is wrong with it at once.
    fn check(&self) -> manybase::Result<()> {
        let mut errors = FieldErrors::default();
        if self.cents < 1 {
            errors.add_code("cents", "range", "must be 1 or more");
        }
        if self.from == self.to {
            errors.add_code("to", "same", "is the account that it comes from");
        }
        errors.into_result()
    }
}

/// Every way out with an error leaves both databases as they were.
pub(crate) async fn transfer(tx: Tx, Json(transfer): Json<Transfer>) -> Result<StatusCode> {
    transfer.check()?;
    let changes = [(transfer.from, -transfer.cents), (transfer.to, transfer.cents)];
    // In the order of the accounts, so that two transfers in opposite directions don't wait for each other.
    let mut ordered = changes;
    ordered.sort_unstable();
    for (id, cents) in ordered {
        book(&tx, id, cents).await?;
    }
    for (id, cents) in changes {
        Entry::new(id, cents).insert(&tx).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// One statement looks and writes, so that nobody gets in between.
async fn book(tx: &Tx, id: i64, cents: i64) -> Result<()> {
    let account = Account::filter(|c| c.id.eq(id) & c.cents.ge(-cents));
    if account.update(tx, |c| c.cents.set(c.cents + cents)).await? == 1 {
        return Ok(());
    }
    match Account::find(id).one(tx).await {
        Ok(_) => Err(Error::new(
            StatusCode::CONFLICT,
            "funds",
            "there is not enough money in the account",
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(Error::not_found(format!("there is no account {id}")))
        }
        Err(error) => Err(error.into()),
    }
}
