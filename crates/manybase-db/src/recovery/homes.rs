//! Where decisions are.

use super::lend::{SHORT, lend, within};
use super::survey::Survey;
use crate::atomic::{Coordinator, resource};
use crate::{Error, ErrorKind, Result};
use manybase_driver::{Access, Pool};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Databases by their own ids.
pub(super) struct Homes {
    known: Vec<(Arc<str>, Pool)>,
    failed: Vec<Failed>,
    later: Mutex<Later>,
}

struct Failed {
    name: Arc<str>,
    /// The id, when it is known from before.
    id: Option<Arc<str>>,
    error: Error,
}

/// Those that are asked only when somebody is missing.
#[derive(Default)]
struct Later {
    pools: Vec<Pool>,
    known: Vec<(Arc<str>, Pool)>,
    failed: Vec<Failed>,
}

/// A database that is not to be had.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    /// `None` when no connection is known to lead there.
    pub(super) connection: Option<Arc<str>>,
    pub(super) error: Error,
}

impl Homes {
    pub(super) fn new(coordinator: &Coordinator, survey: &Survey) -> Self {
        let known = survey.sites.iter();
        let known = known.filter_map(|site| Some((site.id.clone()?, site.pool.clone())));
        let failed = survey.failed.iter();
        let failed = failed.map(|(pool, error)| failed_before(coordinator, pool, error.clone()));
        let later = Later {
            pools: survey.later.clone(),
            ..Later::default()
        };
        Self {
            known: known.collect(),
            failed: failed.collect(),
            later: Mutex::new(later),
        }
    }

    /// The connections to a database. There may be several, and two databases may have one id, where one is a copy of
    /// the other.
    pub(super) async fn find(&self, coordinator: &Coordinator, id: &str) -> Result<Vec<Pool>, Missing> {
        let there = having(&self.known, id);
        if !there.is_empty() {
            return Ok(there);
        }
        let mut later = self.later.lock().await;
        for pool in std::mem::take(&mut later.pools) {
            match ask(coordinator, &pool).await {
                Ok(Some(id)) => later.known.push((id, pool)),
                Ok(None) => {}
                Err(error) => later.failed.push(failed_before(coordinator, &pool, error)),
            }
        }
        let there = having(&later.known, id);
        if !there.is_empty() {
            return Ok(there);
        }
        let failed: Vec<_> = self.failed.iter().chain(&later.failed).collect();
        Err(missing(id, &failed))
    }

    /// All that have answered, each database once.
    pub(super) fn databases(&self) -> Vec<(&Arc<str>, &Pool)> {
        self.databases_at(|_| true)
    }

    /// Those to which one of these connections leads, each database once.
    pub(super) fn databases_at(&self, covered: impl Fn(&str) -> bool) -> Vec<(&Arc<str>, &Pool)> {
        let mut all: Vec<(&Arc<str>, &Pool)> = Vec::new();
        for (id, pool) in self.known.iter().filter(|(_, pool)| covered(pool.name())) {
            if !all.iter().any(|(other, _)| *other == id) {
                all.push((id, pool));
            }
        }
        all
    }

    /// The first connection to a database, among those that have answered.
    pub(super) fn database(&self, id: &str) -> Option<&Pool> {
        let known = self.known.iter().find(|(known, _)| **known == *id);
        known.map(|(_, pool)| pool)
    }
}

fn having(known: &[(Arc<str>, Pool)], id: &str) -> Vec<Pool> {
    let known = known.iter().filter(|(known, _)| **known == *id);
    known.map(|(_, pool)| pool.clone()).collect()
}

fn failed_before(coordinator: &Coordinator, pool: &Pool, error: Error) -> Failed {
    Failed {
        name: pool.name().clone(),
        id: coordinator.known(pool).map(|resource| resource.id.clone()),
        error,
    }
}

async fn ask(coordinator: &Coordinator, pool: &Pool) -> Result<Option<Arc<str>>> {
    if let Some(known) = coordinator.known(pool) {
        return Ok(Some(known.id.clone()));
    }
    within(SHORT, pool.name(), async {
        let mut session = lend(pool, Access::Read).await?;
        Ok(resource::id(&mut session).await?.map(Into::into))
    })
    .await
}

fn missing(id: &str, failed: &[&Failed]) -> Missing {
    if let Some(down) = failed.iter().find(|failed| failed.id.as_deref() == Some(id)) {
        return Missing {
            connection: Some(down.name.clone()),
            error: down.error.clone(),
        };
    }
    let mut message =
        format!("the decision is in the database with the resource id {id}, and no connection leads there");
    if !failed.is_empty() {
        let names: Vec<_> = failed.iter().map(|failed| format!("{:?}", failed.name)).collect();
        message.push_str(&format!("; {} could not be asked", names.join(", ")));
    }
    let error = Error::new(ErrorKind::UnknownConnection, message).with_help(
        "recover with a Db that has this connection too; if the database is lost, decide with `manybase tx resolve \
         --force`",
    );
    Missing {
        connection: None,
        error,
    }
}
