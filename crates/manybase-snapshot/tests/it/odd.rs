//! What one database has and others have not.

use crate::support::{Kind, cells, open, run};
use manybase_db::{Db, ErrorKind, Result};
use manybase_snapshot::{Backup, BackupMethod, Verify, capabilities};

#[test]
fn sqlite_leaves_out_free_room() {
    run(Kind::Sqlite, |mut place| async move {
        place
            .script(
                "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); \
                 INSERT INTO t WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 20000) SELECT a, hex(randomblob(50)) FROM n; \
                 DELETE FROM t WHERE a > 10",
            )
            .await?;
        let whole = place.back_up("whole").await?;
        let compact = Backup::of(&place.db, "app")
            .to(place.path("compact"))
            .compact()
            .run()
            .await?;
        assert_eq!(compact.database.method, "VACUUM INTO");
        assert!(
            compact.bytes() * 10 < whole.bytes(),
            "{} {}",
            compact.bytes(),
            whole.bytes()
        );
        assert_eq!(compact.tables, whole.tables);
        // Without a connection: the file alone is enough.
        Verify::of(place.path("compact")).run().await?;
        assert_eq!(
            cells(&place.restore("compact").await?, "SELECT count(*) FROM t").await?,
            ["10"]
        );
        Ok(())
    });
}

#[test]
fn sqlite_in_memory_has_no_backup() {
    run(Kind::Sqlite, |place| async move {
        let db = Db::builder().connect("app", "sqlite::memory:").build()?;
        let error = Backup::of(&db, "app")
            .to(place.path("one"))
            .run()
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.connection()),
            (ErrorKind::Unsupported, Some("app"))
        );
        assert!(error.help().is_some() && !place.path("one").exists());
        Ok(())
    });
}

#[test]
fn sqlite_tells_damage_and_what_was_wrong_before() {
    run(Kind::Sqlite, |mut place| async move {
        place
            .script(
                "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p (id)); \
                 PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (7)",
            )
            .await?;
        let manifest = place.back_up("orphan").await?;
        assert!(manifest.gaps[0].contains("1 row refers to"), "{manifest:?}");
        place.verify("orphan").run().await?;

        place
            .script(
                "CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a); \
                 INSERT INTO t WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 5000) SELECT hex(randomblob(20)) FROM n; \
                 PRAGMA wal_checkpoint(TRUNCATE)",
            )
            .await?;
        place.db.close().await?;
        let file = place.path("app.db");
        let mut bytes = std::fs::read(&file).expect("readable");
        let end = bytes.len() - 4096 * 3;
        bytes[end..end + 4096].fill(0);
        std::fs::write(&file, bytes).expect("written");
        place.db = open(&place.url);
        let error = place.back_up("damaged").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Database, "{error}");
        assert!(!place.path("damaged").exists());
        Ok(())
    });
}

#[test]
fn sqlite_does_not_make_what_it_was_to_copy() {
    run(Kind::Sqlite, |place| async move {
        let error = place.back_up("one").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(!place.path("app.db").exists());
        Ok(())
    });
}

#[test]
fn each_says_what_its_backups_are_like() -> Result<()> {
    let db = Db::builder()
        .connect("file", "sqlite:app.db")
        .connect("old", "sqlite:app.db?journal_mode=delete")
        .build()?;
    let file = capabilities(&db, "file")?;
    assert_eq!(file.method, BackupMethod::Pages);
    assert!(file.online && file.compacts && !file.blocks_writers && file.tools.is_empty());
    assert!(capabilities(&db, "old")?.blocks_writers);
    Ok(())
}
