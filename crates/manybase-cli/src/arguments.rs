//! The command line as a whole: the options of every command, and the list of commands.

mod help;

pub(crate) use help::examples;

use crate::commands::{
    backup, compare, completions, connections, docs, doctor, inspect, migrate, models, ping, restore, saga,
    tx,
};
use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// As cargo's.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::BrightGreen.on_default().bold())
    .usage(AnsiColor::BrightGreen.on_default().bold())
    .literal(AnsiColor::BrightCyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::BrightRed.on_default().bold())
    .valid(AnsiColor::BrightCyan.on_default().bold())
    .invalid(AnsiColor::BrightYellow.on_default().bold());

/// One ActiveRecord over many databases: the tool.
///
/// Works on any project that has a manybase.toml, without compiling its code.
#[derive(Debug, Parser)]
#[command(
    name = "manybase",
    version,
    styles = STYLES,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = examples!(
        "manybase ping                          is everybody there?";
        "manybase doctor                        can these databases share a transaction?";
        "manybase models --connection legacy    Rust models from a live database";
        "manybase migrate up                    bring the tables to what the program wants";
        "manybase docs --out docs/schema        pages and diagrams of all databases";
        "manybase tx recover                    finish what a crash left behind";
        "manybase saga list --config ../shop    another project's sagas"
        =>
        "Ends with 0 when all is well, 1 when there is something to act upon, 2 for wrong use or";
        "a wrong configuration, 3 for an error of a database."
    ),
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The configuration, or the directory that has it [default: the nearest manybase.toml upwards]
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) config: Option<PathBuf>,
    /// The layer [env.NAME] of the configuration, instead of the one that MANYBASE_ENV names
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Print one JSON document to standard output, for programs; an error is one too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: When,
    /// No notes and no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say which configuration is read
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ping(ping::Ping),
    Connections(connections::Connections),
    Doctor(doctor::Doctor),
    Inspect(inspect::Inspect),
    Compare(compare::Compare),
    Models(models::ModelsOf),
    Docs(docs::DocsOf),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Migrate(migrate::Migrate),
    Tx(tx::Tx),
    Saga(saga::Saga),
    Completions(completions::Completions),
}

#[cfg(test)]
mod tests;
