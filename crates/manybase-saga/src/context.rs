//! What a step is given.

use crate::{Data, SagaId, StepError, StepResult};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// What a step or a compensation knows: the saga's input, values of earlier steps, and which attempt it is.
///
/// ```
/// use manybase_saga::{Cx, Saga};
///
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Order { number: u64 }
/// let saga = Saga::<Order>::new("ship", 1)
///     .call("label", async |cx| {
///         let (number, key) = (cx.input().number, cx.idempotency_key());
///         // … ask the carrier for a label, with this key …
///         cx.put("label", &format!("{number}/{key}"))
///     })
///     .call("mail", async |cx: &mut Cx<Order>| {
///         let label: String = cx.get("label")?;
///         // … send it …
/// #       let _ = label;
///         Ok(())
///     });
/// # let _ = saga;
/// ```
pub struct Cx<I> {
    input: I,
    core: Core,
}

/// What does not depend on the input's type.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) saga: SagaId,
    pub(crate) step: Arc<str>,
    pub(crate) compensating: bool,
    pub(crate) attempt: u32,
    pub(crate) certain: bool,
    pub(crate) input: Arc<Value>,
    pub(crate) data: Data,
    pub(crate) puts: Data,
}

impl<I> Cx<I> {
    /// What the saga was started with.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<String>::new("demo", 1).call("look", async |cx| {
    ///     assert_eq!(cx.input(), "Ann");
    ///     Ok(())
    /// }))?;
    /// let id = sagas.start("demo", &"Ann").await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn input(&self) -> &I {
        &self.input
    }

    /// The saga's name.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1).call("look", async |cx| cx.put("id", &cx.saga())))?;
    /// let id = sagas.start("demo", &()).await?;
    /// let data = sagas.run(id).await?.completed()?;
    /// assert_eq!(data.get("id")?, Some(id));
    /// # Ok(())
    /// # }
    /// ```
    pub fn saga(&self) -> SagaId {
        self.core.saga
    }

    /// The step's name.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1).call("look", async |cx| {
    ///     assert_eq!(cx.step(), "look");
    ///     Ok(())
    /// }))?;
    /// let id = sagas.start("demo", &()).await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn step(&self) -> &str {
        &self.core.step
    }

    /// Which attempt this is, counted from 1.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1).call("look", async |cx| {
    ///     assert_eq!(cx.attempt(), 1);
    ///     Ok(())
    /// }))?;
    /// let id = sagas.start("demo", &()).await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn attempt(&self) -> u32 {
        self.core.attempt
    }

    /// A text that is the same for all attempts at this step and for no other: the key with which to ask another
    /// system to do it once. Step and compensation have different ones.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1).call("pay", async |cx| cx.put("key", &cx.idempotency_key())))?;
    /// let id = sagas.start("demo", &()).await?;
    /// let data = sagas.run(id).await?.completed()?;
    /// assert_eq!(data.get("key")?, Some(format!("{id}:pay:do")));
    /// # Ok(())
    /// # }
    /// ```
    pub fn idempotency_key(&self) -> String {
        let op = if self.core.compensating { "undo" } else { "do" };
        format!("{}:{}:{op}", self.core.saga, self.core.step)
    }

    /// In the compensation of a call: whether the call is known to have been done. If not, an attempt was cut off or
    /// its answer got lost, and there may be nothing to undo. Everywhere else it is true.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1).call("look", async |cx| {
    ///     assert_eq!(cx.is_certain(), true);
    ///     Ok(())
    /// }))?;
    /// let id = sagas.start("demo", &()).await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_certain(&self) -> bool {
        self.core.certain
    }

    /// Leaves a value for later steps and for compensations. It is kept together with the step's success: what an
    /// attempt puts that fails is forgotten.
    ///
    /// # Errors
    /// A fatal one, when the value can't be written as JSON.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1)
    ///     .call("count", async |cx| cx.put("n", &7))
    ///     .call("look", async |cx| {
    ///         let n: i32 = cx.get("n")?;
    ///         assert_eq!(n, 7);
    ///         Ok(())
    ///     }))?;
    /// let id = sagas.start("demo", &()).await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn put<T: Serialize + ?Sized>(&mut self, name: impl Into<String>, value: &T) -> StepResult {
        self.core.puts.put(name.into(), &value)
    }

    /// The value that a step has put.
    ///
    /// # Errors
    /// A fatal one, when there is none, or one of another type.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1)
    ///     .call("count", async |cx| cx.put("n", &7))
    ///     .call("look", async |cx| {
    ///         let n: i32 = cx.get("n")?;
    ///         assert_eq!(n, 7);
    ///         Ok(())
    ///     }))?;
    /// let id = sagas.start("demo", &()).await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> StepResult<T> {
        self.find(name)?
            .ok_or_else(|| StepError::fatal(format!("no step has put a value {name:?}")))
    }

    /// The value that a step has put, if there is one.
    ///
    /// # Errors
    /// A fatal one, when it is of another type.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1).call("look", async |cx| {
    ///     assert_eq!(cx.find::<i32>("n")?, None);
    ///     Ok(())
    /// }))?;
    /// let id = sagas.start("demo", &()).await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn find<T: DeserializeOwned>(&self, name: &str) -> StepResult<Option<T>> {
        match self.core.puts.get(name)? {
            Some(value) => Ok(Some(value)),
            None => Ok(self.core.data.get(name)?),
        }
    }

    pub(crate) fn into_puts(self) -> Data {
        self.core.puts
    }
}

impl<I: DeserializeOwned> Cx<I> {
    pub(crate) fn new(core: Core) -> StepResult<Self> {
        let input = I::deserialize(&*core.input);
        let input = input.map_err(|error| StepError::fatal(format!("the saga's input: {error}")))?;
        Ok(Self { input, core })
    }
}

/// Without input and values: they are the users' data.
impl<I> fmt::Debug for Cx<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx")
            .field("saga", &self.core.saga)
            .field("step", &self.core.step)
            .field("attempt", &self.core.attempt)
            .finish_non_exhaustive()
    }
}
