//! What a saga consists of.

mod check;
pub(crate) mod func;
mod kind;

pub use func::StepFunc;
pub use kind::{AnyStep, Begin, InCall, InTransaction};

use crate::{Cx, Retry, StepKind, StepResult};
use func::{CallFn, OnFn};
use manybase_db::{AsyncFunc, Transaction};
use serde::de::DeserializeOwned;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// How long an attempt may take when nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What a saga consists of: a name, a version, and steps in order.
///
/// - [`Saga::step`] works in a transaction on one connection. The step's effect, and the note that it has happened,
///   are committed together, so that it happens **once**, whoever runs it and however often.
/// - [`Saga::call`] is for everything else: requests over HTTP, mails, files. It happens **at least once**; the other
///   side can tell repetitions by [`Cx::idempotency_key`].
///
/// What is said after a step concerns that step: [`Saga::compensate`], [`Saga::retry`], [`Saga::timeout`],
/// [`Saga::pivot`]. Said before the first step, retries and time limits are those of all steps.
///
/// `Last` is the kind of the last step, so that its compensation has the same form as the step.
///
/// ```
/// use manybase_record::prelude::*;
/// use manybase_saga::{Saga, StepError};
/// use std::time::Duration;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct NewUser {
///     email: String,
/// }
///
/// #[derive(Model)]
/// struct User {
///     #[model(key, auto)]
///     id: i64,
///     email: String,
/// }
///
/// let saga = Saga::<NewUser>::new("create-user", 1)
///     .step("user", "primary", async |cx, tx| {
///         let user = User { id: 0, email: cx.input().email.clone() }.insert(tx).await?;
///         cx.put("user", &user.id)
///     })
///     .compensate(async |cx, tx| {
///         let id: i64 = cx.get("user")?;
///         User::filter(|c| c.id.eq(id)).delete(tx).await?;
///         Ok(())
///     })
///     .call("welcome", async |cx| match cx.input().email.contains('@') {
///         true => Ok(()), // … send the mail …
///         false => Err(StepError::fatal("no address")),
///     })
///     .timeout(Duration::from_secs(5));
/// assert_eq!((saga.name(), saga.version()), ("create-user", 1));
/// ```
#[must_use = "register it with `Sagas::register`"]
pub struct Saga<I, Last = Begin> {
    definition: Definition,
    kinds: PhantomData<fn(I) -> Last>,
}

#[derive(Clone)]
pub(crate) struct Definition {
    pub(crate) name: Arc<str>,
    pub(crate) version: u32,
    pub(crate) steps: Vec<Step>,
    defaults: Limits,
    /// Whether the saga can be started with this.
    pub(crate) accepts: fn(&serde_json::Value) -> serde_json::Result<()>,
}

#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) name: Arc<str>,
    pub(crate) work: Work,
    pub(crate) pivot: bool,
    pub(crate) limits: Limits,
}

#[derive(Clone)]
pub(crate) enum Work {
    On {
        connection: Arc<str>,
        action: OnFn,
        compensation: Option<OnFn>,
    },
    Call {
        action: CallFn,
        compensation: Option<CallFn>,
    },
}

#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) retry: Retry,
    pub(crate) compensation_retry: Retry,
    pub(crate) timeout: Duration,
}

impl<I> Saga<I>
where
    I: DeserializeOwned + Send + Sync + 'static,
{
    /// A saga without steps.
    ///
    /// A saga that has begun is run only by a program that has this name **and version** with the same steps. So raise
    /// the version when the steps change, and keep the old one registered until `Sagas::list` shows none of it.
    ///
    /// ```
    /// let saga = manybase_saga::Saga::<u64>::new("nothing", 1);
    /// # let _ = saga;
    /// ```
    pub fn new(name: impl Into<Arc<str>>, version: u32) -> Self {
        Self {
            definition: Definition {
                name: name.into(),
                version,
                steps: Vec::new(),
                defaults: Limits {
                    retry: Retry::new(),
                    compensation_retry: Retry::patient(),
                    timeout: TIMEOUT,
                },
                accepts: |input| I::deserialize(input).map(|_| ()),
            },
            kinds: PhantomData,
        }
    }
}

impl<I, Last> Saga<I, Last>
where
    I: DeserializeOwned + Send + Sync + 'static,
{
    /// Adds a step in a transaction on a connection. The closure works with the transaction that it is given; what it
    /// does elsewhere is neither undone nor done once.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Account { #[model(key)] id: i64, balance: i64 }
    /// let saga = manybase_saga::Saga::<i64>::new("pay", 1).step("debit", "bank", async |cx, tx| {
    ///     let amount = *cx.input();
    ///     Account::filter(|c| c.id.eq(1)).update(tx, |c| c.balance.set(c.balance - amount)).await?;
    ///     Ok(())
    /// });
    /// # let _ = saga;
    /// ```
    pub fn step<F>(
        self,
        name: impl Into<Arc<str>>,
        connection: impl Into<Arc<str>>,
        action: F,
    ) -> Saga<I, InTransaction>
    where
        F: for<'c, 't> StepFunc<&'c mut Cx<I>, &'t Transaction, StepResult> + Clone + Send + Sync + 'static,
        for<'c, 't> <F as StepFunc<&'c mut Cx<I>, &'t Transaction, StepResult>>::Fut: Send,
    {
        self.with(
            name.into(),
            Work::On {
                connection: connection.into(),
                action: func::on(action),
                compensation: None,
            },
        )
    }

    /// Adds a step outside of the databases. It happens at least once: after a crash, or when an answer got lost, it
    /// happens again, with the same [`Cx::idempotency_key`].
    ///
    /// ```
    /// use manybase_saga::{Saga, StepError};
    /// let saga = Saga::<i64>::new("pay", 1).call("charge", async |cx| {
    ///     let key = cx.idempotency_key();
    ///     // … send the request with the header `Idempotency-Key: key` …
    /// #   let _ = key;
    ///     Err(StepError::retry("503"))
    /// });
    /// # let _ = saga;
    /// ```
    pub fn call<F>(self, name: impl Into<Arc<str>>, action: F) -> Saga<I, InCall>
    where
        F: for<'t> AsyncFunc<&'t mut Cx<I>, StepResult> + Clone + Send + Sync + 'static,
        for<'t> <F as AsyncFunc<&'t mut Cx<I>, StepResult>>::Fut: Send,
    {
        self.with(
            name.into(),
            Work::Call {
                action: func::call(action),
                compensation: None,
            },
        )
    }

    fn with<Next>(mut self, name: Arc<str>, work: Work) -> Saga<I, Next> {
        let limits = self.definition.defaults;
        self.definition.steps.push(Step {
            name,
            work,
            pivot: false,
            limits,
        });
        Saga {
            definition: self.definition,
            kinds: PhantomData,
        }
    }
}

impl<I, Last> Saga<I, Last> {
    /// How often the step is tried, else [`Retry::new`].
    ///
    /// ```
    /// use manybase_saga::{Retry, Saga};
    /// let saga = Saga::<()>::new("ping", 1).call("ping", async |_cx| Ok(())).retry(Retry::new().attempts(2));
    /// # let _ = saga;
    /// ```
    pub fn retry(mut self, retry: Retry) -> Self {
        self.limits().retry = retry;
        self
    }

    /// How often the step's compensation is tried, else [`Retry::patient`]. After the last attempt the saga is stuck.
    ///
    /// ```
    /// use manybase_saga::{Retry, Saga};
    /// let saga = Saga::<()>::new("ping", 1)
    ///     .call("ping", async |_cx| Ok(()))
    ///     .compensate(async |_cx| Ok(()))
    ///     .compensation_retry(Retry::new().attempts(100));
    /// # let _ = saga;
    /// ```
    pub fn compensation_retry(mut self, retry: Retry) -> Self {
        self.limits().compensation_retry = retry;
        self
    }

    /// The deadline of each attempt at the step and at its compensation, else 30 seconds. An attempt that takes longer
    /// is cut off and counts as failed; the commit of its transaction is not cut off. When a process dies, others take
    /// its saga over after this time and some more (`SagaSettings::grace`). All attempts together are limited by
    /// [`Retry::within`].
    ///
    /// ```
    /// use std::time::Duration;
    /// let saga = manybase_saga::Saga::<()>::new("ping", 1)
    ///     .call("ping", async |_cx| Ok(()))
    ///     .timeout(Duration::from_secs(2));
    /// # let _ = saga;
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits().timeout = limit;
        self
    }

    /// Its name.
    ///
    /// ```
    /// assert_eq!(manybase_saga::Saga::<()>::new("ship", 3).name(), "ship");
    /// ```
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// Its version.
    ///
    /// ```
    /// assert_eq!(manybase_saga::Saga::<()>::new("ship", 3).version(), 3);
    /// ```
    pub fn version(&self) -> u32 {
        self.definition.version
    }

    fn limits(&mut self) -> &mut Limits {
        match self.definition.steps.last_mut() {
            Some(step) => &mut step.limits,
            None => &mut self.definition.defaults,
        }
    }

    pub(crate) fn into_definition(self) -> Definition {
        self.definition
    }
}

impl<I, Last: AnyStep> Saga<I, Last> {
    /// Makes the step the point of no return: until it is done, a failure undoes what was done before; from then on the
    /// saga only goes forward. Steps after it are tried until they are done, however often; one that fails for good
    /// makes the saga stuck.
    ///
    /// ```
    /// let saga = manybase_saga::Saga::<()>::new("order", 1)
    ///     .call("reserve", async |_cx| Ok(()))
    ///     .compensate(async |_cx| Ok(()))
    ///     .call("charge", async |_cx| Ok(()))
    ///     .pivot()
    ///     .call("ship", async |_cx| Ok(()));
    /// # let _ = saga;
    /// ```
    pub fn pivot(mut self) -> Self {
        if let Some(step) = self.definition.steps.last_mut() {
            step.pivot = true;
        }
        self
    }
}

impl<I> Saga<I, InTransaction>
where
    I: DeserializeOwned + Send + Sync + 'static,
{
    /// How the step's effect is undone, in a transaction on the same connection. It is called when the step has been
    /// done and a later one fails for good; once, as the step itself.
    ///
    /// ```
    /// let saga = manybase_saga::Saga::<()>::new("order", 1)
    ///     .step("reserve", "stock", async |_cx, _tx| Ok(()))
    ///     .compensate(async |_cx, _tx| Ok(()));
    /// # let _ = saga;
    /// ```
    pub fn compensate<F>(mut self, compensation: F) -> Self
    where
        F: for<'c, 't> StepFunc<&'c mut Cx<I>, &'t Transaction, StepResult> + Clone + Send + Sync + 'static,
        for<'c, 't> <F as StepFunc<&'c mut Cx<I>, &'t Transaction, StepResult>>::Fut: Send,
    {
        let with = func::on(compensation);
        if let Some(Work::On { compensation, .. }) =
            self.definition.steps.last_mut().map(|step| &mut step.work)
        {
            *compensation = Some(with);
        }
        self
    }
}

impl<I> Saga<I, InCall>
where
    I: DeserializeOwned + Send + Sync + 'static,
{
    /// How the call's effect is undone. It is called when the call has been done and a later step fails for good, and
    /// also when the call itself was given up and **may** have been done ([`Cx::is_certain`] is false then): it must be
    /// content with nothing to undo. It happens at least once.
    ///
    /// ```
    /// let saga = manybase_saga::Saga::<()>::new("order", 1)
    ///     .call("charge", async |_cx| Ok(()))
    ///     .compensate(async |cx| {
    ///         // … refund, with cx.idempotency_key(); "no such charge" is fine …
    /// #       let _ = cx;
    ///         Ok(())
    ///     });
    /// # let _ = saga;
    /// ```
    pub fn compensate<F>(mut self, compensation: F) -> Self
    where
        F: for<'t> AsyncFunc<&'t mut Cx<I>, StepResult> + Clone + Send + Sync + 'static,
        for<'t> <F as AsyncFunc<&'t mut Cx<I>, StepResult>>::Fut: Send,
    {
        let with = func::call(compensation);
        if let Some(Work::Call { compensation, .. }) =
            self.definition.steps.last_mut().map(|step| &mut step.work)
        {
            *compensation = Some(with);
        }
        self
    }
}

impl Step {
    pub(crate) fn kind(&self) -> StepKind {
        match self.work {
            Work::On { .. } => StepKind::Transaction,
            Work::Call { .. } => StepKind::Call,
        }
    }

    pub(crate) fn connection(&self) -> Option<&Arc<str>> {
        match &self.work {
            Work::On { connection, .. } => Some(connection),
            Work::Call { .. } => None,
        }
    }

    pub(crate) fn is_compensable(&self) -> bool {
        match &self.work {
            Work::On { compensation, .. } => compensation.is_some(),
            Work::Call { compensation, .. } => compensation.is_some(),
        }
    }
}

impl<I, Last> fmt::Debug for Saga<I, Last> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.definition.steps.iter().map(|step| &step.name);
        f.debug_struct("Saga")
            .field("name", &self.definition.name)
            .field("version", &self.definition.version)
            .field("steps", &steps.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
