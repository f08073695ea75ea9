//! Since when something has been seen, for what the databases themselves do not tell.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What was not seen for so long is forgotten.
const MEMORY: Duration = Duration::from_secs(3_600);

/// When things were seen first. In memory: another process counts for itself.
#[derive(Default)]
pub(crate) struct Sightings(Mutex<HashMap<String, Sighting>>);

struct Sighting {
    first: Instant,
    last: Instant,
}

impl Sightings {
    /// For how long this has been seen. Zero the first time.
    pub(super) fn seen(&self, what: &str) -> Duration {
        self.seen_at(what, Instant::now())
    }

    fn seen_at(&self, what: &str, now: Instant) -> Duration {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |sighting: &Sighting| now.saturating_duration_since(sighting.last) < MEMORY;
        if let Some(sighting) = all.get_mut(what)
            && is_fresh(sighting)
        {
            sighting.last = now;
            return now.saturating_duration_since(sighting.first);
        }
        // Not each time, because there may be many.
        if all.len().is_power_of_two() {
            all.retain(|_, sighting| is_fresh(sighting));
        }
        all.insert(
            what.to_owned(),
            Sighting {
                first: now,
                last: now,
            },
        );
        Duration::ZERO
    }

    /// It is not there any more.
    pub(super) fn gone(&self, what: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_the_first_time() {
        let sightings = Sightings::default();
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert_eq!(sightings.seen_at("a", at(0)), Duration::ZERO);
        assert_eq!(sightings.seen_at("b", at(2)), Duration::ZERO);
        assert_eq!(sightings.seen_at("a", at(5)), Duration::from_secs(5));
        sightings.gone("a");
        assert_eq!(sightings.seen_at("a", at(6)), Duration::ZERO);
        // What has not been seen for long is new again.
        let later = MEMORY.as_secs() + 3;
        assert_eq!(sightings.seen_at("b", at(later)), Duration::ZERO);
        assert_eq!(sightings.seen_at("a", at(later)), Duration::from_secs(later - 6));
    }
}
