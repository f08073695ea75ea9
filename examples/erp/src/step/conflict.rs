//! Two people change one record.

use crate::failure::{Failure, Result};
use crate::model::{Customer, Status};
use crate::page::Page;
use manybase::ErrorKind;
use manybase::prelude::*;

pub(crate) async fn conflict(db: &Db, page: &mut Page) -> Result<()> {
    page.title("An optimistic lock");
    let mut ann = Customer::find(1_002).one(db).await?;
    let mut bob = ann.clone();

    ann.credit_limit += Decimal::from(1_000);
    page.say(&format!("Ann has changed {:?}, and saves", ann.dirty_fields()));
    ann.save(db).await?;

    // Not what it is, also where an earlier start has been here.
    let status = match bob.status {
        Status::Inactive => Status::Active,
        _ => Status::Inactive,
    };
    bob.status = status;
    let stale = match bob.save(db).await {
        Err(error) if error.kind() == ErrorKind::Stale => error,
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(Failure::new("Bob has overwritten what Ann did")),
    };
    page.say(&format!("Bob has changed an older version: {stale}"));

    bob.refresh(db).await?;
    bob.status = status;
    bob.save(db).await?;
    page.say(&format!(
        "Bob has loaded it again and saved: version {}, limit {:.2}, {:?}",
        bob.version, bob.credit_limit, bob.status
    ));
    if bob.credit_limit != ann.credit_limit {
        return Err(Failure::new("what Ann did is gone"));
    }
    page.figure("version", bob.version);
    Ok(())
}
