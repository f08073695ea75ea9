//! A stopwatch, so that setting up and checking cost nobody time.

use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub struct Clock {
    spent: Duration,
    since: Option<Instant>,
}

impl Clock {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn go(&mut self) {
        self.since = Some(Instant::now());
    }

    pub fn halt(&mut self) {
        if let Some(since) = self.since.take() {
            self.spent += since.elapsed();
        }
    }

    pub fn ns(&self) -> u64 {
        u64::try_from(self.spent.as_nanos()).unwrap_or(u64::MAX)
    }
}
