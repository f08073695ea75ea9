//! Which kind the last step is of, so that what makes no sense after it does not compile.

/// No step so far.
///
/// ```
/// use manybase_saga::{Begin, Saga};
/// let empty: Saga<(), Begin> = Saga::new("ship", 1);
/// # let _ = empty;
/// ```
#[derive(Debug)]
pub enum Begin {}

/// The last step is one in a transaction.
///
/// ```
/// use manybase_saga::{InTransaction, Saga};
/// fn patient(saga: Saga<(), InTransaction>) -> Saga<(), InTransaction> {
///     saga.timeout(std::time::Duration::from_secs(60))
/// }
/// ```
#[derive(Debug)]
pub enum InTransaction {}

/// The last step is a call.
///
/// ```
/// use manybase_saga::{InCall, Saga};
/// let saga: Saga<(), InCall> = Saga::new("ship", 1).call("label", async |_cx| Ok(()));
/// # let _ = saga;
/// ```
#[derive(Debug)]
pub enum InCall {}

/// A step of any kind.
///
/// ```
/// use manybase_saga::{AnyStep, Saga};
/// fn impatient<Last: AnyStep>(saga: Saga<(), Last>) -> Saga<(), Last> {
///     saga.timeout(std::time::Duration::from_secs(1))
/// }
/// ```
pub trait AnyStep: private::Sealed {}

impl AnyStep for InTransaction {}
impl AnyStep for InCall {}

mod private {
    pub trait Sealed {}
    impl Sealed for super::InTransaction {}
    impl Sealed for super::InCall {}
}
