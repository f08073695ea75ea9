//! One transaction over two databases beside two transactions, one on each, and beside one on a single database.
//! `cargo xtask bench atomic`.
//!
//! The servers are durable: without the waits for the disk the figures would say nothing.

mod measure;
mod model;
mod report;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use manybase::{ConnectionConfig, Db};
use manybase_testkit::{Mariadb, Postgres};

use measure::{Mode, Slice};
use report::Line;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What it costs to commit on two databases or on none
#[derive(Parser)]
#[command(name = "cargo xtask bench atomic")]
struct Arguments {
    /// Shorter and fewer rounds: under a minute after the build
    #[arg(long)]
    quick: bool,
    /// Print one JSON array in place of the table
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let postgres = Postgres::builder()
        .durable()
        .setting("max_prepared_transactions", "64")
        .start()?;
    let mariadb = Mariadb::builder().durable().start()?;
    let (a, b) = (postgres.create_database("a")?, mariadb.create_database("b")?);
    let db = Db::builder()
        .connection("a", pool(&a.url())?)
        .connection("b", pool(&b.url())?)
        .open()
        .await?;
    model::create(&db).await?;
    let (rounds, length) = match arguments.quick {
        true => (3, Duration::from_millis(1_000)),
        false => (9, Duration::from_millis(2_500)),
    };
    let mut lines = Vec::new();
    for clients in [1, 8, 16] {
        let mut slices: Vec<[Slice; Mode::ALL.len()]> = Vec::new();
        for round in 0..=rounds {
            let mut slice = [Slice::default(); Mode::ALL.len()];
            // Another one begins each time, so that nobody always follows the same.
            for at in 0..Mode::ALL.len() {
                let at = (at + round) % Mode::ALL.len();
                slice[at] = measure::run(&db, Mode::ALL[at], clients, length).await?;
            }
            // The first warms everything up.
            if round > 0 {
                slices.push(slice);
            }
            eprint!("\r{clients} clients, round {round} of {rounds}   ");
        }
        for (at, mode) in Mode::ALL.into_iter().enumerate() {
            lines.push(Line::new(mode, clients, at, &slices));
        }
    }
    eprintln!();
    model::check(&db).await?;
    match arguments.json {
        true => println!("{}", report::json(&lines)),
        false => println!("{}", report::table(&lines, postgres.name(), mariadb.name())),
    }
    db.close().await?;
    Ok(())
}

fn pool(url: &str) -> Result<ConnectionConfig> {
    Ok(ConnectionConfig::from_url(url)?.max_connections(20))
}
