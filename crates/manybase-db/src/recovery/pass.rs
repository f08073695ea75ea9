//! One recovery, when somebody asks for it.

use super::audit::Audit;
use super::choose::{Chosen, choose};
use super::events;
use super::homes::Homes;
use super::prune::prune;
use super::report::RecoveryReport;
use super::settings::RecoverySettings;
use super::settle::Context;
use super::survey::{Group, Survey, group, survey};
use crate::atomic::Coordinator;
use manybase_driver::{Pool, fault};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// So much more than the time that is missing, because two clocks take part.
const MARGIN: Duration = Duration::from_millis(50);
/// Between two looks at what seems to be torn.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));

/// What a recovery works on.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) coordinator: Arc<Coordinator>,
    pub(crate) pools: Vec<Pool>,
}

impl Ground {
    pub(crate) async fn recover(&self, settings: &RecoverySettings) -> RecoveryReport {
        let (mut survey, mut homes) = self.survey().await;
        let chosen = self.choose(&survey, settings, |_| true);
        let mut report = self.context(&homes).recover(&chosen).await;
        // What is young now is waited for, once; what comes in the meantime is not.
        if let Some(wait) = chosen.young.iter().map(|(_, wait)| *wait).max() {
            tokio::time::sleep(wait + MARGIN).await;
            let young: HashSet<_> = chosen
                .young
                .iter()
                .map(|(group, _)| group.gtrid.clone())
                .collect();
            (survey, homes) = self.survey().await;
            let chosen = self.choose(&survey, settings, |group| young.contains(&group.gtrid));
            report.merge(self.context(&homes).recover(&chosen).await);
            report.waiting.extend(Context::too_young(&chosen));
        }
        for (pool, error) in &survey.failed {
            report.out_of_reach(pool.name(), error.clone());
        }
        if settings.only.is_empty() {
            events::in_doubt(left(&report));
        }

        let covered = |name: &str| settings.covers(name);
        let mut audit = Audit::new(&self.coordinator, &homes, settings.min_age);
        for (_, home) in homes.databases_at(covered) {
            audit.home(home, None, usize::MAX).await;
        }
        if !audit.suspects.is_empty() {
            tokio::time::sleep(settings.min_age.clamp(PAUSE.0, PAUSE.1)).await;
            audit.again().await;
        }
        for unreachable in std::mem::take(&mut audit.report.unreachable) {
            match unreachable.connection {
                Some(connection) => report.out_of_reach(&connection, unreachable.error),
                None => report.unreachable.push(unreachable),
            }
        }
        report.merge(audit.report);

        if settings.prune {
            prune(&homes, covered, settings.keep, &mut report).await;
        }
        report
    }

    pub(super) async fn survey(&self) -> (Survey, Homes) {
        let survey = survey(self.pools.clone()).await;
        let homes = Homes::new(&self.coordinator, &survey);
        (survey, homes)
    }

    pub(super) fn context<'c>(&'c self, homes: &'c Homes) -> Context<'c> {
        Context {
            coordinator: &self.coordinator,
            homes,
        }
    }

    fn choose(
        &self,
        survey: &Survey,
        settings: &RecoverySettings,
        wanted: impl Fn(&Group) -> bool,
    ) -> Chosen {
        let sites = survey
            .sites
            .iter()
            .filter(|site| settings.covers(site.pool.name()));
        let mut groups = group(sites);
        if !groups.is_empty() {
            fault::point("recover-listed");
        }
        groups.retain(wanted);
        choose(&self.coordinator, groups, settings.min_age)
    }
}

/// Transactions that are still in doubt after a recovery.
pub(super) fn left(report: &RecoveryReport) -> usize {
    let waiting = report.waiting.iter().map(|waiting| &waiting.gtrid);
    let stuck = report.unreachable.iter().filter_map(|one| one.gtrid.as_ref());
    waiting.chain(stuck).collect::<HashSet<_>>().len()
}
