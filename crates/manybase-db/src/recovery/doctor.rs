//! What each database can do for a transaction over several of them.

use super::lend::{SHORT, lend, within};
use super::pass::Ground;
use crate::atomic::{Coordinator, resource};
use crate::{ErrorKind, Result};
use futures_util::future::join_all;
use manybase_driver::{Access, Obstacle, Pool, Readiness};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a connection can do for a transaction over several databases. From [`crate::Db::doctor`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let directory = tempfile::tempdir().expect("a directory");
/// # let url = format!("sqlite:{}", directory.path().join("erp.db").display());
/// let db = manybase_db::Db::builder().connect("erp", url).open().await?;
/// let report = &db.doctor().await[0];
/// assert!(report.reachable.is_ok() && report.can_be_home.is_ready());
/// // SQLite can't prepare. One such database can take part, as the home.
/// assert!(!report.can_be_branch.is_ready());
/// assert!(!report.tables, "they are made when they are needed, or by `db.atomic_setup()`");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectionReport {
    /// The connection.
    pub name: Arc<str>,
    /// The kind of database, such as `PostgreSQL`.
    pub database: String,
    /// Where it is, without secrets.
    pub address: String,
    /// The server's version, as it says itself.
    pub version: Option<String>,
    /// Whether it could be asked. If not, neither of the two below is ready.
    pub reachable: Result<()>,
    /// What is in the way of preparing a part of a transaction here and finishing it later.
    pub can_be_branch: Readiness,
    /// What is in the way of holding the decision here.
    pub can_be_home: Readiness,
    /// Whether the tables of the protocol are there.
    pub tables: bool,
    /// The database's own id, which stands in its tables. Two databases with one id are copies of each other: empty
    /// `manybase_resource` in the copy, which then gets another one.
    pub resource: Option<Arc<str>>,
}

impl Ground {
    pub(crate) async fn doctor(&self) -> Vec<ConnectionReport> {
        join_all(self.pools.iter().map(examine)).await
    }

    pub(crate) async fn setup(&self) -> BTreeMap<Arc<str>, Result<Arc<str>>> {
        let made = self.pools.iter().map(|pool| async move {
            let made = within(SHORT, pool.name(), make(&self.coordinator, pool)).await;
            (pool.name().clone(), made)
        });
        join_all(made).await.into_iter().collect()
    }
}

async fn make(coordinator: &Coordinator, pool: &Pool) -> Result<Arc<str>> {
    // What was known of it may be of before somebody dropped the tables.
    coordinator.forget(pool.name());
    Ok(coordinator.resource(pool, None).await?.id.clone())
}

async fn examine(pool: &Pool) -> ConnectionReport {
    let mut report = ConnectionReport {
        name: pool.name().clone(),
        database: pool.dialect().name().to_owned(),
        address: pool.driver().address(),
        version: None,
        reachable: Ok(()),
        can_be_branch: Readiness::default(),
        can_be_home: Readiness::default(),
        tables: false,
        resource: None,
    };
    if let Err(error) = within(SHORT, pool.name(), ask(pool, &mut report)).await {
        let what = format!("it can't be asked: {}", error.message());
        let help = error
            .help()
            .unwrap_or("look whether the server runs and the address is right");
        let unready = Readiness::from_iter([Obstacle::hard(what, help)]);
        report.can_be_branch = unready.clone();
        report.can_be_home = unready;
        report.reachable = Err(error);
    }
    report
}

async fn ask(pool: &Pool, report: &mut ConnectionReport) -> Result<()> {
    let mut session = lend(pool, Access::Write).await?;
    report.database = session.dialect()?.name().to_owned();
    report.version = Some(session.server_version()?.to_owned());
    report.can_be_branch = session.readiness().await?;
    report.can_be_home = session.home_readiness().await?;
    match resource::id(&mut session).await {
        Ok(id) => {
            report.tables = id.is_some();
            report.resource = id.map(Into::into);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let obstacle = Obstacle::hard(
                "this user may not read the tables of the protocol",
                "GRANT SELECT, INSERT, UPDATE, DELETE on manybase_resource, manybase_decision and manybase_receipt",
            );
            for readiness in [&mut report.can_be_branch, &mut report.can_be_home] {
                readiness.obstacles.push(obstacle.clone());
            }
            report.tables = true;
            Ok(())
        }
        Err(error) => Err(error),
    }
}
