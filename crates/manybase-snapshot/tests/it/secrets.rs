//! What nobody may see, and users who may not everything.

use crate::support::{Kind, Place, cells, open, run};
use manybase_db::{ErrorKind, Result};
use manybase_snapshot::{Backup, Verify, leftovers};
use manybase_testkit::{Mariadb, mariadb, postgres, require_server};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// In no file of a directory.
pub(crate) fn never_in_files(directory: &Path, secret: &str) {
    for entry in std::fs::read_dir(directory).expect("readable").flatten() {
        if entry.path().is_dir() {
            never_in_files(&entry.path(), secret);
            continue;
        }
        let bytes = std::fs::read(entry.path()).expect("readable");
        assert!(
            !String::from_utf8_lossy(&bytes).contains(secret),
            "{:?}",
            entry.path()
        );
    }
}

/// The command lines of all processes, again and again, until it is told to stop.
fn command_lines(stop: &AtomicBool) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        for entry in std::fs::read_dir("/proc").expect("readable").flatten() {
            if let Ok(line) = std::fs::read(entry.path().join("cmdline")) {
                seen.insert(String::from_utf8_lossy(&line).replace('\0', " "));
            }
        }
    }
    seen
}

async fn no_password_is_seen(mut place: Place) -> Result<()> {
    let password = place.password().expect("one").to_owned();
    place
        .script("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)")
        .await?;
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    let watcher = std::thread::spawn(move || command_lines(&told));
    let manifest = place.back_up("one").await?;
    place.verify("one").run().await?;
    place.restore("one").await?.close().await?;
    stop.store(true, Ordering::Relaxed);
    let seen = watcher.join().expect("no panic");
    let tools: &[&str] = match place.kind {
        Kind::Postgres => &["pg_dump --format", "pg_restore --format"],
        _ => &["mariadb-dump --defaults-file", "mariadb --defaults-file"],
    };
    for tool in tools {
        assert!(
            seen.iter().any(|line| line.contains(tool)),
            "{tool} was not seen: {seen:?}"
        );
    }
    assert!(
        !seen.iter().any(|line| line.contains(&password)),
        "it is on a command line"
    );
    assert!(!format!("{manifest:?}").contains(&password));
    never_in_files(&place.path("one"), &password);

    // What goes wrong does not tell it either, and says what to do.
    let backup = Backup::of(&place.db, "app")
        .to(place.path("two"))
        .tools(place.path("nowhere"));
    let error = backup.run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        error.help().is_some_and(|help| help.contains("apt-get install")),
        "{error}"
    );
    assert!(leftovers(place.directory.path())?.is_empty());
    let wrong = open(&place.url.replace(&password, "wr0ng"));
    let error = Backup::of(&wrong, "app")
        .to(place.path("two"))
        .run()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.to_string().contains("wr0ng"), "{error}");
    Ok(())
}

#[test]
fn no_password_is_seen_postgres() {
    require_server!(postgres());
    run(Kind::Postgres, no_password_is_seen);
}

#[test]
fn no_password_is_seen_mariadb() {
    require_server!(mariadb());
    run(Kind::MariaDb, no_password_is_seen);
}

/// Signs that mean something in files of options, in SQL and in shells.
const ODD: &str = "a\"b\\c#d 'e;$`%";
const ODD_IN_URL: &str = "a%22b%5Cc%23d%20%27e%3B%24%60%25";

#[test]
fn a_user_who_may_not_everything_postgres() {
    require_server!(postgres());
    run(Kind::Postgres, |place| async move {
        place
            .script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
            .await?;
        let (_, own) = place.url.rsplit_once('/').expect("a name");
        let role = format!("{own}_odd");
        let password = ODD.replace('\'', "''");
        place
            .script(&format!(
                "CREATE ROLE {role} LOGIN CREATEDB PASSWORD '{password}'"
            ))
            .await?;
        let (_, server) = place.url.split_once('@').expect("a host");
        let limited = open(&format!("postgres://{role}:{ODD_IN_URL}@{server}"));
        let backup = || Backup::of(&limited, "app").to(place.path("one")).run();
        let error = backup().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
        assert!(!place.path("one").exists() && leftovers(place.directory.path())?.is_empty());

        // Rows that a policy hides are not left out in silence.
        place
            .script(&format!(
                "GRANT SELECT ON t TO {role}; ALTER TABLE t ENABLE ROW LEVEL SECURITY; \
                 CREATE POLICY few ON t USING (a > 5)"
            ))
            .await?;
        let error = backup().await.unwrap_err();
        assert!(error.message().contains("row-level security"), "{error}");
        place.script("ALTER TABLE t DISABLE ROW LEVEL SECURITY").await?;
        assert_eq!(backup().await?.rows(), 1);
        // The objects belong to somebody else.
        let error = Verify::of(place.path("one"))
            .on(&limited, "app")
            .run()
            .await
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Database | ErrorKind::PermissionDenied),
            "{error}"
        );
        // Other tests verify on this server too.
        let owned = format!("SELECT datname::text FROM pg_database WHERE datdba = '{role}'::regrole");
        assert_eq!(cells(&place.db, &owned).await?, [""; 0]);
        Verify::of(place.path("one"))
            .on(&limited, "app")
            .no_owner()
            .run()
            .await?;
        limited.close().await?;
        place
            .script(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
            .await
    });
}

#[test]
fn postgres_names_what_is_in_doubt_and_what_is_left_out() {
    require_server!(postgres());
    run(Kind::Postgres, |place| async move {
        let (_, own) = place.url.rsplit_once('/').expect("a name");
        place
            .script(&format!(
                "CREATE TABLE t (a int); ALTER DATABASE {own} SET work_mem = '8MB'"
            ))
            .await?;
        place
            .script(&format!(
                "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'doubt_{own}'"
            ))
            .await?;
        let manifest = place.back_up("one").await?;
        assert_eq!(manifest.in_doubt, [format!("doubt_{own}")]);
        assert_eq!(manifest.rows(), 0);
        assert!(manifest.gaps[0].ends_with("\"work_mem\""), "{manifest:?}");
        assert!(manifest.point["lsn"].contains('/') && manifest.point.contains_key("snapshot"));
        place.script(&format!("COMMIT PREPARED 'doubt_{own}'")).await?;
        let manifest = place.back_up("two").await?;
        assert_eq!((manifest.in_doubt.len(), manifest.rows()), (0, 1));
        Ok(())
    });
}

#[test]
fn mariadb_with_a_server_of_its_own() {
    require_server!(Mariadb::available());
    let server = Mariadb::start().expect("starts");
    let database = server.create_database("own").expect("made");
    run(Kind::Sqlite, |place| async move {
        let sql = |text: &str| {
            let done = Command::new("mariadb")
                .args(["--no-defaults", "--protocol=tcp", "-h127.0.0.1", "-umanybase"])
                .arg(format!("-P{}", server.port()))
                .args(["-e", text, database.name()])
                .env("MYSQL_PWD", server.password())
                .output()
                .expect("runs");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        };
        let password = ODD.replace('\\', "\\\\").replace('\'', "\\'");
        let name = database.name();
        sql(&format!(
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE TABLE m (a int) ENGINE=MyISAM; \
             CREATE USER odd IDENTIFIED BY '{password}'; \
             GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON {name}.* TO odd; GRANT ALL ON `manybase\\_verify\\_%`.* TO odd"
        ));
        sql("XA START 'doubt'; INSERT INTO t VALUES (2); XA END 'doubt'; XA PREPARE 'doubt'");
        let url = format!("mariadb://odd:{ODD_IN_URL}@127.0.0.1:{}/{name}", server.port());
        let limited = open(&url);
        let manifest = Backup::of(&limited, "app")
            .to(place.path("limited"))
            .run()
            .await?;
        assert_eq!(
            (manifest.in_doubt, manifest.tables[1].rows),
            (vec!["doubt".to_owned()], 1)
        );
        let gaps = manifest.gaps.join("\n");
        assert!(
            gaps.contains("no transactions: \"m\"") && gaps.contains("where in the binary log"),
            "{gaps}"
        );
        Verify::of(place.path("limited"))
            .on(&limited, "app")
            .run()
            .await?;

        let whole = open(&database.url().replace("mysql:", "mariadb:"));
        sql("XA COMMIT 'doubt'");
        let manifest = Backup::of(&whole, "app").to(place.path("whole")).run().await?;
        assert_eq!((manifest.in_doubt.len(), manifest.tables[1].rows), (0, 2));
        assert!(
            manifest.point["binlog_file"].starts_with("binlog."),
            "{:?}",
            manifest.point
        );
        assert!(manifest.point.contains_key("gtid"));
        limited.close().await?;
        whole.close().await
    });
}
