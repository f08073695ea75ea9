//! What `verify` finds in rows: each invariant has a violation that was planted.

use crate::support::{Kind, World, on_every_database, run_sql};
use manybase_db::Result;
use manybase_migrate::{Migrator, Verified};

const REFERENCES: &str = "rows of the database refer to rows";
const ROWS: &str = "rows come through";

async fn looked(migrator: &Migrator) -> Result<Verified> {
    Ok(migrator.verify(None).await?.remove(0))
}

fn findings<'v>(verified: &'v Verified, check: &str) -> &'v [String] {
    let found = verified.checks.iter().find(|one| one.check == check);
    &found.unwrap_or_else(|| panic!("{verified:?}")).findings
}

fn notes<'v>(verified: &'v Verified, check: &str) -> &'v [String] {
    let found = verified.checks.iter().find(|one| one.check == check);
    &found.unwrap_or_else(|| panic!("{verified:?}")).notes
}

const FAMILY: &str = "
CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY, tenant INTEGER NOT NULL, code VARCHAR(10) NOT NULL, UNIQUE (tenant, code));
CREATE TABLE child (id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER, tenant INTEGER, code VARCHAR(10),
                    CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE,
                    CONSTRAINT child_code FOREIGN KEY (tenant, code) REFERENCES parent (tenant, code));
";

async fn rows_that_refer_to_nothing_are_found(world: World) -> Result<()> {
    let db = world.db();
    let migrator = world
        .migrator(&[("main/20250101000000_family/up.sql", FAMILY)])
        .only("main");
    migrator.up().await?;
    run_sql(&db, "main", "INSERT INTO parent VALUES (1, 7, 'a')").await?;
    run_sql(
        &db,
        "main",
        "INSERT INTO child VALUES (1, 1, 7, 'a'), (2, NULL, 7, NULL), (3, 1, NULL, 'zzz')",
    )
    .await?;
    let verified = looked(&migrator).await?;
    assert!(verified.is_fine(), "{verified:?}");

    let orphans = "INSERT INTO child VALUES (4, 99, 7, 'a'), (5, 98, 7, 'b')";
    let around = match world.kind {
        Kind::Sqlite => format!("PRAGMA foreign_keys = OFF; {orphans}; PRAGMA foreign_keys = ON"),
        Kind::MariaDb => format!("SET foreign_key_checks = 0; {orphans}; SET foreign_key_checks = 1"),
        // Keys that were added without a look at the rows.
        Kind::Postgres => format!(
            "ALTER TABLE child DROP CONSTRAINT child_parent, DROP CONSTRAINT child_code; {orphans};
             ALTER TABLE child
             ADD CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE NOT VALID,
             ADD CONSTRAINT child_code FOREIGN KEY (tenant, code) REFERENCES parent (tenant, code) NOT VALID"
        ),
    };
    run_sql(&db, "main", &around).await?;
    let verified = looked(&migrator).await?;
    assert!(!verified.is_fine());
    let found = findings(&verified, REFERENCES);
    assert_eq!(found.len(), 2, "{found:?}");
    let of = |columns: &str| {
        found
            .iter()
            .find(|one| one.starts_with(columns))
            .expect("it is named")
    };
    let two = of("child (parent_id)");
    assert!(
        two.contains("2 rows refer to rows of parent that are not there: id = "),
        "{two}"
    );
    let one = of("child (tenant, code)");
    assert!(
        one.ends_with("1 row refers to a row of parent that is not there: id = 5, tenant = 7, code = 'b'"),
        "{one}"
    );
    if world.kind != Kind::Sqlite {
        assert!(two.contains("foreign key child_parent"), "{two}");
    }
    let orphans = migrator.orphans("main").await?;
    let of_code = orphans
        .iter()
        .find(|one| one.columns.len() == 2)
        .expect("it is found");
    assert_eq!((of_code.count, of_code.references.name.as_str()), (1, "parent"));
    assert_eq!(of_code.example[0], ("id".to_owned(), "5".to_owned()));
    // Without a look at the rows.
    let verified = migrator.verify_with(None, false).await?.remove(0);
    let check = verified
        .checks
        .iter()
        .find(|one| one.check == REFERENCES)
        .expect("it is told");
    assert!(check.findings.is_empty() && check.skipped.is_some());
    Ok(())
}

const TABLE: &str = "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, b VARCHAR(10), flag BOOLEAN);";

async fn a_rebuild_that_loses_rows_is_found(world: World) -> Result<()> {
    let rebuild = |condition: &str| {
        format!(
            "CREATE TABLE a2 (id INTEGER NOT NULL PRIMARY KEY, b VARCHAR(10), flag BOOLEAN);
             INSERT INTO a2 SELECT id, b, flag FROM a{condition};
             DROP TABLE a;
             ALTER TABLE a2 RENAME TO a;"
        )
    };
    let look = async |up: &str, down: &str| {
        let files = [
            ("main/20250101000000_a/up.sql", TABLE),
            ("main/20250101000000_a/down.sql", "DROP TABLE a"),
            ("main/20250102000000_anew/up.sql", up),
            ("main/20250102000000_anew/down.sql", down),
        ];
        looked(&world.migrator(&files).only("main")).await
    };
    let (all, some) = (rebuild(""), rebuild(" WHERE id < 3"));
    let verified = look(&all, &all).await?;
    assert!(verified.is_fine(), "{verified:?}");
    let verified = look(&some, &all).await?;
    let found = findings(&verified, ROWS);
    assert!(
        found.len() == 1 && found[0].starts_with("20250102000000_anew up: table a has 2 rows of 3"),
        "{found:?}"
    );
    let verified = look(&all, &some).await?;
    let found = findings(&verified, ROWS);
    assert!(
        found.len() == 1 && found[0].starts_with("20250102000000_anew down: table a has 2 rows of 3"),
        "{found:?}"
    );
    // Tables that get another name, and rows that are meant to go.
    for up in [
        "ALTER TABLE a RENAME TO c",
        "DELETE FROM a WHERE id = 1",
        "DROP TABLE a",
        &format!("-- manybase: loses-rows a\n{some}"),
    ] {
        let verified = look(up, "-- manybase: irreversible\n").await?;
        assert!(findings(&verified, ROWS).is_empty(), "{up}: {verified:?}");
    }
    Ok(())
}

async fn rows_that_go_along_with_others_are_found(world: World) -> Result<()> {
    let look = async |up: &str| {
        let files = [
            ("main/20250101000000_family/up.sql", FAMILY),
            ("main/20250102000000_less/up.sql", up),
        ];
        looked(&world.migrator(&files).only("main")).await
    };
    let without_code = "UPDATE child SET tenant = NULL; DELETE FROM parent WHERE id = 1;";
    let verified = look(without_code).await?;
    let found = findings(&verified, ROWS);
    assert!(
        found.len() == 1 && found[0].contains("up: table child has 2 rows of 3"),
        "{found:?}"
    );
    let verified = look(&format!("-- manybase: loses-rows child\n{without_code}")).await?;
    assert!(findings(&verified, ROWS).is_empty(), "{verified:?}");

    // Where keys can be left unchecked.
    let unchecked = "-- manybase: foreign-keys-off\nDELETE FROM parent WHERE id = 1;";
    let verified = look(unchecked).await?;
    let found = findings(&verified, ROWS);
    let expected = match world.kind {
        Kind::MariaDb => "up leaves rows behind: child (parent_id), foreign key child_parent: 1 row",
        // The runner itself refuses it, where there are rows.
        Kind::Sqlite => "20250102000000_less fails where there are rows",
        // A key that cascades takes the row along before the other one is looked at.
        Kind::Postgres => "up: table child has 2 rows of 3",
    };
    assert!(found.iter().any(|one| one.contains(expected)), "{found:?}");
    Ok(())
}

async fn what_fails_where_there_are_rows(world: World) -> Result<()> {
    let files = [
        ("main/20250101000000_a/up.sql", TABLE),
        ("main/20250101000000_a/down.sql", "DROP TABLE a"),
        (
            "main/20250102000000_one_of_each/up.sql",
            "CREATE UNIQUE INDEX one_of_each ON a (flag)",
        ),
        (
            "main/20250103000000_more/up.sql",
            "ALTER TABLE a ADD more INTEGER",
        ),
    ];
    let migrator = world.migrator(&files).only("main");
    let verified = looked(&migrator).await?;
    let found = findings(&verified, ROWS);
    assert!(
        found.len() == 1 && found[0].starts_with("20250102000000_one_of_each fails where there are rows"),
        "{found:?}"
    );
    // Where it has been applied it can't fail any more.
    migrator.up().await?;
    let verified = looked(&migrator).await?;
    assert!(verified.is_fine(), "{verified:?}");
    assert!(
        notes(&verified, ROWS)[0].contains("one_of_each fails"),
        "{verified:?}"
    );
    Ok(())
}

/// Tables that ask something of their rows get some all the same.
async fn all_tables_get_rows(world: World) -> Result<()> {
    let auto = match world.kind {
        Kind::Sqlite => "id INTEGER PRIMARY KEY AUTOINCREMENT",
        Kind::Postgres => "id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        Kind::MariaDb => "id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
    };
    let tables = format!(
        "CREATE TABLE tiny ({auto});
         CREATE TABLE kinds ({auto}, name VARCHAR(5) NOT NULL UNIQUE, one CHAR(1) NOT NULL, price DECIMAL(10, 2) NOT NULL,
            share DECIMAL(2, 2) NOT NULL, born DATE NOT NULL, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
            state VARCHAR(10) NOT NULL CHECK (state IN ('new', 'it''s')), age INTEGER NOT NULL CHECK (age >= 18 AND age < 100),
            tiny_id BIGINT NOT NULL, above BIGINT, FOREIGN KEY (tiny_id) REFERENCES tiny (id),
            FOREIGN KEY (above) REFERENCES kinds (id));
         CREATE TABLE pair (tiny_id BIGINT NOT NULL, kinds_id BIGINT NOT NULL, PRIMARY KEY (tiny_id, kinds_id),
            FOREIGN KEY (tiny_id) REFERENCES tiny (id), FOREIGN KEY (kinds_id) REFERENCES kinds (id));
         CREATE TABLE never (id INTEGER NOT NULL PRIMARY KEY CHECK (id < id));"
    );
    let empty = |table: &str| {
        format!(
            "CREATE TABLE {table}_2 (a INTEGER); DROP TABLE {table}; ALTER TABLE {table}_2 RENAME TO {table};"
        )
    };
    // Each loses its rows, which is found only if it had some.
    let lose = [empty("pair"), empty("kinds")].concat();
    let files = [
        ("main/20250101000000_tables/up.sql", tables.as_str()),
        (
            "main/20250102000000_lose/up.sql",
            &format!("{lose}{}", empty("never")),
        ),
    ];
    let verified = looked(&world.migrator(&files).only("main")).await?;
    let found = findings(&verified, ROWS);
    for table in ["pair", "kinds"] {
        assert!(
            found
                .iter()
                .any(|one| one.contains(&format!("table {table} has 0 rows of 3"))),
            "{verified:?}"
        );
    }
    assert_eq!(found.len(), 2, "{found:?}");
    let notes = notes(&verified, ROWS);
    assert!(
        notes.len() == 1 && notes[0].starts_with("table never was tried without rows: "),
        "{notes:?}"
    );
    Ok(())
}

on_every_database!(
    rows_that_refer_to_nothing_are_found,
    a_rebuild_that_loses_rows_is_found,
    rows_that_go_along_with_others_are_found,
    what_fails_where_there_are_rows,
    all_tables_get_rows,
);
