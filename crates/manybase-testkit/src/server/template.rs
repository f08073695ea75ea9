//! Template data directories: initialized once per server version, then copied for each server.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::error::ServerError;
use super::place;

/// Files that are being built carry this prefix until they are complete.
const BUILDING: &str = ".building-";

/// The template called `kind` that holds for everything in `key` (version, arguments), built if it is missing.
///
/// `build` fills an empty directory that belongs to the account. Several processes may ask at once: one of them
/// builds, under a file lock, and a template gets its name only when it is complete.
pub(crate) fn cached(
    kind: &str,
    key: &impl Hash,
    account: &Account,
    build: impl FnOnce(&Path) -> Result<(), ServerError>,
) -> Result<PathBuf, ServerError> {
    let cache = place::cache(account)?;
    cached_in(&cache, kind, key, account, build)
}

/// As [`cached`], in a given cache directory.
pub(crate) fn cached_in(
    cache: &Path,
    kind: &str,
    key: &impl Hash,
    account: &Account,
    build: impl FnOnce(&Path) -> Result<(), ServerError>,
) -> Result<PathBuf, ServerError> {
    let mut hasher = DefaultHasher::new();
    (key, account.uid).hash(&mut hasher);
    let template = cache.join(format!("{kind}-{:016x}", hasher.finish()));
    if template.exists() {
        return Ok(template);
    }

    let lock_path = cache.join("lock");
    let lock = File::create(&lock_path).map_err(ServerError::path("open", &lock_path))?;
    lock.lock().map_err(ServerError::path("lock", &lock_path))?;
    if template.exists() {
        return Ok(template);
    }
    // Under the lock nobody else is building: what is left of this kind was left by a process that was killed.
    remove_unfinished(cache);

    let building = tempfile::Builder::new()
        .prefix(BUILDING)
        .tempdir_in(cache)
        .map_err(ServerError::path("make a directory in", cache))?;
    account
        .own(building.path())
        .map_err(ServerError::path("give away", building.path()))?;
    build(building.path())?;
    std::fs::rename(building.path(), &template).map_err(ServerError::path("rename to", &template))?;
    // It has another name now, so there is nothing left to remove.
    let _ = building.keep();
    Ok(template)
}

fn remove_unfinished(cache: &Path) {
    for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(BUILDING) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Copies a template's data directory, sharing blocks where the file system can.
pub(crate) fn copy(template: &Path, to: &Path, account: &Account) -> Result<(), ServerError> {
    let mut command = Command::new("cp");
    command
        .args(["-a", "--reflink=auto"])
        .arg(template)
        .arg(to)
        .current_dir("/");
    run(account.take_on(&mut command))
}

/// Runs a helper program to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), ServerError> {
    output(command).map(drop)
}

/// Runs a helper program to its end and returns what it printed. It reads nothing unless `command` says so.
pub(crate) fn output(command: &mut Command) -> Result<String, ServerError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(ServerError::io(format!("run {program}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(ServerError::Program {
        program,
        output: format!(
            "{}\n{text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ),
    })
}
