//! Deciding by hand.

use super::audit::mark;
use super::events;
use super::finish::finish;
use super::homes::Missing;
use super::pass::Ground;
use super::report::{Damage, Heuristic, RecoveryReport, Verdict};
use super::settle::{Context, Unsettled, verdict};
use super::survey::{Group, group};
use crate::atomic::gtrid::Gtrid;
use crate::atomic::tables::{Checked, Decision};
use crate::{Error, ErrorKind, Result};
use manybase_driver::Pool;

/// Why nothing is done.
enum Stop {
    Unsettled(Unsettled),
    Refused(Error),
}

impl From<Unsettled> for Stop {
    fn from(unsettled: Unsettled) -> Self {
        Self::Unsettled(unsettled)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Unsettled(Unsettled::Missing(missing))
    }
}

/// Whether what is wanted tears the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tears {
    No,
    Yes,
}

impl Ground {
    pub(crate) async fn resolve(
        &self,
        gtrid: &Gtrid,
        wanted: Verdict,
        force: bool,
    ) -> Result<RecoveryReport> {
        self.resolve_it(gtrid, wanted, force)
            .await
            .map_err(|error| error.with_transaction(gtrid.text().clone()))
    }

    async fn resolve_it(&self, gtrid: &Gtrid, wanted: Verdict, force: bool) -> Result<RecoveryReport> {
        if self.coordinator.is_active(gtrid.as_str()) {
            let error = Error::new(
                ErrorKind::Transaction,
                "the transaction is under way in this program",
            );
            return Err(error.with_help("commit it or roll it back there"));
        }
        let (survey, homes) = self.survey().await;
        let mut report = RecoveryReport::default();
        for (pool, error) in &survey.failed {
            report.out_of_reach(pool.name(), error.clone());
        }
        let tears = match decide(self.context(&homes), gtrid, wanted, force).await {
            Ok(tears) => tears,
            Err(Stop::Refused(error)) => return Err(error),
            Err(Stop::Unsettled(Unsettled::Waiting(why))) => {
                let error = Error::new(ErrorKind::LockTimeout, why.to_string());
                return Err(error.with_help("its owner is alive: wait for it, or end it"));
            }
            Err(Stop::Unsettled(Unsettled::Missing(missing))) => {
                let missing = unseen(missing);
                if !force {
                    return Err(missing.error);
                }
                report.unreachable.push(Unsettled::unreachable(missing, gtrid));
                Tears::No
            }
        };
        if let Some(group) = group(&survey.sites)
            .into_iter()
            .find(|group| group.gtrid == *gtrid)
        {
            self.finish_by_hand(&group, wanted, tears, &mut report).await;
        }
        Ok(report)
    }

    async fn finish_by_hand(
        &self,
        group: &Group,
        wanted: Verdict,
        tears: Tears,
        report: &mut RecoveryReport,
    ) {
        let gtrid = &group.gtrid;
        let finished = finish(group, wanted, report).await;
        if finished.over {
            self.coordinator.sightings.gone(gtrid.as_str());
        }
        if !finished.by_us {
            return;
        }
        events::recovered(gtrid, wanted, group.branches.len());
        match wanted {
            Verdict::Commit => report.committed.push(gtrid.text().clone()),
            Verdict::Abort => report.aborted.push(gtrid.text().clone()),
        }
        if tears == Tears::Yes {
            for branch in &group.branches {
                let torn = Heuristic {
                    gtrid: gtrid.text().clone(),
                    connection: branch.pool.name().clone(),
                    bqual: branch.id.bqual().into(),
                    what: Damage::Forced,
                };
                events::heuristic(&torn);
                report.heuristic.push(torn);
            }
        }
    }
}

/// Makes what is wanted the last word at the home. Where something else stands, or where it can't be right, that is an
/// error, unless forced; and then whoever forces has seen it.
async fn decide(context: Context<'_>, gtrid: &Gtrid, wanted: Verdict, force: bool) -> Result<Tears, Stop> {
    let stands = match wanted {
        Verdict::Commit => context.look_up(gtrid).await?.and_then(|(_, row)| verdict(&row)),
        // Whatever has not been decided may be aborted.
        Verdict::Abort => Some(Verdict::Abort),
    };
    let put = match (wanted, stands) {
        (Verdict::Abort, _) => Decision::Abort,
        (Verdict::Commit, Some(Verdict::Abort)) if !force => {
            return Err(Stop::Refused(contradiction(Verdict::Abort)));
        }
        (Verdict::Commit, None) if !force => return Err(Stop::Refused(undecided())),
        (Verdict::Commit, _) => Decision::Commit,
    };
    let settled = context.settle(gtrid, put).await?;
    if settled.verdict != wanted && !force {
        return Err(Stop::Refused(contradiction(settled.verdict)));
    }
    if force {
        acknowledge(&settled.at, gtrid).await.map_err(Stop::Refused)?;
    }
    let right = settled.verdict == wanted && stands == Some(wanted);
    Ok(if right { Tears::No } else { Tears::Yes })
}

async fn acknowledge(at: &[Pool], gtrid: &Gtrid) -> Result<()> {
    let gtrids = [gtrid.as_str().to_owned()];
    for home in at {
        for from in [Checked::NotYet, Checked::Damaged] {
            mark(home, &gtrids, from, Checked::Whole).await?;
        }
    }
    Ok(())
}

fn contradiction(stands: Verdict) -> Error {
    let (was, rest) = match stands {
        Verdict::Commit => ("committed", "commit"),
        Verdict::Abort => ("rolled back", "roll back"),
    };
    Error::new(ErrorKind::Transaction, format!("it was {was}, and that is final")).with_help(format!(
        "resolve it as what it is, to {rest} what is left of it; force does the opposite to the branches that are in \
         doubt, and tears them from the others"
    ))
}

fn undecided() -> Error {
    Error::new(
        ErrorKind::Transaction,
        "nobody has decided to commit it, and what it did in its home database is not there",
    )
    .with_help(
        "roll it back, as any recovery does; force commits the branches that are in doubt without the rest",
    )
}

fn unseen(missing: Missing) -> Missing {
    let Missing { connection, error } = missing;
    let unseen = Error::new(
        ErrorKind::OutcomeUnknown,
        format!("its decision could not be looked at: {}", error.message()),
    )
    .with_help(
        "make the database that holds it reachable; if that is lost for good, resolve with force, which finishes the \
         branches without it",
    );
    let unseen = match &connection {
        Some(connection) => unseen.with_connection(connection.clone()),
        None => unseen,
    };
    Missing {
        connection,
        error: unseen.with_source(error),
    }
}
