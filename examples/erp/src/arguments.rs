//! The command line.

use clap::Parser;
use std::path::PathBuf;

/// A small enterprise whose data lies in three databases: finance, HR and inventory.
#[derive(Parser)]
#[command(name = "erp", version)]
pub(crate) struct Arguments {
    /// Invoices to load; the other tables grow with them
    #[arg(long, default_value_t = 3_000, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub(crate) rows: u32,

    /// Start PostgreSQL for finance and MariaDB for inventory, and take SQLite for HR
    #[arg(long, conflicts_with = "config")]
    pub(crate) servers: bool,

    /// Take the addresses of `finance`, `hr` and `inventory` from this file (see examples/erp/manybase.toml)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Keep the SQLite files in this directory, and go on with those that are there
    #[arg(long, value_name = "DIR", conflicts_with_all = ["config", "servers"])]
    pub(crate) data: Option<PathBuf>,

    /// Leave files and tables where they are, and print where that is; with --config, go on with those that are there
    #[arg(long, conflicts_with = "servers")]
    pub(crate) keep: bool,

    /// Sell, and die by SIGKILL in the middle of it, so many milliseconds after the first sale; implies --keep. The
    /// next start with --data or --config finishes what was in doubt, and looks whether the books balance. With
    /// --servers a child process dies, and this one is the next start
    #[arg(long, value_name = "MS", num_args = 0..=1, require_equals = true, default_missing_value = "300", value_parser = clap::value_parser!(u64).range(..=60_000))]
    pub(crate) crash: Option<u64>,

    /// Print one JSON object with the figures instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}
