//! From the arguments to the exit code.

use crate::arguments::Arguments;
use crate::commands;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Output, usage};
use crate::status::Status;
use clap::Parser;
use manybase_db::{DbBuilder, Error};
use manybase_migrate::Migrator;
use manybase_record::Models;
use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;

type Configure = dyn Fn(DbBuilder) -> DbBuilder + Send + Sync;
type Steps = dyn Fn(Migrator) -> Migrator + Send + Sync;

/// The tool, to be called from a program of one's own.
///
/// ```
/// use manybase_cli::Cli;
/// use std::process::ExitCode;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // With a driver of one's own: `.configure(|builder| builder.driver(Arc::new(MyFactory)))`.
/// let code = Cli::new().run(["manybase", "completions", "fish", "--quiet"]).await;
/// assert_eq!(code, ExitCode::SUCCESS);
/// # }
/// ```
#[derive(Default)]
pub struct Cli {
    configure: Option<Box<Configure>>,
    models: Option<Models>,
    migrator: Option<Box<Steps>>,
}

impl Cli {
    /// The tool as it comes.
    ///
    /// ```
    /// let cli = manybase_cli::Cli::new();
    /// # let _ = cli;
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Has a say before the connections are opened, when the file and the environment are set.
    ///
    /// ```
    /// let cli = manybase_cli::Cli::new().configure(|builder| builder.connect("scratch", "sqlite::memory:"));
    /// # let _ = cli;
    /// ```
    #[must_use]
    pub fn configure(mut self, by: impl Fn(DbBuilder) -> DbBuilder + Send + Sync + 'static) -> Self {
        self.configure = Some(Box::new(by));
        self
    }

    /// The models of the program, for the commands that need them.
    ///
    /// ```
    /// use manybase_record::{models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// let cli = manybase_cli::Cli::new().models(models!(Order));
    /// # let _ = cli;
    /// ```
    #[must_use]
    pub fn models(mut self, models: Models) -> Self {
        self.models = Some(models);
        self
    }

    /// Has a say before migrations are run: their steps in Rust.
    ///
    /// ```
    /// let cli = manybase_cli::Cli::new()
    ///     .migrator(|migrator| migrator.step("20250101000000_rates", async |_tx| Ok(())));
    /// # let _ = cli;
    /// ```
    #[must_use]
    pub fn migrator(mut self, by: impl Fn(Migrator) -> Migrator + Send + Sync + 'static) -> Self {
        self.migrator = Some(Box::new(by));
        self
    }

    /// Runs one command line, the first word of which is the program's name.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let code = manybase_cli::Cli::new().run(["manybase", "--version"]).await;
    /// assert_eq!(code, std::process::ExitCode::SUCCESS);
    /// # }
    /// ```
    pub async fn run<I>(&self, arguments: I) -> ExitCode
    where
        I: IntoIterator,
        I::Item: Into<OsString>,
    {
        let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        self.command(&arguments).await.into()
    }

    async fn command(&self, arguments: &[OsString]) -> Status {
        let parsed = match Arguments::try_parse_from(arguments) {
            Ok(parsed) => parsed,
            Err(error) => return usage::report(&error, arguments),
        };
        let output = Output::new(&parsed.global);
        let mut context = Context::new(
            parsed.global,
            self.configure.as_deref(),
            self.models.as_ref(),
            output,
        )
        .named(arguments.first());
        context.migrator = self.migrator.as_deref();
        let outcome = commands::run(parsed.command, &mut context).await;
        let status = match outcome {
            Ok(status) => status,
            Err(failure) => {
                context.out.error(&failure.view);
                failure.status
            }
        };
        context.close().await;
        status.max(Status::act_if(context.out.is_unwritten()))
    }
}

impl fmt::Debug for Cli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cli").finish_non_exhaustive()
    }
}

/// [`Cli::run`] for a `main` that has no runtime of its own.
///
/// ```
/// assert_eq!(manybase_cli::run(["manybase", "--version"]), std::process::ExitCode::SUCCESS);
/// ```
pub fn run<I>(arguments: I) -> ExitCode
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    blocking(&Cli::new(), arguments)
}

/// The tool with the models of a program: all of its `main`. It has the commands of `manybase`, and those that need
/// models work in it.
///
/// ```no_run
/// use manybase_record::{models, prelude::*};
/// use std::process::ExitCode;
///
/// #[derive(Model)]
/// struct Order {
///     #[model(key, auto)]
///     id: i64,
/// }
///
/// fn main() -> ExitCode {
///     manybase_cli::main(models!(Order))
/// }
/// ```
pub fn main(models: Models) -> ExitCode {
    blocking(&Cli::new().models(models), std::env::args_os())
}

fn blocking<I>(cli: &Cli, arguments: I) -> ExitCode
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(cli.run(arguments)),
        Err(error) => {
            let failure = Failure::from(Error::config(format!("the runtime can't start: {error}")));
            Output::plain().error(&failure.view);
            failure.status.into()
        }
    }
}
