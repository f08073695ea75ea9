//! Scratch databases of processes that were killed.

use crate::support::{Kind, World, number, tests_on};
use manybase_db::Result;
use manybase_migrate::Migrator;
use std::io::Read;
use std::process::{Child, Command, Stdio};

/// The variable that makes a child of this program: the addresses, a line each.
const ROLE: &str = "MANYBASE_MIGRATE_TEST_SCRATCH";

const NAME: &str = "20250101000000_a";
const FILES: [(&str, &str); 2] = [
    (
        "main/20250101000000_a/up.sql",
        "CREATE TABLE a (b INTEGER);\n-- manybase: step\n",
    ),
    ("main/20250101000000_a/down.sql", "DROP TABLE a;"),
];

/// Not a test of its own: it comes to the middle of a verification, and stays there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let urls: Vec<String> = role.lines().map(str::to_owned).collect();
    let db = crate::support::open(&urls);
    let set = manybase_migrate::Set::of(FILES).expect("a set");
    let stuck = Migrator::new(&db, set).step(NAME, async |_tx| {
        // Behind what the test harness says by itself.
        #[allow(clippy::print_stdout)]
        {
            println!("\n(middle)");
        }
        std::future::pending().await
    });
    let _ = stuck.verify(None).await;
}

/// Killed when it is dropped.
struct Stuck(Child);

impl Drop for Stuck {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn in_the_middle(world: &World) -> Stuck {
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["leftovers::child", "--exact", "--nocapture"])
        .env(ROLE, world.urls.join("\n"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut child = Stuck(child);
    let (mut out, mut said, mut byte) = (child.0.stdout.take().expect("a pipe"), Vec::new(), [0]);
    while !said.ends_with(b"(middle)") {
        out.read_exact(&mut byte).expect("it comes to the middle");
        said.push(byte[0]);
    }
    child
}

/// Scratch databases that are there beside this one.
async fn scratch(world: &World, of: &str) -> Result<i64> {
    let sql = match world.kind {
        Kind::Postgres => format!("SELECT COUNT(*) FROM pg_database WHERE datname LIKE '{of}%'"),
        _ => format!("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE '{of}%'"),
    };
    number(&world.db(), "main", &sql).await
}

/// As they are called for this database, of which each test has its own.
fn prefix(world: &World) -> Result<String> {
    use sha2::Digest;
    let address = world.db().connection("main")?.address();
    let mut text = sha2::Sha256::new();
    text.update((address.len() as u64).to_le_bytes());
    text.update(address.as_bytes());
    let hash = text.finalize();
    let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("manybase_replay_{hash}_"))
}

async fn what_a_killed_process_leaves_is_dropped_by_the_next(world: World) -> Result<()> {
    let prefix = prefix(&world)?;
    let dead = in_the_middle(&world);
    let mut living = in_the_middle(&world);
    assert_eq!(scratch(&world, &prefix).await?, 2);
    drop(dead);
    let verify = async || {
        let migrator = world.migrator(&FILES).step(NAME, async |_tx| Ok(()));
        let verified = migrator.verify(None).await?;
        assert!(verified[0].is_fine(), "{verified:?}");
        Ok::<_, manybase_db::Error>(())
    };
    // The server has to find out first that the client is gone.
    for _ in 0..100 {
        verify().await?;
        if scratch(&world, &prefix).await? == 1 {
            break;
        }
    }
    assert_eq!(
        scratch(&world, &prefix).await?,
        1,
        "that of somebody who lives stays"
    );
    // It is still good: nobody has taken it away under its owner.
    assert!(living.0.try_wait().expect("it is asked").is_none());
    drop(living);
    for _ in 0..100 {
        verify().await?;
        if scratch(&world, &prefix).await? == 0 {
            return Ok(());
        }
    }
    panic!("something is left");
}

/// Nobody waits for the one who made it.
async fn what_is_dropped_is_dropped_there_too(world: World) -> Result<()> {
    let prefix = prefix(&world)?;
    let (began, mut begun) = tokio::sync::mpsc::channel::<()>(1);
    let migrator = world.migrator(&FILES).step(NAME, async move |_tx| {
        let _ = began.send(()).await;
        std::future::pending().await
    });
    let work = tokio::spawn(async move { migrator.verify(None).await });
    begun.recv().await.expect("it runs");
    assert_eq!(scratch(&world, &prefix).await?, 1);
    work.abort();
    let _ = work.await;
    let next = world.migrator(&FILES).step(NAME, async |_tx| Ok(()));
    for _ in 0..100 {
        if scratch(&world, &prefix).await? == 0 {
            return Ok(());
        }
        next.verify(None).await?;
    }
    panic!("it is left");
}

tests_on!(postgres Postgres: what_a_killed_process_leaves_is_dropped_by_the_next what_is_dropped_is_dropped_there_too);
tests_on!(mariadb MariaDb: what_a_killed_process_leaves_is_dropped_by_the_next what_is_dropped_is_dropped_there_too);
