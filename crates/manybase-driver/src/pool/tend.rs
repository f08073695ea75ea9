//! What is done for idle connections in the background: those that are idle for too long or too old are closed, and
//! as many as the options say are kept ready.

use super::PoolOptions;
use super::places::Places;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The shortest and the longest time between two looks.
const BETWEEN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(60));
/// The longest time where some are kept ready.
const READY: Duration = Duration::from_secs(1);

/// Begins, with the first connection, and goes on as long as the pool lives.
pub(super) fn tend(places: &Arc<Places>, options: &PoolOptions) {
    let tended = &places.manager().tended;
    if tended.load(Ordering::Relaxed) || tended.swap(true, Ordering::Relaxed) {
        return;
    }
    let (limit, min_idle) = (options.idle_timeout, places.min_idle());
    let (Some(between), Ok(runtime)) = (
        between(limit, options.max_lifetime, min_idle),
        tokio::runtime::Handle::try_current(),
    ) else {
        return;
    };
    let weak = Arc::downgrade(places);
    runtime.spawn(async move {
        loop {
            let Some(places) = weak.upgrade() else { return };
            if places.is_closed() {
                return;
            }
            places.close_unused(limit);
            if let Err(error) = places.make_ready().await {
                tracing::debug!(target: "manybase::pool", %error, "could not keep connections ready");
            }
            drop(places);
            tokio::time::sleep(between).await;
        }
    });
}

/// `None` where there is nothing to do.
fn between(idle: Option<Duration>, lifetime: Option<Duration>, min_idle: usize) -> Option<Duration> {
    let quarters = [idle, lifetime].into_iter().flatten().map(|limit| limit / 4);
    let between = quarters.min().map(|quarter| quarter.clamp(BETWEEN.0, BETWEEN.1));
    match min_idle {
        0 => between,
        _ => Some(between.unwrap_or(READY).min(READY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_as_often_as_it_must() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(between(None, None, 0), None);
        assert_eq!(between(None, None, 1), seconds(1));
        assert_eq!(between(seconds(600), seconds(8), 0), seconds(2));
        assert_eq!(between(seconds(600), seconds(1_800), 0), seconds(60));
        assert_eq!(between(seconds(600), None, 3), seconds(1));
        assert_eq!(between(Some(Duration::from_millis(1)), None, 0), Some(BETWEEN.0));
    }
}
