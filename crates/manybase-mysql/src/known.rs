//! What this process has learnt of the servers that it has dialled, so that the next dial need not find it out again,
//! whichever pool it is for.

use manybase_sql::dialect::Flavor;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// So many servers at most; a program that dials more begins anew.
const SERVERS: usize = 4_096;

/// What a server has said of itself holds for so long, unless it names another version: somebody may have changed it.
const TOLD: Duration = Duration::from_secs(600);

#[derive(Debug, Default)]
struct Facts {
    flavor: Option<Flavor>,
    told: Option<(Instant, Told)>,
}

/// A version as the server names it at the very beginning.
pub(crate) type Numbers = (u16, u16, u16);

/// What a server has said of itself.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) numbers: Numbers,
    pub(crate) version: String,
    /// Bytes that it takes at once.
    pub(crate) largest_packet: usize,
}

/// What is known of one server.
#[derive(Debug, Clone)]
pub(crate) struct Known(Arc<Mutex<Facts>>);

impl Known {
    /// Of the server at this place.
    pub(crate) fn of(place: String) -> Self {
        static ALL: OnceLock<Mutex<HashMap<String, Known>>> = OnceLock::new();
        let mut all = ALL
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if all.len() >= SERVERS {
            all.clear();
        }
        all.entry(place).or_insert_with(Self::nothing).clone()
    }

    fn nothing() -> Self {
        Self(Arc::default())
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which database it was the last time.
    pub(crate) fn flavor(&self) -> Option<Flavor> {
        self.facts().flavor
    }

    /// What it said not long ago, if it still has the same version.
    pub(crate) fn told(&self, numbers: Numbers, now: Instant) -> Option<Told> {
        let facts = self.facts();
        let (since, told) = facts.told.as_ref()?;
        let holds = told.numbers == numbers && now.saturating_duration_since(*since) < TOLD;
        holds.then(|| told.clone())
    }

    pub(crate) fn note_told(&self, told: Told, now: Instant) {
        self.facts().told = Some((now, told));
    }

    pub(crate) fn forget_told(&self) {
        self.facts().told = None;
    }

    pub(crate) fn note_flavor(&self, flavor: Flavor) {
        self.facts().flavor = Some(flavor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_said_holds_for_a_while_and_for_its_version() {
        let known = Known::nothing();
        let now = Instant::now();
        let numbers = (10, 11, 6);
        assert!(known.told(numbers, now).is_none());
        let told = Told {
            numbers,
            version: "10.11.6-MariaDB".to_owned(),
            largest_packet: 1 << 24,
        };
        known.note_told(told, now);
        let found = known.told(numbers, now + TOLD / 2).expect("fresh");
        assert_eq!(found.version, "10.11.6-MariaDB");
        assert!(known.told((10, 11, 7), now).is_none());
        assert!(known.told(numbers, now + TOLD).is_none());
    }

    #[test]
    fn drivers_of_one_server_share_what_they_learn() {
        let at = |port: u16| Known::of(format!("known.example:{port}"));
        at(1).note_flavor(Flavor::MariaDb);
        assert_eq!(at(1).flavor(), Some(Flavor::MariaDb));
        assert_eq!(at(2).flavor(), None);
    }
}
