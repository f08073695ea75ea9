//! What several of these commands show.

use super::Log;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{Mark, Output};
use crate::status::Status;
use chrono::{DateTime, SecondsFormat, Utc};
use manybase_saga::{Data, SagaDetails, SagaId, SagaState, SagaSummary, StepDetails, StepState};
use serde::Serialize;
use serde_json::Value;

/// A saga with its steps; with its values only when somebody asks for them, because they are the users' data.
#[derive(Serialize)]
pub(super) struct Details<'d> {
    #[serde(flatten)]
    summary: &'d SagaSummary,
    steps: &'d [StepDetails],
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'d Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'d Data>,
}

impl<'d> Details<'d> {
    pub(super) fn of(details: &'d SagaDetails, with_data: bool) -> Self {
        Self {
            summary: &details.summary,
            steps: &details.steps,
            input: with_data.then_some(&details.input),
            data: with_data.then_some(&details.data),
        }
    }

    pub(super) fn print(&self, cx: &mut Context<'_>) {
        let saga = self.summary;
        cx.out.title(&format!("{} {}", saga.name, saga.id));
        let state = state(saga, &cx.out);
        let mut facts = vec![
            fact("state", state),
            fact("version", saga.version.to_string()),
            fact("started", moment(saga.created)),
            fact("last change", moment(saga.updated)),
        ];
        if let Some(next) = saga.next_attempt_at {
            facts.push(fact("next attempt", moment(next)));
        }
        let texts = [("goes back because", &saga.cause), ("last error", &saga.error)];
        let texts = texts
            .into_iter()
            .filter_map(|(name, text)| Some(fact(name, text.clone()?)));
        facts.extend(texts);
        let values = [
            ("input", self.input.map(Value::to_string)),
            ("values", self.values()),
        ];
        facts.extend(
            values
                .into_iter()
                .filter_map(|(name, text)| Some(fact(name, text?))),
        );
        cx.out.facts(facts);
        cx.out.gap();
        let rows = self.steps.iter().map(|step| row(step, &cx.out)).collect();
        cx.out.table(["STEP", "STATE", "ON", "#ATTEMPTS", "ERROR"], rows);
    }

    fn values(&self) -> Option<String> {
        self.data.and_then(|data| serde_json::to_string(data).ok())
    }

    /// The commands to run next, for one that is stuck.
    pub(super) fn help(&self, cx: &mut Context<'_>) {
        let saga = self.summary;
        if saga.state != SagaState::Stuck {
            return;
        }
        let (id, step) = (saga.id, saga.step.as_deref().unwrap_or("STEP"));
        let mut ways = vec![
            format!("manybase saga resume {id}"),
            format!("manybase saga skip {id} {step} --reason \"settled by hand\""),
        ];
        if !saga.compensating && !self.past_pivot() {
            ways.push(format!("manybase saga abort {id}"));
        }
        cx.out.gap();
        cx.out.help(
            "once the reason is gone, have it try again; or take the step for settled; or have it undone",
        );
        for way in ways {
            cx.out.line(&format!("    {way}"));
        }
    }

    /// Whether there is no way back.
    fn past_pivot(&self) -> bool {
        let settled = |step: &StepDetails| matches!(step.state, StepState::Done | StepState::Skipped);
        self.steps.iter().any(|step| step.pivot && settled(step))
    }
}

fn fact(name: &str, value: String) -> [String; 2] {
    [name.to_owned(), value]
}

/// The state, and which way a stuck one went.
pub(super) fn state(saga: &SagaSummary, out: &Output) -> String {
    let word = match (saga.state, saga.compensating) {
        (SagaState::Stuck, true) => "stuck in going back".to_owned(),
        (state, _) => state.to_string(),
    };
    match saga.state {
        SagaState::Completed => out.mark(Mark::Good, &word),
        SagaState::Stuck => out.mark(Mark::Bad, &word),
        _ => word,
    }
}

fn row(step: &StepDetails, out: &Output) -> [String; 5] {
    let undone = step.compensation_attempt > 0 || step.compensation_error.is_some();
    let attempts = match undone {
        true => format!("{} + {}", step.attempt, step.compensation_attempt),
        false => step.attempt.to_string(),
    };
    let name = match step.current {
        true => out.mark(Mark::Warn, &step.step),
        false => step.step.clone(),
    };
    let mut state = step.state.to_string();
    if step.pivot {
        state.push_str(", pivot");
    }
    let error = step.compensation_error.as_ref().or(step.error.as_ref());
    [
        name,
        state,
        step.connection.clone().unwrap_or_else(|| step.kind.to_string()),
        attempts,
        error.cloned().unwrap_or_default(),
    ]
}

pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What has become of a saga that was changed.
pub(super) async fn afterwards(cx: &mut Context<'_>, log: &Log, id: SagaId, done: &str) -> Result<Status> {
    let details = log.sagas.show(id).await?;
    let view = Details::of(&details, false);
    view.print(cx);
    let state = details.summary.state;
    if !state.is_over() && state != SagaState::Stuck {
        cx.out.note(&format!(
            "{done}; the next program that runs sagas of this name goes on with it"
        ));
    }
    cx.out.document(&view);
    Ok(Status::act_if(state == SagaState::Stuck))
}
