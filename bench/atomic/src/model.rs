//! Accounts and a ledger, on both databases.

use manybase::prelude::*;
use manybase::{Result, create_table};

/// One for each client, so that what is measured is the commit and not who waits for whom.
pub(crate) const ACCOUNTS: i64 = 16;

macro_rules! tables {
    ($account:ident $ledger:ident $connection:literal) => {
        #[derive(Debug, Clone, Model)]
        #[model(table = "account", connection = $connection)]
        pub(crate) struct $account {
            #[model(key)]
            pub(crate) id: i64,
            pub(crate) balance: i64,
        }

        #[derive(Debug, Clone, Model)]
        #[model(table = "ledger", connection = $connection)]
        pub(crate) struct $ledger {
            #[model(key, auto)]
            pub(crate) id: i64,
            pub(crate) account: i64,
            pub(crate) amount: i64,
        }
    };
}

tables! { AccountA LedgerA "a" }
tables! { AccountB LedgerB "b" }

pub(crate) async fn create(db: &Db) -> Result<()> {
    create_table::<AccountA>(db).await?;
    create_table::<LedgerA>(db).await?;
    create_table::<AccountB>(db).await?;
    create_table::<LedgerB>(db).await?;
    AccountA::insert_many((0..ACCOUNTS).map(|id| AccountA { id, balance: 0 }), db).await?;
    AccountB::insert_many((0..ACCOUNTS).map(|id| AccountB { id, balance: 0 }), db).await?;
    Ok(())
}

pub(crate) async fn take(account: i64, amount: i64, on: &Transaction) -> Result<()> {
    AccountA::find(account)
        .update(on, |c| c.balance.set(c.balance - amount))
        .await?;
    LedgerA {
        id: 0,
        account,
        amount: -amount,
    }
    .insert(on)
    .await?;
    Ok(())
}

pub(crate) async fn give(account: i64, amount: i64, on: &Transaction) -> Result<()> {
    AccountB::find(account)
        .update(on, |c| c.balance.set(c.balance + amount))
        .await?;
    LedgerB {
        id: 0,
        account,
        amount,
    }
    .insert(on)
    .await?;
    Ok(())
}

/// Nobody wins by not doing the work: the balances are those of the ledgers.
pub(crate) async fn check(db: &Db) -> crate::Result<()> {
    let balance: i64 = AccountA::query()
        .all(db)
        .await?
        .iter()
        .map(|row| row.balance)
        .sum();
    let ledger: i64 = LedgerA::query().all(db).await?.iter().map(|row| row.amount).sum();
    let balance_b: i64 = AccountB::query()
        .all(db)
        .await?
        .iter()
        .map(|row| row.balance)
        .sum();
    let ledger_b: i64 = LedgerB::query().all(db).await?.iter().map(|row| row.amount).sum();
    if balance != ledger || balance_b != ledger_b || balance_b == 0 {
        return Err(format!("the books do not balance: {balance} {ledger}, {balance_b} {ledger_b}").into());
    }
    Ok(())
}
