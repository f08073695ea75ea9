//! `manybase connections`

use super::ping::{Seen, look, report_failures};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::names;
use crate::status::Status;
use clap::Args;
use manybase_db::{ConnectionHandle, Executor, Route};
use serde::Serialize;

/// Show the connections of the configuration, and which one is the default
///
/// Ends with 1 when one of them does not answer, unless it is --offline.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase connections";
    "manybase connections --offline    what the configuration says, without dialling";
    "manybase connections --json"
))]
pub(crate) struct Connections {
    /// Dial nothing
    #[arg(long)]
    offline: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    default: Option<&'a str>,
    mode: &'static str,
    connections: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    seen: &'a Seen,
    default: bool,
    max_connections: usize,
}

impl Connections {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        // With several connections there need not be one.
        let default = Executor::resolve(&db, Route::default()).ok();
        let handles = names::chosen(&db, &[])?;
        let seen = if self.offline {
            handles.iter().map(Seen::unasked).collect()
        } else {
            let progress = cx.out.progress_of("asking", handles.len());
            look(&handles, &progress).await
        };
        let entry = |(handle, seen): (&ConnectionHandle, _)| Entry {
            seen,
            default: default.as_ref() == Some(handle.name()),
            max_connections: handle.pool_options().max_size,
        };
        let entries: Vec<_> = handles.iter().zip(&seen).map(entry).collect();
        let row = |entry: &Entry<'_>| {
            [
                entry.seen.name.clone(),
                if entry.default {
                    "yes".to_owned()
                } else {
                    String::new()
                },
                entry.seen.database(),
                entry.seen.address.clone(),
                entry.max_connections.to_string(),
                entry.seen.state(&cx.out),
            ]
        };
        let rows = entries.iter().flat_map(|entry| {
            let of = |replica: &Seen| {
                let limit = entry.max_connections.to_string();
                let (name, address) = (replica.name.clone(), replica.address.clone());
                [
                    name,
                    String::new(),
                    replica.database(),
                    address,
                    limit,
                    replica.state(&cx.out),
                ]
            };
            std::iter::once(row(entry))
                .chain(entry.seen.replicas.iter().map(of))
                .collect::<Vec<_>>()
        });
        let rows: Vec<_> = rows.collect();
        cx.out.detail(&format!("mode: {}", db.mode()));
        let header = ["CONNECTION", "DEFAULT", "DATABASE", "ADDRESS", "#LIMIT", "STATE"];
        cx.out.table(header, rows);
        cx.out.document(&Document {
            default: default.as_deref(),
            mode: db.mode().name(),
            connections: entries,
        });
        report_failures(cx, &seen);
        Ok(Status::act_if(
            seen.iter().flat_map(Seen::rows).any(Seen::is_trouble),
        ))
    }
}
