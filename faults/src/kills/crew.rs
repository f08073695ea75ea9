//! The clients and recoverers of a round.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::{PATIENCE, RECOVERERS};
use crate::Result;
use crate::arguments::Arguments;
use crate::place::Place;
use crate::points;
use crate::process::{Process, State};
use crate::report::{Finding, Kind, Report};

/// How long decisions are kept: longer than anybody is stopped, or a fence would be gone when its owner wakes.
const KEEP_MS: u64 = 20_000;

const DECISIVE: &[&str] = &[
    "prepare-after",
    "decision-before",
    "decision-after",
    "commit-before",
    "commit-after",
    "finish-before",
];

pub(super) struct Crew<'a> {
    place: &'a Place,
    round: u32,
    apart: bool,
    slots: Vec<Slot>,
    spec: PathBuf,
    /// The clients end when it is there.
    until: PathBuf,
    rng: Rng,
}

struct Slot {
    recoverer: bool,
    process: Process,
    /// How many processes there have been in this place.
    spawned: u32,
    /// When one that is stopped goes on.
    wakes: Option<Instant>,
}

impl<'a> Crew<'a> {
    pub(super) fn start(place: &'a Place, round: u32, arguments: &Arguments, rng: Rng) -> Result<Self> {
        let spec = place.file("kills.json");
        place.spec.write(&spec)?;
        let mut crew = Self {
            place,
            round,
            apart: arguments.apart,
            slots: Vec::new(),
            spec,
            until: place.file(&format!("until-{round}")),
            rng,
        };
        for index in 0..arguments.workers + RECOVERERS {
            let recoverer = index >= arguments.workers;
            let process = crew.spawn(index, recoverer, 0)?;
            crew.slots.push(Slot {
                recoverer,
                process,
                spawned: 1,
                wakes: None,
            });
        }
        Ok(crew)
    }

    fn spawn(&mut self, index: usize, recoverer: bool, spawned: u32) -> Result<Process> {
        let (round, seed) = (self.round, self.rng.u64(..));
        let mut arguments = vec![if recoverer { "recover" } else { "worker" }.to_owned()];
        arguments.push(format!("--spec={}", self.spec.display()));
        arguments.push(format!("--until={}", self.until.display()));
        if recoverer {
            arguments.push(format!("--min-age-ms={}", self.rng.u64(..1_000)));
            arguments.push(format!("--prune-ms={KEEP_MS}"));
        } else {
            arguments.push(format!("--name=k{round}w{index}s{spawned}"));
            arguments.push(format!("--seed={seed}"));
            if self.apart {
                arguments.push("--apart".to_owned());
            }
        }
        let fault = self.fault(recoverer);
        let variables: Vec<_> = fault
            .as_deref()
            .map(|fault| ("MANYBASE_FAULT", fault))
            .into_iter()
            .collect();
        Process::start(
            &arguments,
            &variables,
            &self.place.file(&format!("crew-{index}.err")),
        )
    }

    /// Every second client, and every third recoverer, meets its end or a pause at a point.
    fn fault(&mut self, recoverer: bool) -> Option<String> {
        if self.rng.u32(..if recoverer { 3 } else { 2 }) > 0 {
            return None;
        }
        let names: Vec<_> = points::names(recoverer).collect();
        // The moments around the decision are what matters most.
        let name = match recoverer || self.rng.bool() {
            true => names[self.rng.usize(..names.len())],
            false => DECISIVE[self.rng.usize(..DECISIVE.len())],
        };
        let nth = self.rng.u32(1..if recoverer { 5 } else { 30 });
        let action = if self.rng.bool() { "abort" } else { "stop" };
        Some(format!("{name}:{nth}:{action}"))
    }

    /// Replaces who has died, and wakes who has been stopped for long enough.
    pub(super) fn tend(&mut self, report: &mut Report) -> Result<()> {
        for index in 0..self.slots.len() {
            let now = Instant::now();
            let slot = &mut self.slots[index];
            match (slot.process.state()?, slot.wakes) {
                (State::Ended(_), _) => {
                    let (recoverer, spawned) = (slot.recoverer, slot.spawned);
                    let process = self.spawn(index, recoverer, spawned)?;
                    let slot = &mut self.slots[index];
                    slot.process = process;
                    slot.spawned += 1;
                    slot.wakes = None;
                }
                (State::Stopped, None) => {
                    report.stops += 1;
                    slot.wakes = Some(now + Duration::from_millis(self.rng.u64(100..3_000)));
                }
                (State::Stopped, Some(wakes)) if now >= wakes => {
                    slot.wakes = None;
                    slot.process.go_on()?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn kill_worker(&mut self) -> Result<u32> {
        self.kill_one(false)
    }

    pub(super) fn kill_recoverer(&mut self) -> Result<u32> {
        self.kill_one(true)
    }

    fn kill_one(&mut self, recoverer: bool) -> Result<u32> {
        let slot = self.one(recoverer);
        Ok(u32::from(slot.process.kill()?))
    }

    fn one(&mut self, recoverer: bool) -> &mut Slot {
        let all: Vec<_> = (0..self.slots.len())
            .filter(|&index| self.slots[index].recoverer == recoverer)
            .collect();
        &mut self.slots[all[self.rng.usize(..all.len())]]
    }

    pub(super) fn kill_all(&mut self) -> Result<u32> {
        let mut killed = 0;
        for slot in &mut self.slots {
            killed += u32::from(slot.process.kill()?);
        }
        Ok(killed)
    }

    /// Stops one for a while. How many it was.
    pub(super) fn stop_one(&mut self) -> Result<u64> {
        let recoverer = self.rng.u32(..4) == 0;
        let slot = self.one(recoverer);
        if slot.process.state()? != State::Runs {
            return Ok(0);
        }
        slot.process.stop()?;
        // Counted when it is seen.
        Ok(0)
    }

    /// Stops all clients; the recoverers die.
    pub(super) fn stop_all(&mut self) -> Result<()> {
        for slot in &mut self.slots {
            if slot.recoverer {
                slot.process.kill()?;
            } else {
                slot.process.stop()?;
            }
        }
        Ok(())
    }

    /// Lets all come to the end of what they do.
    pub(super) async fn finish(&mut self, report: &mut Report, label: &str, again: &str) -> Result<()> {
        std::fs::write(&self.until, "")?;
        let deadline = Instant::now() + PATIENCE;
        for slot in &mut self.slots {
            loop {
                match slot.process.rest(Duration::from_millis(200)).await? {
                    State::Ended(_) => break,
                    // At a point, or since before.
                    State::Stopped => slot.process.go_on()?,
                    State::Runs if Instant::now() >= deadline => {
                        let what = format!("a client does not come to its end; {}", slot.process.errors());
                        report.add(vec![Finding::new(Kind::Hung, what)], label, again);
                        slot.process.kill()?;
                        break;
                    }
                    State::Runs => {}
                }
            }
        }
        Ok(())
    }
}
