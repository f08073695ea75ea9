//! One run, on copies of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Files;
use super::tracer::{self, Call};
use crate::outcome::Outcomes;
use crate::process::{Process, State};
use crate::report::{Finding, Kind, Report};
use crate::spec::Spec;
use crate::trial::PATIENCE;
use crate::{Result, check};

pub(super) struct Lane {
    /// Where it is to be killed, or not at all.
    call: Option<Call>,
    label: String,
    spec: Spec,
    directory: PathBuf,
    process: Process,
}

impl Lane {
    /// A client that does one transfer and stops before the second.
    pub(super) fn start(files: &Files<'_>, call: Option<Call>) -> Result<Self> {
        let name = match &call {
            None => "all".to_owned(),
            Some((kind, nth)) => format!("{kind}-{nth}"),
        };
        let directory = files.place.file(&format!("call-{name}"));
        let outcomes = directory.join("outcomes");
        std::fs::create_dir_all(&outcomes)?;
        let mut spec = files.place.spec.clone();
        spec.directory = outcomes;
        for (name, url) in &mut spec.connections {
            let file = format!("{name}.db");
            let (from, to) = (files.template.join(&file), directory.join(&file));
            std::fs::copy(&from, &to)?;
            *url = url.replace(&from.display().to_string(), &to.display().to_string());
        }
        let file = directory.join("spec.json");
        spec.write(&file)?;
        let arguments = [
            "worker",
            "--transfers=2",
            "--stop-before=2",
            "--seed=1",
            "--name=c",
        ];
        let mut arguments: Vec<_> = arguments.map(str::to_owned).to_vec();
        arguments.push(format!("--spec={}", file.display()));
        Ok(Self {
            label: format!("{}, at {name}", files.mix),
            process: Process::start(&arguments, &[], &directory.join("err"))?,
            call,
            spec,
            directory,
        })
    }

    /// Notes which calls there are.
    pub(super) async fn calls(
        mut self,
        files: &Files<'_>,
        report: &mut Report,
    ) -> Result<BTreeMap<String, u32>> {
        let log = self.directory.join("log");
        self.trace(&log, files, report).await?;
        Ok(tracer::count(&std::fs::read_to_string(log)?))
    }

    /// Lets it be killed, and looks at what is left.
    pub(super) async fn run(mut self, files: &Files<'_>, report: &mut Report) -> Result<()> {
        let log = self.directory.join("log");
        if self.trace(&log, files, report).await? {
            report.kills += 1;
        }
        let outcomes = Outcomes::read(&self.spec.directory);
        let db = self.spec.open().await?;
        let mixes = std::slice::from_ref(files.mix);
        let findings = check::check(&db, mixes, "c", &outcomes).await?;
        report.add(findings, &self.label, &files.again);
        db.close().await?;
        *report.transfers.entry(files.mix.to_string()).or_default() += outcomes.acknowledged.len() as u64;
        // The whole place goes at the end anyway.
        let _ = std::fs::remove_dir_all(&self.directory);
        Ok(())
    }

    /// Whether it was killed.
    async fn trace(&mut self, log: &std::path::Path, files: &Files<'_>, report: &mut Report) -> Result<bool> {
        if self.process.rest(PATIENCE).await? != State::Stopped {
            self.hung("does not come to its second transfer", files, report)?;
            return Ok(false);
        }
        let errors = self.directory.join("strace.err");
        let mut tracer = tracer::attach(&self.process, self.call.as_ref(), log, &errors).await?;
        self.process.go_on()?;
        let killed = loop {
            match self.process.rest(PATIENCE).await? {
                State::Ended(status) => break !status.success(),
                // It was seen before the signal reached it.
                State::Stopped => tokio::time::sleep(std::time::Duration::from_millis(2)).await,
                State::Runs => {
                    self.hung("does not come to its end", files, report)?;
                    break false;
                }
            }
        };
        tracer.rest(PATIENCE).await?;
        Ok(killed)
    }

    fn hung(&mut self, what: &str, files: &Files<'_>, report: &mut Report) -> Result<()> {
        let what = format!("a client {what}; {}", self.process.errors());
        report.add(vec![Finding::new(Kind::Hung, what)], &self.label, &files.again);
        self.process.kill()?;
        Ok(())
    }
}
