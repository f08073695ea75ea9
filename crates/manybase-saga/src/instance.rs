//! A saga that has begun, and what follows from what: no I/O, no clock, no definition.

use crate::clock::later;
use crate::tables::{SagaRow, StepRow};
use crate::{Data, Retry, SagaState, StepKind, StepState};
use chrono::{DateTime, Utc};
use manybase_db::Result;
use std::time::Duration;

/// Errors are kept up to this length: some servers answer with whole pages.
const ERROR: usize = 4_000;

/// A saga's rows in the log.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    pub(crate) saga: SagaRow,
    /// By position.
    pub(crate) steps: Vec<StepRow>,
}

/// What is to be done: the action or the compensation of the step at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Action(usize),
    Compensation(usize),
}

impl Op {
    pub(crate) fn position(self) -> usize {
        match self {
            Self::Action(at) | Self::Compensation(at) => at,
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// It has had its effect, now or before.
    Done(Data),
    /// Compensations: there has been no effect to undo, and there will be none.
    RuledOut,
    /// Compensations: the action, which was given up, turned out to have had its effect, and can't be undone.
    Happened(Data),
    Failed(Failure),
}

#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) fatal: bool,
    /// The pause that was asked for.
    pub(crate) after: Option<Duration>,
    /// It may have had its effect all the same.
    pub(crate) unsure: bool,
}

/// What the runner does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The next step.
    Go,
    /// Nothing before this time.
    Wait(DateTime<Utc>),
    /// Nothing: somebody else takes it.
    Release,
    /// Nothing any more, or not before somebody has looked at it.
    Over,
}

/// What the end of an attempt is judged by.
pub(crate) struct Rules<'r> {
    pub(crate) now: DateTime<Utc>,
    /// Of the step that was attempted.
    pub(crate) retry: Retry,
    /// How long an attempt at each step keeps others from the saga.
    pub(crate) leases: &'r [Duration],
    /// Whether the runner wants to stop.
    pub(crate) stopping: bool,
}

impl Instance {
    /// What is to be done, if anything is.
    pub(crate) fn next(&self) -> Option<Op> {
        if self.saga.state.is_over() {
            return None;
        }
        if !self.saga.compensating {
            let first = self
                .steps
                .iter()
                .position(|step| step.state == StepState::Pending);
            return first.map(Op::Action);
        }
        let last = self.steps.iter().rposition(|step| match step.state {
            StepState::Done => step.compensable,
            // In a transaction it can be ruled out even without a compensation.
            StepState::Unsure => step.compensable || step.kind == StepKind::Transaction,
            _ => false,
        });
        last.map(Op::Compensation)
    }

    /// Whether there is no way back.
    pub(crate) fn past_pivot(&self) -> bool {
        self.steps
            .iter()
            .any(|step| step.pivot && matches!(step.state, StepState::Done | StepState::Skipped))
    }

    /// All values, later ones over earlier ones.
    pub(crate) fn data(&self) -> Result<Data> {
        let mut data = Data::default();
        for step in &self.steps {
            data.take(Data::from_text(step.data.as_deref())?);
        }
        for step in self.steps.iter().rev() {
            data.take(Data::from_text(step.undo_data.as_deref())?);
        }
        Ok(data)
    }

    /// Somebody had it until now, and may have been cut off in the middle of an action.
    pub(crate) fn taken_over(&mut self) {
        if self.saga.lease_until.is_some()
            && let Some(Op::Action(at)) = self.next()
            && let Some(step) = self.steps.get_mut(at)
        {
            step.unsure = true;
        }
    }

    /// Follows from the end of an attempt.
    pub(crate) fn end(&mut self, op: Op, end: End, rules: &Rules<'_>) -> Then {
        self.saga.updated = rules.now;
        let attempt = self.saga.attempt;
        if let Some(step) = self.steps.get_mut(op.position()) {
            step.updated = rules.now;
            match op {
                Op::Action(_) => step.attempt = attempt,
                Op::Compensation(_) => step.undo_attempt = attempt,
            }
        }
        match end {
            End::Failed(failure) => self.failed(op, failure, rules),
            end => {
                self.succeeded(op, end);
                self.go(rules)
            }
        }
    }

    fn succeeded(&mut self, op: Op, end: End) {
        self.saga.error = None;
        let Some(step) = self.steps.get_mut(op.position()) else {
            return;
        };
        match op {
            Op::Action(_) => step.error = None,
            Op::Compensation(_) => step.undo_error = None,
        }
        match (op, end) {
            (Op::Action(_), End::Done(data)) => {
                step.state = StepState::Done;
                step.data = data.to_text();
            }
            (Op::Compensation(_), End::Done(data)) => {
                step.state = StepState::Compensated;
                step.undo_data = data.to_text();
            }
            (_, End::Happened(data)) => {
                step.state = StepState::Done;
                step.data = data.to_text();
                // Nothing has been undone so far: this step is the one that was given up. What somebody wants undone
                // goes back all the same, unless there is no way back.
                if step.pivot || !self.saga.aborted {
                    self.saga.compensating = false;
                    self.saga.state = SagaState::Running;
                    self.saga.cause = None;
                }
            }
            _ => step.state = StepState::RuledOut,
        }
    }

    fn failed(&mut self, op: Op, failure: Failure, rules: &Rules<'_>) -> Then {
        let message = cut(failure.message);
        let past_pivot = self.past_pivot();
        let attempt = self.saga.attempt;
        let pause = rules.retry.pause(attempt).max(failure.after.unwrap_or_default());
        let since = self.saga.since.unwrap_or(rules.now);
        let since = (rules.now - since).to_std().unwrap_or_default();
        let forward = matches!(op, Op::Action(_));
        let again = !failure.fatal && ((forward && past_pivot) || rules.retry.allows(attempt, since, pause));
        let Some(step) = self.steps.get_mut(op.position()) else {
            return Then::Over;
        };
        match op {
            Op::Action(_) => {
                step.error = Some(message.clone());
                step.unsure |= failure.unsure;
            }
            Op::Compensation(_) => step.undo_error = Some(message.clone()),
        }
        self.saga.error = Some(message.clone());
        if again {
            let due = later(rules.now, pause);
            self.rest(Some(due));
            return Then::Wait(due);
        }
        // Whether a call has happened is for somebody to find out, where nothing undoes it and all depends on it.
        let open = step.pivot && step.unsure && step.kind == StepKind::Call && !step.compensable;
        if !forward || past_pivot || open {
            self.saga.state = SagaState::Stuck;
            self.rest(None);
            return Then::Over;
        }
        step.state = given_up(step.unsure);
        self.turn_back(message);
        self.go(rules)
    }

    /// From here on it undoes.
    pub(crate) fn turn_back(&mut self, cause: String) {
        self.saga.error = None;
        self.saga.cause = Some(cut(cause));
        self.saga.compensating = true;
        self.saga.state = SagaState::Compensating;
    }

    /// Begins what comes next, or ends it.
    fn go(&mut self, rules: &Rules<'_>) -> Then {
        self.rest(Some(rules.now));
        self.saga.attempt = 0;
        self.saga.since = None;
        let Some(next) = self.point() else {
            self.saga.next_attempt_at = None;
            return Then::Over;
        };
        if rules.stopping {
            return Then::Release;
        }
        let lease = rules.leases.get(next.position()).copied().unwrap_or_default();
        let until = later(rules.now, lease);
        self.saga.attempt = 1;
        self.saga.since = Some(rules.now);
        self.saga.next_attempt_at = Some(until);
        self.saga.lease_until = Some(until);
        Then::Go
    }

    /// Names the step that comes next; without one the saga is over.
    pub(crate) fn point(&mut self) -> Option<Op> {
        let next = self.next();
        match next {
            Some(op) => self.saga.step = self.steps.get(op.position()).map(|step| step.step.clone()),
            None => {
                self.saga.step = None;
                self.saga.state = match self.saga.compensating {
                    true => SagaState::Compensated,
                    false => SagaState::Completed,
                };
            }
        }
        next
    }

    /// Nobody has it, and nobody takes it before this time.
    pub(crate) fn rest(&mut self, until: Option<DateTime<Utc>>) {
        self.saga.next_attempt_at = until;
        self.saga.lease_until = None;
    }
}

/// The state of a step that no further attempt is made at.
pub(crate) fn given_up(unsure: bool) -> StepState {
    match unsure {
        true => StepState::Unsure,
        false => StepState::Failed,
    }
}

fn cut(mut message: String) -> String {
    if let Some((at, _)) = message.char_indices().nth(ERROR) {
        message.truncate(at);
        message.push('…');
    }
    message
}
