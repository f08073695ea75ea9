//! Transactions that a crash has left in doubt, from the registry.

use super::{Db, Inner};
use crate::recovery::{
    ConnectionReport, Ground, HeuristicReport, InDoubtReport, RecoveryReport, RecoverySettings,
    TransactionRecord, Verdict,
};
use crate::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, Weak};

impl Db {
    /// Finishes what a crash has left in doubt: branches of transactions over several databases that were prepared
    /// and never committed or rolled back. They hold locks until then.
    ///
    /// A [`Db`] of two or more connections does it in the background by itself, see [`crate::RecoveryMode`]; this
    /// does it now and tells what came of it. What is younger than five seconds is waited for, once. See
    /// [`crate::recovery`] for how it works.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let report = db.recover().await?;
    /// println!("{} committed, {} rolled back", report.committed.len(), report.aborted.len());
    /// assert!(report.is_clean());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Closed`]. A database that can't be reached is told in the report.
    pub async fn recover(&self) -> Result<RecoveryReport> {
        self.recover_with(RecoverySettings::new()).await
    }

    /// As [`Db::recover`], with settings.
    ///
    /// ```
    /// use manybase_db::{Db, RecoverySettings};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let at_once = RecoverySettings::new().min_age(Duration::ZERO).prune(true);
    /// assert_eq!(db.recover_with(at_once).await?.pruned, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Closed`]; [`ErrorKind::UnknownConnection`] for a name in the settings that is none.
    pub async fn recover_with(&self, settings: RecoverySettings) -> Result<RecoveryReport> {
        self.not_closed()?;
        for name in settings.connections() {
            self.connection(name)?;
        }
        Ok(self.ground().recover(&settings).await)
    }

    /// What is in doubt right now. Nothing is changed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// for transaction in db.in_doubt().await.transactions {
    ///     println!("{} has been in doubt for {:?}", transaction.gtrid, transaction.age);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn in_doubt(&self) -> InDoubtReport {
        self.ground().in_doubt().await
    }

    /// What became of a transaction, by its global name ([`Error::transaction`]). Nothing is changed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let record = db.transaction_record("mb1.0000000000000.0000000000000.1").await?;
    /// assert_eq!(record.verdict, None);
    /// assert!(db.transaction_record("no such name").await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Identifier`] for what is no such name. A database that can't be reached is told in the record.
    pub async fn transaction_record(&self, gtrid: &str) -> Result<TransactionRecord> {
        Ok(self.ground().record(&gtrid.parse()?).await)
    }

    /// Transactions that are torn, because somebody finished a branch by hand against the decision. They stay here
    /// until they are acknowledged by [`Db::resolve_transaction`] with force.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// assert!(db.heuristics().await.heuristics.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn heuristics(&self) -> HeuristicReport {
        self.ground().heuristics().await
    }

    /// Decides a transaction by hand, and finishes its branches: for when its home is lost, or nobody wants to wait.
    ///
    /// What was decided is final. To abort is always possible as long as nothing was; to commit is an error then,
    /// because the transaction's part on its home is not there. With `force` the branches that are in doubt are
    /// finished as told, whatever stands at the home, and also when the home can't be reached: **that can tear the
    /// transaction**. It also acknowledges what [`Db::heuristics`] tells of the transaction.
    ///
    /// ```
    /// use manybase_db::{Db, ErrorKind, Verdict};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// // The database with this id is not here.
    /// let gtrid = "mb1.0000000000000.0000000000000.1";
    /// let error = db.resolve_transaction(gtrid, Verdict::Abort, false).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    /// let report = db.resolve_transaction(gtrid, Verdict::Abort, true).await?;
    /// assert_eq!(report.unreachable.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Identifier`] for what is no such name; [`ErrorKind::Closed`]; [`ErrorKind::Transaction`] when it
    /// is under way in this `Db`, and without `force` when it was decided otherwise, or not at all and is to be
    /// committed; [`ErrorKind::OutcomeUnknown`] without `force` when the home can't be asked;
    /// [`ErrorKind::LockTimeout`] while its owner is writing the decision.
    pub async fn resolve_transaction(
        &self,
        gtrid: &str,
        verdict: Verdict,
        force: bool,
    ) -> Result<RecoveryReport> {
        self.not_closed()?;
        self.ground().resolve(&gtrid.parse()?, verdict, force).await
    }

    /// What each database can do for a transaction over several, and what to change where it can't. Nothing is
    /// changed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// for report in db.doctor().await {
    ///     for obstacle in &report.can_be_branch.obstacles {
    ///         println!("{}: {}; {}", report.name, obstacle.what, obstacle.help);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn doctor(&self) -> Vec<ConnectionReport> {
        self.ground().doctor().await
    }

    /// Makes the tables that transactions over several databases need, on every connection: `manybase_resource`,
    /// `manybase_decision` and `manybase_receipt`. They are made by themselves when they are needed; this is for
    /// programs whose user may not make tables later, and for those that want no surprise. With the resource id of
    /// each database.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// for (name, made) in db.atomic_setup().await {
    ///     println!("{name}: {}", made?);
    /// }
    /// assert!(db.doctor().await[0].tables);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn atomic_setup(&self) -> BTreeMap<Arc<str>, Result<Arc<str>>> {
        self.ground().setup().await
    }

    /// Called when somebody is about to work on a connection: the background recovery begins with it.
    pub(super) fn at_work(&self) {
        let background = &self.0.background;
        if background.is_ready() {
            let weak = Arc::downgrade(&self.0);
            background.begin(&self.0.coordinator.nudge, move || look(&weak));
        }
    }

    fn ground(&self) -> Ground {
        ground(&self.0)
    }

    fn not_closed(&self) -> Result<()> {
        match self.0.closed.load(Ordering::Acquire) {
            true => Err(Error::new(ErrorKind::Closed, "the Db has been closed")),
            false => Ok(()),
        }
    }
}

fn look(weak: &Weak<Inner>) -> Option<Ground> {
    let inner = weak.upgrade()?;
    let open = !inner.closed.load(Ordering::Acquire);
    open.then(|| ground(&inner))
}

fn ground(inner: &Inner) -> Ground {
    let registry = inner.registry.read().unwrap_or_else(PoisonError::into_inner);
    let mut pools = registry.pools();
    pools.sort_by(|one, other| one.name().cmp(other.name()));
    Ground {
        coordinator: inner.coordinator.clone(),
        pools,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So that all of it can run inside `tokio::spawn`.
    #[test]
    fn everything_can_be_sent() {
        fn send<T: Send>(work: T) {
            drop(work);
        }
        let Ok(db) = Db::builder().build() else {
            panic!("nothing can be wrong with it");
        };
        send(db.recover());
        send(db.recover_with(RecoverySettings::new()));
        send(db.in_doubt());
        send(db.transaction_record(""));
        send(db.heuristics());
        send(db.resolve_transaction("", Verdict::Abort, true));
        send(db.doctor());
        send(db.atomic_setup());
    }
}
