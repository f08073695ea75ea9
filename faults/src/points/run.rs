//! The runs of one mix.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use super::filter::Filter;
use super::{Stage, expected};
use crate::file::lines;
use crate::mix::Mix;
use crate::outcome::Outcomes;
use crate::place::Place;
use crate::process::{Process, State};
use crate::report::{Finding, Kind, Report};
use crate::trial::{PATIENCE, Trial};
use crate::{Result, recovery};

/// How often a place is tried that is passed many times.
const OFTEN: u32 = 4;
/// How long the others recover while one is stopped, and once at least.
const STOPPED: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Abort,
    Stop,
}

/// By place, how often it was passed.
type Hits = BTreeMap<String, u32>;

pub(super) struct Run<'a> {
    place: &'a Place,
    report: &'a mut Report,
    filter: &'a Filter,
    apart: bool,
    number: u32,
}

impl<'a> Run<'a> {
    pub(super) fn new(place: &'a Place, report: &'a mut Report, filter: &'a Filter, apart: bool) -> Self {
        Self {
            place,
            report,
            filter,
            apart,
            number: 0,
        }
    }

    /// All of one mix. How many it were.
    pub(super) async fn all(&mut self, mix: &Mix) -> Result<u32> {
        let before = self.number;
        // Tables are made at the first need, which is no part of what is looked at.
        self.transfer(mix, "warm-up", &[]).await?;
        let reached = self.traced_transfer(mix).await?;
        self.every(mix, Stage::Transfer, &reached, None).await?;
        for stage in [Stage::Abort, Stage::Commit, Stage::Prune] {
            if !self.filter.concerns(expected::all(stage)) {
                continue;
            }
            let leave = match self.leave(mix, stage, &reached) {
                Some(leave) => leave,
                None => continue,
            };
            let leave = leave.as_deref();
            let reached = self.traced_recovery(mix, stage, leave).await?;
            self.every(mix, stage, &reached, leave).await?;
        }
        Ok(self.number - before)
    }

    /// Where the client is killed that leaves something to recover; it may be nowhere. `None` where a mix leaves
    /// nothing.
    fn leave(&mut self, mix: &Mix, stage: Stage, reached: &Hits) -> Option<Option<String>> {
        let places = match stage {
            Stage::Abort => expected::UNDECIDED,
            Stage::Commit if mix.is_distributed() => expected::DECIDED,
            Stage::Prune if mix.is_distributed() => return Some(None),
            _ => return None,
        };
        if let Some(name) = places.iter().find(|name| reached.contains_key(**name)) {
            return Some(Some(format!("{name}:1:abort")));
        }
        if mix.is_distributed() {
            let what =
                format!("no place to leave a transfer at for {stage:?}: none of {places:?} is reached");
            self.note_unreached(mix, what);
        }
        None
    }

    /// All places that were reached, and a word about the others.
    async fn every(&mut self, mix: &Mix, stage: Stage, reached: &Hits, leave: Option<&str>) -> Result<()> {
        if self.filter.is_all() {
            for name in expected::at(mix, stage) {
                if !reached.contains_key(name) {
                    self.note_unreached(mix, format!("{name} of {stage:?} is not reached"));
                }
            }
            for name in expected::all(stage).filter(|name| !reached.contains_key(*name)) {
                self.report
                    .notes
                    .push(format!("{mix}: {name} of {stage:?} is not on its way"));
            }
        }
        for (name, &count) in reached {
            for nth in 1..=count.min(OFTEN) {
                for action in [Action::Abort, Action::Stop] {
                    if self.filter.takes(name, nth, action.name()) {
                        self.one(mix, stage, name, nth, action, leave).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn one(
        &mut self,
        mix: &Mix,
        stage: Stage,
        name: &str,
        nth: u32,
        action: Action,
        leave: Option<&str>,
    ) -> Result<()> {
        let fault = format!("{name}:{nth}:{}", action.name());
        let trial = self.trial(mix, &format!("{fault} of {stage:?}"));
        let faulty = [("MANYBASE_FAULT", fault.as_str())];
        let mut process = match stage {
            Stage::Transfer => self.start(&trial, &faulty)?,
            _ => {
                self.leave_behind(&trial, leave).await?;
                trial.recoverer(extra(stage), &faulty)?
            }
        };
        let state = process.rest(PATIENCE).await?;
        let reached = match state {
            State::Ended(status) => status.signal() == Some(9),
            State::Stopped => true,
            State::Runs => false,
        };
        match state {
            State::Stopped => {
                self.report.stops += 1;
                self.recover_meanwhile(&trial).await;
                process.go_on()?;
            }
            State::Ended(_) if reached => self.report.kills += 1,
            _ => {}
        }
        trial.end(&mut process, self.report).await?;
        if !reached {
            // It was passed a moment ago, so either the order of things is up to chance, or the label lies.
            let what = format!(
                "{fault} of {stage:?} was passed in the trace and not now; {}",
                process.errors()
            );
            self.report.notes.push(format!("{mix}: {what}"));
        }
        trial.conclude(self.report).await
    }

    /// Others recover, as far as they get beside one that is stopped.
    async fn recover_meanwhile(&mut self, trial: &Trial<'_>) {
        let begun = Instant::now();
        while begun.elapsed() < STOPPED {
            if let Ok(findings) = recovery::checked(self.place).await {
                self.report.add(findings, &trial.label, &trial.again);
            }
            if recovery::in_doubt(self.place)
                .await
                .is_ok_and(|left| left.is_empty())
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn traced_transfer(&mut self, mix: &Mix) -> Result<Hits> {
        let log = self.place.file(&format!("points-{}.log", self.number));
        let path = log.to_string_lossy().into_owned();
        self.transfer(mix, "trace", &[("MANYBASE_FAULT_LOG", &path)])
            .await?;
        Ok(count(lines(&log)))
    }

    async fn traced_recovery(&mut self, mix: &Mix, stage: Stage, leave: Option<&str>) -> Result<Hits> {
        let trial = self.trial(mix, "trace of the recovery");
        let log = self.place.file(&format!("points-{}.log", self.number));
        let path = log.to_string_lossy().into_owned();
        self.leave_behind(&trial, leave).await?;
        let mut recoverer = trial.recoverer(extra(stage), &[("MANYBASE_FAULT_LOG", &path)])?;
        trial.end(&mut recoverer, self.report).await?;
        trial.conclude(self.report).await?;
        Ok(count(lines(&log)))
    }

    /// A client that is killed, or not, and leaves something to do.
    async fn leave_behind(&mut self, trial: &Trial<'_>, at: Option<&str>) -> Result<()> {
        let variables: Vec<_> = at.map(|at| ("MANYBASE_FAULT", at)).into_iter().collect();
        let mut client = self.start(trial, &variables)?;
        trial.end(&mut client, self.report).await
    }

    /// A transfer that nothing happens to.
    async fn transfer(&mut self, mix: &Mix, what: &str, variables: &[(&str, &str)]) -> Result<()> {
        let trial = self.trial(mix, what);
        let mut client = self.start(&trial, variables)?;
        trial.end(&mut client, self.report).await?;
        let before = self.report.transfers.get(mix.name()).copied();
        trial.conclude(self.report).await?;
        if self.report.transfers.get(mix.name()).copied().unwrap_or_default() == before.unwrap_or_default() {
            let outcomes = Outcomes::read(&self.place.spec.directory);
            let why = format!(
                "{} {}",
                outcomes.of(&format!("{}-1", trial.name)),
                client.errors()
            );
            self.note_unreached(mix, format!("{what}: the transfer did not get through: {why}"));
        }
        Ok(())
    }

    fn start(&self, trial: &Trial<'_>, variables: &[(&str, &str)]) -> Result<Process> {
        let mut extra = vec!["--transfers=1"];
        if self.apart {
            extra.push("--apart");
        }
        trial.worker(&self.place.spec.connections, &extra, variables)
    }

    fn trial<'m>(&mut self, mix: &'m Mix, what: &str) -> Trial<'m>
    where
        'a: 'm,
    {
        self.number += 1;
        let fault = what.split(' ').next().unwrap_or_default();
        Trial {
            place: self.place,
            mix,
            name: format!("p{}", self.number),
            label: format!("{mix}, {what}"),
            again: format!("cargo xtask faults --points --mix '{mix}' --point {fault}"),
        }
    }

    fn note_unreached(&mut self, mix: &Mix, what: String) {
        let again = format!("cargo xtask faults --points --mix '{mix}'");
        self.report
            .add(vec![Finding::new(Kind::Unreached, what)], mix.name(), &again);
    }
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::Stop => "stop",
        }
    }
}

fn count(lines: Vec<String>) -> Hits {
    let mut hits = Hits::new();
    for line in lines {
        *hits.entry(line).or_default() += 1;
    }
    hits
}

/// What its recoverer is told besides.
fn extra(stage: Stage) -> &'static [&'static str] {
    match stage {
        Stage::Prune => &["--prune-ms=0"],
        _ => &[],
    }
}
