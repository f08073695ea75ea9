//! What migrations of one connection need of another.

use super::Migrator;
use super::site::{Ground, Site, rows};
use crate::history::{History, State};
use crate::{Migration, Problem};
use manybase_db::Result;

impl Migrator {
    /// What a migration requires and is not there.
    pub(super) async fn lacks(&self, sites: &[Site<'_>], migration: &Migration) -> Result<Option<Problem>> {
        if self.is_alone() {
            return Ok(None);
        }
        for required in &migration.plan().requires {
            let site = sites
                .iter()
                .find(|site| *site.ground.connection == *required.connection);
            let row = match site {
                Some(site) => site.rows.get(&required.migration).cloned(),
                None => {
                    let ground = Ground::of(self, &required.connection.as_str().into())?;
                    let mut lease = ground.lease().await?;
                    let mut rows = rows(History::all(&mut lease).await?);
                    drop(lease);
                    ground.close().await;
                    rows.remove(&required.migration)
                }
            };
            if row.is_none_or(|row| row.state != State::Applied) {
                return Ok(Some(Problem::Requires {
                    migration: migration.name().to_owned(),
                    connection: required.connection.clone(),
                    required: required.migration.clone(),
                }));
            }
        }
        Ok(None)
    }

    /// Who of the other connections requires it and is applied.
    pub(super) async fn needed(
        &self,
        sites: &[Site<'_>],
        here: &Site<'_>,
        migration: &Migration,
    ) -> Result<Option<Problem>> {
        if self.is_alone() {
            return Ok(None);
        }
        for line in self.set().lines() {
            let by = line.migrations().iter().filter(|by| {
                by.plan().requires.iter().any(|required| {
                    *required.connection == *here.ground.connection && required.migration == migration.name()
                })
            });
            for by in by {
                let site = sites
                    .iter()
                    .find(|site| site.ground.connection == *line.connection());
                let there = match site {
                    Some(site) => site.rows.contains_key(by.name()),
                    None if self.db().connection(line.connection()).is_err() => false,
                    None => {
                        let ground = Ground::of(self, line.connection())?;
                        let mut lease = ground.lease().await?;
                        let rows = rows(History::all(&mut lease).await?);
                        drop(lease);
                        ground.close().await;
                        rows.contains_key(by.name())
                    }
                };
                if there {
                    return Ok(Some(Problem::Needed {
                        migration: migration.name().to_owned(),
                        connection: line.connection().to_string(),
                        by: by.name().to_owned(),
                    }));
                }
            }
        }
        Ok(None)
    }
}
