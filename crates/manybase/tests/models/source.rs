//! The generated source is what stands here.

use crate::home::{Kind, Legacy};
use crate::on_each;
use manybase::Result;
use manybase_schema::Introspect;
use manybase_schema::models::{Models, Source};
use std::path::PathBuf;
use std::process::Command;

on_each! {
    chinook "chinook" super::chinook_is_stable;
    sakila "sakila" super::sakila_is_stable;
    northwind "northwind" super::northwind_is_stable;
}

async fn chinook_is_stable(on: &Legacy, kind: Kind) -> Result<()> {
    is_stable(on, kind, "chinook", Models::new()).await
}

async fn sakila_is_stable(on: &Legacy, kind: Kind) -> Result<()> {
    is_stable(on, kind, "sakila", Models::new()).await
}

async fn northwind_is_stable(on: &Legacy, kind: Kind) -> Result<()> {
    is_stable(on, kind, "northwind", Models::new()).await
}

async fn is_stable(on: &Legacy, kind: Kind, schema: &str, models: Models) -> Result<()> {
    let mut introspect = Introspect::of("legacy");
    if (kind, schema) == (Kind::Postgres, "northwind") {
        introspect = introspect.schema("public").schema("Audit");
    }
    let name = format!("{schema}_{}", kind.name());
    // One of them as a directory.
    let write = |found: &_| match (kind, schema) {
        (Kind::Postgres, "sakila") => models.directory(found, &name),
        _ => models.file(found).map(|source| {
            vec![Source {
                name: format!("{name}.rs"),
                ..source
            }]
        }),
    };
    let written = write(&introspect.read(&on.db).await?)?;
    let again = write(&introspect.read(&on.db).await?)?;
    assert_eq!(written, again, "twice the same");
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/models/generated");
    for source in &written {
        let path = home.join(&source.name);
        if std::env::var_os("MANYBASE_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
            std::fs::write(&path, &source.text).expect("written");
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            there, source.text,
            "{name}: look at it, then MANYBASE_BLESS=1 writes it"
        );
        is_formatted(&path);
    }
    Ok(())
}

/// As rustfmt formats it by itself, with none of our settings.
fn is_formatted(path: &std::path::Path) {
    let elsewhere = tempfile::tempdir().expect("a directory");
    let copy = elsewhere.path().join("copy.rs");
    let text = std::fs::read_to_string(path).expect("read");
    // Its modules are looked at by themselves.
    let (mut text, modules): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| !line.starts_with("mod "));
    if !modules.is_empty() {
        text.dedup();
    }
    let text = text.join("\n") + "\n";
    std::fs::write(&copy, text).expect("written");
    let rustfmt = Command::new("rustfmt")
        .args(["--check", "--edition", "2024"])
        .arg(&copy)
        .output();
    let Ok(output) = rustfmt else {
        manybase_testkit::Skipped::new("rustfmt", "it is not installed").report();
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {said}", path.display());
}
