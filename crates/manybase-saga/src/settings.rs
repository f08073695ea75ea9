//! How sagas are run.

use std::time::Duration;

/// How sagas are run.
///
/// ```
/// use manybase_saga::SagaSettings;
/// use std::time::Duration;
/// let settings = SagaSettings::new().grace(Duration::from_secs(3)).poll(Duration::from_millis(500)).at_once(16);
/// # let _ = settings;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct SagaSettings {
    pub(crate) grace: Duration,
    pub(crate) poll: Duration,
    pub(crate) at_once: usize,
}

impl SagaSettings {
    /// Ten seconds of grace, a look each second, eight sagas at a time.
    ///
    /// ```
    /// use manybase_saga::SagaSettings;
    /// assert_eq!(SagaSettings::new(), SagaSettings::default());
    /// ```
    pub fn new() -> Self {
        Self {
            grace: Duration::from_secs(10),
            poll: Duration::from_secs(1),
            at_once: 8,
        }
    }

    /// How long others wait for a process after the deadline of its attempt, until they take the saga over. It should
    /// be longer than a commit takes. Too short a time does no harm but work done twice: who has lost a saga can
    /// neither write to its log nor do a step that somebody else has done.
    ///
    /// ```
    /// let settings = manybase_saga::SagaSettings::new().grace(std::time::Duration::from_secs(2));
    /// # let _ = settings;
    /// ```
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How often a runner looks for sagas that are due. Those that this program starts itself are noticed at once.
    ///
    /// ```
    /// let settings = manybase_saga::SagaSettings::new().poll(std::time::Duration::from_millis(200));
    /// # let _ = settings;
    /// ```
    pub fn poll(mut self, interval: Duration) -> Self {
        self.poll = interval.max(Duration::from_millis(1));
        self
    }

    /// How many sagas a runner has at a time.
    ///
    /// ```
    /// let settings = manybase_saga::SagaSettings::new().at_once(2);
    /// # let _ = settings;
    /// ```
    pub fn at_once(mut self, sagas: usize) -> Self {
        self.at_once = sagas.max(1);
        self
    }
}

impl Default for SagaSettings {
    fn default() -> Self {
        Self::new()
    }
}
