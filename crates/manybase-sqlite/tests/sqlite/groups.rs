//! Several files on one connection, in one transaction.

use crate::support::*;
use manybase_driver::{
    Attachment, ConnectOptions, Error, ErrorKind, Pool, Result, Session, Statement, TransactionOptions,
};
use std::time::Duration;
use tempfile::TempDir;

const TABLES: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE);";
const JOURNAL: &str = "?journal_mode=delete";

/// Two files with a table of the same name, and one table that only the second has.
struct Two {
    directory: TempDir,
    erp: Pool,
    crm: Pool,
}

impl Two {
    async fn new() -> Self {
        Self::with(JOURNAL, JOURNAL).await
    }

    async fn with(erp: &str, crm: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let open = |name: &str, query: &str| {
            let url = format!("sqlite:{}/{name}.db{query}", directory.path().display());
            pool(&url)
        };
        let (erp, crm) = (open("erp", erp), open("crm", crm));
        script(&erp, TABLES).await;
        script(&crm, TABLES).await;
        script(&crm, "CREATE TABLE only_crm (id INTEGER PRIMARY KEY)").await;
        Self { directory, erp, crm }
    }

    /// A transaction on both, meant for the second.
    async fn open(&self) -> Session {
        let mut session = writer(&self.erp).await;
        session.begin(TransactionOptions::default()).await.unwrap();
        self.attach(&mut session).await.unwrap();
        focus(&mut session, CRM).await;
        session
    }

    async fn attach(&self, session: &mut Session) -> Result<()> {
        session.attach("mb_crm", self.crm.attachment().unwrap()).await
    }

    /// The values of the table in both files, each seen by its own pool.
    async fn values(&self) -> [Vec<String>; 2] {
        [values(&self.erp).await, values(&self.crm).await]
    }
}

const CRM: Option<&str> = Some("mb_crm");

async fn focus(session: &mut Session, schema: Option<&str>) {
    session.focus(schema.map(str::to_owned)).await.unwrap();
}

async fn values(pool: &Pool) -> Vec<String> {
    let statement = Statement::read("SELECT v FROM t ORDER BY id", vec![]);
    let mut session = reader(pool).await;
    let found = rows(&mut session, statement, |row| {
        Ok(row.str(0)?.unwrap_or_default().to_owned())
    });
    found.await.unwrap()
}

async fn write(session: &mut Session, sql: &str) -> Result<u64> {
    Ok(session.execute(Statement::write(sql, vec![])).await?.affected)
}

/// What is attached, as SQLite itself tells.
async fn attached(session: &mut Session) -> i64 {
    number(session, "SELECT COUNT(*) FROM pragma_database_list WHERE seq > 1").await
}

#[tokio::test]
async fn both_or_none() -> Result<()> {
    for (erp, crm) in [
        ("delete", "delete"),
        ("truncate", "persist"),
        ("persist", "delete"),
    ] {
        let query = |mode| format!("?journal_mode={mode}");
        let two = Two::with(&query(erp), &query(crm)).await;
        for commit in [true, false] {
            let mut session = two.open().await;
            let v = format!("{commit}");
            let insert = |table: &str| {
                Statement::write(
                    format!("INSERT INTO {table} (v) VALUES (?)"),
                    vec![v.clone().into()],
                )
            };
            let done = session.execute(insert("mb_crm.t")).await?;
            assert_eq!(
                (done.affected, done.last_insert_id),
                (1, Some(1 + i64::from(!commit)))
            );
            focus(&mut session, None).await;
            session.execute(insert("t")).await?;
            assert_eq!(
                two.values().await,
                if commit {
                    [vec![], vec![]]
                } else {
                    [vec!["true".to_owned()], vec!["true".to_owned()]]
                }
            );
            match commit {
                true => session.commit().await?,
                false => session.rollback().await?,
            }
            session.detach_all().await?;
            assert_eq!(attached(&mut session).await, 0);
        }
        assert_eq!(two.values().await, [["true"], ["true"]]);
        // Only journals that are kept on purpose are left.
        for entry in std::fs::read_dir(two.directory.path()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.contains("-mj"), "{name}");
        }
    }
    Ok(())
}

/// A statement that fails, savepoints and foreign keys work as in one file.
#[tokio::test]
async fn as_in_one_file() -> Result<()> {
    let two = Two::new().await;
    script(
        &two.crm,
        "CREATE TABLE line (t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    let mut session = two.open().await;
    write(&mut session, "INSERT INTO mb_crm.t (v) VALUES ('a')").await?;
    let error = fails(&mut session, "INSERT INTO mb_crm.t (v) VALUES ('a')").await;
    assert!(error.is_unique_violation(), "{error}");
    session.savepoint(1).await?;
    write(&mut session, "INSERT INTO mb_crm.t (v) VALUES ('b')").await?;
    focus(&mut session, None).await;
    write(&mut session, "INSERT INTO t (v) VALUES ('c')").await?;
    session.rollback_to(1).await?;
    focus(&mut session, CRM).await;
    let upsert = "INSERT INTO mb_crm.t (id, v) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET v = t.v || excluded.v RETURNING v";
    assert_eq!(text(&mut session, upsert, vec![]).await?.as_deref(), Some("ax"));
    write(&mut session, "INSERT INTO mb_crm.line VALUES (7)").await?;
    let error = session.commit().await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error}");
    write(&mut session, "UPDATE mb_crm.line SET t = 1").await?;
    write(
        &mut session,
        "CREATE TABLE mb_crm.later (id INTEGER PRIMARY KEY, t REFERENCES t (id))",
    )
    .await?;
    session.commit().await?;
    assert_eq!(two.values().await, [vec![], vec!["ax".to_owned()]]);
    assert_eq!(
        number(&mut reader(&two.crm).await, "SELECT COUNT(*) FROM later").await,
        0
    );
    Ok(())
}

fn is_misrouted(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Statement, "{error}");
    assert!(
        error.to_string().contains("outside of the transaction"),
        "{error}"
    );
}

/// Raw SQL that names no schema means the file that it is meant for, or it is an error.
#[tokio::test]
async fn a_statement_for_one_file_does_not_reach_the_other() -> Result<()> {
    let two = Two::new().await;
    script(
        &two.erp,
        "CREATE VIEW v AS SELECT v FROM t; CREATE TABLE only_erp (id INTEGER PRIMARY KEY)",
    )
    .await;
    script(&two.crm, "CREATE VIEW w AS SELECT COUNT(*) AS n FROM t").await;
    let mut session = writer(&two.erp).await;
    // Kept from before anything was attached.
    let reads = [
        "SELECT v FROM t",
        "SELECT COUNT(*) FROM t",
        "SELECT COUNT(*) FROM T AS x",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM t)",
        "SELECT COUNT(*) FROM only_erp, json_each('[1]')",
        "SELECT v FROM v",
        "SELECT COUNT(*) FROM v",
        "SELECT COUNT(*) FROM main.t",
        "WITH x AS (SELECT 1 FROM t) SELECT COUNT(*) FROM x",
        "SELECT name FROM sqlite_schema",
        "PRAGMA table_info(t)",
    ];
    let writes = [
        "INSERT INTO t (v) VALUES ('x')",
        "UPDATE t SET v = 'x'",
        "DELETE FROM t",
        "DELETE FROM main.t",
        "CREATE TABLE x (a)",
        "CREATE INDEX x ON t (v)",
        "ALTER TABLE t ADD COLUMN x",
        "DROP TABLE only_erp",
        "REPLACE INTO t (v) SELECT v FROM mb_crm.t",
        "INSERT INTO mb_crm.t (v) SELECT v FROM t",
        "PRAGMA user_version = 3",
        "ATTACH DATABASE ':memory:' AS x",
        "DETACH DATABASE mb_crm",
        "PRAGMA main.user_version = 3",
        "PRAGMA mb_crm.journal_mode = off",
    ];
    for sql in reads {
        session.execute(Statement::read(sql, vec![])).await?;
    }
    session.begin(TransactionOptions::default()).await?;
    two.attach(&mut session).await?;
    focus(&mut session, CRM).await;
    for sql in reads.into_iter().chain(writes) {
        for _ in 0..2 {
            is_misrouted(&fails(&mut session, sql).await);
            is_misrouted(&session.script(sql.to_owned()).await.unwrap_err());
        }
    }
    // What is in no file, or in this one.
    for sql in [
        "SELECT COUNT(*) FROM only_crm",
        "SELECT COUNT(*) FROM mb_crm.t",
        "SELECT v FROM mb_crm.t",
        "SELECT n FROM w",
        "SELECT COUNT(*) FROM mb_crm.w",
        "WITH t(x) AS (SELECT 1) SELECT COUNT(*) FROM t",
        "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t WHERE x < 3) SELECT COUNT(*) FROM t",
        "SELECT v FROM mb_crm.t WHERE id IN (SELECT value FROM JSON_EACH('[1]'))",
        "SELECT COUNT(*) FROM (SELECT 1 FROM mb_crm.t LIMIT 3) AS counted",
        "CREATE TEMP TABLE scratch (a)",
        "SELECT COUNT(*) FROM scratch",
        "INSERT INTO scratch SELECT v FROM mb_crm.t",
        "PRAGMA mb_crm.table_info(t)",
        "PRAGMA defer_foreign_keys = on",
        "SELECT name FROM mb_crm.sqlite_schema",
        "EXPLAIN SELECT COUNT(*) FROM t",
    ] {
        if let Err(error) = write(&mut session, sql).await {
            panic!("{sql}: {error}");
        }
    }
    let error = fails(&mut session, "SELECT v FROM mb_crm.missing").await;
    assert_eq!(error.kind(), ErrorKind::UnknownTable);

    // And the other way round.
    focus(&mut session, None).await;
    for sql in reads {
        write(&mut session, sql).await?;
    }
    for sql in [
        "SELECT COUNT(*) FROM only_crm",
        "SELECT id FROM only_crm",
        "SELECT COUNT(*) FROM mb_crm.t",
        "DELETE FROM only_crm",
        "SELECT n FROM w",
        "PRAGMA journal_mode = memory",
    ] {
        is_misrouted(&fails(&mut session, sql).await);
    }
    write(&mut session, "INSERT INTO t (v) VALUES ('kept')").await?;
    session.commit().await?;
    session.detach_all().await?;
    // Then nobody is in the way.
    write(&mut session, "ATTACH DATABASE ':memory:' AS x").await?;
    write(&mut session, "CREATE TABLE x.t (v); ").await?;
    write(&mut session, "DETACH DATABASE x").await?;
    assert_eq!(two.values().await, [vec!["kept".to_owned()], vec![]]);
    Ok(())
}

/// What could tear one file from the other, and what SQLite can't do.
#[tokio::test]
async fn what_is_refused() -> Result<()> {
    let wrong = [
        "",
        "?journal_mode=wal",
        "?journal_mode=off",
        "?journal_mode=memory",
        "?journal_mode=delete&synchronous=off",
        "?journal_mode=delete&foreign_keys=off",
    ];
    let pairs = wrong
        .into_iter()
        .flat_map(|query| [(query, JOURNAL), (JOURNAL, query)]);
    for (erp, crm) in pairs.chain([(JOURNAL, "?journal_mode=delete&synchronous=extra")]) {
        let two = Two::with(erp, crm).await;
        let mut session = writer(&two.erp).await;
        session.begin(TransactionOptions::default()).await?;
        let error = two.attach(&mut session).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{erp} {crm}: {error}");
        assert!(error.help().is_some(), "{error}");
        // Nothing is left of it.
        assert_eq!(attached(&mut session).await, 0);
        write(&mut session, "INSERT INTO t (v) VALUES ('a')").await?;
        session.commit().await?;
        assert_eq!(values(&two.erp).await, ["a"]);
    }
    let two = Two::new().await;
    let path = two.directory.path().join("crm.db");
    let refused = async |session: &mut Session, attachment: Attachment| {
        let error = session.attach("mb_x", attachment).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.help().is_some(), "{error}");
        assert_eq!(attached(session).await, 0);
    };
    let memory = memory();
    let read_only = pool(&format!("sqlite:{}{JOURNAL}&mode=ro", path.display()));
    let mut session = two.open().await;
    // Inside of the group the connection's own file can't be attached once more, and neither can the other.
    focus(&mut session, None).await;
    for pool in [&two.erp, &two.crm] {
        let error = session.attach("mb_again", pool.attachment().unwrap()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    let error = session.detach_all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
    let error = session.focus(Some("mb_other".to_owned())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    session.rollback().await?;
    session.detach_all().await?;
    refused(&mut session, memory.attachment().unwrap()).await;
    refused(&mut session, read_only.attachment().unwrap()).await;
    refused(&mut session, Attachment::new("other", "/somewhere", ())).await;
    for schema in ["main", "TEMP", "", "a\0b"] {
        let error = session
            .attach(schema, two.crm.attachment().unwrap())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Identifier, "{schema:?}: {error}");
    }
    drop(session);
    refused(&mut writer(&memory).await, two.crm.attachment().unwrap()).await;
    refused(&mut reader(&two.erp).await, two.crm.attachment().unwrap()).await;
    refused(&mut reader(&read_only).await, two.erp.attachment().unwrap()).await;

    // The same file under another name.
    #[cfg(unix)]
    {
        let link = two.directory.path().join("link.db");
        std::os::unix::fs::symlink(two.directory.path().join("erp.db"), &link).unwrap();
        let link = pool(&format!("sqlite:{}{JOURNAL}", link.display()));
        refused(&mut writer(&two.erp).await, link.attachment().unwrap()).await;
    }
    // A file that is not there must not be made by mode=rw.
    let missing = two.directory.path().join("missing.db");
    let pool_of_none = pool(&format!("sqlite:{}{JOURNAL}&mode=rw", missing.display()));
    let error = writer(&two.erp)
        .await
        .attach("mb_x", pool_of_none.attachment().unwrap())
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Connect);
    assert!(!missing.exists());

    // Another program has put the file into WAL mode in the meantime.
    let wal = pool(&format!("sqlite:{}?journal_mode=wal", path.display()));
    two.crm.close();
    drop(writer(&wal).await);
    refused(&mut writer(&two.erp).await, two.crm.attachment().unwrap()).await;
    Ok(())
}

#[tokio::test]
async fn ten_at_most() -> Result<()> {
    let two = Two::new().await;
    let file = |n: usize| {
        let path = two.directory.path().join(format!("{n}.db"));
        pool(&format!("sqlite:{}{JOURNAL}", path.display()))
    };
    let mut session = writer(&two.erp).await;
    session.begin(TransactionOptions::default()).await?;
    for n in 0..10 {
        session
            .attach(format!("mb_{n}"), file(n).attachment().unwrap())
            .await?;
        focus(&mut session, Some(&format!("mb_{n}"))).await;
        let sql = format!("CREATE TABLE mb_{n}.t (v); INSERT INTO mb_{n}.t VALUES ({n})");
        session.script(sql).await?;
    }
    let error = session
        .attach("mb_10", file(10).attachment().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("10"), "{error}");
    session.commit().await?;
    drop(session);
    for n in 0..10_i64 {
        let mut session = reader(&file(n as usize)).await;
        assert_eq!(number(&mut session, "SELECT v FROM t").await, n);
    }
    assert_eq!(attached(&mut writer(&two.erp).await).await, 0);
    Ok(())
}

/// Whatever became of it, the next user of the connection has one file.
#[tokio::test]
async fn the_next_user_has_one_file() -> Result<()> {
    let two = Two::new().await;
    for how in ["detached", "committed", "open", "cut off"] {
        let mut session = two.open().await;
        write(&mut session, "INSERT INTO mb_crm.only_crm DEFAULT VALUES").await?;
        match how {
            "open" => {}
            "cut off" => {
                let slow =
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
                let work = session.execute(Statement::read(slow, vec![]));
                assert!(
                    tokio::time::timeout(Duration::from_millis(20), work)
                        .await
                        .is_err()
                );
            }
            _ => session.commit().await?,
        }
        if how == "detached" {
            session.detach_all().await?;
            session.detach_all().await?;
        }
        drop(session);
        let mut next = writer(&two.erp).await;
        assert_eq!(attached(&mut next).await, 0, "{how}");
        // Names without a schema are its own again, and everything is allowed.
        assert_eq!(
            fails(&mut next, "SELECT COUNT(*) FROM only_crm").await.kind(),
            ErrorKind::UnknownTable
        );
        write(&mut next, "UPDATE t SET v = v").await?;
        drop(next);
        // The other file is free.
        write(&mut writer(&two.crm).await, "DELETE FROM t").await?;
    }
    let count = number(&mut reader(&two.crm).await, "SELECT COUNT(*) FROM only_crm").await;
    assert_eq!(count, 2);
    Ok(())
}

/// Attaching in a transaction waits for whoever writes the file, as long as that file's own connection would.
#[tokio::test]
async fn locks_are_taken_when_it_is_attached() -> Result<()> {
    let two = Two::new().await;
    let impatient = ConnectOptions {
        lock_timeout: Some(Duration::from_millis(30)),
        ..ConnectOptions::default()
    };
    let url = format!("sqlite:{}/crm.db{JOURNAL}", two.directory.path().display());
    let crm = pool_with(&url, &impatient)?;
    let mut holder = writer(&two.crm).await;
    holder.begin(TransactionOptions::default()).await?;
    write(&mut holder, "INSERT INTO t (v) VALUES ('held')").await?;

    let mut session = writer(&two.erp).await;
    session.begin(TransactionOptions::default()).await?;
    write(&mut session, "INSERT INTO t (v) VALUES ('first')").await?;
    let error = session
        .attach("mb_crm", crm.attachment().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LockTimeout, "{error}");
    assert_eq!(attached(&mut session).await, 0);
    holder.commit().await?;
    session.attach("mb_crm", crm.attachment().unwrap()).await?;
    // Nobody else writes now, so that what is read here can be written.
    let error = writer(&crm).await.begin(TransactionOptions::default()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::LockTimeout);
    focus(&mut session, CRM).await;
    write(&mut session, "UPDATE mb_crm.t SET v = v || '!'").await?;
    session.commit().await?;
    session.detach_all().await?;
    assert_eq!(two.values().await, [["first"], ["held!"]]);

    // A future that is dropped while it waits takes the lock along.
    holder.begin(TransactionOptions::default()).await?;
    session.begin(TransactionOptions::default()).await?;
    let waiting = two.attach(&mut session);
    assert!(
        tokio::time::timeout(Duration::from_millis(30), waiting)
            .await
            .is_err()
    );
    drop(session);
    holder.commit().await?;
    let mut next = writer(&two.erp).await;
    assert_eq!(attached(&mut next).await, 0);
    holder.begin(TransactionOptions::default()).await?;
    holder.rollback().await?;

    // Who only reads takes none.
    next.begin(TransactionOptions {
        read_only: true,
        ..TransactionOptions::default()
    })
    .await?;
    two.attach(&mut next).await?;
    holder.begin(TransactionOptions::default()).await?;
    focus(&mut next, CRM).await;
    assert_eq!(number(&mut next, "SELECT COUNT(*) FROM mb_crm.t").await, 1);
    assert_eq!(
        fails(&mut next, "DELETE FROM mb_crm.t").await.kind(),
        ErrorKind::ReadOnly
    );
    Ok(())
}

/// A commit that has to wait for a reader for too long has committed nothing, and can be tried again.
#[tokio::test]
async fn a_commit_that_meets_a_reader() -> Result<()> {
    let two = Two::new().await;
    let impatient = ConnectOptions {
        lock_timeout: Some(Duration::from_millis(30)),
        ..ConnectOptions::default()
    };
    let url = format!("sqlite:{}/erp.db{JOURNAL}", two.directory.path().display());
    let erp = pool_with(&url, &impatient)?;
    let mut session = writer(&erp).await;
    session.begin(TransactionOptions::default()).await?;
    two.attach(&mut session).await?;
    write(&mut session, "INSERT INTO t (v) VALUES ('a')").await?;
    focus(&mut session, CRM).await;
    write(&mut session, "INSERT INTO mb_crm.t (v) VALUES ('b')").await?;
    focus(&mut session, None).await;

    let mut looking = reader(&two.crm).await;
    looking.begin(TransactionOptions::default()).await?;
    assert_eq!(number(&mut looking, "SELECT COUNT(*) FROM t").await, 0);
    let error = session.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LockTimeout, "{error}");
    assert!(session.in_transaction());
    assert_eq!(number(&mut looking, "SELECT COUNT(*) FROM t").await, 0);
    looking.rollback().await?;
    session.commit().await?;
    assert_eq!(two.values().await, [["a"], ["b"]]);
    Ok(())
}

/// The file that is attached keeps its own journal mode and cache; outside of a transaction all of its settings.
#[tokio::test]
async fn settings_of_its_own() -> Result<()> {
    let two = Two::with(JOURNAL, "?journal_mode=persist&synchronous=extra&cache_size=77").await;
    let mut session = writer(&two.erp).await;
    two.attach(&mut session).await?;
    focus(&mut session, CRM).await;
    let journal = text(&mut session, "PRAGMA mb_crm.journal_mode", vec![]).await?;
    assert_eq!(journal.as_deref(), Some("persist"));
    assert_eq!(number(&mut session, "PRAGMA mb_crm.synchronous").await, 3);
    assert_eq!(number(&mut session, "PRAGMA mb_crm.cache_size").await, 77);
    session.begin(TransactionOptions::default()).await?;
    write(&mut session, "INSERT INTO mb_crm.t (v) VALUES ('a')").await?;
    session.commit().await?;
    session.detach_all().await?;
    assert_eq!(two.values().await, [vec![], vec!["a".to_owned()]]);
    Ok(())
}

#[tokio::test]
async fn who_can_be_the_home() -> Result<()> {
    for (query, hard, soft) in [
        ("", 0, 1),
        ("?synchronous=full", 0, 0),
        ("?synchronous=off", 1, 0),
        ("?journal_mode=delete", 0, 0),
        ("?journal_mode=truncate&synchronous=normal", 0, 0),
        ("?journal_mode=off", 1, 0),
        ("?journal_mode=memory&synchronous=off", 2, 0),
    ] {
        let (_directory, pool) = file_with(query, &ConnectOptions::default());
        for mut session in [writer(&pool).await, reader(&pool).await] {
            let readiness = session.home_readiness().await?;
            let found = readiness
                .obstacles
                .iter()
                .filter(|obstacle| obstacle.hard)
                .count();
            assert_eq!(
                (found, readiness.obstacles.len() - found),
                (hard, soft),
                "{query}: {readiness:?}"
            );
            assert_eq!(readiness.is_ready(), hard == 0);
        }
    }
    let memory = memory();
    let readiness = writer(&memory).await.home_readiness().await?;
    assert!(
        !readiness.is_ready() && readiness.obstacles[0].what.contains("memory"),
        "{readiness:?}"
    );

    let (directory, file) = file();
    script(&file, TABLES).await;
    let url = format!("sqlite:{}/test.db?mode=ro", directory.path().display());
    let read_only = pool(&url);
    let readiness = reader(&read_only).await.home_readiness().await?;
    assert!(!readiness.is_ready(), "{readiness:?}");

    // Also in the middle of a group.
    let two = Two::new().await;
    let mut session = two.open().await;
    assert!(session.home_readiness().await?.obstacles.is_empty());
    is_misrouted(&fails(&mut session, "SELECT v FROM t").await);
    Ok(())
}

#[tokio::test]
async fn an_attachment_tells_where_it_is() {
    let (_directory, file) = file();
    let attachment = file.attachment().unwrap();
    assert_eq!(attachment.family(), memory().attachment().unwrap().family());
    assert!(attachment.location().ends_with("test.db"));
    assert!(!format!("{attachment:?}").contains("test.db"));
}
