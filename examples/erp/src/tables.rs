//! The tables: made, looked for, dropped.

use crate::failure::{Failure, Result};
use crate::model::{Assignment, Customer, Employee, Invoice, InvoiceLine, Item, Shipment};
use manybase::prelude::*;
use manybase::{ErrorKind, create_table, drop_table};

pub(crate) async fn create(db: &Db) -> Result<()> {
    tokio::try_join!(
        create_table::<Customer>(db),
        create_table::<Invoice>(db),
        create_table::<InvoiceLine>(db),
        create_table::<Employee>(db),
        create_table::<Assignment>(db),
        create_table::<Item>(db),
        create_table::<Shipment>(db),
    )?;
    Ok(())
}

/// A table of the user's own must neither get our rows nor be dropped with ours.
pub(crate) async fn refuse_existing(db: &Db) -> Result<()> {
    refuse::<Customer>(db).await?;
    refuse::<Invoice>(db).await?;
    refuse::<InvoiceLine>(db).await?;
    refuse::<Employee>(db).await?;
    refuse::<Assignment>(db).await?;
    refuse::<Item>(db).await?;
    refuse::<Shipment>(db).await
}

async fn refuse<M: Model>(db: &Db) -> Result<()> {
    let meta = M::meta();
    match M::query().exists(db).await {
        Err(error) if error.kind() == ErrorKind::UnknownTable => Ok(()),
        Err(error) if error.kind() != ErrorKind::UnknownColumn => Err(error.into()),
        _ => {
            let connection = meta.connection.unwrap_or_default();
            let what = format!("connection {connection:?} has a table {} already", meta.table);
            Err(Failure::new(what)
                .with_way_out("point it at a database without one, or drop the table yourself"))
        }
    }
}

pub(crate) async fn drop_ours(db: &Db) -> Result<()> {
    drop_table::<Customer>(db).await?;
    drop_table::<Invoice>(db).await?;
    drop_table::<InvoiceLine>(db).await?;
    drop_table::<Employee>(db).await?;
    drop_table::<Assignment>(db).await?;
    drop_table::<Item>(db).await?;
    drop_table::<Shipment>(db).await?;
    Ok(())
}
