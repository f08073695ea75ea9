//! A session, and what is open on it: a transaction and savepoints, each of which may have failed.

use crate::{Error, ErrorKind, Result};
use manybase_driver::{BranchId, Dialect, Pool, Session, TransactionOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A name that no other frame has, so that a frame whose owner is gone is told from one that took its place.
pub(crate) fn next_tag() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What to do on a database without savepoints.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Savepoints {
    /// Refuse: the user asked for one.
    Required,
    /// Go on without; undoing then fails the transaction.
    OrNone,
}

pub(crate) struct Work {
    session: Session,
    dialect: &'static dyn Dialect,
    /// The first is the transaction, the others are savepoints; a frame's place is its savepoint's depth.
    frames: Vec<Frame>,
    /// The attached database that statements are for; `None` is the session's own.
    focus: Option<Arc<str>>,
    /// When the transaction must have come to its end.
    deadline: Option<Deadline>,
}

/// When a transaction over several databases must have come to its end, and the limit that it comes from. Each
/// server sees only its own part of a deadlock, and none would ever end it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: tokio::time::Instant,
    pub(crate) limit: Duration,
}

impl Deadline {
    pub(crate) fn error(&self) -> Error {
        Error::new(
            ErrorKind::Timeout,
            format!("the transaction took longer than {:.1?}", self.limit),
        )
        .with_help("raise its `timeout`, or do less in it")
    }
}

/// Ends a call at the deadline, where there is one.
pub(crate) async fn limited<T>(
    deadline: Option<Deadline>,
    call: impl Future<Output = Result<T>>,
) -> Result<T> {
    match deadline {
        None => call.await,
        Some(deadline) => match tokio::time::timeout_at(deadline.at, call).await {
            Ok(result) => result,
            Err(_) => Err(deadline.error()),
        },
    }
}

struct Frame {
    tag: u64,
    /// Whether there is really a savepoint.
    real: bool,
    failed: Option<Error>,
}

impl Work {
    pub(crate) fn new(pool: &Pool, session: Session) -> Self {
        let dialect = session.dialect().unwrap_or_else(|_| pool.dialect());
        Self {
            session,
            dialect,
            frames: Vec::new(),
            focus: None,
            deadline: None,
        }
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Whether statements may run: no frame has failed.
    pub(crate) fn check(&mut self) -> Result<()> {
        if self.session.is_broken() {
            self.fail_all(&cut_off());
        }
        match self.frames.iter().find_map(|frame| frame.failed.as_ref()) {
            Some(first) => Err(failure(first)),
            None => Ok(()),
        }
    }

    /// Remembers an error of a statement. After one that comes from the database nothing more may run before the
    /// innermost frame is rolled back: PostgreSQL keeps to that by itself, the others would go on and commit half.
    pub(crate) fn note(&mut self, error: &Error, half_done: bool) {
        let whole = matches!(
            error.kind(),
            // After these the database has undone the transaction, or has nothing else left to offer.
            ErrorKind::Deadlock | ErrorKind::Serialization | ErrorKind::ConnectionLost
        );
        if whole || self.session.is_broken() {
            self.fail_all(error);
        } else if half_done || error.code().is_some() {
            self.fail_last(error);
        }
    }

    fn fail_all(&mut self, error: &Error) {
        if let Some(frame) = self.frames.first_mut() {
            frame.failed.get_or_insert_with(|| error.clone());
        }
    }

    fn fail_last(&mut self, error: &Error) {
        if let Some(frame) = self.frames.last_mut() {
            frame.failed.get_or_insert_with(|| error.clone());
        }
    }

    /// Begins a transaction, or sets a savepoint in the one that is open.
    pub(crate) async fn open(
        &mut self,
        tag: u64,
        options: TransactionOptions,
        savepoints: Savepoints,
    ) -> Result<()> {
        let mut real = true;
        match u32::try_from(self.frames.len()) {
            Ok(0) => self.session.begin(options).await?,
            Ok(depth) if self.dialect.capability().savepoints => {
                if let Err(error) = self.session.savepoint(depth).await {
                    self.note(&error, true);
                    return Err(error);
                }
            }
            _ if savepoints == Savepoints::OrNone => real = false,
            _ => return Err(self.no_savepoints()),
        }
        self.frames.push(Frame {
            tag,
            real,
            failed: None,
        });
        Ok(())
    }

    /// Begins a branch, whose name is known from the start.
    pub(crate) async fn open_branch(
        &mut self,
        tag: u64,
        id: &BranchId,
        options: TransactionOptions,
    ) -> Result<()> {
        self.session.begin_branch(id, options).await?;
        self.frames.push(Frame {
            tag,
            real: true,
            failed: None,
        });
        Ok(())
    }

    /// Leads the statements that follow to an attached database, or to the session's own.
    pub(crate) async fn focus(&mut self, schema: Option<&Arc<str>>) -> Result<()> {
        if self.focus.as_ref() != schema {
            self.session
                .focus(schema.map(|schema| schema.to_string()))
                .await?;
            self.focus = schema.cloned();
        }
        Ok(())
    }

    pub(crate) fn deadline(&self) -> Option<Deadline> {
        self.deadline
    }

    pub(crate) fn set_deadline(&mut self, deadline: Option<Deadline>) {
        self.deadline = deadline;
    }

    /// The session, with whatever is open on it.
    pub(crate) fn into_session(self) -> Session {
        self.session
    }

    /// Ends the innermost frame and keeps its work, or undoes it when something in it has failed.
    pub(crate) async fn keep(&mut self) -> Result<()> {
        if let Err(failed) = self.check() {
            if let Err(error) = self.undo().await {
                tracing::debug!(target: "manybase::transaction", connection = &**self.session.name(), %error, "could not roll back");
            }
            return Err(failed);
        }
        let Some(frame) = self.frames.last() else {
            return Ok(());
        };
        match self.frames.len() {
            1 => self.commit().await,
            len => {
                if frame.real
                    && let Err(error) = self.session.release(depth(len)).await
                {
                    self.fail_all(&error);
                    return Err(error);
                }
                self.frames.pop();
                Ok(())
            }
        }
    }

    async fn commit(&mut self) -> Result<()> {
        let result = self.session.commit().await;
        self.frames.clear();
        let Err(error) = result else { return Ok(()) };
        if self.session.is_broken() {
            return Err(unknown_outcome(error));
        }
        // Locks must not wait for the session to be reset.
        if let Err(error) = self.session.rollback().await {
            tracing::debug!(target: "manybase::transaction", connection = &**self.session.name(), %error, "could not roll back");
        }
        Err(error)
    }

    /// Ends the innermost frame and undoes its work.
    pub(crate) async fn undo(&mut self) -> Result<()> {
        if self.session.is_broken() {
            self.fail_all(&cut_off());
        }
        let len = self.frames.len();
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let Some(whole) = self.frames.first() else {
            // A broken session is rolled back by being thrown away.
            return match self.session.is_broken() {
                true => Ok(()),
                false => self
                    .session
                    .rollback()
                    .await
                    .or_else(|error| match error.is_connection_lost() {
                        true => Ok(()),
                        false => Err(error),
                    }),
            };
        };
        if whole.failed.is_some() {
            // There may be no savepoint any more, and only the whole can be rolled back.
            return Ok(());
        }
        if !frame.real {
            let error = frame.failed.unwrap_or_else(|| {
                Error::new(
                    ErrorKind::Unsupported,
                    format!(
                        "a part of it was to be undone, and {} has no savepoints",
                        self.dialect.name()
                    ),
                )
            });
            self.fail_last(&error);
            return Ok(());
        }
        let undone = self.session.rollback_to(depth(len)).await;
        if let Err(error) = &undone {
            self.fail_all(error);
        }
        undone
    }

    /// Ends all frames and undoes their work.
    pub(crate) async fn undo_all(&mut self) -> Result<()> {
        self.frames.truncate(1);
        self.undo().await
    }

    /// Undoes frames whose owners are gone: a nested transaction whose future was dropped, a unit that nobody ended.
    pub(crate) async fn trim(&mut self, owners: &[u64]) -> Result<()> {
        let good = self
            .frames
            .iter()
            .zip(owners)
            .take_while(|(frame, owner)| frame.tag == **owner)
            .count();
        while self.frames.len() > good {
            // One rollback undoes them all.
            self.frames.truncate(good + 1);
            self.undo().await?;
        }
        Ok(())
    }

    fn no_savepoints(&self) -> Error {
        Error::new(
            ErrorKind::Unsupported,
            format!(
                "{} has no savepoints, which a nested transaction needs",
                self.dialect.name()
            ),
        )
        .with_connection(self.session.name().clone())
        .with_help("use the outer transaction, or a second one after it")
    }
}

/// The savepoint's depth of the last of so many frames.
fn depth(frames: usize) -> u32 {
    u32::try_from(frames - 1).unwrap_or(u32::MAX)
}

fn cut_off() -> Error {
    Error::new(ErrorKind::ConnectionLost, "a statement was cut off in the middle")
}

pub(crate) fn failure(first: &Error) -> Error {
    Error::new(
        ErrorKind::Transaction,
        format!("the transaction failed at: {first}"),
    )
    .with_help("roll back, or run what may fail in a nested transaction")
    .with_source(first.clone())
}

fn unknown_outcome(error: Error) -> Error {
    Error::new(
        ErrorKind::OutcomeUnknown,
        format!(
            "{}; it happened in the commit, so that the outcome is not known",
            error.message()
        ),
    )
    .with_help("look whether the work is there before doing it again")
    .with_source(error)
}
