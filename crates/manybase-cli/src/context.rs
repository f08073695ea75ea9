//! What every command is given: the options, the connections, the output.

use crate::arguments::Global;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::project;
use manybase_db::{Db, DbBuilder, Error, Executor, RecoveryMode, Route};
use manybase_migrate::Migrator;
use manybase_record::Models;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long connections may take to say goodbye. Nothing is lost with one that does not.
const GOODBYE: Duration = Duration::from_secs(2);

/// The program that has the models.
const WITH_MODELS: &str =
    "make a small program of your project that has them, and run it in the place of `manybase`:

    // src/bin/db.rs, with the feature `cli` of the crate `manybase`
    fn main() -> std::process::ExitCode {
        manybase::cli::main(manybase::models!(my_app::Customer, my_app::Order))
    }

    cargo run --bin db -- ";

pub(crate) struct Context<'a> {
    pub(crate) out: Output,
    global: Global,
    configure: Option<&'a (dyn Fn(DbBuilder) -> DbBuilder + Send + Sync)>,
    models: Option<&'a Models>,
    /// Steps in Rust that the program has for its migrations.
    pub(crate) migrator: Option<&'a (dyn Fn(Migrator) -> Migrator + Send + Sync)>,
    program: String,
    db: Option<Db>,
}

/// The connection that is meant when none is named on the command line.
pub(crate) fn default_of(db: &Db) -> Result<String> {
    Executor::resolve(db, Route::default()).map_or_else(
        |_| {
            let names: Vec<_> = db.connections().iter().map(|name| format!("{name:?}")).collect();
            Err(Failure::usage(
                format!(
                    "no connection is named, and none of {} is the default",
                    names.join(", ")
                ),
                "name one with --connection, or write `default = \"…\"` into the configuration file",
            ))
        },
        |name| Ok(name.to_string()),
    )
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        global: Global,
        configure: Option<&'a (dyn Fn(DbBuilder) -> DbBuilder + Send + Sync)>,
        models: Option<&'a Models>,
        out: Output,
    ) -> Self {
        Self {
            out,
            global,
            configure,
            models,
            migrator: None,
            program: "manybase".to_owned(),
            db: None,
        }
    }

    /// As what it was called, which is another name in a program of one's own.
    pub(crate) fn named(mut self, word: Option<&OsString>) -> Self {
        if let Some(name) = word.and_then(|word| Path::new(word).file_stem()) {
            self.program = name.to_string_lossy().into_owned();
        }
        self
    }

    pub(crate) fn program(&self) -> &str {
        &self.program
    }

    /// The connections of the project. Nothing is dialled, and nothing is done in the background: a command that only
    /// looks must not recover anything.
    pub(crate) async fn db(&mut self) -> Result<Db> {
        if let Some(db) = &self.db {
            return Ok(db.clone());
        }
        let file = project::find(self.global.config.as_deref())?;
        self.out.detail(&format!("configuration: {}", file.display()));
        let mut builder = Db::builder().config_file(&file).recovery(RecoveryMode::Off);
        if let Some(environment) = &self.global.env {
            builder = builder.environment(environment);
        }
        if let Some(configure) = self.configure {
            builder = configure(builder);
        }
        let db = builder.open().await?;
        if db.connections().is_empty() {
            let error = Error::config(format!("{} has no connections", file.display()));
            let error = error.with_help("add one:\n\n    [connections.main]\n    url = \"sqlite:app.db\"");
            return Err(error.into());
        }
        self.db = Some(db.clone());
        Ok(db)
    }

    /// The models of the program that the tool runs in. `command` is what was asked for, for the message where there are
    /// none.
    pub(crate) fn models(&self, command: &str) -> Result<&'a Models> {
        self.models.ok_or_else(|| {
            Failure::usage(
                format!("`{command}` needs the models of the project, and this program has none"),
                format!("{WITH_MODELS}{command}"),
            )
        })
    }

    /// The same, where they are of use and not needed.
    pub(crate) fn models_if_any(&self) -> Option<&'a Models> {
        self.models
    }

    /// The directory of the configuration, where the project's other files are.
    pub(crate) fn directory(&self) -> Result<PathBuf> {
        let file = project::find(self.global.config.as_deref())?;
        Ok(file.parent().map(Path::to_owned).unwrap_or_default())
    }

    pub(crate) fn has_models(&self) -> bool {
        self.models.is_some()
    }

    /// Where models without a connection of their own live. Nothing is dialled.
    pub(crate) async fn default_connection(&mut self) -> Result<String> {
        let db = self.db().await?;
        Ok(Executor::resolve(&db, Route::default())?.to_string())
    }

    /// Those of these names only, or all where none is named: the others are asked nothing.
    pub(crate) async fn db_of(&mut self, names: &[String]) -> Result<Db> {
        let db = self.db().await?;
        for name in names {
            db.connection(name)?;
        }
        for name in db.connections() {
            if !names.is_empty() && !names.iter().any(|chosen| **chosen == *name) {
                db.remove(&name).await?;
            }
        }
        Ok(db)
    }

    /// So that files are left as they should be.
    pub(crate) async fn close(&mut self) {
        if let Some(db) = self.db.take()
            && let Err(error) = db.close_within(GOODBYE).await
        {
            self.out.detail(&error.to_string());
        }
    }
}
