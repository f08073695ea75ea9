//! Running whatever is due.

use super::Sagas;
use super::drive::{Put, Stop};
use crate::clock::later;
use crate::instance::Instance;
use crate::retry::chance;
use crate::tables::SagaRow;
use manybase_db::Result;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How long a saga is left alone that this program can't run although it should.
const UNFIT: Duration = Duration::from_secs(60);

/// A task that runs sagas that are due, of this and of other processes. From [`Sagas::spawn`].
///
/// Dropped, it is cut off in the middle of a step, and others take its sagas over later. [`Runner::stop`] is better.
///
/// ```
/// use manybase_saga::{Saga, Sagas};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # let sagas = Sagas::new(&db, "main");
/// sagas.register(Saga::<()>::new("demo", 1).call("greet", async |_cx| Ok(())))?;
/// let id = sagas.start("demo", &()).await?;
/// let runner = sagas.spawn();
/// while !sagas.show(id).await?.summary.state.is_over() {
///     tokio::time::sleep(std::time::Duration::from_millis(5)).await;
/// }
/// runner.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a runner that is dropped is cut off"]
pub struct Runner {
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Runner {
    /// Takes no more sagas, waits until the steps that are being done are over, and leaves the rest to others, who may
    /// take it at once.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<()>::new("demo", 1).call("greet", async |_cx| Ok(())))?;
    /// let id = sagas.start("demo", &()).await?;
    /// let runner = sagas.spawn();
    /// while !sagas.show(id).await?.summary.state.is_over() {
    ///     tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    /// }
    /// runner.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            // It ends by itself; if it panicked, there is nothing to wait for.
            let _ = task.await;
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Sagas {
    /// Begins to run sagas that are due, in a task of its own: those that this program starts, at once; those that
    /// other processes have started, or left behind when they died, when their time has come.
    ///
    /// Any number of processes may do so with the same log.
    ///
    /// ```
    /// use manybase_saga::{Saga, SagaState, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<u64>::new("ship", 1).call("label", async |_cx| Ok(())))?;
    /// let runner = sagas.spawn();
    /// let id = sagas.start("ship", &7u64).await?;
    /// while sagas.show(id).await?.summary.state != SagaState::Completed {
    ///     tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    /// }
    /// runner.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn spawn(&self) -> Runner {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(self.clone().work(stopped));
        Runner {
            stop,
            task: Some(task),
        }
    }

    /// Runs what is due now, as far as it goes, and says how many sagas that were. For programs that are called from
    /// time to time; [`Sagas::spawn`] keeps at it.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(Saga::<u64>::new("ship", 1).call("label", async |_cx| Ok(())))?;
    /// sagas.start("ship", &7u64).await?;
    /// assert_eq!(sagas.run_due().await?, 1);
    /// assert_eq!(sagas.run_due().await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the log's database.
    pub async fn run_due(&self) -> Result<u64> {
        let (_keep, stop) = watch::channel(false);
        let mut count = 0;
        loop {
            let taken = self.take_due(self.0.settings.at_once).await?;
            if taken.is_empty() {
                return Ok(count);
            }
            let mut tasks = JoinSet::new();
            for saga in taken {
                count += 1;
                tasks.spawn(self.clone().see_to(saga, stop.clone(), false));
            }
            while tasks.join_next().await.is_some() {}
        }
    }

    async fn work(self, mut stop: Stop) {
        let settings = self.0.settings;
        let mut tasks = JoinSet::new();
        while !*stop.borrow() {
            let free = settings.at_once.saturating_sub(tasks.len());
            if free > 0 {
                match self.take_due(free).await {
                    Ok(taken) => {
                        for saga in taken {
                            tasks.spawn(self.clone().see_to(saga, stop.clone(), true));
                        }
                    }
                    Err(error) => {
                        tracing::warn!(target: "manybase::saga", %error, "can't look for sagas that are due");
                    }
                }
            }
            tokio::select! {
                _ = stop.changed() => {}
                _ = tasks.join_next(), if !tasks.is_empty() => {}
                () = self.0.started.notified(), if free > 0 => {}
                // Not all runners at the same moment.
                () = tokio::time::sleep(settings.poll.mul_f64(0.75 + chance() / 4.0)) => {}
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    async fn take_due(&self, limit: usize) -> Result<Vec<SagaRow>> {
        self.0.log.ready().await?;
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        self.0.log.claim_due(limit, &self.runnable()).await
    }

    /// Runs a saga that was taken. With `wait` it stays with it over short pauses.
    async fn see_to(self, saga: SagaRow, stop: Stop, wait: bool) {
        let id = saga.id;
        let Some(definition) = self.definition(&saga.name, saga.version) else {
            return;
        };
        let poll = self.0.settings.poll;
        let mut put = self.carry_on(saga.clone(), definition, &stop).await;
        if let Ok(Put::Unfit(error)) = &put {
            self.set_aside(saga, error).await;
        }
        loop {
            match put {
                Ok(Put::Until(due)) if wait && self.time_until(due) <= poll && !*stop.borrow() => {
                    let mut stop = stop.clone();
                    tokio::select! {
                        _ = stop.changed() => return,
                        () = tokio::time::sleep(self.time_until(due)) => {}
                    }
                    put = self.take_up(id, &stop).await;
                }
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(target: "manybase::saga", saga = %id, %error, "left for later");
                    return;
                }
            }
        }
    }

    /// Leaves a saga alone for a while, with the reason.
    async fn set_aside(&self, mut saga: SagaRow, error: &manybase_db::Error) {
        tracing::error!(target: "manybase::saga", saga = %saga.id, %error, "can't be run");
        saga.attempt = saga.attempt.saturating_sub(1);
        saga.error = Some(error.to_string());
        saga.next_attempt_at = Some(later(self.0.log.clock.now(), UNFIT));
        let mut instance = Instance {
            saga,
            steps: Vec::new(),
        };
        if let Err(error) = self.0.log.store(&mut instance, &[]).await {
            tracing::warn!(target: "manybase::saga", %error, "can't write to the log");
        }
    }
}
