//! What a case gets: its target, names of its own, pools.

use super::db::Db;
use super::verdict::{Failure, Verdict};
use super::{Target, skip};
use manybase_driver::{Access, Address, ConnectOptions, Dialect, Driver, Pool, PoolOptions, Result};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The name of the connections of the suite.
pub(super) const CONNECTION: &str = "compliance";

/// A case while it runs.
#[derive(Clone)]
pub(super) struct Case {
    target: Arc<Target>,
    name: String,
    /// What was left out, so that it is told once.
    without: Arc<Mutex<BTreeSet<String>>>,
}

impl Case {
    pub(super) fn new(target: Arc<Target>, name: String) -> Self {
        Self {
            target,
            name,
            without: Arc::default(),
        }
    }

    /// A table name that no other case has, nor any other run.
    pub(super) fn table(&self, hint: &str) -> String {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        format!("{hint}_{}", &unique[..12])
    }

    pub(super) fn url(&self) -> &str {
        &self.target.url
    }

    /// A driver at another address than the target's, such as a proxy in front of it.
    pub(super) fn driver_at(&self, url: &str, options: &ConnectOptions) -> Result<Arc<dyn Driver>> {
        self.target.factory.open(&Address::parse(url)?, options)
    }

    pub(super) fn driver(&self, options: &ConnectOptions) -> Result<Arc<dyn Driver>> {
        self.driver_at(self.url(), options)
    }

    pub(super) fn pool_with(&self, connect: &ConnectOptions, options: PoolOptions) -> Result<Pool> {
        Ok(Pool::new(CONNECTION, self.driver(connect)?, options))
    }

    /// A pool of some connections.
    pub(super) fn pool(&self, max_size: usize) -> Result<Pool> {
        let options = PoolOptions {
            max_size,
            ..PoolOptions::default()
        };
        self.pool_with(&ConnectOptions::default(), options)
    }

    /// A pool with one connection taken.
    pub(super) async fn db(&self) -> Result<Db> {
        Db::take(self.pool(4)?, Access::Write).await
    }

    /// The dialect of the server.
    pub(super) fn dialect(&self) -> Result<&'static dyn Dialect> {
        match self.target.dialect.get() {
            Some(dialect) => Ok(*dialect),
            None => Ok(self.driver(&ConnectOptions::default())?.dialect()),
        }
    }

    /// Skips the case unless the database has a feature.
    pub(super) fn needs(&self, has: bool, feature: &str) -> Verdict {
        if has {
            return Ok(());
        }
        let name = self.dialect()?.name();
        Err(Failure::Skipped(format!("{name} has no {feature}")))
    }

    /// Skips the case where there can be only one connection.
    pub(super) fn needs_connections(&self) -> Verdict {
        let fixed = self.driver(&ConnectOptions::default())?.exactly();
        self.needs(fixed.is_none(), "second connection to the same data")
    }

    /// Skips the case where two sessions can't write at once.
    pub(super) fn needs_writers(&self) -> Verdict {
        self.needs_connections()?;
        let single = self.dialect()?.capability().single_writer;
        self.needs(!single, "two writers at once")
    }

    pub(super) fn slow_query(&self) -> Verdict<String> {
        match &self.target.slow_query {
            Some(sql) => Ok(sql.clone()),
            None => Err(Failure::Skipped("the target has no slow query".into())),
        }
    }

    /// Two databases that one connection can have together.
    pub(super) fn group(&self) -> Verdict<[Pool; 2]> {
        let Some(urls) = &self.target.group else {
            let name = self.dialect()?.name();
            return Err(Failure::Skipped(format!(
                "{name} can't attach another database here"
            )));
        };
        let pool = |url: &String| -> Result<Pool> {
            let driver = self.driver_at(url, &ConnectOptions::default())?;
            Ok(Pool::new(CONNECTION, driver, PoolOptions::default()))
        };
        Ok([pool(&urls[0])?, pool(&urls[1])?])
    }

    /// Tells that a part of the case was left out.
    pub(super) fn without(&self, db: &Db, feature: &str) {
        let name = db.dialect.name();
        let what = format!("{name} has no {feature}");
        let mut told = self.without.lock().unwrap_or_else(PoisonError::into_inner);
        if told.insert(what.clone()) {
            skip::report(&self.name, &what);
        }
    }
}

/// Runs a future and fails when it takes too long.
#[track_caller]
pub(super) fn within<F: Future>(limit: Duration, what: &str, work: F) -> impl Future<Output = F::Output> {
    let at = std::panic::Location::caller();
    async move {
        match tokio::time::timeout(limit, work).await {
            Ok(output) => output,
            Err(_) => panic!("{what}: not done within {limit:?}, at {at}"),
        }
    }
}
