//! Running many statements in few round trips.
//!
//! The server works through what is on the wire one by one, so statements are sent without waiting for answers, as groups:
//! behind one that fails it passes over the rest of the group, but undoes only what belongs to a transaction. Hence:
//!
//! - inside a transaction, statements are sent ahead;
//! - an atomic batch brings its own `BEGIN` and `COMMIT`, sent ahead too: behind a failure the `COMMIT` rolls back;
//! - otherwise each statement waits for the one before, because what it did has to be known whatever comes behind it.
//!
//! Values are encoded as the server says, so statements are prepared first, all at once, which changes nothing.
//! That needs their tables: where one of the statements may define something, they go one by one.

use crate::cache::Prepared;
use crate::connection::{PostgresConnection, check_text};
use crate::group::{Outcome, Request};
use crate::query::{check, done};
use crate::transaction::{State, is_plain};
use crate::wire::{Failure, Link};
use manybase_driver::{Done, Result, Statement, TransactionOptions};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Statements on the wire at a time, so that a batch of a million does not lie in memory twice.
const WINDOW: usize = 1_024;

/// A statement and its prepared form.
struct Job<'a> {
    statement: &'a Statement,
    prepared: Arc<Prepared>,
    /// From an earlier use, so that it may be out of date.
    kept: bool,
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
            outcome.run(self.wire.link(), window.iter(), [None; 3]).await;
            if outcome.failure.is_some() {
                break;
            }
        }
        if self.is_outdated_batch(&jobs, &outcome) {
            // All before it is done, and nothing behind it was sent.
            let (done, rest) = statements.split_at(outcome.done.len());
            let mut all = outcome.told(done);
            all.extend(self.one_by_one(rest).await?);
            return Ok(all);
        }
        self.settle(outcome, statements)
    }

    async fn atomically(&mut self, statements: &[Statement]) -> Result<Vec<Done>> {
        if statements.iter().all(|statement| is_plain(&statement.sql)) {
            // Where one can't be prepared, going one by one finds the failure that comes first.
            while let Ok(jobs) = self.prepare_all(statements).await {
                let outcome = self.enclosed(&jobs).await;
                if !self.is_outdated_batch(&jobs, &outcome) {
                    return self.settle(outcome, statements);
                }
            }
        }
        self.begin_now(TransactionOptions::default(), self.state).await?;
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
        let Some((Some(place), failure)) = &outcome.failure else {
            return false;
        };
        let Some(job) = jobs.get(*place).filter(|job| job.kept) else {
            return false;
        };
        let outdated = self.is_outdated(job.statement, failure);
        if outdated {
            jobs.iter().for_each(|job| self.cache.remove(&job.statement.sql));
        }
        outdated
    }

    /// `BEGIN`, the statements, and the `COMMIT`, or the `ROLLBACK` where a failure is known already.
    async fn enclosed(&mut self, jobs: &[Job<'_>]) -> Outcome {
        let link = self.wire.link();
        self.state = State::Unknown;
        let mut outcome = Outcome::default();
        let windows = jobs.len().div_ceil(WINDOW);
        for (number, window) in jobs.chunks(WINDOW).enumerate() {
            let begin = (number == 0).then_some("BEGIN");
            let end = (number + 1 == windows).then_some("COMMIT");
            outcome
                .run(link, window.iter(), [begin, end, end.map(|_| "ROLLBACK")])
                .await;
            if outcome.failure.is_some() {
                // The last window has ended the transaction itself.
                if end.is_none() {
                    let _ = link.simple("ROLLBACK").await;
                }
                break;
            }
        }
        self.state = State::Outside;
        outcome
    }

    fn settle(&mut self, outcome: Outcome, statements: &[Statement]) -> Result<Vec<Done>> {
        match outcome.failure {
            Some((_, failure)) => Err(self.error(&failure)),
            None => Ok(outcome.told(statements)),
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
        for (statement, prepared) in missing.iter().zip(self.prepare_new(&missing).await) {
            let prepared = prepared.map_err(|failure| self.error(&failure))?;
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

    /// Prepares statements, all at once.
    async fn prepare_new(&mut self, statements: &[&Statement]) -> Vec<Result<Prepared, Failure>> {
        let link = self.wire.link();
        let mut names = Vec::with_capacity(statements.len());
        for statement in statements {
            names.push(link.prepare(&statement.sql));
            link.send_ahead().await;
        }
        let mut described = Vec::with_capacity(statements.len());
        for name in names {
            described.push(match name {
                Ok(name) => link.prepared(name).await,
                Err(failure) => Err(failure),
            });
        }
        // Looking up the type of one has to wait for the answers to the others.
        let mut all = Vec::with_capacity(statements.len());
        for described in described {
            all.push(match described {
                Ok(described) => self.resolve(described).await,
                Err(failure) => Err(failure),
            });
        }
        all
    }
}

impl Request for &Job<'_> {
    fn ask(self, link: &mut Link) -> Result<(), Failure> {
        link.ask(self.prepared.name, &self.prepared.with(&self.statement.binds))
    }
}

impl Outcome {
    /// What the statements did, as far as they are done.
    fn told(&self, statements: &[Statement]) -> Vec<Done> {
        let each = statements.iter().zip(&self.done);
        each.map(|(statement, rows)| done(statement, *rows)).collect()
    }
}
