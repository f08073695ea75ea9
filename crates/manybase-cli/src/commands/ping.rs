//! `manybase ping`

mod look;

pub(crate) use look::{Seen, look};

use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::names;
use crate::output::{Mark, Output, millis};
use crate::status::Status;
use clap::Args;
use serde::Serialize;

/// Ask the databases for a sign of life
///
/// Ends with 1 when one of them does not answer.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase ping";
    "manybase ping erp crm";
    "manybase ping --json --env staging"
))]
pub(crate) struct Ping {
    /// Only these connections
    #[arg(value_name = "CONNECTION")]
    connections: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    connections: &'a [Seen],
}

impl Ping {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let handles = names::chosen(&db, &self.connections)?;
        let progress = cx.out.progress_of("asking", handles.len());
        let seen = look(&handles, &progress).await;
        drop(progress);

        let rows = seen.iter().flat_map(Seen::rows).map(|seen| {
            [
                seen.name.clone(),
                seen.database(),
                seen.address.clone(),
                seen.round_trip.map(millis).unwrap_or_default(),
                seen.state(&cx.out),
            ]
        });
        let rows: Vec<_> = rows.collect();
        cx.out.table(
            ["CONNECTION", "DATABASE", "ADDRESS", "#ROUND TRIP", "STATE"],
            rows,
        );
        report_failures(cx, &seen);
        cx.out.document(&Document { connections: &seen });
        Ok(Status::act_if(
            seen.iter().flat_map(Seen::rows).any(Seen::is_trouble),
        ))
    }
}

/// Why those that did not answer did not.
pub(crate) fn report_failures(cx: &mut Context<'_>, seen: &[Seen]) {
    for seen in seen.iter().flat_map(Seen::rows) {
        if let Some(error) = &seen.error {
            cx.out.gap();
            cx.out.finding(Mark::Bad, &seen.name, error);
        }
    }
}

impl Seen {
    /// It does not answer, or no reads go to it.
    pub(crate) fn is_trouble(&self) -> bool {
        self.error.is_some() || self.replica.as_deref() == Some("behind")
    }

    /// The state in a word.
    pub(crate) fn state(&self, out: &Output) -> String {
        match (self.reachable, self.replica.as_deref()) {
            (Some(true), Some("behind")) => {
                let lag = self.lag.map_or_else(|| "its lag is not known".to_owned(), millis);
                return out.mark(Mark::Bad, &format!("behind: {lag}"));
            }
            (Some(true), Some(_)) => {
                let lag = self.lag.map(|lag| format!(", {} behind", millis(lag)));
                return out.mark(Mark::Good, &format!("reachable{}", lag.unwrap_or_default()));
            }
            _ => {}
        }
        match self.reachable {
            None => "not asked".to_owned(),
            Some(true) => out.mark(Mark::Good, "reachable"),
            Some(false) => out.mark(Mark::Bad, "unreachable"),
        }
    }
}
