//! The files of a backup: their checksums, and that they are on the disk.

mod sums;

pub(crate) use sums::{SUMS, check_manifest};

use crate::manifest::{FileEntry, Manifest, NAME, bad};
use manybase_driver::backup::{Progress, Reporter, Step};
use manybase_driver::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const CHUNK: usize = 1 << 20;

/// Says that nobody wants it any more, when it is dropped.
#[derive(Default)]
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(crate) fn io(what: &str, path: &Path, error: &io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::AlreadyExists => ErrorKind::Exists,
        io::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
        _ => ErrorKind::Backup,
    };
    Error::new(kind, format!("can't {what} {}: {error}", path.display()))
        .with_help("check the path, the rights of this user and the room on the disk")
}

/// Work with files, on a thread for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce(&AtomicBool) -> Result<T> + Send + 'static,
) -> Result<T> {
    let wanted = Wanted::default();
    let stop = wanted.0.clone();
    let done = tokio::task::spawn_blocking(move || work(&stop)).await;
    drop(wanted);
    done.map_err(|error| Error::driver(format!("the thread of a backup has ended: {error}")))?
}

/// Puts all files below a directory onto the disk, and says what they are.
pub(crate) async fn seal(directory: PathBuf, report: Reporter) -> Result<Vec<FileEntry>> {
    blocking(move |stop| {
        let mut found = Vec::new();
        walk(&directory, "", &mut found)?;
        found.sort();
        let total = found.iter().map(|(_, bytes)| bytes).sum();
        let mut meter = Meter::new(total, &report, stop);
        let mut entries = Vec::with_capacity(found.len());
        for (path, _) in found {
            let at = directory.join(&path);
            let (bytes, sha256) = hash(&at, &path, &mut meter)?;
            sync(&at)?;
            entries.push(FileEntry { path, bytes, sha256 });
        }
        Ok(entries)
    })
    .await
}

fn walk(directory: &Path, below: &str, found: &mut Vec<(String, u64)>) -> Result<()> {
    let at = directory.join(below);
    let read = |error| io("read", &at, &error);
    for entry in fs::read_dir(&at).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(bad(format!(
                "{} has a name that is not UTF-8",
                entry.path().display()
            )));
        };
        let path = match below {
            "" => name.to_owned(),
            below => format!("{below}/{name}"),
        };
        let data = entry.metadata().map_err(read)?;
        match data.is_dir() {
            true => walk(directory, &path, found)?,
            // The lock of who writes it.
            false if path == crate::partial::LOCK => {}
            false => found.push((path, data.len())),
        }
    }
    Ok(())
}

/// Puts a file, or a directory's list of names, onto the disk.
pub(crate) fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| io("write", path, &error))
}

/// Writes the manifest and the list of checksums.
pub(crate) fn write(directory: &Path, manifest: &Manifest) -> Result<()> {
    let mut text = serde_json::to_string_pretty(manifest)
        .map_err(|error| bad(format!("the manifest can't be written: {error}")))?;
    text.push('\n');
    let sums = sums::text(&manifest.files, text.as_bytes());
    for (name, text) in [(NAME, text), (SUMS, sums)] {
        let path = directory.join(name);
        File::create_new(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .map_err(|error| io("write", &path, &error))?;
    }
    let mut directories: Vec<_> = manifest
        .files
        .iter()
        .flat_map(|file| Path::new(&file.path).ancestors().skip(1))
        .collect();
    directories.sort_unstable();
    directories.dedup();
    directories
        .iter()
        .try_for_each(|path| sync(&directory.join(path)))
}

/// Whether all files are there and as they were.
pub(crate) async fn check(directory: PathBuf, manifest: &Manifest, report: Reporter) -> Result<()> {
    let files = manifest.files.clone();
    let total = manifest.bytes();
    blocking(move |stop| {
        let mut meter = Meter::new(total, &report, stop);
        for file in &files {
            let at = directory.join(&file.path);
            let length = fs::metadata(&at).map_err(|error| {
                bad(format!(
                    "{} is damaged: {}: {error}",
                    directory.display(),
                    file.path
                ))
            })?;
            let damaged = |why: String| {
                let what = format!("{} is damaged: {} {why}", directory.display(), file.path);
                Err(bad(what).with_help("take another backup; this one can't be trusted"))
            };
            if length.len() != file.bytes {
                return damaged(format!("has {} bytes instead of {}", length.len(), file.bytes));
            }
            if hash(&at, &file.path, &mut meter)?.1 != file.sha256 {
                return damaged("has another checksum than in the manifest".to_owned());
            }
        }
        Ok(())
    })
    .await
}

struct Meter<'a> {
    done: u64,
    total: u64,
    report: &'a Reporter,
    stop: &'a AtomicBool,
}

impl<'a> Meter<'a> {
    fn new(total: u64, report: &'a Reporter, stop: &'a AtomicBool) -> Self {
        Self {
            done: 0,
            total,
            report,
            stop,
        }
    }
}

fn hash(path: &Path, name: &str, meter: &mut Meter<'_>) -> Result<(u64, String)> {
    let fail = |error| io("read", path, &error);
    let mut file = File::open(path).map_err(fail)?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        if meter.stop.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Cancelled, "it was cancelled"));
        }
        let read = file.read(&mut chunk).map_err(fail)?;
        if read == 0 {
            return Ok((bytes, sums::hex(&hasher.finalize())));
        }
        hasher.update(&chunk[..read]);
        bytes += read as u64;
        meter.done += read as u64;
        meter.report.tell(&Progress {
            table: Some(name.to_owned()),
            total: Some(meter.total),
            ..Progress::of(Step::Files, meter.done)
        });
    }
}
