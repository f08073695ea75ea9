//! Nothing is left behind, however the test process ends.
//!
//! Each test runs this same program again as the test process that ends badly, and then looks for what it left.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use manybase_testkit::{Mariadb, Postgres, Server, mariadb, postgres, require_server};
use rustix::process::{Pid, Signal, kill_process_group};

/// The variable that tells the child how to end.
const ROLE: &str = "MANYBASE_TESTKIT_TEST_ROLE";

/// What the child said about one server.
#[derive(Debug)]
struct Left {
    pid: u32,
    port: u16,
    dir: PathBuf,
    workers: Vec<u32>,
}

/// Not a test of its own: what the child runs.
#[test]
fn child() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    // The shared servers: statics, which nothing drops.
    announce(postgres().unwrap());
    announce(mariadb().unwrap());
    let own = Postgres::start().unwrap();
    announce(&own);
    match role.as_str() {
        "returns" => {}
        "panics" => panic!("as a failing test does"),
        "exits" => std::process::exit(3),
        "aborts" => std::process::abort(),
        "waits-paused" => {
            own.pause().unwrap();
            mariadb().unwrap().pause().unwrap();
            wait_for_the_end();
        }
        _ => wait_for_the_end(),
    }
}

fn announce(server: &Server) {
    let (pid, port) = (server.pid().unwrap(), server.port());
    let mut out = std::io::stdout();
    let line = format!("\nserver {pid} {port} {}\n", server.dir().display());
    out.write_all(line.as_bytes()).unwrap();
    out.flush().unwrap();
}

fn wait_for_the_end() {
    let mut out = std::io::stdout();
    out.write_all(b"\nwaiting\n").unwrap();
    out.flush().unwrap();
    std::thread::sleep(Duration::from_secs(60));
}

/// Starts the child in a process group of its own, as a terminal would, and returns once it has its servers.
fn spawn(role: &str) -> (Child, Vec<Left>) {
    use std::os::unix::process::CommandExt;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut servers = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["server", pid, port, dir] => servers.push(Left {
                pid: pid.parse().unwrap(),
                port: port.parse().unwrap(),
                dir: dir.into(),
                workers: workers(pid.parse().unwrap()),
            }),
            ["waiting"] => break,
            _ => {}
        }
    }
    assert_eq!(servers.len(), 3, "{role}: {servers:?}");
    (child, servers)
}

/// The direct children of a process.
fn workers(of: u32) -> Vec<u32> {
    let parent = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, rest) = stat.rsplit_once(") ")?;
        rest.split(' ').nth(1)?.parse::<u32>().ok()
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|&pid| parent(pid) == Some(of))
        .collect()
}

/// Whether a process is there; one that its new parent has not reaped yet is not.
fn is_there(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.contains(") Z ") && !stat.contains(") X "))
}

fn segments_of(pids: &[u32]) -> usize {
    let creator = |line: &str| line.split_whitespace().nth(4)?.parse::<u32>().ok();
    std::fs::read_to_string("/proc/sysvipc/shm")
        .unwrap_or_default()
        .lines()
        .filter(|line| creator(line).is_some_and(|pid| pids.contains(&pid)))
        .count()
}

#[expect(clippy::print_stdout, reason = "the measurements are for people")]
fn assert_nothing_left(role: &str, servers: &[Left]) {
    let begun = Instant::now();
    let pids: Vec<u32> = servers.iter().map(|server| server.pid).collect();
    let left = || {
        let running = servers
            .iter()
            .flat_map(|server| server.workers.iter().chain([&server.pid]))
            .filter(|&&pid| is_there(pid))
            .count();
        let dirs = servers.iter().filter(|server| server.dir.exists()).count();
        (running, dirs, segments_of(&pids))
    };
    while left() != (0, 0, 0) {
        let waited = begun.elapsed();
        assert!(
            waited < Duration::from_secs(10),
            "{role}: (processes, directories, segments) left: {:?} of {servers:?}",
            left()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    for server in servers {
        assert!(std::net::TcpStream::connect(("127.0.0.1", server.port)).is_err());
    }
    println!("after a child that {role}: clean in {:?}", begun.elapsed());
}

fn available() -> Result<(), manybase_testkit::Skipped> {
    Postgres::available().and_then(|()| Mariadb::available())
}

#[test]
fn after_a_drop() {
    require_server!(available());
    let (one, two) = (Postgres::start().unwrap(), Mariadb::start().unwrap());
    let servers: Vec<Left> = [&*one, &*two]
        .map(|server| Left {
            pid: server.pid().unwrap(),
            port: server.port(),
            dir: server.dir().to_owned(),
            workers: workers(server.pid().unwrap()),
        })
        .into();
    assert!(servers.iter().all(|server| server.dir.is_dir()));
    assert!(!servers[0].workers.is_empty());
    drop((one, two));
    // Not even for a moment.
    assert!(servers.iter().all(|server| !server.dir.exists()));
    assert!(servers.iter().all(|server| !is_there(server.pid)));
    assert_nothing_left("drops", &servers);
}

#[test]
fn after_a_kill_9_of_the_server() {
    require_server!(available());
    let server = Postgres::start().unwrap();
    let (pid, dir) = (server.pid().unwrap(), server.dir().to_owned());
    server.kill_9().unwrap();
    drop(server);
    assert!(!dir.exists());
    assert_eq!(segments_of(&[pid]), 0);
}

#[test]
fn after_a_return_a_panic_an_exit_or_an_abort() {
    require_server!(available());
    for role in ["returns", "panics", "exits", "aborts"] {
        let (mut child, servers) = spawn(role);
        let status = child.wait().unwrap();
        assert_eq!(status.success(), role == "returns", "{role}: {status}");
        assert_nothing_left(role, &servers);
    }
}

#[test]
fn after_an_interrupt_or_a_kill() {
    require_server!(available());
    for (role, signal) in [
        ("waits", Signal::INT),
        ("waits", Signal::TERM),
        ("waits", Signal::HUP),
        ("waits", Signal::KILL),
        ("waits-paused", Signal::KILL),
    ] {
        let (mut child, servers) = spawn(role);
        assert!(servers.iter().all(|server| is_there(server.pid)));
        // To the whole group, as the terminal does it at Ctrl-C.
        kill_process_group(Pid::from_child(&child), signal).unwrap();
        child.wait().unwrap();
        assert_nothing_left(&format!("{role}, {signal:?}"), &servers);
    }
}

#[test]
fn a_stranger_with_the_servers_id_is_left_alone() {
    require_server!(available());
    // The server is gone, and its id now seems to belong to another process, of another start time.
    let server = Postgres::start().unwrap();
    let note = server.dir().join("process");
    let mut stranger = Command::new("sleep").arg("60").spawn().unwrap();
    server.stop().unwrap();
    std::fs::write(&note, format!("{} 1\n", stranger.id())).unwrap();
    let dir = server.dir().to_owned();
    drop(server);
    assert!(!Path::new(&dir).exists());
    let lives = stranger.try_wait().unwrap().is_none();
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert!(lives);
}
