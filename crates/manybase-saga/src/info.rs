//! What is told of sagas: plain data, for people and for tools.

use crate::instance::{Instance, Op};
use crate::tables::{SagaRow, StepRow};
use crate::{Data, SagaId, SagaState, StepKind, StepState};
use chrono::{DateTime, Utc};
use manybase_db::{Error, ErrorKind, Result};
use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// Which sagas [`Sagas::list`](crate::Sagas::list) tells of: the newest hundred, unless more is said.
///
/// ```
/// use manybase_saga::{SagaFilter, SagaState};
/// let stuck = SagaFilter::new().state(SagaState::Stuck).name("create-user").limit(10);
/// # let _ = stuck;
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SagaFilter {
    pub(crate) states: Vec<SagaState>,
    pub(crate) name: Option<String>,
    pub(crate) before: Option<SagaId>,
    pub(crate) limit: u64,
}

impl SagaFilter {
    /// The newest hundred.
    ///
    /// ```
    /// let all = manybase_saga::SagaFilter::new();
    /// # let _ = all;
    /// ```
    pub fn new() -> Self {
        Self {
            states: Vec::new(),
            name: None,
            before: None,
            limit: 100,
        }
    }

    /// In this state. Said several times, in one of these.
    ///
    /// ```
    /// use manybase_saga::{SagaFilter, SagaState};
    /// let over = SagaFilter::new().state(SagaState::Completed).state(SagaState::Compensated);
    /// # let _ = over;
    /// ```
    pub fn state(mut self, state: SagaState) -> Self {
        self.states.push(state);
        self
    }

    /// Of this definition.
    ///
    /// ```
    /// let orders = manybase_saga::SagaFilter::new().name("order");
    /// # let _ = orders;
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Older than this one: the next page.
    ///
    /// ```
    /// use manybase_saga::{SagaFilter, SagaId};
    /// let page = SagaFilter::new().before(SagaId::new());
    /// # let _ = page;
    /// ```
    pub fn before(mut self, saga: SagaId) -> Self {
        self.before = Some(saga);
        self
    }

    /// At most so many.
    ///
    /// ```
    /// let ten = manybase_saga::SagaFilter::new().limit(10);
    /// # let _ = ten;
    /// ```
    pub fn limit(mut self, sagas: u64) -> Self {
        self.limit = sagas;
        self
    }
}

impl Default for SagaFilter {
    fn default() -> Self {
        Self::new()
    }
}

/// A saga, in a line.
///
/// ```
/// use manybase_saga::{Saga, Sagas};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # let sagas = Sagas::new(&db, "main");
/// sagas.register(Saga::<()>::new("demo", 1).call("greet", async |_cx| Ok(())))?;
/// let id = sagas.start("demo", &()).await?;
/// let all = sagas.list(&Default::default()).await?;
/// assert_eq!((all[0].id, all[0].name.as_str()), (id, "demo"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SagaSummary {
    /// Its name.
    pub id: SagaId,
    /// The definition's name.
    pub name: String,
    /// The definition's version.
    pub version: u32,
    /// How far it is.
    pub state: SagaState,
    /// Whether it goes back: a stuck one goes one way or the other, too.
    pub compensating: bool,
    /// The step that is being done or undone, or that it is stuck at.
    pub step: Option<String>,
    /// Attempts at that step that have begun.
    pub attempt: u32,
    /// Why it goes back.
    pub cause: Option<String>,
    /// What went wrong last, until something went well again.
    pub error: Option<String>,
    /// When the next attempt may begin. While somebody runs the saga, the time at which others take it over.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Until when somebody runs it, or ran it when the process died.
    pub lease_until: Option<DateTime<Utc>>,
    /// When it was started.
    pub created: DateTime<Utc>,
    /// When something happened last.
    pub updated: DateTime<Utc>,
    /// Why this program can't run it. Always empty in a program that has registered nothing, such as a tool.
    pub blocked: Option<String>,
}

/// A saga with its steps.
///
/// ```
/// use manybase_saga::{Saga, Sagas};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # let sagas = Sagas::new(&db, "main");
/// sagas.register(Saga::<()>::new("demo", 1).call("greet", async |_cx| Ok(())))?;
/// let id = sagas.start("demo", &()).await?;
/// let details = sagas.show(id).await?;
/// assert_eq!(details.steps.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SagaDetails {
    /// What is told in a line.
    #[serde(flatten)]
    pub summary: SagaSummary,
    /// What it was started with.
    pub input: Value,
    /// What its steps have put.
    pub data: Data,
    /// Its steps, in order.
    pub steps: Vec<StepDetails>,
}

/// A step of a saga.
///
/// ```
/// use manybase_saga::{Saga, Sagas};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # let sagas = Sagas::new(&db, "main");
/// sagas.register(Saga::<()>::new("demo", 1).call("greet", async |_cx| Ok(())))?;
/// let id = sagas.start("demo", &()).await?;
/// let details = sagas.show(id).await?;
/// assert_eq!(details.steps[0].step, "greet");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StepDetails {
    /// Its name.
    pub step: String,
    /// What it works on.
    pub kind: StepKind,
    /// The connection of a transaction.
    pub connection: Option<String>,
    /// Whether there is no way back when it is done.
    pub pivot: bool,
    /// Whether it can be undone.
    pub compensable: bool,
    /// How far it is.
    pub state: StepState,
    /// Whether it is what is being done or undone, or waited for, or stuck at.
    pub current: bool,
    /// Attempts at it.
    pub attempt: u32,
    /// Why the last attempt failed, or why it was skipped.
    pub error: Option<String>,
    /// Attempts at undoing it.
    pub compensation_attempt: u32,
    /// Why the last attempt at undoing it failed, or why that was skipped.
    pub compensation_error: Option<String>,
    /// When something happened last.
    pub updated: DateTime<Utc>,
}

impl SagaSummary {
    pub(crate) fn of(row: SagaRow, blocked: Option<String>) -> Self {
        Self {
            id: row.id,
            name: row.name,
            version: row.version,
            state: row.state,
            compensating: row.compensating,
            step: row.step,
            attempt: row.attempt,
            cause: row.cause,
            error: row.error,
            next_attempt_at: row.next_attempt_at,
            lease_until: row.lease_until,
            created: row.created,
            updated: row.updated,
            blocked,
        }
    }
}

impl SagaDetails {
    pub(crate) fn of(instance: Instance, blocked: Option<String>) -> Result<Self> {
        let data = instance.data()?;
        let next = instance.next();
        let Instance { saga, steps } = instance;
        let input = serde_json::from_str(&saga.input).map_err(|error| {
            Error::new(
                ErrorKind::Decode,
                format!("the input of saga {}: {error}", saga.id),
            )
        })?;
        let attempt = saga.attempt;
        let steps = steps.into_iter().enumerate().map(|(at, row)| {
            let mut step = StepDetails::of(row);
            match next {
                Some(Op::Action(current)) if current == at => (step.current, step.attempt) = (true, attempt),
                Some(Op::Compensation(current)) if current == at => {
                    (step.current, step.compensation_attempt) = (true, attempt);
                }
                _ => {}
            }
            step
        });
        Ok(Self {
            input,
            data,
            steps: steps.collect(),
            summary: SagaSummary::of(saga, blocked),
        })
    }
}

impl StepDetails {
    fn of(row: StepRow) -> Self {
        Self {
            step: row.step,
            kind: row.kind,
            connection: row.connection,
            pivot: row.pivot,
            compensable: row.compensable,
            state: row.state,
            current: false,
            attempt: row.attempt,
            error: row.error,
            compensation_attempt: row.undo_attempt,
            compensation_error: row.undo_error,
            updated: row.updated,
        }
    }
}

/// Without the input: it is the users' data.
impl fmt::Debug for SagaDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SagaDetails")
            .field("summary", &self.summary)
            .field("data", &self.data)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}
