//! A client: it moves money between databases, through the public API alone.

use std::path::Path;
use std::time::Duration;

use fastrand::Rng;
use manybase::prelude::*;
use manybase::{Ack, Error, ErrorKind, TransactionSettings};

use crate::arguments::WorkerOptions;
use crate::mix::{Mix, Part, Role};
use crate::model::{ACCOUNTS, Account, Ledger};
use crate::outcome::Log;
use crate::spec::Spec;
use crate::{Result, process};

pub(crate) async fn run(options: &WorkerOptions) -> Result<()> {
    let spec = Spec::read(&options.spec)?;
    let mixes = spec.mixes()?;
    let mut log = Log::open(&spec.directory)?;
    let mut rng = Rng::with_seed(options.seed);
    let db = spec.open().await?;
    let mut n = 0;
    while options.transfers.is_none_or(|limit| n < limit) && !over(options.until.as_deref()) {
        n += 1;
        if options.stop_before == Some(n) {
            process::stop_myself()?;
        }
        let mix = &mixes[rng.usize(..mixes.len())];
        let transfer = Transfer::random(mix, format!("{}-{n}", options.name), &mut rng);
        // Where one transfer is all there is, it has to be one like any other.
        let transfer = match options.transfers {
            None => transfer,
            Some(_) => transfer.plain(),
        };
        let result = match options.apart {
            true => transfer.run_apart(&db).await,
            false => transfer.run(&db).await,
        };
        log.note(&transfer.id, &result)?;
        if result.is_err() && options.transfers.is_none() {
            // A server may be down.
            tokio::time::sleep(Duration::from_millis(rng.u64(5..50))).await;
        }
    }
    // Work in the background is part of what was acknowledged.
    db.close().await?;
    Ok(())
}

fn over(until: Option<&Path>) -> bool {
    until.is_some_and(Path::exists)
}

/// Money that goes from some databases to others.
struct Transfer {
    id: String,
    mix: Mix,
    /// For each part, the account and how much it gets.
    shares: Vec<(i64, i64)>,
    way: Way,
    /// Its own client changes its mind at the end.
    withdrawn: bool,
}

/// How a client goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A closure, acknowledged when all is finished.
    Closure,
    /// A closure, acknowledged with the decision.
    Decision,
    /// Begun, prepared and committed by hand.
    ByHand,
}

impl Transfer {
    fn random(mix: &Mix, id: String, rng: &mut Rng) -> Self {
        let writers = mix.writers().count() as i64;
        let amount = rng.i64(1..=5);
        // The first writer pays all the others.
        let mut payer = true;
        let shares = mix.parts.iter().map(|part| {
            let account = rng.i64(1..=ACCOUNTS);
            let share = match (part.role, payer) {
                (Role::Writes, true) => {
                    payer = false;
                    -amount * (writers - 1)
                }
                (Role::Writes, false) => amount,
                (Role::Reads | Role::Nothing, _) => 0,
            };
            (account, share)
        });
        Self {
            id,
            shares: shares.collect(),
            mix: mix.clone(),
            way: match rng.u32(..4) {
                0 => Way::Decision,
                1 => Way::ByHand,
                _ => Way::Closure,
            },
            withdrawn: rng.u32(..100) < 3,
        }
    }

    fn plain(self) -> Self {
        Self {
            way: Way::Closure,
            withdrawn: false,
            ..self
        }
    }

    async fn run(&self, db: &Db) -> manybase::Result<()> {
        match self.way {
            Way::Closure => db.transaction(async |tx| self.work_and_think(tx).await).await,
            Way::Decision => {
                let settings = TransactionSettings::new().ack(Ack::Decision);
                let runner = db.transaction_with(settings);
                runner.run(async |tx| self.work_and_think(tx).await).await
            }
            Way::ByHand => {
                let tx = db.begin().await?;
                self.work(&tx).await?;
                let prepared = tx.prepare().await?;
                if self.withdrawn {
                    prepared.rollback().await;
                    return Err(withdrawn());
                }
                prepared.commit().await
            }
        }
    }

    async fn work_and_think(&self, tx: &Transaction) -> manybase::Result<()> {
        self.work(tx).await?;
        match self.withdrawn {
            true => Err(withdrawn()),
            false => Ok(()),
        }
    }

    async fn work(&self, tx: &Transaction) -> manybase::Result<()> {
        for (part, share) in self.mix.parts.iter().zip(&self.shares) {
            self.book(tx, part, *share).await?;
        }
        Ok(())
    }

    /// As a program does it that knows no better.
    async fn run_apart(&self, db: &Db) -> manybase::Result<()> {
        for (part, share) in self.mix.parts.iter().zip(&self.shares) {
            db.transaction(async |tx| self.book(tx, part, *share).await)
                .await?;
        }
        Ok(())
    }

    async fn book(
        &self,
        tx: &Transaction,
        part: &Part,
        (account, share): (i64, i64),
    ) -> manybase::Result<()> {
        let on = part.connection.as_str();
        let account = Account::filter(|c| c.id.eq(account)).using(on);
        match part.role {
            Role::Writes => {}
            Role::Reads => return account.one(tx).await.map(drop),
            Role::Nothing => return Ok(()),
        }
        if account.update(tx, |c| c.balance.set(c.balance + share)).await? != 1 {
            return Err(Error::new(ErrorKind::NotFound, "an account is missing"));
        }
        let row = Ledger {
            id: self.id.clone(),
            mix: self.mix.name().to_owned(),
            amount: share,
        };
        Ledger::upsert_many([row]).using(on).exec(tx).await?;
        Ok(())
    }
}

fn withdrawn() -> Error {
    Error::new(ErrorKind::CheckViolation, "withdrawn")
}
