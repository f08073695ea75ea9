//! Backups: a copy of the file as it is at one moment, while others read and write.
//!
//! The copy is made in steps under a read transaction of the source. Without that transaction SQLite begins the copy
//! anew whenever another connection writes, and beside a busy writer it never ends. In WAL mode writers go on meanwhile;
//! with a rollback journal they wait.

mod content;
mod copy;
mod settle;
mod swap;
mod task;

use crate::SqliteDriver;
use crate::config::{Config, Mode, Place};
use manybase_driver::backup::{
    BackedUp, BackupCapabilities, BackupJob, BackupMethod, BackupOptions, Backups, Depth, Reporter,
    RestoreJob, TableState,
};
use manybase_driver::{BoxFuture, Driver, Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FAMILY: &str = "sqlite";
/// The copy's name in the backup's directory.
const FILE: &str = "database.sqlite";

impl SqliteDriver {
    fn file(&self) -> Result<&Path> {
        match &self.config().place {
            Place::File(path) => Ok(path),
            Place::Memory => Err(in_memory()),
        }
    }

    fn at(&self, path: PathBuf) -> SqliteDriver {
        Self::new(self.config().at(Place::File(path), Mode::Create))
    }
}

fn in_memory() -> Error {
    let what = "a database in memory lives in its one connection: nobody else can copy it";
    Error::new(ErrorKind::Unsupported, what).with_help("keep it in a file: sqlite:app.db")
}

/// Where a database waits until it is checked.
fn staged(path: &Path, unique: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!("{}{unique}", swap::RESTORING));
    name.into()
}

impl Backups for SqliteDriver {
    fn capabilities(&self) -> BackupCapabilities {
        let mut can = BackupCapabilities::new(BackupMethod::Pages);
        can.blocks_writers = !self.config().wal();
        can.compacts = true;
        can.in_a_file = true;
        can
    }

    fn ready(&self, _: &BackupOptions) -> Result<()> {
        let path = self.file()?;
        crate::open::look(path, Mode::Write)
    }

    fn ready_to_restore(&self, _: &BackupOptions) -> Result<()> {
        self.file().map(drop)
    }

    fn back_up<'a>(&'a self, job: BackupJob<'a>) -> BoxFuture<'a, Result<BackedUp>> {
        let config = self.config().clone();
        let (to, compact, report) = (job.directory.join(FILE), job.options.compact, job.report.clone());
        Box::pin(async move {
            self.ready(job.options)?;
            task::run(move |stop| copy::back_up(&config, &to, compact, &report, stop)).await
        })
    }

    fn sibling(&self, name: &str) -> Result<Arc<dyn Driver>> {
        match Config::place(name)? {
            Place::File(path) => Ok(Arc::new(self.at(path))),
            Place::Memory => Err(in_memory()),
        }
    }

    fn scratch(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        let name = format!("manybase-verify-{unique}.sqlite");
        Ok(Arc::new(self.at(std::env::temp_dir().join(name))))
    }

    fn staging(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        Ok(Arc::new(self.at(staged(self.file()?, unique))))
    }

    fn settle<'a>(&'a self, unique: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let path = self.file()?.to_owned();
            let from = staged(&path, unique);
            task::run(move |_| settle::settle(&from, &path)).await
        })
    }

    fn swappable(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let path = self.file()?.to_owned();
            let config = self.config().clone();
            task::run(move |_| swap::Alone::with(&path, &config).map(drop)).await
        })
    }

    fn aside(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        self.staging(unique)
    }

    fn kept(&self, stamp: &str) -> Result<String> {
        Ok(swap::kept(self.file()?, stamp).display().to_string())
    }

    fn swap<'a>(
        &'a self,
        unique: &'a str,
        stamp: &'a str,
        report: &'a Reporter,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let path = self.file()?.to_owned();
            let (new, kept) = (staged(&path, unique), swap::kept(&path, stamp));
            let (config, report) = (self.config().clone(), report.clone());
            task::run(move |_| swap::swap(&path, &new, &kept, &config, &report)).await
        })
    }

    fn left(&self) -> BoxFuture<'_, Result<Vec<String>>> {
        Box::pin(async move { Ok(swap::left(self.file()?)) })
    }

    fn exists(&self) -> BoxFuture<'_, Result<bool>> {
        Box::pin(async move { self.file().map(settle::is_there) })
    }

    fn refuses<'a>(&'a self, family: &'a str, _: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        // Any SQLite of the last twenty years reads any other's files.
        let refused = (family != FAMILY).then(|| "SQLite can't read it".to_owned());
        Box::pin(async move { Ok(refused) })
    }

    fn restore<'a>(&'a self, job: RestoreJob<'a>) -> BoxFuture<'a, Result<()>> {
        let from = job.directory.join(FILE);
        let (bytes, report) = (job.bytes, job.report.clone());
        Box::pin(async move {
            let to = self.file()?.to_owned();
            task::run(move |stop| settle::restore(&from, &to, bytes, &report, stop)).await
        })
    }

    fn look<'a>(
        &'a self,
        depth: Depth,
        _: &'a BackupOptions,
        report: &'a Reporter,
    ) -> BoxFuture<'a, Result<Vec<TableState>>> {
        let (config, report) = (self.config().clone(), report.clone());
        Box::pin(async move {
            self.file()?;
            task::run(move |stop| {
                let raw = copy::open(&config, Mode::Read, stop)?;
                content::tables(&raw, depth, &config, &report)
            })
            .await
        })
    }

    fn check<'a>(&'a self, settings: &'a BTreeMap<String, String>) -> BoxFuture<'a, Result<Vec<String>>> {
        let (config, settings) = (self.config().clone(), settings.clone());
        Box::pin(async move {
            self.file()?;
            task::run(move |stop| {
                let raw = copy::open(&config, Mode::Read, stop)?;
                content::check(&raw, &config, &settings)
            })
            .await
        })
    }

    fn discard(&self) -> BoxFuture<'static, Result<()>> {
        let path = self.file().map(Path::to_owned);
        Box::pin(async move { settle::remove(&path?) })
    }
}
