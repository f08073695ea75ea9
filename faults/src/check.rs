//! What has to hold when everything has been recovered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use manybase::ErrorKind;
use manybase::prelude::*;

use crate::Result;
use crate::mix::Mix;
use crate::model::{self, ACCOUNTS, BALANCE, Ledger};
use crate::outcome::Outcomes;
use crate::report::{Finding, Kind};

/// By connection, the ids of transfers that its ledger has.
type Ledgers = BTreeMap<String, BTreeSet<String>>;

/// Looks at transfers whose ids begin so, over these mixes; and at the money in all databases.
pub(crate) async fn check(db: &Db, mixes: &[Mix], prefix: &str, outcomes: &Outcomes) -> Result<Vec<Finding>> {
    let all = db.connections();
    let mut findings = money(db, &all).await?;
    findings.extend(decisions(db, &all).await?);
    let connections: BTreeSet<&str> = mixes.iter().flat_map(Mix::connections).collect();

    let mut by_mix: BTreeMap<String, Ledgers> = BTreeMap::new();
    for on in &connections {
        let rows = Ledger::filter(|c| c.id.starts_with(prefix))
            .using(*on)
            .all(db)
            .await?;
        for row in rows {
            let row = row.into_inner();
            let ledgers = by_mix.entry(row.mix).or_default();
            ledgers.entry((*on).to_owned()).or_default().insert(row.id);
        }
    }
    let mut everywhere = BTreeSet::new();
    let mut somewhere = BTreeSet::new();
    for mix in mixes {
        let ledgers = by_mix.remove(mix.name()).unwrap_or_default();
        let (all, some) = compare(mix, &ledgers, outcomes, &mut findings);
        everywhere.extend(all);
        somewhere.extend(some);
    }
    for id in outcomes.acknowledged.keys().filter(|id| id.starts_with(prefix)) {
        if !everywhere.contains(id) {
            let what = format!("{id} was acknowledged and is not in every database");
            findings.push(Finding::new(Kind::Lost, what));
        }
    }
    for (id, error) in outcomes.aborted.iter().filter(|(id, _)| id.starts_with(prefix)) {
        if somewhere.contains(id) {
            let what = format!("{id} is there, and its client was told {error:?}");
            findings.push(Finding::new(Kind::Risen, what));
        }
    }
    Ok(findings)
}

/// How many transfers of a mix were acknowledged.
pub(crate) async fn count(db: &Db, mix: &Mix, prefix: &str, outcomes: &Outcomes) -> Result<u64> {
    let Some(part) = mix.writers().next() else {
        return Ok(0);
    };
    let rows = Ledger::filter(|c| c.id.starts_with(prefix) & c.mix.eq(mix.name()));
    let rows = rows.using(part.connection.as_str()).all(db).await?;
    let acknowledged = rows
        .iter()
        .filter(|row| outcomes.acknowledged.contains_key(&row.id));
    Ok(acknowledged.count() as u64)
}

/// The ids that all writers of a mix have, and those that any has.
fn compare(
    mix: &Mix,
    ledgers: &Ledgers,
    outcomes: &Outcomes,
    findings: &mut Vec<Finding>,
) -> (BTreeSet<String>, BTreeSet<String>) {
    let none = BTreeSet::new();
    let writers: Vec<_> = mix
        .writers()
        .map(|part| {
            let ids = ledgers.get(&part.connection).unwrap_or(&none);
            (part.connection.as_str(), ids)
        })
        .collect();
    let some: BTreeSet<String> = writers.iter().flat_map(|(_, ids)| ids.iter().cloned()).collect();
    let mut all = some.clone();
    for id in &some {
        let (there, missing): (Vec<_>, Vec<_>) = writers.iter().partition(|(_, ids)| ids.contains(id));
        if !missing.is_empty() {
            all.remove(id);
            let names =
                |list: &[&(&str, _)]| list.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            findings.push(Finding::new(
                Kind::Torn,
                format!(
                    "{id} over {mix} is in {} and not in {}; {}",
                    names(&there),
                    names(&missing),
                    outcomes.of(id)
                ),
            ));
        }
    }
    (all, some)
}

/// Money only goes from one place to another.
async fn money(db: &Db, connections: &[Arc<str>]) -> Result<Vec<Finding>> {
    let mut sum = 0;
    let mut each = Vec::new();
    for on in connections {
        let here = model::money(db, on).await?;
        each.push(format!("{on}: {here}"));
        sum += here;
    }
    let expected = ACCOUNTS * BALANCE * i64::try_from(connections.len())?;
    if sum == expected {
        return Ok(Vec::new());
    }
    let what = format!("there is {sum} of {expected} ({})", each.join(", "));
    Ok(vec![Finding::new(Kind::Money, what)])
}

/// A transaction has one decision, in one place.
async fn decisions(db: &Db, connections: &[Arc<str>]) -> Result<Vec<Finding>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for on in connections {
        let rows = sql("SELECT gtrid, verdict FROM manybase_decision WHERE verdict <> 'H'").using(on.clone());
        let rows: Vec<(String, String)> = match rows.rows().all(db).await {
            Ok(rows) => rows,
            // It has not been needed here.
            Err(error) if error.kind() == ErrorKind::UnknownTable => continue,
            Err(error) => return Err(error.into()),
        };
        for (gtrid, verdict) in rows {
            all.entry(gtrid).or_default().push(format!("{verdict} in {on}"));
        }
    }
    let double = all.into_iter().filter(|(_, places)| places.len() > 1);
    Ok(double
        .map(|(gtrid, places)| Finding::new(Kind::Decisions, format!("{gtrid}: {}", places.join(", "))))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledgers(content: &[(&str, &[&str])]) -> Ledgers {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        content
            .iter()
            .map(|(name, list)| ((*name).to_owned(), ids(list)))
            .collect()
    }

    fn torn(mix: &str, content: &[(&str, &[&str])]) -> Vec<String> {
        let mut findings = Vec::new();
        let mix: Mix = mix.parse().expect("a mix");
        compare(&mix, &ledgers(content), &Outcomes::default(), &mut findings);
        findings.into_iter().map(|finding| finding.text).collect()
    }

    #[test]
    fn equal_ledgers_are_fine() {
        assert!(torn("pg+mariadb", &[("pg1", &["a", "b"]), ("my1", &["a", "b"])]).is_empty());
        assert!(torn("pg+mariadb", &[]).is_empty());
        assert!(torn("sqlite?+mariadb", &[("my1", &["a"])]).is_empty());
    }

    #[test]
    fn a_transfer_that_is_missing_somewhere_is_torn() {
        let found = torn("pg+mariadb", &[("pg1", &["a", "b"]), ("my1", &["b"])]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("a over pg+mariadb is in pg1 and not in my1"),
            "{}",
            found[0]
        );
        assert_eq!(torn("pg+mariadb", &[("my1", &["a"])]).len(), 1);
    }
}
