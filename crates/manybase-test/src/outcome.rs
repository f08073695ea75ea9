//! What a test may return.

use std::fmt::Debug;

/// What a test may return: `()`, or a `Result` of it.
///
/// ```
/// use manybase_test::TestOutcome;
/// assert!(!().has_failed());
/// assert!(Err::<(), _>("no").has_failed());
/// ```
#[diagnostic::on_unimplemented(
    message = "a test can't return `{Self}`",
    label = "this is neither `()` nor a `Result<(), E>`",
    note = "return `()` or `Result<(), E>` with an error that has `Debug`"
)]
pub trait TestOutcome {
    /// Whether the test has failed.
    fn has_failed(&self) -> bool;

    /// What a test returns that was skipped.
    fn skipped() -> Self;
}

impl TestOutcome for () {
    fn has_failed(&self) -> bool {
        false
    }

    fn skipped() -> Self {}
}

impl<T: TestOutcome, E: Debug> TestOutcome for Result<T, E> {
    fn has_failed(&self) -> bool {
        self.as_ref().map_or(true, TestOutcome::has_failed)
    }

    fn skipped() -> Self {
        Ok(T::skipped())
    }
}
