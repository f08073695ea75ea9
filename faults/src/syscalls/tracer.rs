//! `strace`, on a process that waits for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::Process;
use crate::{Failure, Result};

/// What changes files or says something about them, and what lies between.
const CALLS: &str = "write,pwrite64,pwritev,pwritev2,fsync,fdatasync,ftruncate,fallocate,unlink,unlinkat,rename,\
                     renameat2,openat,close,fcntl,mmap,munmap,pread64,newfstatat,fstat,lseek";

/// How long it may take to get hold of a process.
const PATIENCE: Duration = Duration::from_secs(10);

/// A kind of call and its number, from 1.
pub(super) type Call = (String, u32);

/// Whether `strace` is there and may be used.
pub(super) fn is_here() -> bool {
    let quiet = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status();
    quiet.is_ok_and(|status| status.success())
}

/// Kills the process at a call, or only notes all calls, from now on.
pub(super) async fn attach(
    process: &Process,
    call: Option<&Call>,
    log: &Path,
    errors: &Path,
) -> Result<Process> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq"]).arg("-o").arg(log);
    match call {
        None => strace.args(["-e", &format!("trace={CALLS}")]),
        Some((kind, nth)) => strace.args([
            "-e",
            &format!("trace={kind}"),
            "-e",
            &format!("inject={kind}:signal=SIGKILL:when={nth}"),
        ]),
    };
    strace.args(["-p", &process.id().to_string()]);
    let mut tracer = Process::spawn(strace, &[], errors)?;
    let deadline = Instant::now() + PATIENCE;
    while !process.is_traced() {
        if Instant::now() >= deadline {
            tracer.kill()?;
            return Err(Failure::from(format!("strace gets no hold: {}", tracer.errors())));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(tracer)
}

/// By kind, how many calls the busiest thread has done.
pub(super) fn count(log: &str) -> BTreeMap<String, u32> {
    let mut by_thread: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for line in log.lines() {
        let mut words = line.split_whitespace();
        let (Some(thread), Some(rest)) = (words.next(), words.next()) else {
            continue;
        };
        // `123 close(9) = 0`; what is no call, such as `+++ exited` and `<... close resumed>`, is left out.
        let Some((kind, _)) = rest.split_once('(') else {
            continue;
        };
        if kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            *by_thread.entry((thread, kind)).or_default() += 1;
        }
    }
    let mut counts = BTreeMap::new();
    for ((_, kind), n) in by_thread {
        let most: &mut u32 = counts.entry(kind.to_owned()).or_default();
        *most = n.max(*most);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn counts_the_busiest_thread() {
        let log = "7 close(9) = 0\n8 close(9 <unfinished ...>\n8 close(10) = 0\n8 <... close resumed>) = 0\n\
                   7 pwrite64(3, \"a(\", 2, 0) = 2\n7 +++ exited with 0 +++\n";
        let counts: Vec<_> = count(log).into_iter().collect();
        assert_eq!(counts, [("close".to_owned(), 2), ("pwrite64".to_owned(), 1)]);
    }
}
