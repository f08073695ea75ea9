//! `manybase backup`

mod list;
mod show;
mod verify;
pub(super) mod view;

use crate::arguments::examples;
use crate::context::{Context, default_of};
use crate::failure::{Failure, Result};
use crate::status::Status;
use chrono::Utc;
use clap::{Args, Subcommand, ValueHint};
use manybase_db::Db;
use manybase_snapshot::{Manifest, leftovers};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Back a database up, while others read and write
///
/// A backup is a directory with a manifest.json that says what it holds: one moment of one database. It has its name only
/// when it is whole. Try it with `manybase backup verify`, and restore it with `manybase restore`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = examples!(
        "manybase backup                                  the default connection, into backups/";
        "manybase backup --connection erp --to /srv/erp-monday";
        "manybase backup verify backups/erp-20260302T081511Z";
        "manybase backup list"
    )
)]
pub(crate) struct Backup {
    /// The connection [default: that of models that are bound to none]
    #[arg(long, short, value_name = "NAME")]
    connection: Option<String>,
    /// The directory that it becomes; it must not be there [default: backups/CONNECTION-TIME]
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    to: Option<PathBuf>,
    /// Leave out the room that deleted rows have left (SQLite)
    #[arg(long)]
    compact: bool,
    #[command(flatten)]
    tools: Tools,
    #[command(subcommand)]
    command: Option<Command>,
}

/// How the databases' own tools are used.
#[derive(Debug, Args)]
pub(super) struct Tools {
    /// So many tables at once, where the tool can
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    pub(super) jobs: usize,
    /// The directory that has pg_dump or mariadb-dump [default: found by itself]
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    pub(super) tools: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::Verify),
    List(list::List),
    Show(show::Show),
}

#[derive(Serialize)]
pub(super) struct Document<'d> {
    pub(super) path: &'d Path,
    #[serde(flatten)]
    pub(super) manifest: &'d Manifest,
}

impl Backup {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        match self.command {
            Some(Command::Verify(command)) => return command.run(cx).await,
            Some(Command::List(command)) => return command.run(cx),
            Some(Command::Show(command)) => return command.run(cx),
            None => {}
        }
        let db = cx.db().await?;
        let name = connection(&db, self.connection)?;
        let to = self.to.unwrap_or_else(|| {
            let time = Utc::now().format("%Y%m%dT%H%M%SZ");
            Path::new("backups").join(format!("{name}-{time}"))
        });
        if let Some(above) = to.parent() {
            tell_leftovers(cx, above);
        }
        let mut backup = manybase_snapshot::Backup::of(&db, &name)
            .to(&to)
            .jobs(self.tools.jobs);
        if self.compact {
            backup = backup.compact();
        }
        if let Some(tools) = self.tools.tools {
            backup = backup.tools(tools);
        }
        let meter = cx.out.meter(&format!("backing up {name}"));
        let shown = meter.clone();
        let backup = backup.progress(move |progress| shown.show(progress));
        let made = or_interrupted(backup.run()).await;
        drop(meter);
        let manifest = made?;

        cx.out.title(&to.display().to_string());
        let facts = view::facts(&manifest);
        cx.out.facts(facts);
        view::tell_gaps(&mut cx.out, &manifest);
        cx.out
            .note(&format!("`manybase backup verify {}` tries it", to.display()));
        cx.out.document(&Document {
            path: &to,
            manifest: &manifest,
        });
        Ok(Status::act_if(!manifest.in_doubt.is_empty()))
    }
}

/// The connection that was named, or the default one.
pub(super) fn connection(db: &Db, named: Option<String>) -> Result<String> {
    Ok(match named {
        Some(name) => db.connection(&name)?.name().to_string(),
        None => default_of(db)?,
    })
}

/// Ends with Ctrl-C too, after what was begun is removed.
pub(super) async fn or_interrupted<T>(work: impl Future<Output = manybase_db::Result<T>>) -> Result<T> {
    tokio::select! {
        // First, so that it listens before anything is begun.
        biased;
        signal = tokio::signal::ctrl_c() => {
            if let Err(error) = signal {
                let what = format!("the terminal's signals can't be listened to: {error}");
                return Err(manybase_db::Error::config(what).into());
            }
        }
        done = work => return Ok(done?),
    }
    manybase_snapshot::settled().await;
    Err(Failure::interrupted())
}

/// What was interrupted before is told, and never taken for a backup.
pub(super) fn tell_leftovers(cx: &Context<'_>, directory: &Path) {
    let found = leftovers(directory).unwrap_or_default();
    for leftover in found.iter().filter(|leftover| !leftover.running) {
        cx.out.note(&format!(
            "{} was interrupted and is no backup; remove it",
            leftover.path.display()
        ));
    }
}
