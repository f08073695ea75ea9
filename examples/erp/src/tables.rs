//! The tables: made, looked for, dropped.

use crate::failure::{Failure, Result};
use crate::model::{
    Account, Assignment, Commission, Customer, Employee, Invoice, InvoiceLine, Item, Payment, Shipment,
    Withdrawal,
};
use manybase::prelude::*;
use manybase::{ErrorKind, create_table, drop_table};

/// One call for each table, one after the other.
macro_rules! for_each {
    ($call:ident, $db:expr) => {
        [
            $call::<Customer>($db).await?,
            $call::<Invoice>($db).await?,
            $call::<InvoiceLine>($db).await?,
            $call::<Payment>($db).await?,
            $call::<Employee>($db).await?,
            $call::<Assignment>($db).await?,
            $call::<Commission>($db).await?,
            $call::<Item>($db).await?,
            $call::<Shipment>($db).await?,
            $call::<Withdrawal>($db).await?,
            $call::<Account>($db).await?,
        ]
    };
}

pub(crate) async fn create(db: &Db) -> Result<()> {
    tokio::try_join!(
        create_table::<Customer>(db),
        create_table::<Invoice>(db),
        create_table::<InvoiceLine>(db),
        create_table::<Payment>(db),
        create_table::<Employee>(db),
        create_table::<Assignment>(db),
        create_table::<Commission>(db),
        create_table::<Item>(db),
        create_table::<Shipment>(db),
        create_table::<Withdrawal>(db),
        create_table::<Account>(db),
    )?;
    Ok(())
}

pub(crate) async fn drop_ours(db: &Db) -> Result<()> {
    for_each!(drop_table, db);
    Ok(())
}

/// A table of the user's own must neither get our rows nor be dropped with ours.
pub(crate) async fn refuse_existing(db: &Db) -> Result<()> {
    for_each!(refuse, db);
    Ok(())
}

async fn refuse<M: Model>(db: &Db) -> Result<()> {
    match is_there::<M>(db).await {
        Ok(false) => Ok(()),
        Err(error) if error.kind() != ErrorKind::UnknownColumn => Err(error.into()),
        _ => {
            let meta = M::meta();
            let connection = meta.connection.unwrap_or_default();
            let what = format!("connection {connection:?} has a table {} already", meta.table);
            Err(Failure::new(what).with_way_out(
                "point it at a database without one, drop the table yourself, or add --keep if an earlier start \
                 with --keep has made it",
            ))
        }
    }
}

/// Whether an earlier start has loaded the data.
pub(crate) async fn are_loaded(db: &Db) -> Result<bool> {
    let there = for_each!(is_there, db);
    match there.iter().filter(|there| **there).count() {
        0 => Ok(false),
        // The accounts are loaded last, all or none.
        count if count == there.len() && Account::query().exists(db).await? => Ok(true),
        _ => Err(
            Failure::new("the data is not complete: a start has ended while it was loading")
                .with_way_out("delete the files, or drop the tables, and start again"),
        ),
    }
}

/// With all columns, so that a table that merely has the name is found out.
async fn is_there<M: Model>(db: &Db) -> manybase::Result<bool> {
    match M::query().first(db).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnknownTable => Ok(false),
        Err(error) => Err(error),
    }
}
