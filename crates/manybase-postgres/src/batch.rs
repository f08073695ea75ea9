//! Running many statements in few round trips.
//!
//! The server works through what is on the wire one by one, so statements are sent without waiting for answers.
//! It goes on behind one that fails, unless a transaction that has failed makes it refuse the rest. Hence:
//!
//! - inside a transaction, statements are sent ahead;
//! - an atomic batch brings its own `BEGIN` and `COMMIT`, sent ahead too: behind a failure the `COMMIT` rolls back;
//! - otherwise each statement waits for the one before, because nothing may happen behind a failure.
//!
//! Values are encoded as the server says, so statements are prepared first, all at once, which changes nothing.
//! That needs their tables: where one of the statements may define something, they go one by one.

use crate::bind::Params;
use crate::cache::Prepared;
use crate::connection::{PostgresConnection, check_text};
use crate::query::{check, done};
use crate::transaction::{State, is_plain};
use futures_util::future::join_all;
use manybase_driver::{Done, Result, Statement};
use std::collections::{HashMap, HashSet};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use tokio_postgres::{Client, Error};

/// Statements on the wire at a time, so that a batch of a million does not lie in memory twice.
const WINDOW: usize = 1_024;

/// A statement and its prepared form.
struct Job<'a> {
    statement: &'a Statement,
    prepared: Arc<Prepared>,
    /// From an earlier use, so that it may be out of date.
    kept: bool,
}

/// An answer that is awaited, or the failure to ask.
enum Sent<'a> {
    Flying(Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>),
    Landed(Result<u64, Error>),
}

impl<'a> Sent<'a> {
    /// Polls once, which puts the request on the wire, behind those sent before.
    async fn new(request: impl Future<Output = Result<u64, Error>> + Send + 'a) -> Self {
        let mut request = Box::pin(request);
        let first = poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx))).await;
        match first {
            Poll::Pending => Self::Flying(request),
            Poll::Ready(result) => Self::Landed(result),
        }
    }

    async fn job(client: &'a Client, job: &'a Job<'a>) -> Self {
        let values = Params::new(&job.statement.binds);
        Self::new(client.execute_raw(&job.prepared.statement, values)).await
    }

    async fn text(client: &'a Client, sql: &'a str) -> Self {
        Self::new(async move { client.batch_execute(sql).await.map(|()| 0) }).await
    }

    /// Whether it never went out: a value that does not fit.
    fn failed(&self) -> bool {
        matches!(self, Self::Landed(Err(_)))
    }

    async fn answer(self) -> Result<u64, Error> {
        match self {
            Self::Flying(request) => request.await,
            Self::Landed(result) => result,
        }
    }
}

/// What a pipeline came to.
#[derive(Default)]
struct Outcome {
    done: Vec<Done>,
    /// The first failure, with the place of its statement where it has one.
    failure: Option<(Option<usize>, Error)>,
}

impl PostgresConnection {
    pub(crate) async fn run_batch(&mut self, statements: Vec<Statement>, atomic: bool) -> Result<Vec<Done>> {
        self.run_each(&statements, atomic).await
    }

    pub(crate) async fn run_each(&mut self, statements: &[Statement], atomic: bool) -> Result<Vec<Done>> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        match (self.state, atomic) {
            (State::Inside, _) => self.inside(statements).await,
            (_, true) => self.atomically(statements).await,
            _ => self.one_by_one(statements).await,
        }
    }

    async fn one_by_one(&mut self, statements: &[Statement]) -> Result<Vec<Done>> {
        let mut all = Vec::with_capacity(statements.len());
        for statement in statements {
            all.push(self.run_execute(statement).await?);
        }
        Ok(all)
    }

    async fn inside(&mut self, statements: &[Statement]) -> Result<Vec<Done>> {
        if !statements.iter().all(|statement| is_plain(&statement.sql)) {
            return self.one_by_one(statements).await;
        }
        let jobs = self.prepare_all(statements).await?;
        let mut outcome = Outcome::default();
        for window in jobs.chunks(WINDOW) {
            outcome.run(&self.wire.client, window, [None, None]).await;
            if outcome.failure.is_some() {
                break;
            }
        }
        if self.is_outdated_batch(&jobs, &outcome) {
            // All before it is done, and nothing behind it was sent.
            let rest = &statements[outcome.done.len()..];
            outcome.done.extend(self.one_by_one(rest).await?);
            return Ok(outcome.done);
        }
        self.settle(outcome)
    }

    async fn atomically(&mut self, statements: &[Statement]) -> Result<Vec<Done>> {
        if statements.iter().all(|statement| is_plain(&statement.sql)) {
            // Where one can't be prepared, going one by one finds the failure that comes first.
            while let Ok(jobs) = self.prepare_all(statements).await {
                let outcome = self.enclosed(&jobs).await;
                if !self.is_outdated_batch(&jobs, &outcome) {
                    return self.settle(outcome);
                }
            }
        }
        self.begin_batch().await?;
        let result = match self.one_by_one(statements).await {
            Ok(all) => self.commit_transaction().await.map(|()| all),
            Err(error) => Err(error),
        };
        if result.is_err() {
            // Where this fails too, the connection is gone, and with it the transaction.
            let _ = self.roll_back().await;
        }
        result
    }

    /// Whether a kept statement may be to blame for the failure, and a second try is worth it. Where one is out of
    /// date, others may be too: all are forgotten, so that the second try is the last.
    fn is_outdated_batch(&mut self, jobs: &[Job<'_>], outcome: &Outcome) -> bool {
        let Some((Some(place), error)) = &outcome.failure else {
            return false;
        };
        let Some(job) = jobs.get(*place).filter(|job| job.kept) else {
            return false;
        };
        let outdated = self.is_outdated(job.statement, error);
        if outdated {
            jobs.iter().for_each(|job| self.cache.remove(&job.statement.sql));
        }
        outdated
    }

    async fn begin_batch(&mut self) -> Result<()> {
        self.simple("BEGIN").await?;
        self.state = State::Inside;
        Ok(())
    }

    /// `BEGIN`, the statements, and the `COMMIT`, or the `ROLLBACK` where a failure is known already.
    async fn enclosed(&mut self, jobs: &[Job<'_>]) -> Outcome {
        let client = &self.wire.client;
        self.state = State::Unknown;
        let mut outcome = Outcome::default();
        let windows = jobs.len().div_ceil(WINDOW);
        for (number, window) in jobs.chunks(WINDOW).enumerate() {
            let begin = (number == 0).then_some("BEGIN");
            let end = (number + 1 == windows).then_some("COMMIT");
            outcome.run(client, window, [begin, end]).await;
            if outcome.failure.is_some() {
                // The last window has ended the transaction itself.
                if end.is_none() {
                    let _ = client.batch_execute("ROLLBACK").await;
                }
                break;
            }
        }
        self.state = State::Outside;
        outcome
    }

    fn settle(&self, outcome: Outcome) -> Result<Vec<Done>> {
        match outcome.failure {
            Some((_, error)) => Err(self.error(&error)),
            None => Ok(outcome.done),
        }
    }

    /// Prepares what the cache does not have, in one round trip.
    async fn prepare_all<'a>(&mut self, statements: &'a [Statement]) -> Result<Vec<Job<'a>>> {
        let mut known: HashMap<&str, (Arc<Prepared>, bool)> = HashMap::new();
        let mut asked: HashSet<&str> = HashSet::new();
        let mut missing: Vec<&Statement> = Vec::new();
        for statement in statements {
            check(statement)?;
            let sql = &*statement.sql;
            if known.contains_key(sql) || asked.contains(sql) {
                continue;
            }
            match self.cache.get(sql) {
                Some(prepared) => drop(known.insert(sql, (prepared, true))),
                None => {
                    check_text(sql)?;
                    asked.insert(sql);
                    missing.push(statement);
                }
            }
        }
        // All at once and not in turn: looking up the type of one must not wait for the answers to the others.
        let client = &self.wire.client;
        let prepared = join_all(missing.iter().map(|statement| client.prepare(&statement.sql))).await;
        for (statement, prepared) in missing.into_iter().zip(prepared) {
            let prepared = prepared.map_err(|error| self.not_prepared(&error))?;
            known.insert(&statement.sql, (self.keep(statement, prepared), false));
        }
        let mut jobs = Vec::with_capacity(statements.len());
        for statement in statements {
            if let Some((prepared, kept)) = known.get(&*statement.sql) {
                prepared.check(statement.binds.len())?;
                jobs.push(Job {
                    statement,
                    prepared: prepared.clone(),
                    kept: *kept,
                });
            }
        }
        Ok(jobs)
    }
}

impl Outcome {
    /// Sends a window and reads all of its answers. Where a value does not fit, nothing behind it is sent.
    async fn run(&mut self, client: &Client, jobs: &[Job<'_>], [begin, end]: [Option<&str>; 2]) {
        let begin = match begin {
            Some(sql) => Some(Sent::text(client, sql).await),
            None => None,
        };
        let mut sent = Vec::with_capacity(jobs.len());
        for job in jobs {
            let request = Sent::job(client, job).await;
            let failed = request.failed();
            sent.push(request);
            if failed {
                break;
            }
        }
        let refused = sent.last().is_some_and(Sent::failed);
        let end = match end {
            Some(_) if refused => Some(Sent::text(client, "ROLLBACK").await),
            Some(sql) => Some(Sent::text(client, sql).await),
            None => None,
        };
        if let Some(begin) = begin {
            self.note(None, begin.answer().await);
        }
        for (request, job) in sent.into_iter().zip(jobs) {
            let place = self.done.len();
            if let Some(affected) = self.note(Some(place), request.answer().await) {
                self.done.push(done(job.statement, affected));
            }
        }
        if let Some(end) = end {
            self.note(None, end.answer().await);
        }
    }

    fn note(&mut self, place: Option<usize>, answer: Result<u64, Error>) -> Option<u64> {
        match answer {
            Ok(affected) => Some(affected),
            Err(error) => {
                self.failure.get_or_insert((place, error));
                None
            }
        }
    }
}
