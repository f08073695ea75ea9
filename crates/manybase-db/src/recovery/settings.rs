//! How a recovery goes about it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// What is younger than this may still have an owner that is at work.
const MIN_AGE: Duration = Duration::from_secs(5);
/// How often the recovery in the background looks.
const EVERY: Duration = Duration::from_secs(5);
/// How long decisions are kept.
const KEEP: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Whether a [`crate::Db`] recovers by itself.
///
/// ```
/// use manybase_db::{Db, RecoveryMode};
/// # fn main() -> manybase_db::Result<()> {
/// let db = Db::builder()
///     .connect("erp", "sqlite::memory:")
///     .connect("hr", "sqlite::memory:")
///     .recovery(RecoveryMode::Off)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryMode {
    /// In the background, this often, and at once when a transaction of this `Db` leaves something behind.
    Every(Duration),
    /// Only when [`crate::Db::recover`] is called.
    Off,
}

/// Every five seconds.
impl Default for RecoveryMode {
    fn default() -> Self {
        Self::Every(EVERY)
    }
}

/// How [`crate::Db::recover_with`] goes about it.
///
/// ```
/// use std::time::Duration;
/// use manybase_db::{Db, RecoverySettings};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("erp", "sqlite::memory:").open().await?;
/// let settings = RecoverySettings::new().min_age(Duration::from_secs(1)).connection("erp").prune(true);
/// assert!(db.recover_with(settings).await?.is_clean());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "settings do nothing by themselves"]
pub struct RecoverySettings {
    pub(super) min_age: Duration,
    pub(super) only: BTreeSet<Arc<str>>,
    pub(super) prune: bool,
    pub(super) keep: Duration,
}

impl Default for RecoverySettings {
    fn default() -> Self {
        Self::new()
    }
}

impl RecoverySettings {
    /// All connections, what is older than five seconds, nothing is deleted.
    ///
    /// ```
    /// let settings = manybase_db::RecoverySettings::new();
    /// # let _ = settings;
    /// ```
    pub fn new() -> Self {
        Self {
            min_age: MIN_AGE,
            only: BTreeSet::new(),
            prune: false,
            keep: KEEP,
        }
    }

    /// Leaves alone what was prepared less than this ago: its owner is most likely at work, in this or in another
    /// process, and would only have to roll back and try again. It is no matter of safety: an owner that is taken
    /// for dead finds its commit refused, however old or young it is. `Duration::ZERO` takes everything.
    ///
    /// Where the database does not tell the age, as MariaDB, it counts from when it was seen first.
    ///
    /// ```
    /// use std::time::Duration;
    /// let settings = manybase_db::RecoverySettings::new().min_age(Duration::ZERO);
    /// # let _ = settings;
    /// ```
    pub fn min_age(mut self, age: Duration) -> Self {
        self.min_age = age;
        self
    }

    /// Looks for branches and decisions on this connection only; several calls add up. Decisions are asked for
    /// wherever they are.
    ///
    /// ```
    /// let settings = manybase_db::RecoverySettings::new().connection("erp").connection("hr");
    /// # let _ = settings;
    /// ```
    pub fn connection(mut self, name: impl Into<Arc<str>>) -> Self {
        self.only.insert(name.into());
        self
    }

    /// Deletes decisions and receipts that are old and that nobody can need any more.
    ///
    /// ```
    /// let settings = manybase_db::RecoverySettings::new().prune(true);
    /// # let _ = settings;
    /// ```
    pub fn prune(mut self, prune: bool) -> Self {
        self.prune = prune;
        self
    }

    /// How long decisions and receipts are kept, seven days by default. It is also for how long the outcome of a
    /// transaction can be asked for, and a process may be suspended in the middle of a commit: one that wakes up after
    /// its abort was deleted could still commit, and the transaction would be torn. Keep it longer than any pause.
    ///
    /// ```
    /// use std::time::Duration;
    /// let month = Duration::from_secs(30 * 24 * 3_600);
    /// let settings = manybase_db::RecoverySettings::new().prune(true).keep(month);
    /// # let _ = settings;
    /// ```
    pub fn keep(mut self, time: Duration) -> Self {
        self.keep = time;
        self
    }

    /// Those that were named.
    pub(crate) fn connections(&self) -> impl Iterator<Item = &Arc<str>> {
        self.only.iter()
    }

    /// Whether a connection is looked at.
    pub(super) fn covers(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_all_or_those_named() {
        assert!(RecoverySettings::new().covers("erp"));
        let two = RecoverySettings::new().connection("erp").connection("hr");
        assert!(two.covers("erp") && two.covers("hr") && !two.covers("crm"));
    }
}
