//! `manybase tx setup`

use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{ErrorView, Mark};
use crate::status::Status;
use clap::Args;
use manybase_db::Error;
use serde::Serialize;
use std::sync::Arc;

/// Make the tables that transactions over several databases need
///
/// They are made by themselves when they are needed first. Where the program's user may not create tables, have it done
/// once by one who may. Existing tables are left as they are.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase tx setup";
    "manybase tx setup --connection erp --connection crm";
    "manybase tx setup --env owner"
))]
pub(crate) struct Setup {
    /// Only on this connection; may be given several times
    #[arg(long = "connection", value_name = "CONNECTION")]
    connections: Vec<String>,
}

#[derive(Serialize)]
struct Document {
    connections: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    done: bool,
    /// The database's own id.
    resource: Option<String>,
    error: Option<ErrorView>,
}

impl Setup {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db_of(&self.connections).await?;
        let progress = cx.out.progress("making tables");
        let made = db.atomic_setup().await;
        drop(progress);

        let status = made
            .values()
            .filter_map(|made| made.as_ref().err())
            .map(Status::of)
            .max();
        let entries: Vec<_> = made.iter().map(|(name, made)| Entry::of(name, made)).collect();
        let rows = entries.iter().map(|entry| {
            let state = match entry.done {
                true => cx.out.mark(Mark::Good, "ready"),
                false => cx.out.mark(Mark::Bad, "failed"),
            };
            [
                entry.name.clone(),
                entry.resource.clone().unwrap_or_default(),
                state,
            ]
        });
        let rows: Vec<_> = rows.collect();
        cx.out.table(["CONNECTION", "RESOURCE", "TABLES"], rows);
        for entry in &entries {
            if let Some(error) = &entry.error {
                cx.out.gap();
                cx.out.finding(Mark::Bad, &entry.name, error);
            }
        }
        cx.out.document(&Document { connections: entries });
        Ok(status.unwrap_or(Status::Fine))
    }
}

impl Entry {
    fn of(name: &Arc<str>, made: &std::result::Result<Arc<str>, Error>) -> Self {
        Self {
            name: name.to_string(),
            done: made.is_ok(),
            resource: made.as_ref().ok().map(|id| id.to_string()),
            error: made.as_ref().err().map(ErrorView::of),
        }
    }
}
