//! A run, with what is seen of it.

use crate::context::Context;
use crate::failure::Result;
use crate::output::{ErrorView, Mark, count, millis};
use crate::status::Status;
use manybase_migrate::{Direction, Event, Migrator, Report};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

#[derive(Serialize)]
struct Document<'a> {
    connections: &'a [manybase_migrate::ConnectionReport],
    /// Connections whose migrations.sum was written.
    sealed: Vec<String>,
    error: Option<ErrorView>,
}

/// Has a migrator tell what it does: a moving sign on a terminal, notes for what is out of the ordinary.
pub(super) fn watched(cx: &Context<'_>, migrator: Migrator, doing: &str) -> Migrator {
    let progress = Arc::new(cx.out.progress(doing));
    let note = cx.out.notes();
    migrator.on_event(move |event| match event {
        Event::Waiting { .. } | Event::Found { .. } => progress.aside(|| note(&event.to_string())),
        Event::Step { .. } | Event::Begin { .. } | Event::Checking { .. } => progress.say(&event.to_string()),
        _ => {}
    })
}

/// Prints what was done where, and what ended it.
pub(super) fn tell(
    cx: &mut Context<'_>,
    report: &Report,
    sealed: Vec<String>,
    nothing: &str,
) -> Result<Status> {
    let mut rows = Vec::new();
    for connection in &report.connections {
        for done in &connection.done {
            let word = match done.direction {
                Direction::Up => "applied",
                Direction::Down => "taken back",
            };
            let took = Duration::from_millis(u64::try_from(done.millis).unwrap_or_default());
            rows.push([
                connection.connection.clone(),
                done.migration.clone(),
                millis(took),
                cx.out.mark(Mark::Good, word),
            ]);
        }
    }
    if rows.is_empty() && report.error.is_none() {
        cx.out.line(nothing);
    }
    cx.out.table(["CONNECTION", "MIGRATION", "#TOOK", "STATE"], rows);
    for name in &sealed {
        cx.out.note(&format!(
            "{name}/migrations.sum was written: commit it with the migrations"
        ));
    }
    let error = report.error.as_ref().map(ErrorView::of);
    if let (Some(error), false) = (&error, cx.out.is_json()) {
        if report.count() > 0 {
            let left: usize = report.connections.iter().map(|connection| connection.left).sum();
            cx.out.note(&format!(
                "what is listed is done and stays; {} not",
                count(left, "migration is", "migrations are")
            ));
        }
        cx.out.error(error);
    }
    cx.out.document(&Document {
        connections: &report.connections,
        sealed,
        error,
    });
    Ok(report.error.as_ref().map_or(Status::Fine, Status::of))
}
