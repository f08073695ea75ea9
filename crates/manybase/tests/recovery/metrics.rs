//! What is counted.

use crate::world::{recover, world};
use manybase::Result;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Keeps numbers by name and labels.
#[derive(Clone, Default)]
struct Numbers(Arc<Mutex<HashMap<String, Arc<AtomicU64>>>>);

impl Numbers {
    fn number(&self, key: &Key) -> Arc<AtomicU64> {
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        self.0
            .lock()
            .expect("not poisoned")
            .entry(name)
            .or_default()
            .clone()
    }

    fn get(&self, name: &str) -> u64 {
        let all = self.0.lock().expect("not poisoned");
        all.get(name).map_or(0, |number| number.load(Ordering::Relaxed))
    }
}

impl Recorder for Numbers {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.number(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.number(key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// On one thread, so that other tests are not counted.
#[tokio::test(flavor = "current_thread")]
async fn recoveries_and_what_is_torn_are_counted() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let numbers = Numbers::default();
    let _here = metrics::set_default_local_recorder(&numbers);
    let aborted = world.gtrid("lite");
    world.prepare("pg", &aborted, 1).await?;
    let torn = world.gtrid("lite");
    let pg = world.prepare("pg", &torn, 2).await?;
    let maria = world.prepare("maria", &torn, 2).await?;
    world
        .decide(
            "lite",
            &torn,
            "C",
            Duration::ZERO,
            &[("pg", &pg), ("maria", &maria)],
        )
        .await;
    world.by_hand("pg", &pg, false).await?;

    // What can't be decided is still there afterwards.
    let without = world.with(&["pg"]).open().await?;
    assert_eq!(recover(&without).await.unreachable.len(), 1);
    assert_eq!(numbers.get("manybase_transactions_in_doubt{}"), 1.0_f64.to_bits());
    without.close().await?;

    recover(&world.db).await;
    assert_eq!(numbers.get("manybase_transactions_in_doubt{}"), 0.0_f64.to_bits());
    assert_eq!(
        numbers.get("manybase_transactions_recovered_total{verdict=commit}"),
        1
    );
    assert_eq!(
        numbers.get("manybase_transactions_recovered_total{verdict=abort}"),
        1
    );
    assert_eq!(numbers.get("manybase_transactions_heuristic_total{}"), 1);
    world.end().await;
    Ok(())
}
