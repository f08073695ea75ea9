//! What was found, and how it is told.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

/// What must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A transfer that is in some of its databases and not in others.
    Torn,
    /// A transfer that was acknowledged, and is not there.
    Lost,
    /// A transfer that was said to be rolled back, and is there.
    Risen,
    /// A branch that is still prepared after the recovery.
    InDoubt,
    /// Money was made or destroyed.
    Money,
    /// Two decisions for one transaction.
    Decisions,
    /// The recovery found that somebody decided by hand, and nobody did.
    Heuristic,
    /// A driver does not keep what it promises.
    Driver,
    /// A process that did not come to an end.
    Hung,
    /// A fault that was to happen, and never did: nothing has been tested.
    Unreached,
}

pub(crate) struct Finding {
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

impl Finding {
    pub(crate) fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

#[derive(Default)]
pub(crate) struct Report {
    json: bool,
    /// Processes that were killed, by us or by themselves at a point.
    pub(crate) kills: u64,
    pub(crate) server_kills: u64,
    /// Processes that were stopped for a while.
    pub(crate) stops: u64,
    /// Requests and replies that were lost.
    pub(crate) losses: u64,
    /// Transfers that were acknowledged, by mix.
    pub(crate) transfers: BTreeMap<String, u64>,
    pub(crate) aborted: u64,
    pub(crate) unknown: u64,
    pub(crate) recovery_max: Duration,
    counts: BTreeMap<Kind, u64>,
    findings: Vec<String>,
    /// What did not happen where it need not.
    pub(crate) notes: Vec<String>,
    /// Name, whether it was noticed, and by what.
    pub(crate) mutants: Vec<(String, bool, String)>,
}

impl Report {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            ..Self::default()
        }
    }

    /// A line on the way, for people who wait.
    pub(crate) fn progress(&self, line: &str) {
        eprintln!("{line}");
    }

    /// Adds what was found in one run, with how to have it again.
    pub(crate) fn add(&mut self, findings: Vec<Finding>, place: &str, again: &str) {
        for Finding { kind, text } in findings {
            let count = self.counts.entry(kind).or_default();
            *count += 1;
            let line = format!("{kind:?} at {place}: {text}");
            // One mistake may show a thousand times.
            if *count <= 10 {
                eprintln!("!! {line}\n   again: {again}");
            }
            self.findings.push(line);
        }
    }

    /// Adds what another one has gathered, and told.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.kills += other.kills;
        self.server_kills += other.server_kills;
        self.stops += other.stops;
        self.losses += other.losses;
        self.aborted += other.aborted;
        self.unknown += other.unknown;
        self.recovery_max = self.recovery_max.max(other.recovery_max);
        for (mix, n) in other.transfers {
            *self.transfers.entry(mix).or_default() += n;
        }
        for (kind, n) in other.counts {
            *self.counts.entry(kind).or_default() += n;
        }
        self.findings.extend(other.findings);
        self.notes.extend(other.notes);
        self.mutants.extend(other.mutants);
    }

    pub(crate) fn recovered(&mut self, took: Duration) {
        self.recovery_max = self.recovery_max.max(took);
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.mutants.iter().all(|(_, caught, _)| *caught)
    }

    fn count(&self, kind: Kind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// In the order in which people read it.
    fn summary(&self) -> String {
        format!(
            "{{\"kills\":{},\"transfers\":{},\"torn\":{},\"acked_lost\":{},\"in_doubt_left\":{},\"recovery_ms_max\":{}}}",
            self.kills,
            self.transfers.values().sum::<u64>(),
            self.count(Kind::Torn),
            self.count(Kind::Lost),
            self.count(Kind::InDoubt),
            self.recovery_max.as_millis(),
        )
    }

    fn detail(&self) -> Value {
        let counts = self
            .counts
            .iter()
            .map(|(kind, n)| (format!("{kind:?}"), json!(n)));
        let mutants = self
            .mutants
            .iter()
            .map(|(name, caught, by)| json!({"name": name, "caught": caught, "by": by}));
        json!({
            "server_kills": self.server_kills,
            "stops": self.stops,
            "losses": self.losses,
            "aborted": self.aborted,
            "unknown": self.unknown,
            "transfers": self.transfers,
            "violations": counts.collect::<serde_json::Map<_, _>>(),
            "findings": self.findings.iter().take(50).collect::<Vec<_>>(),
            "notes": self.notes,
            "mutants": mutants.collect::<Vec<_>>(),
        })
    }

    pub(crate) fn print(&self) {
        if self.json {
            println!("{}", self.detail());
            println!("{}", self.summary());
            return;
        }
        for note in &self.notes {
            println!("note: {note}");
        }
        for (name, caught, by) in &self.mutants {
            println!(
                "mutant {name:20} {:6} {by}",
                if *caught { "caught" } else { "MISSED" }
            );
        }
        for (mix, n) in &self.transfers {
            println!("{n:7} transfers over {mix}");
        }
        for (kind, n) in &self.counts {
            println!("{n:7} x {kind:?}");
        }
        println!(
            "{} kills ({} of servers), {} stops, {} losses; {} transfers acknowledged, {} aborted, {} unknown; {} violations; \
             recovery at most {:?}",
            self.kills,
            self.server_kills,
            self.stops,
            self.losses,
            self.transfers.values().sum::<u64>(),
            self.aborted,
            self.unknown,
            self.findings.len(),
            self.recovery_max
        );
    }
}
