//! A look at the databases: who they are, and what is in doubt there.

use super::lend::{SHORT, lend, within};
use crate::atomic::gtrid::{self, Gtrid, resource_of};
use crate::atomic::resource;
use crate::{Error, Result};
use futures_util::future::join_all;
use manybase_driver::{Access, BranchId, InDoubt, Pool};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// A connection that has answered.
pub(super) struct Site {
    pub(super) pool: Pool,
    /// The database's own id. Without the tables there is none, and no branch of ours.
    pub(super) id: Option<Arc<str>>,
    pub(super) branches: Vec<InDoubt>,
}

/// What was found.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) sites: Vec<Site>,
    /// Those that did not answer.
    pub(super) failed: Vec<(Pool, Error)>,
    /// Those that were not asked, because it is not worth dialling them, and may hold a decision all the same.
    pub(super) later: Vec<Pool>,
}

/// Asks all at once.
pub(super) async fn survey(pools: Vec<Pool>) -> Survey {
    let asked = pools.into_iter().map(|pool| async move {
        let site = look(&pool).await;
        (pool, site)
    });
    let mut survey = Survey::default();
    for (pool, site) in join_all(asked).await {
        match site {
            Ok(site) => survey.sites.push(site),
            Err(error) => survey.failed.push((pool, error)),
        }
    }
    survey
}

async fn look(pool: &Pool) -> Result<Site> {
    within(SHORT, pool.name(), async {
        let mut session = lend(pool, Access::Read).await?;
        let id: Option<Arc<str>> = resource::id(&mut session).await?.map(Into::into);
        let branches = match (&id, session.begins_plainly()) {
            (Some(id), Ok(_)) => ours(session.in_doubt(gtrid::PREFIX).await?, id),
            _ => Vec::new(),
        };
        let pool = pool.clone();
        Ok(Site { pool, id, branches })
    })
    .await
}

/// The branches of one connection, asked anew.
pub(super) async fn branches(pool: &Pool, id: &str) -> Result<Vec<InDoubt>> {
    within(SHORT, pool.name(), async {
        let mut session = lend(pool, Access::Read).await?;
        match session.begins_plainly() {
            Ok(_) => Ok(ours(session.in_doubt(gtrid::PREFIX).await?, id)),
            Err(_) => Ok(Vec::new()),
        }
    })
    .await
}

/// A server lists the branches of all its databases.
fn ours(mut branches: Vec<InDoubt>, id: &str) -> Vec<InDoubt> {
    branches.retain(|branch| resource_of(branch.id.bqual()) == id);
    branches
}

/// A branch in doubt, and a connection from which it can be finished.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) pool: Pool,
    pub(super) id: BranchId,
    pub(super) age: Option<Duration>,
}

/// The branches of one transaction.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) gtrid: Gtrid,
    pub(super) branches: Vec<Found>,
}

impl Group {
    /// How long ago the first of them was prepared, where any database tells: since then at least the transaction
    /// has been at its end.
    pub(super) fn age(&self) -> Option<Duration> {
        self.branches.iter().filter_map(|branch| branch.age).max()
    }
}

/// All branches in doubt by their transactions. Two connections to one database list the same ones.
pub(super) fn group<'s>(sites: impl IntoIterator<Item = &'s Site>) -> Vec<Group> {
    let mut seen = BTreeSet::new();
    let mut groups: BTreeMap<Gtrid, Vec<Found>> = BTreeMap::new();
    for site in sites {
        for branch in &site.branches {
            // A name with our beginning that we would not give is not ours.
            let Ok(gtrid) = branch.id.gtrid().parse::<Gtrid>() else {
                continue;
            };
            if seen.insert(branch.id.clone()) {
                groups.entry(gtrid).or_default().push(Found {
                    pool: site.pool.clone(),
                    id: branch.id.clone(),
                    age: branch.age,
                });
            }
        }
    }
    groups
        .into_iter()
        .map(|(gtrid, branches)| Group { gtrid, branches })
        .collect()
}
