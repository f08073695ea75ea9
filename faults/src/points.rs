//! A kill and a stop at each named place of the protocol, for each mix.
//!
//! First a transfer runs that nothing happens to, and notes which places it comes by and how often; likewise
//! recoverers of a transfer that has to be aborted, of one that has to be committed, and of one that is to be
//! forgotten. Then each of these is run again for each place. A process that is stopped is taken for dead: others
//! recover, and only then it goes on.

mod cold;
mod expected;
mod filter;
mod run;

use std::time::Instant;

use crate::Result;
use crate::arguments::Arguments;
use crate::mix::{self, Mix};
use crate::place::Place;
use crate::report::Report;
use filter::Filter;
use run::Run;

/// Mixes at a time, each on servers of its own: most of the time is spent in waiting for locks.
const LANES: usize = 4;

/// Whose places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The client's.
    Transfer,
    /// A recoverer's, after a client that had not decided.
    Abort,
    /// A recoverer's, after a client that had.
    Commit,
    /// A recoverer's that deletes what is not needed any more, after a client that nothing happened to.
    Prune,
}

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let mixes = arguments.mixes(mix::ALL)?;
    let filter = Filter::parse(arguments.point.as_deref())?;
    // Dealt out, because those that stand together take alike long.
    let dealt = |lane| -> Vec<Mix> { mixes.iter().skip(lane).step_by(LANES).cloned().collect() };
    let (one, two, three, four) = tokio::try_join!(
        lane(arguments, dealt(0), &filter),
        lane(arguments, dealt(1), &filter),
        lane(arguments, dealt(2), &filter),
        lane(arguments, dealt(3), &filter),
    )?;
    for each in [one, two, three, four] {
        report.absorb(each);
    }
    Ok(())
}

async fn lane(arguments: &Arguments, mixes: Vec<Mix>, filter: &Filter) -> Result<Report> {
    let mut report = Report::new(arguments.json);
    if mixes.is_empty() {
        return Ok(report);
    }
    if filter.takes(cold::NAME, 1, "") {
        for mix in &mixes {
            cold::run(arguments, mix, &mut report).await?;
        }
    }
    let place = Place::start(&mixes, &arguments.journal, false).await?;
    let mut run = Run::new(&place, &mut report, filter, arguments.apart);
    for mix in &mixes {
        let begun = Instant::now();
        let runs = run.all(mix).await?;
        let took = begun.elapsed().as_secs_f64();
        eprintln!("points: {mix}: {runs} runs in {took:.1} s");
    }
    Ok(report)
}

/// The places of a client's way, or of a recoverer's.
pub(crate) fn names(recoverer: bool) -> impl Iterator<Item = &'static str> {
    let recoverer = recoverer.then(|| expected::all(Stage::Commit).chain(expected::all(Stage::Prune)));
    let client = recoverer.is_none().then(|| expected::all(Stage::Transfer));
    client
        .into_iter()
        .flatten()
        .chain(recoverer.into_iter().flatten())
}
