//! A server's processes: finding them, and signalling them by their id.
//!
//! PostgreSQL's workers each open a session of their own, so they are *not* in the server's process group; they
//! are found as its descendants. Ids can't be mistaken: the server is our own unreaped child, and while it is
//! stopped it can't reap its children either, so no id among them can be given to a stranger.

use std::io;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long processes may take to stop, or to be gone, after a signal they can't refuse.
const PATIENCE: Duration = Duration::from_secs(10);

/// The part of `/proc/<pid>/stat` we read.
struct Stat {
    state: char,
    parent: u32,
}

fn stat(pid: u32) -> Option<Stat> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command's name stands in parentheses and may hold anything, so count from the last one.
    let mut fields = line.rsplit_once(") ")?.1.split(' ');
    Some(Stat {
        state: fields.next()?.chars().next()?,
        parent: fields.next()?.parse().ok()?,
    })
}

/// Whether the process still runs; one that waits to be reaped does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|stat| !matches!(stat.state, 'Z' | 'X'))
}

/// The process's descendants, children first.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, stat(pid)?.parent)))
        .collect();
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        found.extend(children.map(|(child, _)| *child));
        next += 1;
    }
    found.remove(0);
    found
}

/// Sends a signal; a process that is gone already is no error.
pub(crate) fn signal(pid: u32, signal: Signal) -> io::Result<()> {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    match kill_process(pid, signal) {
        Err(rustix::io::Errno::SRCH) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Stops the server and everything it started, so that none of them runs any more when this returns.
pub(crate) fn pause(server: u32) -> io::Result<Vec<u32>> {
    signal(server, Signal::STOP)?;
    settle(server)?;
    let children = descendants(server);
    for &child in &children {
        signal(child, Signal::STOP)?;
    }
    for &child in &children {
        settle(child)?;
    }
    Ok(children)
}

/// Lets a paused server go on.
pub(crate) fn resume(server: u32) -> io::Result<()> {
    for child in descendants(server) {
        signal(child, Signal::CONT)?;
    }
    signal(server, Signal::CONT)
}

/// Kills the server and everything it started with SIGKILL, and reaps it.
pub(crate) fn kill(server: &mut Child) -> io::Result<()> {
    if server.try_wait()?.is_some() {
        return Ok(());
    }
    let pid = server.id();
    signal(pid, Signal::STOP)?;
    settle(pid)?;
    let children = descendants(pid);
    for &child in &children {
        signal(child, Signal::KILL)?;
    }
    // The children stay zombies, their ids taken, until the stopped server is gone too.
    wait_until(|| children.iter().all(|&child| !is_alive(child)))?;
    signal(pid, Signal::KILL)?;
    server.wait()?;
    Ok(())
}

/// Waits for the server to end, and reaps it; whether it did in time.
pub(crate) fn wait(server: &mut Child, patience: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + patience;
    while server.try_wait()?.is_none() {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(true)
}

fn settle(pid: u32) -> io::Result<()> {
    wait_until(|| stat(pid).is_none_or(|stat| matches!(stat.state, 'T' | 'Z' | 'X')))
}

fn wait_until(mut condition: impl FnMut() -> bool) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        if Instant::now() >= deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
