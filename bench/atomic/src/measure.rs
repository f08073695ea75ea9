//! One slice of time: so many clients do the same thing.

use std::time::{Duration, Instant};

use manybase::{Ack, Db, TransactionSettings};

use crate::{Result, model};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Both writes of one side, on one database.
    One,
    /// A transaction on each database, one committed after the other.
    TwoCommits,
    /// One transaction over both, acknowledged when both have it.
    Atomic,
    /// The same, acknowledged at the decision.
    AtomicDecision,
}

impl Mode {
    pub(crate) const ALL: [Self; 4] = [Self::TwoCommits, Self::Atomic, Self::AtomicDecision, Self::One];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::One => "one database",
            Self::TwoCommits => "two databases, two commits",
            Self::Atomic => "two databases, atomic",
            Self::AtomicDecision => "two databases, atomic, acknowledged at the decision",
        }
    }
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Slice {
    /// Transactions a second.
    pub(crate) rate: f64,
}

pub(crate) async fn run(db: &Db, mode: Mode, clients: i64, length: Duration) -> Result<Slice> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut done = 0_u32;
                while begun.elapsed() < length {
                    once(&db, mode, client).await?;
                    done += 1;
                }
                Ok::<u32, manybase::Error>(done)
            })
        })
        .collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await??;
    }
    Ok(Slice {
        rate: f64::from(sum) / begun.elapsed().as_secs_f64(),
    })
}

async fn once(db: &Db, mode: Mode, client: i64) -> manybase::Result<()> {
    match mode {
        Mode::One => db.transaction(async |tx| model::take(client, 1, tx).await).await,
        Mode::TwoCommits => {
            let (a, b) = (
                db.transaction_on(["a"]).begin().await?,
                db.transaction_on(["b"]).begin().await?,
            );
            model::take(client, 1, &a).await?;
            model::give(client, 1, &b).await?;
            a.commit().await?;
            b.commit().await
        }
        Mode::Atomic => atomic(db, Ack::All, client).await,
        Mode::AtomicDecision => atomic(db, Ack::Decision, client).await,
    }
}

async fn atomic(db: &Db, ack: Ack, client: i64) -> manybase::Result<()> {
    // The last one's other half may still hold the account when it was acknowledged at the decision.
    let settings = TransactionSettings::new().ack(ack).retries(5);
    let both = async |tx: &manybase::Transaction| {
        model::take(client, 1, tx).await?;
        model::give(client, 1, tx).await
    };
    db.transaction_with(settings).run(both).await
}
