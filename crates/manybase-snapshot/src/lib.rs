//! Floor 6 of Manybase: backups, restored and verified.
//!
//! ```text
//!   Backup ──► .app.partial-…/ ──► app/ manifest.json      what it is: engine, moment, tables, checksums
//!                                       SHA256SUMS         of every file, for `sha256sum -c` too
//!                                       data/              the database's own
//!   Restore ──► checks files ──► a new database ──► checks what is in it ──► gives it its name
//!   Verify  ──► the same into a scratch database, with the checksums of all tables, and away with it
//! ```
//!
//! - A backup is **one moment** of one database, made by the road that the database has for it, while others read and
//!   write. What is not in it is said in its [`Manifest`].
//! - It has its name only when it is whole and on the disk. What an interrupted one leaves is never taken for a backup
//!   ([`leftovers`]).
//! - Nothing is ever restored over a database that is there.
//!
//! ```
//! use manybase_db::{Db, Executor, Route};
//! use manybase_driver::Access;
//! use manybase_snapshot::{Backup, Restore, Verify};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> manybase_db::Result<()> {
//! # let directory = tempfile::tempdir().expect("a directory");
//! # let path = |name: &str| directory.path().join(name);
//! let db = Db::builder().connect("app", format!("sqlite:{}", path("app.db").display())).open().await?;
//! let mut lease = db.lease(Route::default(), Access::Write).await?;
//! lease.script("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)".to_owned()).await?;
//!
//! let manifest = Backup::of(&db, "app").to(path("monday")).run().await?;
//! assert_eq!(manifest.rows(), 2);
//! Verify::of(path("monday")).run().await?;
//! Restore::from(path("monday")).into(format!("sqlite:{}", path("copy.db").display())).run().await?;
//! # Ok(())
//! # }
//! ```

mod backup;
mod claim;
mod cleanup;
mod compare;
mod files;
mod list;
mod manifest;
mod migration;
mod partial;
mod restore;
mod target;
mod verify;

pub use backup::Backup;
pub use cleanup::settled;
pub use list::{Leftover, Listed, leftovers, list};
pub use manifest::{FileEntry, Manifest, MigrationHead, Origin, Table};
pub use manybase_driver::backup::{BackupCapabilities, BackupMethod, Progress, Step};
pub use restore::{Restore, Restored};
pub use target::capabilities;
pub use verify::{Verified, Verify};

/// Something that no two runs share.
fn unique() -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    id[..12].to_owned()
}
