//! How a transaction begins and how long it may take.

use manybase_driver::{IsolationLevel, TransactionOptions};
use std::time::Duration;

/// How a transaction begins, how long it may take, how often it is tried.
///
/// ```
/// use manybase_db::TransactionSettings;
/// use manybase_driver::IsolationLevel;
/// use std::time::Duration;
///
/// let settings = TransactionSettings::new()
///     .isolation(IsolationLevel::Serializable)
///     .retries(3)
///     .timeout(Duration::from_secs(5));
/// # let _ = settings;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct TransactionSettings {
    pub(super) isolation: Option<IsolationLevel>,
    pub(super) read_only: bool,
    pub(super) retries: u32,
    pub(super) timeout: Option<Duration>,
    pub(super) ack: Ack,
}

/// When a transaction over several databases is reported as done.
///
/// ```
/// assert_eq!(manybase_db::Ack::default(), manybase_db::Ack::All);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ack {
    /// When every database has its part, so that what is read next is there. A database that can't be reached after
    /// the decision is not waited for: its part is finished as soon as it can be.
    #[default]
    All,
    /// As soon as it is decided and can't be undone any more. The other databases follow in the background.
    Decision,
}

impl TransactionSettings {
    /// The database's own isolation, reads and writes, one try, no limit.
    ///
    /// ```
    /// use manybase_db::TransactionSettings;
    /// assert_eq!(TransactionSettings::new(), TransactionSettings::default());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// How much it sees of others. A level that the database lacks is an error at the first statement.
    ///
    /// ```
    /// use manybase_db::TransactionSettings;
    /// use manybase_driver::IsolationLevel;
    /// let settings = TransactionSettings::new().isolation(IsolationLevel::RepeatableRead);
    /// # let _ = settings;
    /// ```
    pub fn isolation(mut self, level: IsolationLevel) -> Self {
        self.isolation = Some(level);
        self
    }

    /// It refuses to write. On a database with a single writer it keeps no writer waiting.
    ///
    /// ```
    /// let settings = manybase_db::TransactionSettings::new().read_only();
    /// # let _ = settings;
    /// ```
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// How often [`crate::TransactionRunner::run`] tries again after an error that
    /// [`crate::Error::is_retryable`].
    ///
    /// ```
    /// let settings = manybase_db::TransactionSettings::new().retries(3);
    /// # let _ = settings;
    /// ```
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// How long it may take, all tries together, without the commit. One over several databases may take 60 s when
    /// nothing is said: no server sees a deadlock of which it has only a part. A transaction from
    /// [`crate::TransactionRunner::begin`] looks at the clock before each statement only.
    ///
    /// ```
    /// use std::time::Duration;
    /// let settings = manybase_db::TransactionSettings::new().timeout(Duration::from_secs(5));
    /// # let _ = settings;
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// When a transaction over several databases is reported as done.
    ///
    /// ```
    /// use manybase_db::{Ack, TransactionSettings};
    /// let settings = TransactionSettings::new().ack(Ack::Decision);
    /// # let _ = settings;
    /// ```
    pub fn ack(mut self, ack: Ack) -> Self {
        self.ack = ack;
        self
    }

    pub(super) fn options(&self) -> TransactionOptions {
        TransactionOptions {
            isolation: self.isolation,
            read_only: self.read_only,
        }
    }
}
