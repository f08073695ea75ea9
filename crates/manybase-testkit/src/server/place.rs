//! Where things lie: the cache of templates, and the directories of live servers.

use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::ServerError;

/// What has to be free in memory before a server's data is put there.
const ROOM: u64 = 1 << 30;

/// A UNIX socket's path holds 107 bytes; ours is at most 40 longer than its base.
const LONGEST_BASE: usize = 60;

/// The directory in which a server's own directory is made: memory if it need not be durable, else a disk.
///
/// The account makes and removes the directory itself, so the base has to be open to it.
pub(crate) fn live_base(account: &Account, durable: bool) -> Result<PathBuf, ServerError> {
    let memory = Path::new("/dev/shm");
    if !durable && usable(memory, account) && room(memory) >= ROOM {
        return Ok(memory.to_path_buf());
    }
    [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()]
        .into_iter()
        .find(|base| usable(base, account))
        .ok_or_else(|| {
            ServerError::io("find a temporary directory for a server")(std::io::ErrorKind::NotFound.into())
        })
}

fn usable(base: &Path, account: &Account) -> bool {
    let open = match std::fs::metadata(base) {
        Ok(metadata) if account.foreign => metadata.mode() & 0o003 == 0o003,
        Ok(_) => writable(base),
        Err(_) => false,
    };
    open && base.as_os_str().len() <= LONGEST_BASE && reachable(base, account)
}

fn room(base: &Path) -> u64 {
    rustix::fs::statvfs(base).map_or(0, |stat| stat.f_bavail * stat.f_frsize)
}

/// Whether the account may walk down to `path`.
fn reachable(path: &Path, account: &Account) -> bool {
    let open = |path: &Path| {
        std::fs::metadata(path).is_ok_and(|metadata| {
            metadata.mode() & 0o001 != 0 || (metadata.uid() == account.uid && metadata.mode() & 0o100 != 0)
        })
    };
    !account.foreign || path.ancestors().all(open)
}

/// The directory of templates and fetched programs, made if need be.
///
/// `MANYBASE_TESTKIT_CACHE`, else `manybase-testkit/` in cargo's target directory, else a directory of ours in
/// the temporary directory; the first that we can write and the account can reach.
pub(crate) fn cache(account: &Account) -> Result<PathBuf, ServerError> {
    let own = format!("manybase-testkit-{}", rustix::process::getuid().as_raw());
    let candidates = [
        std::env::var_os("MANYBASE_TESTKIT_CACHE").map(PathBuf::from),
        target_dir().map(|target| target.join("manybase-testkit")),
        Some(std::env::temp_dir().join(&own)),
        Some(Path::new("/var/tmp").join(&own)),
    ];
    let mut last = None;
    for cache in candidates.into_iter().flatten() {
        match open_dir(&cache) {
            Ok(cache) if writable(&cache) && reachable(&cache, account) => return Ok(cache),
            Ok(_) => {}
            Err(error) => last = Some(ServerError::path("make", &cache)(error)),
        }
    }
    Err(last.unwrap_or_else(|| {
        ServerError::io("find a cache directory the server's user can reach")(
            std::io::ErrorKind::PermissionDenied.into(),
        )
    }))
}

fn writable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

fn open_dir(path: &Path) -> std::io::Result<PathBuf> {
    if !path.is_dir() {
        std::fs::create_dir_all(path)?;
        // Whatever the umask says, the server's account has to get in.
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    }
    path.canonicalize()
}

/// Cargo's target directory: the marked one this test program was built into, else (doctests are built elsewhere)
/// the configured one. A relative one counts from where cargo was called, which we don't know.
fn target_dir() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let marked = program.ancestors().find(|dir| dir.join("CACHEDIR.TAG").is_file());
    let configured = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    marked
        .map(Path::to_path_buf)
        .or_else(|| configured.filter(|dir| dir.is_absolute()))
}
