//! `manybase backup list`

use super::tell_leftovers;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{ErrorView, Mark, bytes};
use crate::status::Status;
use clap::{Args, ValueHint};
use manybase_snapshot::Manifest;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where `manybase backup` puts them.
const DEFAULT: &str = "backups";

/// List the backups in a directory, the newest first
///
/// Ends with 1 when one of them can't be read. Files are not looked at: `manybase backup verify` does that.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase backup list";
    "manybase backup list /srv/backups --json"
))]
pub(super) struct List {
    /// The directory
    #[arg(value_name = "DIRECTORY", default_value = DEFAULT, value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

#[derive(Serialize)]
struct Document<'d> {
    backups: Vec<Entry<'d>>,
    leftovers: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Entry<'d> {
    path: &'d Path,
    manifest: Option<&'d Manifest>,
    error: Option<ErrorView>,
}

impl List {
    pub(super) fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        if self.directory == Path::new(DEFAULT) && !self.directory.exists() {
            cx.out.line("there are none yet");
            cx.out.note("`manybase backup` makes one");
            cx.out.document(&Document {
                backups: Vec::new(),
                leftovers: Vec::new(),
            });
            return Ok(Status::Fine);
        }
        let found = manybase_snapshot::list(&self.directory)?;
        tell_leftovers(cx, &self.directory);
        let rows = found.iter().map(|listed| {
            let name = listed.path.display().to_string();
            match &listed.manifest {
                Ok(manifest) => [
                    name,
                    manifest.connection.clone(),
                    format!("{} {}", manifest.database.product, manifest.database.version),
                    manifest.started.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                    manifest.rows().to_string(),
                    bytes(manifest.bytes()),
                ],
                Err(_) => {
                    let state = cx.out.mark(Mark::Bad, "damaged");
                    [
                        name,
                        String::new(),
                        state,
                        String::new(),
                        String::new(),
                        String::new(),
                    ]
                }
            }
        });
        let rows: Vec<_> = rows.collect();
        cx.out.table(
            ["BACKUP", "CONNECTION", "DATABASE", "TAKEN", "#ROWS", "#SIZE"],
            rows,
        );
        for listed in &found {
            if let Err(error) = &listed.manifest {
                cx.out.gap();
                let name = listed.path.display().to_string();
                cx.out.finding(Mark::Bad, &name, &ErrorView::of(error));
            }
        }
        if found.is_empty() {
            cx.out
                .line(&format!("there are none in {}", self.directory.display()));
        }
        let entries = found.iter().map(|listed| Entry {
            path: &listed.path,
            manifest: listed.manifest.as_ref().ok(),
            error: listed.manifest.as_ref().err().map(ErrorView::of),
        });
        let left = manybase_snapshot::leftovers(&self.directory)?;
        let left = left.into_iter().filter(|leftover| !leftover.running);
        cx.out.document(&Document {
            backups: entries.collect(),
            leftovers: left.map(|leftover| leftover.path).collect(),
        });
        Ok(Status::act_if(
            found.iter().any(|listed| listed.manifest.is_err()),
        ))
    }
}
