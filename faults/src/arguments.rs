//! The command line.

use std::path::PathBuf;

use crate::Result;
use crate::mix::Mix;

/// Kills, stops and cuts whatever takes part in a transaction over several databases, and looks at what is left
#[derive(clap::Parser)]
#[command(
    bin_name = "cargo xtask faults",
    name = "cargo xtask faults",
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    /// How many processes to kill at random: clients, recoverers, servers, everything
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) kills: u32,
    /// What decides about everything that is random
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(crate) seed: u64,
    /// The databases of a transaction, in order: `pg+mariadb,pg+sqlite,…` or `all`; `sqlite?` is
    /// only read, `sqlite-` only there
    #[arg(long, default_value = "all", value_name = "MIXES")]
    pub(crate) mix: String,
    /// A kill and a stop at each named place of the protocol
    #[arg(long)]
    pub(crate) points: bool,
    /// With `--points`: this one only, `name`, `name:nth` or `name:nth:action`
    #[arg(long, value_name = "POINT")]
    pub(crate) point: Option<String>,
    /// Each request and each reply is lost once
    #[arg(long)]
    pub(crate) proxy: bool,
    /// A kill at each system call of a commit over several SQLite files
    #[arg(long)]
    pub(crate) syscalls: bool,
    /// With `--syscalls`: only every so many
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) step: u32,
    /// What drivers promise about prepared branches, asked of them directly
    #[arg(long)]
    pub(crate) probe: bool,
    /// Known mistakes, each of which has to be noticed: all, or those named
    #[arg(long)]
    pub(crate) mutants: bool,
    /// With `--mutants`: this one only
    #[arg(long, value_name = "NAME")]
    pub(crate) mutant: Option<String>,
    /// The journal mode of SQLite files that take part together
    #[arg(long, default_value = "delete", value_name = "MODE")]
    pub(crate) journal: String,
    /// Clients at a time, with `--kills`
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub(crate) workers: usize,
    /// The harness's own control: no transaction spans databases, so that it has to report torn ones
    #[arg(long, hide = true)]
    pub(crate) apart: bool,
    /// Print the result as JSON; the last line is the summary
    #[arg(long)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) role: Option<Role>,
}

impl Arguments {
    /// What `--mix` says, or `all`.
    pub(crate) fn mixes(&self, all: &[&str]) -> Result<Vec<Mix>> {
        match self.mix.as_str() {
            "all" => all.iter().map(|mix| mix.parse()).collect(),
            list => list.split(',').map(str::parse).collect(),
        }
    }
}

/// What a process of the harness's does.
#[derive(clap::Subcommand)]
pub(crate) enum Role {
    /// Moves money between databases
    #[command(hide = true)]
    Worker(WorkerOptions),
    /// Finishes what others have left
    #[command(hide = true)]
    Recover(RecoverOptions),
}

#[derive(clap::Args)]
pub(crate) struct WorkerOptions {
    /// What to work on
    #[arg(long)]
    pub(crate) spec: PathBuf,
    /// How the ids of its transfers begin
    #[arg(long)]
    pub(crate) name: String,
    #[arg(long)]
    pub(crate) seed: u64,
    /// How many transfers; without, until the file of `--until` is there
    #[arg(long)]
    pub(crate) transfers: Option<u32>,
    #[arg(long)]
    pub(crate) until: Option<PathBuf>,
    /// One transaction for each database instead of one over all
    #[arg(long)]
    pub(crate) apart: bool,
    /// Stops itself before this transfer, until somebody lets it go on
    #[arg(long)]
    pub(crate) stop_before: Option<u32>,
}

#[derive(clap::Args)]
pub(crate) struct RecoverOptions {
    /// What to work on
    #[arg(long)]
    pub(crate) spec: PathBuf,
    /// Younger ones are left alone
    #[arg(long, default_value_t = 0)]
    pub(crate) min_age_ms: u64,
    /// Deletes what is older and not needed any more
    #[arg(long)]
    pub(crate) prune_ms: Option<u64>,
    /// How often; without, until the file of `--until` is there
    #[arg(long)]
    pub(crate) rounds: Option<u32>,
    #[arg(long)]
    pub(crate) until: Option<PathBuf>,
}
