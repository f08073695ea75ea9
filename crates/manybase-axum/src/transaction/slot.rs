//! The transaction of one request: not begun, open, or over.

use super::layer::Settings;
use crate::Error;
use manybase_db::{ErrorKind, Transaction};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::Instrument;

/// Lies in the extensions of the request.
#[derive(Clone)]
pub(super) struct Slot(Arc<Inner>);

struct Inner {
    settings: Arc<Settings>,
    state: Mutex<State>,
}

enum State {
    Unused,
    Open(Arc<Transaction>),
    Over,
}

impl Slot {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self(Arc::new(Inner {
            settings,
            state: Mutex::new(State::Unused),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The transaction, the same for all who ask.
    pub(super) async fn transaction(&self) -> Result<Arc<Transaction>, Error> {
        if let State::Open(tx) = &*self.state() {
            return Ok(tx.clone());
        }
        let settings = &self.0.settings;
        let runner = match &settings.only {
            None => settings.db.transaction_with(settings.transaction),
            Some(names) => settings
                .db
                .transaction_on(names.iter().cloned())
                .settings(settings.transaction),
        };
        let fresh = Arc::new(runner.begin().await?);
        let mut state = self.state();
        match &*state {
            State::Unused => {
                *state = State::Open(fresh.clone());
                Ok(fresh)
            }
            State::Open(tx) => Ok(tx.clone()),
            State::Over => {
                let what = "the transaction of the request is over";
                let error = manybase_db::Error::new(ErrorKind::Transaction, what);
                Err(error
                    .with_help("begin one with `db.transaction(..)` where work goes on after the response")
                    .into())
            }
        }
    }

    /// Runs the handler. Debug builds find one that uses the `Db` itself inside its own transaction, which on a database
    /// with a single writer would wait for itself.
    pub(super) async fn around<T>(&self, handled: impl Future<Output = T> + Send) -> T {
        if !cfg!(debug_assertions) {
            return handled.await;
        }
        match self.transaction().await {
            Ok(tx) => tx.around(handled).await,
            Err(_) => handled.await,
        }
    }

    fn take(&self) -> Option<Arc<Transaction>> {
        match std::mem::replace(&mut *self.state(), State::Over) {
            State::Open(tx) => Some(tx),
            State::Unused | State::Over => None,
        }
    }

    /// Rolls back by dropping.
    pub(super) fn forget(&self) {
        drop(self.take());
    }

    /// Commits or rolls back. In a task of its own, so that a commit that has begun comes to its end.
    pub(super) async fn end(&self, commit: bool) -> Result<(), Error> {
        let Some(tx) = self.take() else {
            return Ok(());
        };
        let Some(tx) = Arc::into_inner(tx) else {
            // It is rolled back when the last one lets it go.
            return match commit {
                true => Err(kept()),
                false => Ok(()),
            };
        };
        let ending = async move {
            match commit {
                true => tx.commit().await,
                false => tx.rollback().await,
            }
        };
        let ended = tokio::spawn(ending.in_current_span()).await;
        let ended = ended.unwrap_or_else(|error| {
            let what = format!("the end of the transaction was cut off: {error}");
            Err(manybase_db::Error::new(ErrorKind::OutcomeUnknown, what))
        });
        match ended {
            Ok(()) => Ok(()),
            // What the client asked for is there; to say otherwise would have it done again.
            Err(error) if error.kind() == ErrorKind::AfterCommit => {
                tracing::error!(target: "manybase::axum", %error, "a request is committed, and what follows failed");
                Ok(())
            }
            // The response is one of an error anyway.
            Err(error) if !commit => {
                tracing::warn!(target: "manybase::axum", %error, "a request could not be rolled back in order");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn kept() -> Error {
    let what = "a handler has kept its transaction beyond its response, so that it can't be committed";
    manybase_db::Error::new(ErrorKind::Transaction, what)
        .with_help("do not move `Tx` into a task or a body that outlives the handler")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TransactionLayer;
    use manybase_db::Db;

    fn slot() -> Slot {
        let db = Db::builder().connect("main", "sqlite::memory:").build().unwrap();
        Slot::new(TransactionLayer::new(db).into_settings())
    }

    #[tokio::test]
    async fn nobody_asked_and_nothing_ends() {
        let slot = slot();
        slot.end(true).await.unwrap();
        let error = slot.transaction().await.unwrap_err();
        assert!(error.to_string().contains("is over"), "{error}");
    }

    #[tokio::test]
    async fn all_who_ask_get_the_same() {
        let slot = slot();
        let (first, second) = (
            slot.transaction().await.unwrap(),
            slot.transaction().await.unwrap(),
        );
        assert!(Arc::ptr_eq(&first, &second));
        drop((first, second));
        slot.end(true).await.unwrap();
    }

    #[tokio::test]
    async fn one_that_is_kept_is_an_error_only_where_it_was_to_be_committed() {
        for commit in [true, false] {
            let slot = slot();
            let kept = slot.transaction().await.unwrap();
            assert_eq!(slot.end(commit).await.is_err(), commit);
            drop(kept);
        }
    }
}
