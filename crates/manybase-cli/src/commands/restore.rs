//! `manybase restore`

use super::backup::{Tools, connection, or_interrupted, view};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{Mark, count, millis};
use crate::status::Status;
use clap::{Args, ValueHint};
use manybase_snapshot::Manifest;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Make a new database of a backup
///
/// Nothing is ever restored over a database that is there. The files' checksums are looked at first; then the new
/// database's rows are counted and its own checks run, and only then it has its name. To put it in the place of another
/// one, look at it, and rename them yourself.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase restore backups/erp-20260302T081511Z --into erp_monday";
    "manybase restore backups/app-20260302T081511Z --into copy.db          a SQLite file";
    "manybase restore /srv/erp-monday --connection staging --into erp"
))]
pub(crate) struct Restore {
    /// The directory of the backup
    #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// The new database's name, for SQLite its file
    #[arg(long, value_name = "NAME")]
    into: String,
    /// The connection on whose server it is made, with its user [default: the one that was backed up]
    #[arg(long, short, value_name = "NAME")]
    connection: Option<String>,
    /// All objects belong to the connection's user, and grants are left out
    #[arg(long)]
    no_owner: bool,
    #[command(flatten)]
    tools: Tools,
}

#[derive(Serialize)]
struct Document<'d> {
    path: &'d Path,
    address: &'d str,
    tables: usize,
    rows: u64,
    took_seconds: f64,
}

impl Restore {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let manifest = Manifest::read(&self.directory)?;
        let mut restore = manybase_snapshot::Restore::from(&self.directory).jobs(self.tools.jobs);
        // A file needs no configuration.
        if self.connection.is_none() && manifest.is_file() {
            restore = restore.into_file(&self.into);
        } else {
            let db = cx.db().await?;
            let name = self.connection.unwrap_or_else(|| manifest.connection.clone());
            restore = restore.beside(&db, connection(&db, Some(name))?, &self.into);
        }
        if self.no_owner {
            restore = restore.no_owner();
        }
        if let Some(tools) = self.tools.tools {
            restore = restore.tools(tools);
        }
        let meter = cx.out.meter("restoring");
        let shown = meter.clone();
        let restore = restore.progress(move |progress| shown.show(progress));
        let restored = or_interrupted(restore.run()).await;
        drop(meter);
        let restored = restored?;
        let heading = cx.out.heading(Mark::Good, &restored.address);
        cx.out.line(&format!(
            "{heading}: {} and {} rows restored ({})",
            count(manifest.tables.len(), "table", "tables"),
            manifest.rows(),
            millis(restored.took)
        ));
        view::tell_gaps(&mut cx.out, &manifest);
        cx.out.document(&Document {
            path: &self.directory,
            address: &restored.address,
            tables: manifest.tables.len(),
            rows: manifest.rows(),
            took_seconds: restored.took.as_secs_f64(),
        });
        Ok(Status::Fine)
    }
}
