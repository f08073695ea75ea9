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

    /// Leave files and tables where they are, and print where that is
    #[arg(long, conflicts_with = "servers")]
    pub(crate) keep: bool,

    /// Print one JSON object with the figures instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}
