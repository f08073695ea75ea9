//! Options that these commands share.

use crate::context::Context;
use crate::duration;
use crate::failure::Result;
use clap::{Args, ValueHint};
use manybase_db::{Db, Executor, Route};
use manybase_migrate::{Migrator, Set, Target};
use std::path::PathBuf;
use std::time::Duration;

/// Which migrations.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// Only on this connection; may be said several times
    #[arg(long = "connection", short = 'c', value_name = "NAME")]
    pub(super) connections: Vec<String>,
    /// Where the migrations are [default: migrations, beside the configuration]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::DirPath)]
    pub(super) dir: Option<PathBuf>,
}

/// How far.
#[derive(Debug, Args)]
pub(super) struct HowFar {
    /// So many migrations
    #[arg(long, value_name = "N", conflicts_with = "to")]
    pub(super) steps: Option<usize>,
    /// As far as this migration; a part of its name is enough
    #[arg(long, value_name = "MIGRATION")]
    pub(super) to: Option<String>,
}

/// How it is run.
#[derive(Debug, Args)]
pub(super) struct How {
    /// Print the statements, and touch nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask before something is taken away
    #[arg(short, long)]
    pub(super) yes: bool,
    /// How long to wait while somebody else runs migrations
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration::parse)]
    pub(super) lock_timeout: Duration,
}

impl Which {
    pub(super) fn set(&self, cx: &Context<'_>) -> Result<Set> {
        let directory = match &self.dir {
            Some(directory) => directory.clone(),
            None => cx.directory()?.join("migrations"),
        };
        Ok(Set::read(directory)?)
    }

    pub(super) async fn migrator(&self, cx: &mut Context<'_>) -> Result<Migrator> {
        let set = self.set(cx)?;
        let migrator = self.migrator_of(cx, set).await?;
        note_if_empty(cx, &migrator);
        Ok(migrator)
    }

    pub(super) async fn migrator_of(&self, cx: &mut Context<'_>, set: Set) -> Result<Migrator> {
        let db = cx.db().await?;
        let mut migrator = Migrator::new(&db, set);
        if let Some(by) = cx.migrator {
            migrator = by(migrator);
        }
        for name in &self.connections {
            db.connection(name)?;
            migrator = migrator.only(name.as_str());
        }
        Ok(migrator)
    }

    /// The one connection that a migration is written for.
    pub(super) fn one(&self, db: &Db) -> Result<String> {
        match self.connections.as_slice() {
            [] => Ok(Executor::resolve(db, Route::default())?.to_string()),
            [one] => Ok(db.connection(one)?.name().to_string()),
            _ => Err(crate::failure::Failure::usage(
                "a migration is for one connection",
                "name one with --connection; another one may require it with --requires",
            )),
        }
    }
}

/// For commands that do nothing then.
pub(super) fn note_if_empty(cx: &Context<'_>, migrator: &Migrator) {
    if migrator.set().is_empty()
        && let Some(directory) = migrator.set().directory()
    {
        cx.out.note(&format!(
            "there are no migrations in {}; `manybase migrate new` writes one",
            directory.display()
        ));
    }
}

impl HowFar {
    pub(super) fn target(&self, otherwise: Target) -> Target {
        match (&self.steps, &self.to) {
            (Some(steps), _) => Target::Steps(*steps),
            (None, Some(name)) => Target::To(name.clone()),
            (None, None) => otherwise,
        }
    }
}
