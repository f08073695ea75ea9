//! How a saga ended.

use crate::instance::Instance;
use crate::{Data, SagaState};
use manybase_db::{Error, ErrorKind, Result};

/// How a saga ended.
///
/// ```
/// use manybase_saga::Outcome;
/// let outcome = Outcome::Compensated { error: "declined".into() };
/// assert!(!outcome.is_completed());
/// assert!(outcome.completed().unwrap_err().to_string().contains("declined"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// All steps are done; these are the values that they have put.
    Completed(Data),
    /// A step has failed for good, and what was done before it has been undone.
    Compensated {
        /// Why.
        error: String,
    },
    /// It can go neither on nor back by itself: see `Sagas::resume`, `Sagas::skip`, `Sagas::abort`.
    Stuck {
        /// Why.
        error: String,
    },
}

impl Outcome {
    /// Whether all steps are done.
    ///
    /// ```
    /// use manybase_saga::Outcome;
    /// assert!(!Outcome::Stuck { error: "timed out".into() }.is_completed());
    /// ```
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed(_))
    }

    /// The values that the steps have put, or an error of kind [`ErrorKind::Transaction`] that says what went wrong.
    ///
    /// # Errors
    /// When the saga has not completed.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1).call("count", async |cx| cx.put("n", &7)))?;
    /// let id = sagas.start("demo", &()).await?;
    /// let data = sagas.run(id).await?.completed()?;
    /// assert_eq!(data.get("n")?, Some(7));
    /// # Ok(())
    /// # }
    /// ```
    pub fn completed(self) -> Result<Data> {
        let (what, help) = match self {
            Self::Completed(data) => return Ok(data),
            Self::Compensated { error } => (
                format!("the saga was undone: {error}"),
                "what was done before has been undone; start another one when the reason is gone",
            ),
            Self::Stuck { error } => (
                format!("the saga is stuck: {error}"),
                "find out what is in the way, then have it go on with `resume` or `skip`",
            ),
        };
        Err(Error::new(ErrorKind::Transaction, what).with_help(help))
    }

    /// Of a saga that is over or stuck.
    pub(crate) fn of(instance: &Instance) -> Result<Self> {
        let saga = &instance.saga;
        let said = |error: &Option<String>| error.clone().unwrap_or_default();
        Ok(match saga.state {
            SagaState::Completed => Self::Completed(instance.data()?),
            SagaState::Compensated => Self::Compensated {
                error: said(&saga.cause),
            },
            _ => Self::Stuck {
                error: said(&saga.error),
            },
        })
    }
}
