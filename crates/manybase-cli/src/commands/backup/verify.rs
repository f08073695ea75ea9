//! `manybase backup verify`

use super::{connection, or_interrupted};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{Mark, count, millis};
use crate::status::Status;
use clap::{Args, ValueHint};
use manybase_snapshot::{Manifest, Verified};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Try a backup: restore it into a scratch database, and compare every row's checksum
///
/// The scratch database is on the server of the connection, whose user has to be allowed to make databases, and goes again.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase backup verify backups/erp-20260302T081511Z";
    "manybase backup verify /srv/erp-monday --scratch staging    on another server"
))]
pub(super) struct Verify {
    /// The directory of the backup
    #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// The connection on whose server it is tried [default: the one that was backed up]
    #[arg(long, value_name = "CONNECTION")]
    scratch: Option<String>,
    /// Leave owners and grants out
    #[arg(long)]
    no_owner: bool,
    /// The directory that has the database's tools [default: found by itself]
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    tools: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document<'d> {
    path: &'d Path,
    verified: bool,
    #[serde(flatten)]
    outcome: &'d Verified,
}

impl Verify {
    pub(super) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let manifest = Manifest::read(&self.directory)?;
        let mut verify = manybase_snapshot::Verify::of(&self.directory);
        // A file can be tried without any configuration.
        if self.scratch.is_some() || !manifest.is_file() {
            let db = cx.db().await?;
            let name = self.scratch.unwrap_or_else(|| manifest.connection.clone());
            verify = verify.on(&db, connection(&db, Some(name))?);
        }
        if self.no_owner {
            verify = verify.no_owner();
        }
        if let Some(tools) = self.tools {
            verify = verify.tools(tools);
        }
        let meter = cx.out.meter("verifying");
        let shown = meter.clone();
        let verify = verify.progress(move |progress| shown.show(progress));
        let verified = or_interrupted(verify.run()).await;
        drop(meter);
        let verified = verified?;
        let heading = cx.out.heading(Mark::Good, &self.directory.display().to_string());
        cx.out.line(&format!(
            "{heading}: {} and {} are as they were backed up ({})",
            count(manifest.tables.len(), "table", "tables"),
            count(manifest.rows(), "row", "rows"),
            millis(verified.took)
        ));
        cx.out.document(&Document {
            path: &self.directory,
            verified: true,
            outcome: &verified,
        });
        Ok(Status::Fine)
    }
}
