//! The worked example of Manybase: a small enterprise whose data lies in three databases.
//!
//! Finance, HR and inventory are three named connections. By default they are three SQLite files in a temporary
//! directory; with `--servers` they are PostgreSQL, SQLite and MariaDB; with `--config` whatever a file says.
//! Nothing but `place.rs` knows which.

// A program tells its failure on stderr; libraries stay under the lint.
#![allow(clippy::print_stderr)]

mod arguments;
mod company;
mod failure;
mod model;
mod page;
mod place;
mod random;
mod step;
mod tables;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use failure::{Failure, Result};
use manybase::Db;
use page::Page;
use place::Place;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let mut page = Page::new(arguments.json);
    let place = Place::open(arguments, &mut page).await?;
    let outcome = tokio::select! {
        outcome = enterprise(place.db(), arguments.rows, &mut page) => outcome,
        _ = tokio::signal::ctrl_c() => Err(Failure::new("interrupted")),
    };
    // Cleaned up in either case; what went wrong first is what is told.
    let cleaned = place.close(&mut page).await;
    outcome.and(cleaned)?;
    page.finish();
    Ok(())
}

/// The tour, from empty databases to the state of their pools.
async fn enterprise(db: &Db, rows: u32, page: &mut Page) -> Result<()> {
    step::databases(db, page).await?;
    step::load(db, rows, page).await?;
    step::filters(db, page).await?;
    step::aggregates(db, page).await?;
    step::profile(db, page).await?;
    step::relations(db, page).await?;
    step::booking(db, page).await?;
    step::conflict(db, page).await?;
    step::report(db, page).await?;
    step::dialects(page)?;
    step::pools(db, page)
}
