//! `manybase backup show`

use super::{Document, view};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::{Args, ValueHint};
use manybase_snapshot::Manifest;
use std::path::PathBuf;

/// Show what a backup holds, without looking at its files
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase backup show backups/erp-20260302T081511Z";
    "manybase backup show backups/erp-20260302T081511Z --json"
))]
pub(super) struct Show {
    /// The directory of the backup
    #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

impl Show {
    pub(super) fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let manifest = Manifest::read(&self.directory)?;
        cx.out.title(&self.directory.display().to_string());
        cx.out.facts(view::facts(&manifest));
        view::tell_gaps(&mut cx.out, &manifest);
        if !manifest.tables.is_empty() {
            cx.out.gap();
        }
        let rows = manifest.tables.iter().map(|table| {
            let checksum = table.checksum.clone().unwrap_or_default();
            [table.to_string(), table.rows.to_string(), checksum]
        });
        let rows = rows.collect();
        cx.out.table(["TABLE", "#ROWS", "CHECKSUM"], rows);
        cx.out.document(&Document {
            path: &self.directory,
            manifest: &manifest,
        });
        Ok(Status::Fine)
    }
}
