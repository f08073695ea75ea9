//! How often and when a step is tried again.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// How often a step is tried, and how long the pauses are. They double with each attempt, and each is shortened by
/// chance, by up to a half, so that many that failed together do not come back together.
///
/// ```
/// use manybase_saga::Retry;
/// use std::time::Duration;
///
/// let retry = Retry::new()
///     .attempts(8)
///     .pauses(Duration::from_millis(100), Duration::from_secs(10))
///     .within(Duration::from_secs(60));
/// assert_eq!(Retry::never(), Retry::new().attempts(1));
/// # let _ = retry;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    attempts: u32,
    first: Duration,
    longest: Duration,
    within: Option<Duration>,
}

impl Retry {
    /// Five attempts, with pauses from 200 ms to 30 s. This is what steps have when nothing else is said.
    ///
    /// ```
    /// assert_eq!(manybase_saga::Retry::new(), manybase_saga::Retry::default());
    /// ```
    pub fn new() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(30),
            within: None,
        }
    }

    /// Twenty attempts, with pauses from 500 ms to 5 minutes. This is what compensations have when nothing else is
    /// said: nobody else would do their work.
    ///
    /// ```
    /// assert_ne!(manybase_saga::Retry::patient(), manybase_saga::Retry::new());
    /// ```
    pub fn patient() -> Self {
        Self {
            attempts: 20,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(300),
            within: None,
        }
    }

    /// One attempt. What a crash has interrupted is looked at once more all the same.
    ///
    /// ```
    /// let retry = manybase_saga::Retry::never();
    /// # let _ = retry;
    /// ```
    pub fn never() -> Self {
        Self::new().attempts(1)
    }

    /// So many attempts, the first one included.
    ///
    /// ```
    /// let retry = manybase_saga::Retry::new().attempts(3);
    /// # let _ = retry;
    /// ```
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The pause after the first attempt, and the longest one.
    ///
    /// ```
    /// use std::time::Duration;
    /// let retry = manybase_saga::Retry::new().pauses(Duration::from_millis(50), Duration::from_secs(1));
    /// # let _ = retry;
    /// ```
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest.max(first);
        self
    }

    /// A deadline for all attempts together: none begins later than this after the first one.
    ///
    /// ```
    /// use std::time::Duration;
    /// let retry = manybase_saga::Retry::new().attempts(100).within(Duration::from_secs(3_600));
    /// # let _ = retry;
    /// ```
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// Whether another attempt may follow this one, after a pause.
    pub(crate) fn allows(&self, attempt: u32, since: Duration, pause: Duration) -> bool {
        attempt < self.attempts && self.within.is_none_or(|limit| since + pause <= limit)
    }

    /// Whether so many attempts can only come from processes that died in them.
    pub(crate) fn is_deadly(&self, attempt: u32) -> bool {
        /// Deaths that may be somebody else's fault.
        const CRASHES: u32 = 5;
        attempt > self.attempts.saturating_add(CRASHES)
    }

    /// The pause after an attempt, counted from 1.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(20);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        whole.mul_f64(0.5 + chance() / 2.0)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

/// From 0 to 1.
pub(crate) fn chance() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    (random % 1_000) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        let retry = Retry::new().pauses(Duration::from_millis(100), Duration::from_secs(1));
        for attempt in 1..40 {
            let whole = Duration::from_millis(100)
                .saturating_mul(1 << (attempt - 1).min(20))
                .min(Duration::from_secs(1));
            let pause = retry.pause(attempt);
            assert!(pause >= whole / 2 && pause <= whole, "{attempt}: {pause:?}");
        }
    }

    #[test]
    fn attempts_and_time_have_an_end() {
        let second = Duration::from_secs(1);
        let retry = Retry::new().attempts(3).within(10 * second);
        assert!(retry.allows(2, 2 * second, second));
        assert!(!retry.allows(3, 2 * second, second));
        assert!(!retry.allows(2, 9 * second, 2 * second));
        assert!(!retry.is_deadly(8) && retry.is_deadly(9));
    }
}
