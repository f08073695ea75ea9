//! Taking sagas, so that nobody else runs them meanwhile.

use super::{Log, RETRIES};
use crate::SagaState;
use crate::clock::later;
use crate::definition::Definition;
use crate::tables::SagaRow;
use manybase_db::{Executor, Result, Route, Transaction, TransactionSettings};
use manybase_driver::fault;
use manybase_record::prelude::*;
use manybase_sql::{Capability, IsolationLevel};
use std::sync::Arc;
use std::time::Duration;

/// What a runner can run, and how long others wait for it.
pub(crate) struct Runnable {
    pub(crate) definitions: Vec<Arc<Definition>>,
    pub(crate) grace: Duration,
}

impl Runnable {
    fn lease(&self, row: &SagaRow) -> Duration {
        let mut all = self.definitions.iter();
        let definition = all.find(|one| *one.name == *row.name && one.version == row.version);
        let attempt = definition.map(|one| one.timeout(row.step.as_deref()));
        attempt.unwrap_or_default() + self.grace
    }
}

impl Log {
    /// Takes a saga as it was read, unless somebody was faster. It comes back with the lease of its former holder.
    pub(crate) async fn claim(&self, row: SagaRow, lease: Duration) -> Result<Option<SagaRow>> {
        fault::point("saga-claim-before");
        let claimed = self.take(&self.db, row, lease).await?;
        fault::point("saga-claim-after");
        Ok(claimed)
    }

    /// Takes sagas that are due, and that this program can run.
    pub(crate) async fn claim_due(&self, limit: u64, runnable: &Runnable) -> Result<Vec<SagaRow>> {
        let on = self.on(&self.db);
        // Without a lock first: mostly nothing is due, and then nobody is to wait.
        if runnable.definitions.is_empty() || !self.due(limit, runnable).exists(&on).await? {
            return Ok(Vec::new());
        }
        fault::point("saga-claim-before");
        let can = on.dialect(Route::default())?.capability();
        let claimed = self
            .db
            .using(self.connection.clone())
            .transaction_with(settings(can))
            .run(async |tx| self.claim_in(tx, limit, runnable, can).await)
            .await?;
        fault::point("saga-claim-after");
        Ok(claimed)
    }

    async fn claim_in(
        &self,
        tx: &Transaction,
        limit: u64,
        runnable: &Runnable,
        can: &Capability,
    ) -> Result<Vec<SagaRow>> {
        let mut query = self.due(limit, runnable);
        // Several runners then get different ones. Without it the token decides between them.
        if can.row_locks && can.skip_locked {
            query = query.for_update().skip_locked();
        }
        let mut claimed = Vec::new();
        for row in query.all(&self.on(tx)).await? {
            let lease = runnable.lease(&row);
            claimed.extend(self.take(tx, row.into_inner(), lease).await?);
        }
        Ok(claimed)
    }

    /// By state and time, never by position: a saga that was committed late must not be passed over.
    fn due(&self, limit: u64, runnable: &Runnable) -> Query<SagaRow> {
        let now = self.clock.now();
        let live = SagaRow::filter(|c| {
            c.state.in_list([SagaState::Running, SagaState::Compensating]) & c.next_attempt_at.le(now)
        });
        let known = runnable.definitions.iter().map(|one| {
            let (name, version) = (&*one.name, one.version);
            move |c: &<SagaRow as Model>::Columns| c.name.eq(name) & c.version.eq(version)
        });
        live.filter(|c| {
            known
                .map(|known| known(&c))
                .reduce(|a, b| a | b)
                .unwrap_or_else(|| c.name.eq("") & c.name.ne(""))
        })
        .order_by(|c| c.next_attempt_at.asc())
        .limit(limit)
    }

    async fn take(&self, on: &dyn Executor, row: SagaRow, lease: Duration) -> Result<Option<SagaRow>> {
        let now = self.clock.now();
        let mut next = row.clone();
        next.token += 1;
        next.attempt = row.attempt.saturating_add(1);
        next.since = row.since.or(Some(now));
        next.updated = now;
        let until = Some(later(now, lease));
        let taken = SagaRow::filter(|c| c.id.eq(row.id) & c.token.eq(row.token))
            .update(&self.on(on), |c| {
                vec![
                    c.token.set(next.token),
                    c.attempt.set(next.attempt),
                    c.since.set(next.since),
                    c.next_attempt_at.set(until),
                    c.lease_until.set(until),
                    c.updated.set(now),
                ]
            })
            .await?;
        // The lease of the former holder stays in the row: it tells that the last attempt was cut off.
        Ok((taken > 0).then_some(next))
    }
}

/// Reading what is committed is enough, and locks fewer gaps where the database locks gaps.
fn settings(can: &Capability) -> TransactionSettings {
    let settings = TransactionSettings::new().retries(RETRIES);
    match can.isolation_levels.contains(&IsolationLevel::ReadCommitted) {
        true => settings.isolation(IsolationLevel::ReadCommitted),
        false => settings,
    }
}
