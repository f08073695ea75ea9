//! Sixteen at once: as threads for those who block, as tasks for those who await.

use std::sync::Barrier;
use std::time::Instant;

use crate::{CONCURRENT_OPERATIONS, CONCURRENT_TASKS, Clock, Operation, Outcome, Result, operation};

fn nanos(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// All tasks' operations, each task on a thread. The operation returns its digest.
pub fn threads(cycles: u64, run: impl Fn(Operation) -> Result<u64> + Sync) -> Result<Outcome> {
    let barrier = Barrier::new(CONCURRENT_TASKS as usize + 1);
    let mut clock = Clock::new();
    let work = |task: u64| -> Result<(u64, Vec<u64>)> {
        let mut latencies = Vec::with_capacity((cycles * CONCURRENT_OPERATIONS) as usize);
        let mut checksum = 0_u64;
        barrier.wait();
        for _ in 0..cycles {
            for i in 0..CONCURRENT_OPERATIONS {
                let since = Instant::now();
                checksum = checksum.wrapping_add(run(operation(task, i))?);
                latencies.push(nanos(since));
            }
        }
        Ok((checksum, latencies))
    };
    let work = &work;
    let (mut checksum, mut all) = (0_u64, Vec::new());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONCURRENT_TASKS)
            .map(|task| scope.spawn(move || work(task)))
            .collect();
        barrier.wait();
        clock.go();
        for thread in threads {
            let (sum, latencies) = thread.join().map_err(|_| "a thread panicked")??;
            checksum = checksum.wrapping_add(sum);
            all.extend(latencies);
        }
        clock.halt();
        Result::Ok(())
    })?;
    Ok(Outcome::new(&clock, checksum).with_latencies(all))
}

/// As [`threads`], each task on the runtime.
#[cfg(feature = "tokio")]
pub async fn tasks<F, Fut>(cycles: u64, run: F) -> Result<Outcome>
where
    F: Fn(Operation) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<u64>> + Send,
{
    let mut clock = Clock::new();
    clock.go();
    let tasks: Vec<_> = (0..CONCURRENT_TASKS)
        .map(|task| {
            let run = run.clone();
            tokio::spawn(async move {
                let mut latencies = Vec::with_capacity((cycles * CONCURRENT_OPERATIONS) as usize);
                let mut checksum = 0_u64;
                for _ in 0..cycles {
                    for i in 0..CONCURRENT_OPERATIONS {
                        let since = Instant::now();
                        checksum = checksum.wrapping_add(run(operation(task, i)).await?);
                        latencies.push(nanos(since));
                    }
                }
                Result::Ok((checksum, latencies))
            })
        })
        .collect();
    let (mut checksum, mut all) = (0_u64, Vec::new());
    for task in tasks {
        let (sum, latencies) = task.await??;
        checksum = checksum.wrapping_add(sum);
        all.extend(latencies);
    }
    clock.halt();
    Ok(Outcome::new(&clock, checksum).with_latencies(all))
}

/// What `#[tokio::main]` makes.
#[cfg(feature = "tokio")]
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// How long a server may take to end a session.
#[cfg(feature = "tokio")]
const END: std::time::Duration = std::time::Duration::from_millis(5);

/// Waits before a session is opened, so that the end of the one before, which servers go about when the client has gone, is
/// in nobody's way: some contenders wait for it when they close a connection, and others do not. SQLite has none.
#[cfg(feature = "tokio")]
pub async fn rest(url: &str) {
    let is_server = ["postgres", "mysql", "mariadb"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    if is_server {
        tokio::time::sleep(END).await;
    }
}
