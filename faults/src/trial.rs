//! One transfer that something happens to, on databases that others have used before.

use std::time::Duration;

use crate::mix::Mix;
use crate::outcome::Outcomes;
use crate::place::Place;
use crate::process::{Process, State};
use crate::report::{Finding, Kind, Report};
use crate::{Result, check, recovery};

/// How long a process may take that nobody keeps from its work.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Trial<'a> {
    pub(crate) place: &'a Place,
    pub(crate) mix: &'a Mix,
    /// How the ids of its transfers begin; no other trial's begin so.
    pub(crate) name: String,
    /// For people: what happens.
    pub(crate) label: String,
    /// The command that does it again.
    pub(crate) again: String,
}

impl Trial<'_> {
    /// A client that does one transfer of the mix.
    pub(crate) fn worker(
        &self,
        connections: &[(String, String)],
        extra: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Process> {
        Outcomes::clear(&self.place.spec.directory);
        let mut spec = self.place.spec.clone();
        spec.mixes = vec![self.mix.to_string()];
        // What nobody needs is not dialled, but a database outside of the mix would count as one of the `Db`'s.
        spec.connections = connections
            .iter()
            .filter(|(name, _)| self.mix.connections().any(|part| part == name))
            .cloned()
            .collect();
        let file = self.place.file("trial.json");
        spec.write(&file)?;
        let mut arguments = vec![
            "worker".to_owned(),
            format!("--spec={}", file.display()),
            format!("--name={}", self.name),
            "--seed=1".to_owned(),
        ];
        arguments.extend(extra.iter().map(|&argument| argument.to_owned()));
        Process::start(&arguments, variables, &self.place.file("worker.err"))
    }

    /// A process that recovers.
    pub(crate) fn recoverer(&self, extra: &[&str], variables: &[(&str, &str)]) -> Result<Process> {
        let file = self.place.file("recover.json");
        self.place.spec.write(&file)?;
        let mut arguments = vec!["recover".to_owned(), format!("--spec={}", file.display())];
        arguments.push("--rounds=2".to_owned());
        arguments.extend(extra.iter().map(|&argument| argument.to_owned()));
        Process::start(&arguments, variables, &self.place.file("recover.err"))
    }

    /// Waits for a process that is left alone. One that does not end is killed.
    pub(crate) async fn end(&self, process: &mut Process, report: &mut Report) -> Result<()> {
        match process.rest(PATIENCE).await? {
            State::Ended(_) => {}
            state => {
                let what = format!("still {state:?} after {PATIENCE:?}; {}", process.errors());
                report.add(vec![Finding::new(Kind::Hung, what)], &self.label, &self.again);
                process.kill()?;
            }
        }
        Ok(())
    }

    /// Recovers, looks at everything, and tells.
    pub(crate) async fn conclude(&self, report: &mut Report) -> Result<()> {
        let settled = recovery::settle(self.place, Duration::from_secs(15)).await;
        report.recovered(settled.took);
        let mut findings = settled.findings;
        let outcomes = Outcomes::read(&self.place.spec.directory);
        let mixes = std::slice::from_ref(self.mix);
        findings.extend(check::check(&self.place.db, mixes, &self.name, &outcomes).await?);
        *report.transfers.entry(self.mix.to_string()).or_default() += outcomes.acknowledged.len() as u64;
        report.aborted += outcomes.aborted.len() as u64;
        report.unknown += outcomes.unknown.len() as u64;
        if !findings.is_empty() {
            report.add(findings, &self.label, &self.again);
            self.place.sweep().await;
            self.place.balance().await?;
        }
        Ok(())
    }
}
