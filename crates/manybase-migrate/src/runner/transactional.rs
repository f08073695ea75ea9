//! A migration as one transaction, with its row of the history.

use super::Direction;
use super::work::Work;
use crate::Problem;
use crate::history::{History, Rows, State, truth};
use crate::set::{StepBody, upkeep};
use manybase_db::{Lease, Result, Transaction};
use manybase_driver::{Statement, fault};
use manybase_sql::upkeep::ForeignKeySwitch;
use std::collections::BTreeMap;

pub(super) async fn run(work: &Work<'_>) -> Result<bool> {
    let switch = match work.script.foreign_keys_off {
        true => switch_off(work).await?,
        false => None,
    };
    let ran = in_transaction(work, switch).await;
    if let Some(switch) = switch {
        // A switch inside a transaction would do nothing, without a word.
        let mut lease = work.ground.lease().await?;
        lease.script(switch.on.to_owned()).await?;
    }
    ran
}

/// Leaves foreign keys unchecked on the one connection that can write; `None` when they are not checked anyhow.
async fn switch_off(work: &Work<'_>) -> Result<Option<ForeignKeySwitch>> {
    let mut lease = work.ground.lease().await?;
    let Some(switch) = upkeep(lease.dialect()).foreign_keys else {
        return Ok(None);
    };
    if !truth(&mut lease, switch.ask).await? {
        return Ok(None);
    }
    lease.script(switch.off.to_owned()).await?;
    Ok(Some(switch))
}

async fn in_transaction(work: &Work<'_>, switch: Option<ForeignKeySwitch>) -> Result<bool> {
    let tx = work.begin().await?;
    match all(work, &tx, switch).await {
        Ok(true) => {
            fault::point("migrate-commit-before");
            tx.commit().await?;
            fault::point("migrate-commit-after");
            Ok(true)
        }
        Ok(false) => tx.rollback().await.map(|()| false),
        Err(error) => {
            if let Err(error) = tx.rollback().await {
                tracing::debug!(target: "manybase::migrate", %error, "could not roll back");
            }
            Err(error)
        }
    }
}

async fn all(work: &Work<'_>, tx: &Transaction, switch: Option<ForeignKeySwitch>) -> Result<bool> {
    let mut lease = work.lease_in(tx).await?;
    // Again, and inside: where there is no other lock, the transaction is the lock.
    let there = History::one(&mut lease, work.migration.name()).await?.is_some();
    if there == (work.direction == Direction::Up) {
        return Ok(false);
    }
    let switch = switch.and_then(|switch| switch.violations);
    let before = violations(&mut lease, switch).await?;
    for (at, step) in work.script.steps.iter().enumerate() {
        work.refuse(&mut lease, at).await?;
        work.step(at);
        fault::point("migrate-step-before");
        let done = match &step.body {
            StepBody::Sql(statement) => lease.script(statement.text.clone()).await,
            StepBody::Rust => {
                drop(lease);
                let done = work.run_rust(tx).await;
                lease = match done {
                    Ok(()) => work.lease_in(tx).await?,
                    Err(error) => return Err(work.at(at, &error)),
                };
                Ok(())
            }
        };
        done.map_err(|error| work.at(at, &error))?;
        fault::point("migrate-step-after");
    }
    let tables: Vec<String> = violations(&mut lease, switch)
        .await?
        .into_iter()
        .filter(|(reference, count)| *count > before.get(reference).copied().unwrap_or(0))
        .map(|((table, _), _)| table)
        .collect();
    if !tables.is_empty() {
        return Err(Problem::ForeignKeys {
            migration: work.migration.name().to_owned(),
            tables,
        }
        .into());
    }
    match work.direction {
        Direction::Up => History::insert(&mut lease, &work.row(State::Applied)).await?,
        Direction::Down => History::delete(&mut lease, work.migration.name()).await?,
    }
    Ok(true)
}

/// How many rows of each table lead nowhere, by what they refer to.
async fn violations(
    lease: &mut Lease<'_>,
    query: Option<&'static str>,
) -> Result<BTreeMap<(String, String), usize>> {
    let mut counts = BTreeMap::new();
    let Some(query) = query else {
        return Ok(counts);
    };
    let rows = Rows::new(|row| {
        let text = |index| -> Result<String> { Ok(row.str(index)?.unwrap_or_default().to_owned()) };
        Ok((text(0)?, text(1)?))
    });
    for reference in lease
        .query(Statement::write(query, vec![]).once(), rows)
        .await?
        .kept
    {
        *counts.entry(reference).or_default() += 1;
    }
    Ok(counts)
}
