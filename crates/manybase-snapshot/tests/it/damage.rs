//! Backups that are not what they were.

use crate::support::{Place, on_every_database};
use manybase_db::{ErrorKind, Result};
use manybase_snapshot::{Manifest, Restore};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

on_every_database!(damage_is_found, a_backup_that_lies_is_found);

/// Changes one byte in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(path, bytes).expect("written");
}

async fn damage_is_found(mut place: Place) -> Result<()> {
    place
        .script("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)")
        .await?;
    let manifest = place.back_up("one").await?;
    let mut paths: Vec<String> = manifest.files.iter().map(|file| file.path.clone()).collect();
    paths.push("manifest.json".to_owned());
    for path in &paths {
        let file = place.path("one").join(path);
        let good = fs::read(&file).expect("readable");
        flip(&file);
        let error = place.verify("one").run().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Backup, "{path}: {error}");
        assert!(error.to_string().contains(path.as_str()), "{error}");
        fs::write(&file, &good[..good.len() - 1]).expect("cut off");
        let error = place.verify("one").run().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Backup, "{path}: {error}");
        fs::remove_file(&file).expect("removed");
        let name = place.copy_name();
        let restore = Restore::from(place.path("one")).beside(&place.db, "app", &name);
        let error = restore.run().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Backup, "{path}: {error}");
        fs::write(&file, good).expect("mended");
    }
    place.verify("one").run().await?;
    Ok(())
}

/// Writes another manifest, with the right checksum.
fn rewrite(directory: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(directory.join("manifest.json")).expect("readable");
    assert!(text.contains(from), "{text}");
    let text = text.replacen(from, to, 1);
    let sum: String = Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    fs::write(directory.join("manifest.json"), text).expect("written");
    fs::write(directory.join("SHA256SUMS"), format!("{sum}  manifest.json\n")).expect("written");
}

async fn a_backup_that_lies_is_found(mut place: Place) -> Result<()> {
    place
        .script("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)")
        .await?;
    let manifest = place.back_up("one").await?;
    let directory = place.path("one");
    let good = fs::read_to_string(directory.join("manifest.json")).expect("readable");
    let checksum = manifest.tables[0].checksum.clone().expect("one");

    // Other values in as many rows: only verifying finds it.
    rewrite(&directory, &checksum, "0");
    let error = place.verify("one").run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Backup);
    assert!(error.message().contains("other values"), "{error}");

    for (from, to, kind) in [
        ("\"rows\": 3", "\"rows\": 4", ErrorKind::Backup),
        ("\"format\": 1", "\"format\": 2", ErrorKind::Backup),
        (
            &*format!("\"family\": \"{}\"", manifest.database.family),
            "\"family\": \"other\"",
            ErrorKind::Unsupported,
        ),
    ] {
        fs::write(directory.join("manifest.json"), &good).expect("mended");
        rewrite(&directory, from, to);
        let name = place.copy_name();
        let error = Restore::from(&directory)
            .beside(&place.db, "app", &name)
            .run()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.help().is_some(), "{error}");
        // What failed has left nothing behind.
        let part = name.rsplit('/').next().expect("a name").to_owned();
        assert_eq!(place.databases(&part).await?, [""; 0]);
        assert!(!Path::new(&name).exists());
    }
    if place.password().is_some() {
        fs::write(directory.join("manifest.json"), &good).expect("mended");
        let version = format!("\"version\": {:?}", manifest.database.version);
        rewrite(&directory, &version, "\"version\": \"99.1\"");
        let error = place.verify("one").run().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains("which is older"), "{error}");
    }
    fs::write(directory.join("manifest.json"), &good).expect("mended");
    rewrite(&directory, "\"path\": \"data/", "\"path\": \"../data/");
    let error = Manifest::read(&directory).unwrap_err();
    assert!(error.message().contains("out of the backup"), "{error}");
    Ok(())
}
