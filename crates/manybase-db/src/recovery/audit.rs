//! Looking whether what was committed is there.
//!
//! A branch leaves a receipt, which is a part of it: where the receipt is, the branch was committed. A commit of which
//! every branch has left its receipt is whole, and nobody needs its decision any more. A branch of a commit that has
//! left none, and that is not in doubt either, was rolled back by somebody else: the transaction is torn.
//!
//! The order is what makes it sure. First the decisions are read: all branches of those had been prepared by then.
//! Then what is in doubt is listed: a branch that is not among it is over. Then the receipts are read: the one of a
//! branch that was over by then is there, or never will be. It is looked twice all the same before anybody is alarmed.

use super::events;
use super::homes::Homes;
use super::lend::{LONG, SHORT, lend, within};
use super::participants::{Participant, parse};
use super::report::{Damage, Heuristic, RecoveryReport};
use super::survey::branches;
use crate::atomic::Coordinator;
use crate::atomic::rows::rows;
use crate::atomic::tables::{self, Checked, DecisionRow};
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use manybase_driver::{Access, Pool};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

/// Decisions that are read at once.
const AT_ONCE: usize = 500;
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(50);

/// Where the last page ended.
pub(super) type Cursor = (DateTime<Utc>, String);

/// What a look at one commit says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// All branches are there.
    Whole,
    /// Some are in doubt, or their databases can't be asked.
    Open,
    /// These are neither there nor in doubt.
    Missing(Vec<Participant>),
}

/// An audit of several homes.
pub(super) struct Audit<'a> {
    pub(super) coordinator: &'a Coordinator,
    pub(super) homes: &'a Homes,
    pub(super) min_age: Duration,
    pub(super) report: RecoveryReport,
    /// Commits that look torn and were not told yet, by their homes.
    pub(super) suspects: Vec<(Pool, String)>,
}

impl<'a> Audit<'a> {
    pub(super) fn new(coordinator: &'a Coordinator, homes: &'a Homes, min_age: Duration) -> Self {
        Self {
            coordinator,
            homes,
            min_age,
            report: RecoveryReport::default(),
            suspects: Vec::new(),
        }
    }

    /// Looks at what is not checked yet at one home, some pages of it. Where to go on, unless it came to the end.
    pub(super) async fn home(&mut self, home: &Pool, after: Option<Cursor>, pages: usize) -> Option<Cursor> {
        let before = Utc::now() - chrono::Duration::from_std(self.min_age).unwrap_or(chrono::Duration::MAX);
        let mut after = after;
        for _ in 0..pages {
            let page = match page(home, Checked::NotYet, Some(before), after.as_ref()).await {
                Ok(page) => page,
                Err(error) => {
                    self.report.out_of_reach(home.name(), error);
                    return None;
                }
            };
            let last = page
                .last()
                .map(|row| (row.made.unwrap_or(before), row.gtrid.clone()));
            let full = is_full(&page);
            self.take(home, page, false).await;
            after = last.filter(|_| full);
            after.as_ref()?;
        }
        after
    }

    /// Looks again at those that look torn. What still does is told.
    pub(super) async fn again(&mut self) {
        let mut suspects = std::mem::take(&mut self.suspects);
        suspects.sort_by(|(one, _), (other, _)| one.name().cmp(other.name()));
        while let Some((home, _)) = suspects.first().cloned() {
            let same = suspects.iter().take_while(|(pool, _)| pool.name() == home.name());
            let page = same.count().min(AT_ONCE);
            let gtrids: Vec<_> = suspects.drain(..page).map(|(_, gtrid)| gtrid).collect();
            match decisions(&home, &gtrids).await {
                Ok(mut rows) => {
                    rows.retain(|row| row.checked == i64::from(Checked::NotYet.code()));
                    self.take(&home, rows, true).await;
                }
                Err(error) => self.report.out_of_reach(home.name(), error),
            }
        }
    }

    async fn take(&mut self, home: &Pool, page: Vec<DecisionRow>, again: bool) {
        let mut whole = Vec::new();
        for (gtrid, look) in look(self.homes, &page, &mut self.report).await {
            match look {
                Look::Open => {}
                Look::Whole => whole.push(gtrid),
                Look::Missing(missing) => {
                    if self.is_sure(&gtrid, again) {
                        self.tell(home, gtrid, missing).await;
                    } else {
                        self.suspects.push((home.clone(), gtrid));
                    }
                }
            }
        }
        if whole.is_empty() {
            return;
        }
        match mark(home, &whole, Checked::NotYet, Checked::Whole).await {
            Ok(marked) => self.report.checked += marked,
            Err(error) => self.report.out_of_reach(home.name(), error),
        }
    }

    /// Whether it has looked so before, and long enough ago.
    fn is_sure(&self, gtrid: &str, again: bool) -> bool {
        let seen = self.coordinator.sightings.seen(&suspicion(gtrid));
        again || (!seen.is_zero() && seen >= self.min_age)
    }

    async fn tell(&mut self, home: &Pool, gtrid: String, missing: Vec<Participant>) {
        let gtrids = [gtrid];
        self.coordinator.sightings.gone(&suspicion(&gtrids[0]));
        match mark(home, &gtrids, Checked::NotYet, Checked::Damaged).await {
            // Somebody else has told it.
            Ok(0) => {}
            Ok(_) => {
                for participant in missing {
                    let found = heuristic(self.homes, &gtrids[0], &participant, Damage::Missing);
                    events::heuristic(&found);
                    self.report.heuristic.push(found);
                }
            }
            Err(error) => self.report.out_of_reach(home.name(), error),
        }
    }
}

/// As what it is remembered: apart from branches in doubt, which are remembered by the name alone.
fn suspicion(gtrid: &str) -> String {
    format!("torn {gtrid}")
}

/// With the connection's name here, where there is one.
pub(super) fn heuristic(homes: &Homes, gtrid: &str, participant: &Participant, what: Damage) -> Heuristic {
    let here = homes.database(participant.resource());
    Heuristic {
        gtrid: gtrid.into(),
        connection: here.map_or_else(|| participant.connection.clone(), |pool| pool.name().clone()),
        bqual: participant.bqual.clone(),
        what,
    }
}

/// Looks at commits. Those whose receipts are all there need no second question.
pub(super) async fn look(
    homes: &Homes,
    page: &[DecisionRow],
    report: &mut RecoveryReport,
) -> Vec<(String, Look)> {
    let parsed: Vec<_> = page
        .iter()
        .map(|row| (row.gtrid.clone(), parse(&row.participants)))
        .collect();
    let quick = facts(homes, &parsed, None, report).await;
    let (mut looked, unclear): (Vec<_>, Vec<_>) = parsed
        .into_iter()
        .map(|(gtrid, participants)| {
            let look = judge(&gtrid, &participants, &quick);
            (gtrid, participants, look)
        })
        .partition(|(_, _, look)| *look == Look::Whole);
    if !unclear.is_empty() {
        let unclear: Vec<_> = unclear.into_iter().map(|(gtrid, all, _)| (gtrid, all)).collect();
        let listed = listed(homes, &unclear, report).await;
        let facts = facts(homes, &unclear, Some(listed), report).await;
        looked.extend(unclear.into_iter().map(|(gtrid, participants)| {
            let look = judge(&gtrid, &participants, &facts);
            (gtrid, participants, look)
        }));
    }
    looked.into_iter().map(|(gtrid, _, look)| (gtrid, look)).collect()
}

/// What is known of one database.
#[derive(Debug, Default)]
struct Facts {
    /// Branches in doubt, by transaction and name. `None` when nobody asked or answered.
    in_doubt: Option<HashSet<(String, String)>>,
    receipts: HashSet<(String, String)>,
}

/// By resource id. A database that is not here or did not answer is missing.
type AllFacts = HashMap<String, Facts>;

fn judge(gtrid: &str, participants: &[Participant], facts: &AllFacts) -> Look {
    let mut missing = Vec::new();
    let mut open = false;
    for participant in participants {
        let Some(facts) = facts.get(participant.resource()) else {
            open = true;
            continue;
        };
        let key = (gtrid.to_owned(), participant.bqual.to_string());
        if facts.receipts.contains(&key) {
            continue;
        }
        match &facts.in_doubt {
            Some(in_doubt) if in_doubt.contains(&key) => open = true,
            // It had nothing to leave a receipt for, and is over.
            Some(_) if !participant.receipt => {}
            Some(_) => missing.push(participant.clone()),
            None => open = true,
        }
    }
    match (missing.is_empty(), open) {
        (false, _) => Look::Missing(missing),
        (true, true) => Look::Open,
        (true, false) => Look::Whole,
    }
}

type Parsed = (String, Vec<Participant>);
type Listed = BTreeMap<String, HashSet<(String, String)>>;

fn resources(parsed: &[Parsed]) -> BTreeSet<&str> {
    let all = parsed.iter().flat_map(|(_, participants)| participants);
    all.map(Participant::resource).collect()
}

/// What is in doubt in the databases of these.
async fn listed(homes: &Homes, parsed: &[Parsed], report: &mut RecoveryReport) -> Listed {
    let mut listed = Listed::new();
    for id in resources(parsed) {
        let Some(pool) = homes.database(id) else { continue };
        match branches(pool, id).await {
            Ok(branches) => {
                let ids = branches.iter().map(|branch| &branch.id);
                let ids = ids.map(|id| (id.gtrid().to_owned(), id.bqual().to_owned()));
                listed.insert(id.to_owned(), ids.collect());
            }
            Err(error) => report.out_of_reach(pool.name(), error),
        }
    }
    listed
}

/// The receipts of these, after what is in doubt.
async fn facts(
    homes: &Homes,
    parsed: &[Parsed],
    listed: Option<Listed>,
    report: &mut RecoveryReport,
) -> AllFacts {
    let mut all = AllFacts::new();
    for id in resources(parsed) {
        let Some(pool) = homes.database(id) else { continue };
        let concerned =
            |participants: &[Participant]| participants.iter().any(|one| one.receipt && one.resource() == id);
        let gtrids: Vec<_> = parsed
            .iter()
            .filter(|(_, participants)| concerned(participants))
            .map(|(gtrid, _)| gtrid.clone())
            .collect();
        let in_doubt = match &listed {
            None => None,
            Some(listed) => match listed.get(id) {
                Some(in_doubt) => Some(in_doubt.clone()),
                None => continue,
            },
        };
        match receipts(pool, &gtrids).await {
            Ok(receipts) => drop(all.insert(id.to_owned(), Facts { in_doubt, receipts })),
            Err(error) => report.out_of_reach(pool.name(), error),
        }
    }
    all
}

async fn receipts(pool: &Pool, gtrids: &[String]) -> Result<HashSet<(String, String)>> {
    if gtrids.is_empty() {
        return Ok(HashSet::new());
    }
    let read = within(LONG, pool.name(), async {
        let mut session = lend(pool, Access::Read).await?;
        let select = tables::select_receipts(session.dialect()?, gtrids)?;
        let pair = |row: &dyn manybase_driver::Row| {
            let text = |index| Ok::<_, Error>(row.str(index)?.unwrap_or_default().to_owned());
            Ok((text(0)?, text(1)?))
        };
        rows(&mut session, select, pair).await
    });
    Ok(read.await?.into_iter().collect())
}

/// A page of the decisions of one state.
pub(super) async fn page(
    home: &Pool,
    checked: Checked,
    before: Option<DateTime<Utc>>,
    after: Option<&Cursor>,
) -> Result<Vec<DecisionRow>> {
    within(LONG, home.name(), async {
        let mut session = lend(home, Access::Read).await?;
        let select = tables::select_page(session.dialect()?, checked, before, after, AT_ONCE as u64)?;
        rows(&mut session, select, DecisionRow::read).await
    })
    .await
}

/// Whether there may be a next page.
pub(super) fn is_full(page: &[DecisionRow]) -> bool {
    page.len() >= AT_ONCE
}

/// The decisions of these.
pub(super) async fn decisions(home: &Pool, gtrids: &[String]) -> Result<Vec<DecisionRow>> {
    within(SHORT, home.name(), async {
        let mut session = lend(home, Access::Read).await?;
        let select = tables::select_decisions_of(session.dialect()?, gtrids)?;
        rows(&mut session, select, DecisionRow::read).await
    })
    .await
}

/// Takes decisions from one state to another. How many it were.
pub(super) async fn mark(home: &Pool, gtrids: &[String], from: Checked, to: Checked) -> Result<u64> {
    write(home, |dialect| tables::mark(dialect, gtrids, from, to)).await
}

/// Runs a statement of our own until it gets through: several recoveries may be at the same rows.
pub(super) async fn write(
    pool: &Pool,
    statement: impl Fn(&dyn manybase_driver::Dialect) -> Result<manybase_driver::Statement>,
) -> Result<u64> {
    let mut tried = 0;
    loop {
        let done = within(LONG, pool.name(), async {
            let mut session = lend(pool, Access::Write).await?;
            let statement = statement(session.dialect()?)?;
            Ok(session.execute(statement).await?.affected)
        });
        match done.await {
            Err(error) if error.is_retryable() && tried + 1 < TRIES => {
                tried += 1;
                tokio::time::sleep(PAUSE * tried).await;
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(in_doubt: Option<&[&str]>, receipts: &[&str]) -> Facts {
        let set = |bquals: &[&str]| {
            bquals
                .iter()
                .map(|bqual| ("t".to_owned(), (*bqual).to_owned()))
                .collect()
        };
        Facts {
            in_doubt: in_doubt.map(set),
            receipts: set(receipts),
        }
    }

    fn judged(participants: &str, facts: impl IntoIterator<Item = (&'static str, Facts)>) -> Look {
        let facts = facts
            .into_iter()
            .map(|(id, facts)| (id.to_owned(), facts))
            .collect();
        judge("t", &parse(participants), &facts)
    }

    #[test]
    fn receipts_prove_and_their_absence_only_where_nothing_is_in_doubt() {
        let both = "x=a.1 y=b.1";
        let there = |id: &'static str, bqual| (id, facts(None, &[bqual]));
        assert_eq!(judged("", []), Look::Whole);
        assert_eq!(judged(both, [there("a", "a.1"), there("b", "b.1")]), Look::Whole);
        // Nobody has asked what is in doubt, or the database is not here.
        assert_eq!(
            judged(both, [there("a", "a.1"), ("b", facts(None, &[]))]),
            Look::Open
        );
        assert_eq!(judged(both, [there("a", "a.1")]), Look::Open);
        assert_eq!(
            judged(both, [there("a", "a.1"), ("b", facts(Some(&["b.1"]), &[]))]),
            Look::Open
        );
        // Somebody else's branch is in doubt.
        let missing = judged(both, [there("a", "a.1"), ("b", facts(Some(&["b.2"]), &["b.2"]))]);
        assert_eq!(missing, Look::Missing(parse("y=b.1")));
        // One that is torn is torn, whatever the others are.
        let missing = judged(both, [("b", facts(Some(&[]), &[]))]);
        assert_eq!(missing, Look::Missing(parse("y=b.1")));
    }

    #[test]
    fn a_branch_without_a_receipt_has_only_to_be_over() {
        assert_eq!(judged("~x=a.1", [("a", facts(None, &[]))]), Look::Open);
        assert_eq!(judged("~x=a.1", [("a", facts(Some(&["a.1"]), &[]))]), Look::Open);
        assert_eq!(judged("~x=a.1", [("a", facts(Some(&[]), &[]))]), Look::Whole);
    }
}
