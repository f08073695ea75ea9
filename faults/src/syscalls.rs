//! A kill at each system call of a commit over several SQLite files.
//!
//! `strace` delivers the signal at the nth call of a kind, so that every state in which the files can be left behind
//! is seen. Each run has copies of its own. Nobody has to recover anything but SQLite itself, when the files are
//! opened again.
//!
//! `strace` counts by kind and thread. So the client first has everything open and does one transfer untraced; the
//! one that is looked at is done by a single thread then, and kind and number say which call it is.

mod lane;
mod tracer;

use std::path::PathBuf;

use crate::arguments::Arguments;
use crate::mix::Mix;
use crate::outcome::Outcomes;
use crate::place::Place;
use crate::process::Process;
use crate::report::{Finding, Kind, Report};
use crate::trial::PATIENCE;
use crate::{Failure, Result};
use lane::Lane;

const MIXES: &[&str] = &["sqlite+sqlite", "sqlite+sqlite+sqlite"];

/// At a time: each waits for others most of the time.
const LANES: usize = 3;

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    if !tracer::is_here() {
        return Err(Failure::from(
            "strace is not installed (Debian: apt-get install strace)",
        ));
    }
    for mix in arguments.mixes(MIXES)? {
        let place = Place::start(std::slice::from_ref(&mix), &arguments.journal, false).await?;
        let files = Files {
            template: template(&place, &mix).await?,
            place: &place,
            mix: &mix,
            again: format!(
                "cargo xtask faults --syscalls --journal {} --mix '{mix}'",
                arguments.journal
            ),
        };
        let before = report.kills;
        let calls = Lane::start(&files, None)?.calls(&files, report).await?;
        let step = usize::try_from(arguments.step)?;
        let all: Vec<_> = calls
            .iter()
            .flat_map(|(kind, &count)| (1..=count).map(move |nth| (kind.clone(), nth)))
            .step_by(step)
            .collect();
        for some in all.chunks(LANES) {
            let lanes: Result<Vec<_>> = some
                .iter()
                .map(|call| Lane::start(&files, Some(call.clone())))
                .collect();
            for lane in lanes? {
                lane.run(&files, report).await?;
            }
        }
        let kills = report.kills - before;
        // Which thread does what is a matter of chance, but not for the most part.
        if kills * 3 < all.len() as u64 * 2 || kills == 0 {
            let what = format!("only {kills} kills at {} system calls", all.len());
            report.add(
                vec![Finding::new(Kind::Unreached, what)],
                mix.name(),
                &files.again,
            );
        }
        report.progress(&format!(
            "syscalls: {mix}: killed at {kills} of {} system calls",
            all.len()
        ));
    }
    Ok(())
}

/// What all runs begin with.
struct Files<'a> {
    template: PathBuf,
    place: &'a Place,
    mix: &'a Mix,
    again: String,
}

/// The files with all tables, closed.
async fn template(place: &Place, mix: &Mix) -> Result<PathBuf> {
    let spec = place.file("warm-up.json");
    place.spec.write(&spec)?;
    let arguments = ["worker", "--transfers=1", "--name=warm", "--seed=1"];
    let mut arguments: Vec<_> = arguments.map(str::to_owned).to_vec();
    arguments.push(format!("--spec={}", spec.display()));
    let mut worker = Process::start(&arguments, &[], &place.file("warm-up.err"))?;
    worker.rest(PATIENCE).await?;
    place.db.close().await?;
    let outcomes = Outcomes::read(&place.spec.directory);
    if outcomes.acknowledged.is_empty() {
        let why = format!("{} {}", outcomes.of("warm-1"), worker.errors());
        return Err(Failure::from(format!(
            "a transfer over {mix} that nothing happens to fails: {why}"
        )));
    }
    Ok(place.file(""))
}
