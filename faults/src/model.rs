//! What the databases hold: accounts, and a ledger of transfers.

use manybase::prelude::*;

/// In each database as many, each with as much.
pub(crate) const ACCOUNTS: i64 = 64;
pub(crate) const BALANCE: i64 = 1_000;

#[derive(Debug, Clone, Model)]
#[model(table = "account")]
pub(crate) struct Account {
    #[model(key)]
    pub(crate) id: i64,
    pub(crate) balance: i64,
}

/// One row for each transfer in each database that it changes.
#[derive(Debug, Clone, Model)]
#[model(table = "ledger")]
pub(crate) struct Ledger {
    #[model(key, length = 60)]
    pub(crate) id: String,
    #[model(length = 60)]
    pub(crate) mix: String,
    pub(crate) amount: i64,
}

/// Makes the tables and opens the accounts, on one connection.
pub(crate) async fn create(db: &Db, connection: &str) -> manybase::Result<()> {
    let on = db.using(connection);
    manybase::create_table::<Account>(&on).await?;
    manybase::create_table::<Ledger>(&on).await?;
    let accounts = (1..=ACCOUNTS).map(|id| Account { id, balance: BALANCE });
    Account::insert_many(accounts, &on).await?;
    Ok(())
}

pub(crate) async fn money(db: &Db, connection: &str) -> manybase::Result<i64> {
    let accounts = Account::query().using(connection).all(db).await?;
    Ok(accounts.iter().map(|account| account.balance).sum())
}
