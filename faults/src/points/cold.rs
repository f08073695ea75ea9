//! The first transfer ever, on databases that have never seen one: the tables of the protocol are made on its way.

use std::os::unix::process::ExitStatusExt;

use crate::Result;
use crate::arguments::Arguments;
use crate::mix::Mix;
use crate::outcome::Outcomes;
use crate::place::Place;
use crate::process::State;
use crate::report::{Finding, Kind, Report};
use crate::trial::Trial;

/// What these runs are called, where a place is to be named.
pub(super) const NAME: &str = "cold";

/// Where it is killed; nowhere at first.
const FAULTS: &[&str] = &[
    "",
    "prepare-after:1:abort",
    "decision-before:1:abort",
    "commit-before:1:abort",
    "finish-before:1:abort",
];

pub(super) async fn run(arguments: &Arguments, mix: &Mix, report: &mut Report) -> Result<()> {
    for fault in FAULTS {
        // Only what nobody has used is cold.
        let place = Place::start(std::slice::from_ref(mix), &arguments.journal, false).await?;
        let trial = Trial {
            place: &place,
            mix,
            name: "cold".to_owned(),
            label: format!("{mix}, cold, {fault}"),
            again: format!("cargo xtask faults --points --mix '{mix}' --point {NAME}"),
        };
        let variables = [("MANYBASE_FAULT", *fault)];
        let variables = if fault.is_empty() { &[][..] } else { &variables };
        let mut worker = trial.worker(&place.spec.connections, &["--transfers=1"], variables)?;
        trial.end(&mut worker, report).await?;
        if let State::Ended(status) = worker.state()? {
            report.kills += u64::from(status.signal() == Some(9));
        }
        trial.conclude(report).await?;
        let outcomes = Outcomes::read(&place.spec.directory);
        if fault.is_empty() && outcomes.acknowledged.is_empty() {
            let what = format!(
                "nothing got through: {} {}",
                outcomes.of("cold-1"),
                worker.errors()
            );
            report.add(
                vec![Finding::new(Kind::Unreached, what)],
                &trial.label,
                &trial.again,
            );
        }
    }
    Ok(())
}
