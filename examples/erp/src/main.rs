//! The worked example of Manybase: a small enterprise whose data lies in three databases.
//!
//! Finance, HR and inventory are three named connections. By default they are three SQLite files in a temporary
//! directory, with `--data` in one that stays; with `--servers` they are PostgreSQL, SQLite and MariaDB; with
//! `--config` whatever a file says. Nothing but `place.rs` knows which.
//!
//! A sale (`sale.rs`) is one transaction on all three. With `--crash` the program dies in the middle of several, and
//! the next start shows that each is in all three databases or in none (`books.rs`).

// A program tells its failure on stderr; libraries stay under the lint.
#![allow(clippy::print_stderr)]

mod arguments;
mod books;
mod company;
mod crash;
mod failure;
mod log;
mod model;
mod page;
mod place;
mod random;
mod sale;
mod settle;
mod step;
mod tables;

use std::process::ExitCode;
use std::time::Duration;

use arguments::Arguments;
use clap::Parser;
use failure::{Failure, Result};
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
        outcome = enterprise(&place, arguments, &mut page) => outcome,
        _ = tokio::signal::ctrl_c() => Err(Failure::new("interrupted")),
    };
    // Cleaned up in either case; what went wrong first is what is told.
    let cleaned = place.close(&mut page).await;
    outcome.and(cleaned)?;
    page.finish();
    Ok(())
}

/// The tour, from empty databases, or from those of an earlier start, to the state of their pools.
async fn enterprise(place: &Place, arguments: &Arguments, page: &mut Page) -> Result<()> {
    let db = place.db();
    step::databases(db, page).await?;
    let mut crash = arguments.crash.map(Duration::from_millis);
    #[cfg(feature = "servers")]
    if arguments.servers
        && let Some(after) = crash.take()
    {
        // Servers that this process has started die with it, so another one has to.
        crash::elsewhere(place, after, arguments, page).await?;
    }
    match tables::are_loaded(db).await? {
        true => step::resume(place, page).await?,
        false => step::load(place, arguments.rows, page).await?,
    }
    if let Some(after) = crash.take() {
        match crash::crash(place, after, page).await? {}
    }
    step::filters(db, page).await?;
    step::aggregates(db, page).await?;
    step::profile(db, page).await?;
    step::relations(db, page).await?;
    step::booking(db, page).await?;
    step::atomic(db, page).await?;
    step::conflict(db, page).await?;
    step::report(db, page).await?;
    step::dialects(page)?;
    step::pools(db, page)
}
