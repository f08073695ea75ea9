//! `manybase saga list`

use super::Log;
use super::view::{moment, state};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::{Args, ValueEnum};
use manybase_saga::{SagaFilter, SagaId, SagaState, SagaSummary};
use serde::Serialize;

/// List sagas, the newest first
///
/// Ends with 1 when one of them is stuck.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase saga list";
    "manybase saga list --state stuck --state running --log erp";
    "manybase saga list --name create-user --limit 10 --json"
))]
pub(crate) struct List {
    /// Only those in this state; may be given several times
    #[arg(long = "state", value_name = "STATE", value_enum)]
    states: Vec<State>,
    /// Only those of this definition
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: u64,
    /// Older ones than this: the next page
    #[arg(long, value_name = "ID")]
    before: Option<SagaId>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Running,
    Compensating,
    Completed,
    Compensated,
    Stuck,
}

#[derive(Serialize)]
struct Document<'d> {
    log: &'d str,
    sagas: &'d [SagaSummary],
}

impl List {
    pub(crate) async fn run(self, cx: &mut Context<'_>, log: &Log) -> Result<Status> {
        let mut filter = SagaFilter::new().limit(self.limit);
        for state in &self.states {
            filter = filter.state(state.of_saga());
        }
        if let Some(name) = &self.name {
            filter = filter.name(name);
        }
        if let Some(before) = self.before {
            filter = filter.before(before);
        }
        let progress = cx.out.progress("reading the log");
        let sagas = log.sagas.list(&filter).await;
        drop(progress);
        let sagas = sagas?;

        let rows = sagas.iter().map(|saga| {
            [
                saga.id.to_string(),
                saga.name.clone(),
                state(saga, &cx.out),
                saga.step.clone().unwrap_or_default(),
                moment(saga.updated),
                saga.error
                    .clone()
                    .or_else(|| saga.cause.clone())
                    .unwrap_or_default(),
            ]
        });
        let rows: Vec<_> = rows.collect();
        cx.out
            .table(["ID", "NAME", "STATE", "STEP", "LAST CHANGE", "ERROR"], rows);
        if sagas.is_empty() {
            cx.out
                .line(&format!("there are none in the log on {}", log.connection));
        }
        if u64::try_from(sagas.len()).is_ok_and(|listed| listed == self.limit)
            && let Some(last) = sagas.last()
        {
            cx.out.note(&format!("there may be more: --before {}", last.id));
        }
        let stuck = sagas.iter().any(|saga| saga.state == SagaState::Stuck);
        if stuck {
            cx.out
                .note("`manybase saga show ID` tells why one is stuck, and what to do");
        }
        cx.out.document(&Document {
            log: &log.connection,
            sagas: &sagas,
        });
        Ok(Status::act_if(stuck))
    }
}

impl State {
    fn of_saga(self) -> SagaState {
        match self {
            Self::Running => SagaState::Running,
            Self::Compensating => SagaState::Compensating,
            Self::Completed => SagaState::Completed,
            Self::Compensated => SagaState::Compensated,
            Self::Stuck => SagaState::Stuck,
        }
    }
}
