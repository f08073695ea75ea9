//! Random kills of clients, recoverers, servers and everything, and processes that are stopped for a while.
//!
//! The run is cut into rounds. After each, what is left is recovered, and everything is looked at. Some clients get
//! a kill or a stop at a point of the protocol on their way, because by chance alone the narrow moments are rare.

mod crew;
mod servers;

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::arguments::Arguments;
use crate::mix;
use crate::outcome::Outcomes;
use crate::place::Place;
use crate::report::{Finding, Kind, Report};
use crate::{Result, check, recovery};
use crew::Crew;
use servers::Servers;

/// Kills between two looks at everything.
const ROUND: u32 = 20;
const RECOVERERS: usize = 2;
/// How long the servers' restarts and the recovery may take together, with nobody in the way.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let mixes = arguments.mixes(mix::ALL)?;
    let place = Place::start(&mixes, &arguments.journal, true).await?;
    let mut rng = Rng::with_seed(arguments.seed);
    let begun = Instant::now();
    let again = format!(
        "cargo xtask faults --kills {} --seed {} --mix '{}'",
        arguments.kills, arguments.seed, arguments.mix
    );
    let mut killed = 0;
    let mut round = 0;
    while killed < arguments.kills {
        round += 1;
        let wanted = ROUND.min(arguments.kills - killed);
        let mut play = Round {
            place: &place,
            servers: Servers::new(&place),
            crew: Crew::start(&place, round, arguments, rng.fork())?,
            rng: rng.fork(),
            killed: 0,
        };
        play.play(wanted, report).await?;
        killed += play.killed;
        report.kills += u64::from(play.killed);
        let prefix = format!("k{round}w");
        let label = format!("round {round}, kill {killed}");
        play.end(report, &label, &again).await?;
        drop(play);

        let settled = recovery::settle(&place, PATIENCE).await;
        report.recovered(settled.took);
        let mut findings = settled.findings;
        let outcomes = Outcomes::read(&place.spec.directory);
        findings.extend(check::check(&place.db, &mixes, &prefix, &outcomes).await?);
        let faulty = !findings.is_empty();
        report.add(findings, &label, &again);
        if faulty {
            place.sweep().await;
            place.balance().await?;
        }
        let line = format!(
            "kills: {killed} of {}, {} transfers acknowledged, recovered in {:?}, {:.0} s",
            arguments.kills,
            outcomes.acknowledged.len(),
            settled.took,
            begun.elapsed().as_secs_f64()
        );
        report.progress(&line);
    }
    conclude(&place, &mixes, report, &again, arguments.kills).await
}

/// Once more over all rounds: what was right must have stayed so.
async fn conclude(
    place: &Place,
    mixes: &[mix::Mix],
    report: &mut Report,
    again: &str,
    kills: u32,
) -> Result<()> {
    let outcomes = Outcomes::read(&place.spec.directory);
    if report.is_clean() {
        let findings = check::check(&place.db, mixes, "k", &outcomes).await?;
        report.add(findings, "the end", again);
    }
    report.aborted += outcomes.aborted.len() as u64;
    report.unknown += outcomes.unknown.len() as u64;
    for mix in mixes {
        let acknowledged = check::count(&place.db, mix, "k", &outcomes).await?;
        report.transfers.insert(mix.to_string(), acknowledged);
        // A mix in which nothing ever gets through has not been tested.
        if acknowledged == 0 && kills >= ROUND {
            let what = format!(
                "no transfer over {mix} was ever acknowledged; {}",
                common(&outcomes)
            );
            report.add(vec![Finding::new(Kind::Unreached, what)], "the end", again);
        }
    }
    Ok(())
}

/// An error that clients were told, for the case that nothing works.
fn common(outcomes: &Outcomes) -> String {
    let mut errors: Vec<_> = outcomes.aborted.values().collect();
    errors.sort();
    errors.dedup();
    let some: Vec<_> = errors.into_iter().take(5).map(String::as_str).collect();
    format!("clients were told: {}", some.join(" | "))
}

struct Round<'a> {
    place: &'a Place,
    servers: Servers,
    crew: Crew<'a>,
    rng: Rng,
    killed: u32,
}

impl Round<'_> {
    async fn play(&mut self, wanted: u32, report: &mut Report) -> Result<()> {
        while self.killed < wanted {
            let pause = Duration::from_millis(self.rng.u64(40..600));
            let until = Instant::now() + pause;
            while Instant::now() < until {
                tokio::time::sleep(Duration::from_millis(10)).await;
                self.crew.tend(report)?;
                self.servers.tend().await?;
            }
            self.strike(report)?;
        }
        Ok(())
    }

    fn strike(&mut self, report: &mut Report) -> Result<()> {
        match self.rng.u32(..100) {
            0..45 => self.killed += self.crew.kill_worker()?,
            45..58 => self.killed += self.crew.kill_recoverer()?,
            58..74 if self.servers.count() > 0 => {
                let which = self.rng.usize(..self.servers.count());
                self.kill_server(which, report);
            }
            74..78 => {
                self.killed += self.crew.kill_all()?;
                for which in 0..self.servers.count() {
                    self.kill_server(which, report);
                }
            }
            _ => report.stops += self.crew.stop_one()?,
        }
        Ok(())
    }

    fn kill_server(&mut self, which: usize, report: &mut Report) {
        let down = Duration::from_millis(self.rng.u64(..400));
        let killed = self.servers.kill(which, down);
        self.killed += killed;
        report.server_kills += u64::from(killed);
    }

    /// Ends the round in one of three ways: all die; all come to their end; or some are stopped, taken for dead,
    /// and go on when the others have recovered everything.
    async fn end(&mut self, report: &mut Report, label: &str, again: &str) -> Result<()> {
        self.servers.all_up().await?;
        match self.rng.u32(..4) {
            0 | 1 => {
                self.crew.kill_all()?;
            }
            2 => self.crew.finish(report, label, again).await?,
            _ => {
                self.crew.stop_all()?;
                let begun = Instant::now();
                while begun.elapsed() < Duration::from_secs(2) {
                    let _ = recovery::once(&self.place.db, Duration::ZERO).await;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                self.crew.finish(report, label, again).await?;
            }
        }
        Ok(())
    }
}
