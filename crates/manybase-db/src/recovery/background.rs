//! The recovery in the background.
//!
//! It begins with the first work on any connection of a `Db` that has two or more, so that whoever opens a `Db` and
//! does nothing dials nothing. Then it asks all databases that can hold branches, also those on which nobody has
//! worked yet: what a crash has left there holds locks. Databases that can't are asked only while they are open anyway,
//! or when a decision is looked for. Where no connection can hold branches, nothing happens at all.

use super::audit::{Audit, Cursor};
use super::choose::choose;
use super::events;
use super::homes::Homes;
use super::pass::{Ground, left};
use super::prune::prune;
use super::report::RecoveryReport;
use super::settings::{RecoveryMode, RecoverySettings};
use super::survey::{Survey, group, survey};
use crate::Error;
use manybase_driver::{Pool, fault};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The first look comes so soon after the first work.
const FIRST: Duration = Duration::from_secs(1);
/// However often somebody nudges.
const BREATH: Duration = Duration::from_millis(200);
/// A database that is down is asked again after pauses that grow to this.
const LONGEST: Duration = Duration::from_secs(60);
/// Old decisions are deleted this often.
const PRUNE: Duration = Duration::from_secs(3_600);
/// Pages of decisions that are looked at in one go.
const PAGES: usize = 20;

const OFF: u8 = 0;
const READY: u8 = 1;
const RUNS: u8 = 2;

/// Of one `Db`. Its end is the end of the task.
pub(crate) struct Background {
    mode: RecoveryMode,
    state: Arc<AtomicU8>,
    stop: Arc<Notify>,
}

impl Background {
    pub(crate) fn new(mode: RecoveryMode) -> Self {
        Self {
            mode,
            state: Arc::default(),
            stop: Arc::default(),
        }
    }

    /// Says how many connections there are now.
    pub(crate) fn connections(&self, count: usize) {
        if count > 1 && self.mode != RecoveryMode::Off {
            let _ = self
                .state
                .compare_exchange(OFF, READY, Ordering::AcqRel, Ordering::Acquire);
        }
    }

    /// Whether the next work begins it.
    pub(crate) fn is_ready(&self) -> bool {
        self.state.load(Ordering::Relaxed) == READY
    }

    /// Begins it, where there is a runtime. `look` says what there is to work on, and `None` once the `Db` is closed
    /// or gone.
    pub(crate) fn begin(&self, nudge: &Arc<Notify>, look: impl Fn() -> Option<Ground> + Send + 'static) {
        let (RecoveryMode::Every(every), Ok(runtime)) = (self.mode, tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let begun = self
            .state
            .compare_exchange(READY, RUNS, Ordering::AcqRel, Ordering::Acquire);
        if begun.is_err() {
            return;
        }
        let running = Running(self.state.clone());
        let (stop, nudge) = (self.stop.clone(), nudge.clone());
        drop(runtime.spawn(async move {
            let _running = running;
            run(every, &nudge, &stop, look).await;
        }));
    }

    /// Ends it, wherever it is.
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A runtime that ends takes the task with it; the next one gets another.
struct Running(Arc<AtomicU8>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(READY, Ordering::Release);
    }
}

async fn run(every: Duration, nudge: &Notify, stop: &Notify, look: impl Fn() -> Option<Ground>) {
    let mut watch = Watch::default();
    let mut pause = every.min(FIRST);
    loop {
        tokio::select! {
            () = stop.notified() => return,
            () = nudge.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
        let Some(ground) = look() else { return };
        tokio::select! {
            () = stop.notified() => return,
            () = watch.pass(ground, every) => {}
        }
        tokio::select! {
            () = stop.notified() => return,
            () = tokio::time::sleep(BREATH) => {}
        }
        pause = every;
    }
}

/// What it remembers from one pass to the next.
#[derive(Default)]
struct Watch {
    down: HashMap<Arc<str>, Down>,
    /// Where the audit of a home goes on.
    audits: HashMap<Arc<str>, Cursor>,
    pruned: Option<Instant>,
    /// What was told already.
    told: HashMap<Arc<str>, String>,
}

/// A database that did not answer.
struct Down {
    error: Error,
    times: u32,
    until: Instant,
}

impl Watch {
    async fn pass(&mut self, ground: Ground, every: Duration) {
        let can_prepare = |pool: &Pool| pool.dialect().capability().two_phase_commit;
        if !ground.pools.iter().any(can_prepare) {
            return;
        }
        let settings = RecoverySettings::new();
        let survey = self.survey(&ground, every).await;
        let homes = Homes::new(&ground.coordinator, &survey);
        let groups = group(&survey.sites);
        if !groups.is_empty() {
            fault::point("recover-listed");
        }
        let chosen = choose(&ground.coordinator, groups, settings.min_age);
        let mut report = ground.context(&homes).recover(&chosen).await;
        events::in_doubt(left(&report) + chosen.young.len());
        self.audit(&ground, &homes, &mut report).await;
        if self.pruned.is_none_or(|pruned| pruned.elapsed() > PRUNE) {
            self.pruned = Some(Instant::now());
            prune(&homes, |_| true, settings.keep, &mut report).await;
        }
        self.tell(&report);
    }

    /// Asks those that it makes sense to ask.
    async fn survey(&mut self, ground: &Ground, every: Duration) -> Survey {
        let now = Instant::now();
        let (mut asked, mut later, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for pool in &ground.pools {
            let pool = pool.clone();
            let in_memory = pool.driver().exactly().is_some();
            match self.down.get(pool.name()) {
                Some(down) if now < down.until => failed.push((pool, down.error.clone())),
                _ if pool.dialect().capability().two_phase_commit => asked.push(pool),
                // One in memory lives and dies with its process, and has but one connection.
                _ if !in_memory && pool.status().open > 0 => asked.push(pool),
                _ => later.push(pool),
            }
        }
        let mut survey = survey(asked).await;
        for site in &survey.sites {
            self.down.remove(site.pool.name());
        }
        for (pool, error) in &survey.failed {
            let times = self.down.get(pool.name()).map_or(0, |down| down.times);
            let pause = every.saturating_mul(1 << times.min(10)).min(LONGEST.max(every));
            let down = Down {
                error: error.clone(),
                times: times + 1,
                until: Instant::now() + pause,
            };
            self.down.insert(pool.name().clone(), down);
        }
        survey.failed.extend(failed);
        survey.later.extend(later);
        survey
    }

    async fn audit(&mut self, ground: &Ground, homes: &Homes, report: &mut RecoveryReport) {
        let mut audit = Audit::new(&ground.coordinator, homes, RecoverySettings::new().min_age);
        for (id, home) in homes.databases() {
            let after = self.audits.remove(id);
            if let Some(cursor) = audit.home(home, after, PAGES).await {
                self.audits.insert(id.clone(), cursor);
            }
        }
        report.merge(audit.report);
    }

    /// Says what is in the way, once until it changes: nobody wants it every five seconds.
    fn tell(&mut self, report: &RecoveryReport) {
        let mut told = HashMap::new();
        for one in &report.unreachable {
            let Some(about) = one.gtrid.as_ref().or(one.connection.as_ref()) else {
                continue;
            };
            let error = one.error.to_string();
            if self.told.get(about) != Some(&error) {
                tracing::debug!(target: "manybase::recovery", about = &**about, %error, "could not recover");
            }
            told.insert(about.clone(), error);
        }
        self.told = told;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(background: &Background, state: u8) -> bool {
        background.state.load(Ordering::Acquire) == state
    }

    #[tokio::test]
    async fn begins_with_the_second_connection_and_the_first_work() {
        let background = Background::new(RecoveryMode::default());
        let nudge = Arc::new(Notify::new());
        background.connections(1);
        assert!(!background.is_ready());
        background.begin(&nudge, || None);
        assert!(is(&background, OFF));
        background.connections(2);
        assert!(background.is_ready());
        background.begin(&nudge, || None);
        assert!(is(&background, RUNS));
        // It ends by itself once there is nothing to look at, and can begin anew.
        nudge.notify_one();
        while !background.is_ready() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn stops_when_it_is_dropped() {
        let background = Background::new(RecoveryMode::Every(Duration::from_secs(3_600)));
        background.connections(2);
        background.begin(&Arc::default(), || None);
        let state = background.state.clone();
        assert_eq!(state.load(Ordering::Acquire), RUNS);
        drop(background);
        while state.load(Ordering::Acquire) == RUNS {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn does_nothing_when_off_or_without_a_runtime() {
        let off = Background::new(RecoveryMode::Off);
        off.connections(5);
        assert!(!off.is_ready());
        let ready = Background::new(RecoveryMode::default());
        ready.connections(2);
        ready.begin(&Arc::default(), || None);
        assert!(ready.is_ready());
    }
}
