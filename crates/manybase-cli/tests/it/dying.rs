//! Transactions that a crash leaves behind: this same program is run again, and dies in the middle of a commit.

use crate::support::{Project, as_one};
use manybase_db::{Access, Db, Executor, RecoveryMode, Route};
use manybase_driver::{CountSink, Statement};
use manybase_testkit::{Database, Mariadb, Postgres};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

/// The variable that makes a child of this program.
const ROLE: &str = "MANYBASE_CLI_TEST_CHILD";

/// Two databases of a test's own with a table `t`: connections `crm` on PostgreSQL and `erp` on MariaDB.
pub(crate) struct World {
    crm: Database,
    erp: Database,
}

/// Not a test of its own: what the child runs, one transaction over the connections that it is told.
#[tokio::test]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let connections: Vec<_> = role.lines().filter_map(|line| line.split_once(' ')).collect();
    let mut builder = Db::builder().recovery(RecoveryMode::Off);
    for (name, url) in &connections {
        builder = builder.connect(*name, url);
    }
    let db = builder.open().await.expect("opened");
    let tx = db.begin().await.expect("begun");
    for (name, _) in &connections {
        execute_on(&tx, name, "INSERT INTO t VALUES (1)").await;
    }
    tx.commit().await.expect("committed");
}

async fn execute_on(on: &dyn Executor, name: &str, sql: &str) {
    let route = Route {
        using: Some(name),
        ..Route::default()
    };
    let mut lease = on.lease(route, Access::Write).await.expect("a lease");
    lease
        .execute(Statement::write(sql, vec![]).once())
        .await
        .expect(sql);
}

impl World {
    pub(crate) fn new(postgres: &Postgres, mariadb: &Mariadb) -> Self {
        let world = Self {
            crm: postgres.create_database("crm").expect("made"),
            erp: mariadb.create_database("erp").expect("made"),
        };
        for name in ["crm", "erp"] {
            world.execute(name, "CREATE TABLE t (a INTEGER)");
        }
        world
    }

    fn url(&self, name: &str) -> String {
        match name {
            "crm" => self.crm.url(),
            _ => self.erp.url(),
        }
    }

    /// A project with these of the connections.
    pub(crate) fn project(&self, names: &[&str]) -> Project {
        let urls: Vec<_> = names.iter().map(|name| (*name, self.url(name))).collect();
        Project::of(
            &urls
                .iter()
                .map(|(name, url)| (*name, url.as_str()))
                .collect::<Vec<_>>(),
        )
    }

    /// A transaction over these, in this order, that dies at a point.
    pub(crate) fn die(&self, names: &[&str], fault: &str) {
        let role: String = names
            .iter()
            .map(|name| format!("{name} {}\n", self.url(name)))
            .collect();
        let status = Command::new(std::env::current_exe().expect("this program"))
            .args(["dying::child", "--exact"])
            .env(ROLE, role)
            .env("MANYBASE_FAULT", fault)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("it runs");
        assert_eq!(status.signal(), Some(9), "it died at {fault}");
    }

    /// Runs a statement, by hand as it were.
    pub(crate) fn execute(&self, name: &str, sql: &str) {
        execute(&self.url(name), sql);
    }

    /// The rows in `t`.
    pub(crate) fn rows(&self, name: &str) -> u64 {
        as_one(async {
            let db = open(name, &self.url(name)).await;
            let route = Route {
                using: Some(name),
                ..Route::default()
            };
            let mut lease = db.lease(route, Access::Read).await.expect("a lease");
            let statement = Statement::read("SELECT a FROM t", vec![]);
            let rows = lease
                .query(statement, CountSink::default())
                .await
                .expect("read")
                .0;
            drop(lease);
            db.close().await.expect("closed");
            rows
        })
    }
}

/// Runs a statement on a database.
pub(crate) fn execute(url: &str, sql: &str) {
    as_one(async {
        let db = open("main", url).await;
        execute_on(&db, "main", sql).await;
        db.close().await.expect("closed");
    });
}

async fn open(name: &str, url: &str) -> Db {
    let builder = Db::builder().recovery(RecoveryMode::Off).connect(name, url);
    builder.open().await.expect("opened")
}
