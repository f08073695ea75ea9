//! The files themselves: order, checksums, line ends, names.

use manybase_db::{Db, Error, Result};
use manybase_migrate::{Draft, Migrator, Problem, Repair, Set};
use manybase_sql::dialect;
use std::fs;
use std::path::Path;

fn db() -> Db {
    Db::builder()
        .connect("main", "sqlite::memory:")
        .build()
        .expect("opens")
}

fn write(directory: &Path, name: &str, up: &str) {
    let place = directory.join("main").join(name);
    fs::create_dir_all(&place).expect("made");
    fs::write(place.join("up.sql"), up).expect("written");
}

fn problem(directory: &Path, locked: bool) -> Option<Problem> {
    let set = Set::read(directory).expect("read");
    let set = if locked { set.locked() } else { set };
    set.check().err().and_then(|error| Problem::of(&error).cloned())
}

fn seal(directory: &Path) {
    let migrator = Migrator::new(&db(), Set::read(directory).expect("read"));
    migrator.seal().expect("sealed");
}

#[test]
fn what_is_sealed_can_be_added_to_and_nothing_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    for name in ["20250101000000_a", "20250103000000_c"] {
        write(root, name, "SELECT 1");
    }
    let name = |name: &str| name.to_owned();
    assert_eq!(problem(root, false), None);
    assert!(matches!(problem(root, true), Some(Problem::Unsealed { .. })));
    seal(root);
    assert_eq!(problem(root, true), None);

    write(root, "20250104000000_d", "SELECT 4");
    assert_eq!(problem(root, false), None, "behind all others");
    assert_eq!(
        problem(root, true),
        Some(Problem::Unsealed {
            migration: name("20250104000000_d")
        })
    );
    write(root, "20250102000000_b", "SELECT 2");
    assert_eq!(
        problem(root, false),
        Some(Problem::Inserted {
            migration: name("20250102000000_b"),
            before: name("20250103000000_c")
        })
    );
    fs::remove_dir_all(root.join("main/20250102000000_b")).expect("removed");
    write(root, "20250101000000_a", "SELECT 7");
    // Only the one that has changed, although its hash is in those behind it.
    let set = Set::read(root).expect("read");
    assert_eq!(
        set.line("main").expect("there").problems(false),
        [Problem::Changed {
            migration: name("20250101000000_a")
        }]
    );
    write(root, "20250101000000_a", "SELECT 1");
    fs::remove_dir_all(root.join("main/20250103000000_c")).expect("removed");
    assert_eq!(
        problem(root, false),
        Some(Problem::Removed {
            migration: name("20250103000000_c")
        })
    );
    fs::write(root.join("main/migrations.sum"), "<<<<<<< ours\n").expect("written");
    assert_eq!(problem(root, false), Some(Problem::Sum { line: 1 }));
}

#[tokio::test]
async fn line_ends_make_no_difference() -> Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    let sql = "-- one\nCREATE TABLE a (b INTEGER);\nINSERT INTO a VALUES (1);\n";
    write(directory.path(), "20250101000000_a", sql);
    seal(directory.path());
    let db = db();
    Migrator::new(&db, Set::read(directory.path())?).up().await?;
    let windows = format!("\u{feff}{}", sql.replace('\n', "\r\n"));
    write(directory.path(), "20250101000000_a", &windows);
    let set = Set::read(directory.path())?.locked();
    set.check()?;
    let migrator = Migrator::new(&db, set);
    assert_eq!(migrator.up().await?.count(), 0);
    assert!(migrator.status().await?[0].problems.is_empty());
    Ok(())
}

#[test]
fn two_heads_are_refused_until_they_are_joined() -> Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    for (name, parents) in [
        ("20250101000000_a", "[]"),
        ("20250102000000_ours", r#"["20250101000000_a"]"#),
        ("20250103000000_theirs", r#"["20250101000000_a"]"#),
    ] {
        write(root, name, "SELECT 1");
        let plan = root.join("main").join(name).join("plan.json");
        fs::write(plan, format!("{{\"parents\": {parents}}}")).expect("written");
    }
    let Some(Problem::Heads { heads }) = problem(root, false) else {
        panic!("two heads");
    };
    assert_eq!(heads, ["20250102000000_ours", "20250103000000_theirs"]);
    let set = Set::read(root)?;
    let error = Draft::new("main", "more")
        .write(&set, dialect::sqlite())
        .expect_err("two heads");
    assert!(error.help().expect("a way out").contains("--merge"));
    Draft::new("main", "join")
        .merge()
        .write(&set, dialect::sqlite())?;
    assert_eq!(problem(root, false), None);
    let error = Draft::new("main", "join")
        .merge()
        .write(&Set::read(root)?, dialect::sqlite());
    assert!(error.is_err(), "there is nothing left to join");

    let lost = [
        ("main/20250101000000_a/up.sql", ""),
        (
            "main/20250101000000_a/plan.json",
            r#"{"parents": ["20240101000000_gone"]}"#,
        ),
    ];
    let error = Set::of(lost)?.check().expect_err("no such parent");
    assert!(
        matches!(Problem::of(&error), Some(Problem::Parent { .. })),
        "{error}"
    );
    Ok(())
}

#[test]
fn new_ones_come_behind_all_others() -> Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    // Somebody's clock is ahead.
    write(directory.path(), "29990101000000_later", "SELECT 1");
    let set = Set::read(directory.path())?;
    let name = Draft::new("main", "Größe & more!").write(&set, dialect::postgres())?;
    assert_eq!(name, "29990101000001_gr_e_more");
    assert!(
        directory
            .path()
            .join("main")
            .join(&name)
            .join("up.postgres.sql")
            .exists()
    );
    let set = Set::read(directory.path())?;
    let parents = set
        .line("main")
        .expect("there")
        .find("more")?
        .plan()
        .parents
        .clone();
    assert_eq!(parents.expect("one"), ["29990101000000_later"]);
    assert!(Draft::new("main", "???").write(&set, dialect::sqlite()).is_err());
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_told_with_its_place() {
    let refused = |files: &[(&str, &str)]| -> Error {
        match Set::of(files.iter().copied()) {
            Err(error) => error,
            Ok(set) => {
                let migration = &set.line("main").expect("there").migrations()[0];
                migration.up(dialect::sqlite()).expect_err("refused")
            }
        }
    };
    let up = "main/20250101000000_a/up.sql";
    for (files, wanted) in [
        (&[("main/a/up.sql", "")][..], "no name for a migration"),
        (&[("main/20250101000000_A/up.sql", "")], "no name for a migration"),
        (&[("up.sql", "")], "no place"),
        (
            &[(up, "SELECT 1;\nBEGIN;\n")],
            "line 2: a migration begins and ends its transaction by itself",
        ),
        (
            &[(up, "-- manybase: no-transactions\nSELECT 1")],
            "unknown directive \"no-transactions\"",
        ),
        (&[(up, "SELECT 'a")], "line 1"),
        (
            &[("main/20250101000000_a/plan.json", "{\"parent\": []}")],
            "unknown field",
        ),
        (
            &[("main/20250101000000_a/up.postgres.sql", "SELECT 1")],
            "has no up.sqlite.sql",
        ),
    ] {
        let error = refused(files);
        assert!(error.to_string().contains(wanted), "{wanted}: {error}");
    }
    // A place to write in that nobody has written in.
    let set = Set::of([(up, "-- Write what it does\n")]).expect("a set");
    let error = Migrator::new(&db(), set).up().await.expect_err("empty");
    assert!(error.to_string().contains("no statement"), "{error}");
}

#[tokio::test]
async fn what_the_database_had_must_be_what_is_here() -> Result<()> {
    let db = db();
    let files = [
        ("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)"),
        ("main/20250102000000_b/up.sql", "CREATE TABLE b (b INTEGER)"),
    ];
    Migrator::new(&db, Set::of(files)?).up().await?;
    let fewer = Migrator::new(&db, Set::of(files.into_iter().take(1))?);
    let error = fewer.up().await.expect_err("b is not here");
    let missing = Problem::Missing {
        migration: "20250102000000_b".into(),
    };
    assert_eq!(Problem::of(&error), Some(&missing));
    assert_eq!(fewer.status().await?[0].problems, [missing]);
    assert!(
        fewer
            .repair(&Repair::Forget("20250101000000_a".into()))
            .await
            .is_err(),
        "its files are here"
    );
    fewer.repair(&Repair::Forget("20250102000000_b".into())).await?;
    assert_eq!(fewer.up().await?.count(), 0);

    let edited = [("main/20250101000000_a/up.sql", "CREATE TABLE a (b BIGINT)")];
    let edited = Migrator::new(&db, Set::of(edited)?);
    let error = edited.up().await.expect_err("it has changed");
    assert!(
        matches!(Problem::of(&error), Some(Problem::Edited { .. })),
        "{error}"
    );
    assert!(
        error
            .help()
            .expect("a way out")
            .contains("--accept 20250101000000_a")
    );
    edited.repair(&Repair::Accept("a".into())).await?;
    assert_eq!(edited.up().await?.count(), 0);
    Ok(())
}
