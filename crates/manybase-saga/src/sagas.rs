//! The sagas of a program.

mod by_hand;
mod drive;
mod runner;

pub use runner::Runner;

use crate::definition::Definition;
use crate::instance::Instance;
use crate::log::{Log, Runnable};
use crate::tables::{SagaRow, StepRow};
use crate::{Saga, SagaId, SagaSettings, SagaState, StepState};
use chrono::{DateTime, Utc};
use manybase_db::{Db, Error, ErrorKind, Result, Transaction};
use manybase_driver::fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Notify;

/// The sagas of a program: what they consist of, and where the log of them is. Cheap to clone; clones share everything.
///
/// ```
/// use manybase_db::Db;
/// use manybase_saga::{Saga, Sagas};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let sagas = Sagas::new(&db, "main");
/// sagas.register(Saga::<String>::new("greet", 1).call("say", async |cx| {
///     let greeting = format!("Hello, {}", cx.input());
///     cx.put("said", &greeting)
/// }))?;
///
/// let id = sagas.start("greet", &"Ann").await?; // kept in the log, nothing is run
/// let data = sagas.run(id).await?.completed()?;
/// assert_eq!(data.get::<String>("said")?.as_deref(), Some("Hello, Ann"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sagas(Arc<Inner>);

struct Inner {
    log: Log,
    settings: SagaSettings,
    definitions: RwLock<Definitions>,
    /// Tells the runners of this program that a saga was started.
    started: Notify,
}

/// By name and version.
type Definitions = BTreeMap<(Arc<str>, u32), Arc<Definition>>;

impl Sagas {
    /// The sagas whose log is on this connection. Nothing is sent; tables are made when they are needed first.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let sagas = manybase_saga::Sagas::new(&db, "main");
    /// # let _ = sagas;
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(db: &Db, connection: impl Into<Arc<str>>) -> Self {
        Self::with(db, connection, SagaSettings::new())
    }

    /// As [`Sagas::new`], with settings.
    ///
    /// ```
    /// use manybase_saga::{SagaSettings, Sagas};
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let sagas = Sagas::with(&db, "main", SagaSettings::new().at_once(4));
    /// # let _ = sagas;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with(db: &Db, connection: impl Into<Arc<str>>, settings: SagaSettings) -> Self {
        Self(Arc::new(Inner {
            log: Log::new(db.clone(), connection.into()),
            settings,
            definitions: RwLock::default(),
            started: Notify::new(),
        }))
    }

    /// Tells what a saga consists of. Several versions of one name may be registered: new sagas get the highest, and
    /// those that have begun keep theirs.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<u64>::new("greet", 1).step("note", "main", async |_cx, _tx| Ok(())))?;
    /// assert!(sagas.register(Saga::<u64>::new("greet", 1)).is_err()); // there is one
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a version that is registered already, for steps without a name or with the same one;
    /// [`ErrorKind::UnknownConnection`].
    pub fn register<I, Last>(&self, saga: Saga<I, Last>) -> Result<()>
    where
        I: DeserializeOwned + Send + Sync + 'static,
    {
        let definition = saga.into_definition();
        let log = &self.0.log;
        log.db.connection(&log.connection)?;
        definition.check(&log.db)?;
        let key = (definition.name.clone(), definition.version);
        let mut all = self.0.definitions.write().unwrap_or_else(PoisonError::into_inner);
        if all.contains_key(&key) {
            let twice = format!("saga {:?} has version {} already", key.0, key.1);
            return Err(Error::config(twice).with_help("raise the version when the steps change"));
        }
        all.insert(key, Arc::new(definition));
        Ok(())
    }

    /// Makes the tables: those of the log, and the barrier on each connection that registered sagas work on.
    ///
    /// They are made when they are needed, too. Only before [`Sagas::start_in`] this must have been called once, where
    /// the log's database can't create tables in a transaction (MySQL, MariaDB, MatrixOne).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// manybase_saga::Sagas::new(&db, "main").setup().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the databases.
    pub async fn setup(&self) -> Result<()> {
        let log = &self.0.log;
        log.ready().await?;
        for definition in self.definitions() {
            for connection in definition.steps.iter().filter_map(|step| step.connection()) {
                log.known.barrier(&log.db, connection).await?;
            }
        }
        Ok(())
    }

    /// Begins a saga: writes it to the log, in the highest version that is registered. It is run by [`Sagas::run`], or
    /// by a runner of this or another process ([`Sagas::spawn`]).
    ///
    /// ```
    /// # use manybase_saga::{Saga, Sagas, SagaState};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<u64>::new("ship", 1).call("label", async |_cx| Ok(())))?;
    /// let id = sagas.start("ship", &7u64).await?;
    /// assert_eq!(sagas.show(id).await?.summary.state, SagaState::Running);
    /// assert!(sagas.start("ship", &"seven").await.is_err()); // the input is of another type
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when no saga of this name is registered; [`ErrorKind::Value`] when it does not take this
    /// input; those of the log's database.
    pub async fn start<I: Serialize + ?Sized>(&self, name: &str, input: &I) -> Result<SagaId> {
        self.start_as(SagaId::new(), name, input).await
    }

    /// As [`Sagas::start`], with a name of the caller's own for the saga: starting it twice is then an error.
    ///
    /// ```
    /// # use manybase_saga::{Saga, SagaId, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<u64>::new("ship", 1).call("label", async |_cx| Ok(())))?;
    /// let id = SagaId::new(); // of the request, say
    /// sagas.start_as(id, "ship", &7u64).await?;
    /// assert!(sagas.start_as(id, "ship", &7u64).await.unwrap_err().is_unique_violation());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Sagas::start`]; [`ErrorKind::UniqueViolation`] when there is a saga of this name.
    pub async fn start_as<I: Serialize + ?Sized>(&self, id: SagaId, name: &str, input: &I) -> Result<SagaId> {
        let (definition, input) = self.checked(name, input)?;
        let log = &self.0.log;
        log.ready().await?;
        let instance = begun(&definition, id, input, log.clock.now());
        fault::point("saga-start-before");
        log.db
            .using(log.connection.clone())
            .transaction(async |tx| log.insert(tx, &instance).await)
            .await?;
        fault::point("saga-start-after");
        tracing::debug!(target: "manybase::saga", saga = %id, name, "started");
        self.0.started.notify_one();
        Ok(id)
    }

    /// Begins a saga in a transaction: it begins if and only if the transaction commits. The transaction must be one on
    /// the log's connection, or be able to take it in.
    ///
    /// ```
    /// # use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<u64>::new("ship", 1).call("label", async |_cx| Ok(())))?;
    /// sagas.setup().await?;
    /// let id = db
    ///     .transaction(async |tx| {
    ///         // … insert the order …
    ///         sagas.start_in(tx, "ship", &7u64).await
    ///     })
    ///     .await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Sagas::start`]; [`ErrorKind::Transaction`] when the tables are not known to be there and can't be made in a
    /// transaction: call [`Sagas::setup`] before.
    pub async fn start_in<I: Serialize + ?Sized>(
        &self,
        tx: &Transaction,
        name: &str,
        input: &I,
    ) -> Result<SagaId> {
        let (definition, input) = self.checked(name, input)?;
        let log = &self.0.log;
        log.ready_in(tx).await?;
        let id = SagaId::new();
        log.insert(tx, &begun(&definition, id, input, log.clock.now()))
            .await?;
        Ok(id)
    }

    /// The definition of the highest version, and the input as it is kept.
    fn checked<I: Serialize + ?Sized>(&self, name: &str, input: &I) -> Result<(Arc<Definition>, String)> {
        let all = self.definitions();
        let Some(definition) = all.iter().rev().find(|one| *one.name == *name) else {
            let names: Vec<_> = all.iter().map(|one| &*one.name).collect();
            let none = Error::config(format!("no saga {name:?} is registered"));
            return Err(none.with_help(match names.as_slice() {
                [] => "register it with `Sagas::register` before".to_owned(),
                names => format!("registered are: {}", names.join(", ")),
            }));
        };
        let wrong = |error: serde_json::Error| {
            Error::new(ErrorKind::Value, format!("the input of saga {name:?}: {error}"))
                .with_help("start it with a value of the type that the saga is declared with")
        };
        let input = serde_json::to_value(input).map_err(wrong)?;
        (definition.accepts)(&input).map_err(wrong)?;
        Ok((definition.clone(), input.to_string()))
    }

    /// By name and version.
    fn definitions(&self) -> Vec<Arc<Definition>> {
        let all = self.0.definitions.read().unwrap_or_else(PoisonError::into_inner);
        all.values().cloned().collect()
    }

    fn definition(&self, name: &str, version: u32) -> Option<Arc<Definition>> {
        let all = self.definitions();
        all.into_iter()
            .find(|one| *one.name == *name && one.version == version)
    }

    fn runnable(&self) -> Runnable {
        Runnable {
            definitions: self.definitions(),
            grace: self.0.settings.grace,
        }
    }
}

/// The rows of a saga that begins.
fn begun(definition: &Definition, id: SagaId, input: String, now: DateTime<Utc>) -> Instance {
    let steps = definition.steps.iter().zip(0..).map(|(step, position)| StepRow {
        saga: id,
        position,
        step: step.name.to_string(),
        kind: step.kind(),
        connection: step.connection().map(|name| name.to_string()),
        pivot: step.pivot,
        compensable: step.is_compensable(),
        state: StepState::Pending,
        unsure: false,
        attempt: 0,
        error: None,
        data: None,
        undo_attempt: 0,
        undo_error: None,
        undo_data: None,
        updated: now,
    });
    Instance {
        steps: steps.collect(),
        saga: SagaRow {
            id,
            name: definition.name.to_string(),
            version: definition.version,
            state: SagaState::Running,
            compensating: false,
            aborted: false,
            input,
            step: definition.steps.first().map(|step| step.name.to_string()),
            attempt: 0,
            since: None,
            cause: None,
            error: None,
            next_attempt_at: Some(now),
            lease_until: None,
            token: 0,
            created: now,
            updated: now,
        },
    }
}

impl fmt::Debug for Sagas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.definitions();
        let names = all.iter().map(|one| format!("{} {}", one.name, one.version));
        f.debug_struct("Sagas")
            .field("connection", &self.0.log.connection)
            .field("registered", &names.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
