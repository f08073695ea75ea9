//! `manybase restore`

use super::backup::{Tools, connection, or_interrupted, view};
use crate::arguments::examples;
use crate::confirm::confirm;
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
/// database's rows are counted and its own checks run, and only then it has its name.
///
/// With --swap it takes the place of the one that is there, which is kept under the name that is printed. Before that every
/// row is compared with the backup, and nobody may be connected to a SQLite file or a database of PostgreSQL. Whatever
/// interrupts it, a whole database is under the name: the old one or the new one.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase restore backups/erp-20260302T081511Z --into erp_monday";
    "manybase restore backups/app-20260302T081511Z --into copy.db          a SQLite file";
    "manybase restore /srv/erp-monday --connection staging --into erp";
    "manybase restore /srv/erp-monday --swap                 in the place of the connection's database"
))]
pub(crate) struct Restore {
    /// The directory of the backup
    #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// The new database's name, for SQLite its file
    #[arg(long, value_name = "NAME", required_unless_present = "swap")]
    into: Option<String>,
    /// Take the place of the database that is there, without --into that of the connection; the old one is kept
    #[arg(long)]
    swap: bool,
    /// Do not ask before the swap
    #[arg(long, short, requires = "swap")]
    yes: bool,
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
    /// The name of the database whose place it has taken.
    kept: Option<&'d str>,
    /// What interrupted restores have left.
    left: &'d [String],
}

impl Restore {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let manifest = Manifest::read(&self.directory)?;
        let mut restore = manybase_snapshot::Restore::from(&self.directory).jobs(self.tools.jobs);
        let at;
        match &self.into {
            // A file needs no configuration.
            Some(into) if self.connection.is_none() && manifest.is_file() => {
                restore = restore.into_file(into);
                at = into.clone();
            }
            into => {
                let db = cx.db().await?;
                let name = self.connection.unwrap_or_else(|| manifest.connection.clone());
                let name = connection(&db, Some(name))?;
                at = match into {
                    Some(into) => into.clone(),
                    None => db.connection(&name)?.driver().address(),
                };
                restore = match into {
                    Some(into) => restore.beside(&db, name, into),
                    None => restore.in_place_of(&db, name),
                };
            }
        }
        if self.swap {
            restore = restore.swap();
            if !self.yes {
                let taken = manifest.started.format("%Y-%m-%d %H:%M:%S UTC");
                confirm(&format!(
                    "Put the backup of {taken} in the place of {at}? What is there now is kept under another name."
                ))?;
            }
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
            "{heading}: {} and {} restored ({})",
            count(manifest.tables.len(), "table", "tables"),
            count(manifest.rows(), "row", "rows"),
            millis(restored.took)
        ));
        if let Some(kept) = &restored.kept {
            cx.out.line(&format!("  what was there before is now {kept}"));
        }
        view::tell_gaps(&mut cx.out, &manifest);
        for left in &restored.left {
            cx.out.note(&format!(
                "a restore was interrupted, or is at work now. If it is none: {left}"
            ));
        }
        cx.out.document(&Document {
            path: &self.directory,
            address: &restored.address,
            tables: manifest.tables.len(),
            rows: manifest.rows(),
            took_seconds: restored.took.as_secs_f64(),
            kept: restored.kept.as_deref(),
            left: &restored.left,
        });
        Ok(Status::Fine)
    }
}
