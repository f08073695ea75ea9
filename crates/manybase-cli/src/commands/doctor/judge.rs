//! What stands in the way of a transaction over all of these connections.

use manybase_db::{ConnectionHandle, ConnectionReport};
use manybase_driver::Readiness;
use serde::Serialize;

/// Something that has to be changed.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Problem {
    pub(super) connections: Vec<String>,
    pub(super) what: String,
    pub(super) help: String,
}

/// In the order of what to do first.
pub(super) async fn judge(reports: &[ConnectionReport], handles: &[ConnectionHandle]) -> Vec<Problem> {
    let mut problems: Vec<_> = reports.iter().filter_map(unreachable).collect();
    // A transaction on one database needs none of this.
    if reports.len() < 2 {
        return problems;
    }
    let there = || reports.iter().filter(|report| report.reachable.is_ok());
    problems.extend(there().filter_map(no_part));
    let only_homes: Vec<_> = there()
        .filter(|report| report.can_be_home.is_ready() && !report.can_be_branch.is_ready())
        .collect();
    if only_homes.len() > 1 {
        let chosen =
            |handle: &&ConnectionHandle| only_homes.iter().any(|report| report.name == *handle.name());
        let chosen: Vec<_> = handles.iter().filter(chosen).cloned().collect();
        problems.extend(too_many_homes(&only_homes, &chosen).await);
    }
    problems.extend(copies(reports));
    problems
}

fn unreachable(report: &ConnectionReport) -> Option<Problem> {
    let error = report.reachable.as_ref().err()?;
    Some(Problem {
        connections: vec![report.name.to_string()],
        what: format!("{}: {}", error.kind(), error.message()),
        help: error
            .help()
            .unwrap_or("look whether the server runs and the address is right")
            .to_owned(),
    })
}

/// Neither branch nor home.
fn no_part(report: &ConnectionReport) -> Option<Problem> {
    if report.can_be_home.is_ready() || report.can_be_branch.is_ready() {
        return None;
    }
    let (what, help) = hard(&report.can_be_home);
    Some(Problem {
        connections: vec![report.name.to_string()],
        what: format!("it can take no part in a transaction over several databases: {what}"),
        help,
    })
}

/// There can be one home. Databases of some kinds can be taken along on one connection, and count as one then.
async fn too_many_homes(reports: &[&ConnectionReport], handles: &[ConnectionHandle]) -> Option<Problem> {
    let of_a_kind = |handle: &&ConnectionHandle| handle.dialect().attached("mb_doctor").is_some();
    let along: Vec<_> = handles.iter().filter(of_a_kind).cloned().collect();
    let refused = match along.split_first() {
        Some((first, rest)) if !rest.is_empty() => first.can_take_along(rest).await.err(),
        _ => None,
    };
    let along_count = if refused.is_some() {
        along.len()
    } else {
        along.len().min(1)
    };
    let others = reports.len() - along.len();
    if along_count + others < 2 {
        return None;
    }
    // Those that can be taken along at all can't prepare, whatever is changed.
    let could_prepare = reports
        .iter()
        .filter(|report| !along.iter().any(|one| *one.name() == report.name));
    let mut ways: Vec<String> = could_prepare
        .map(|report| (&report.name, hard(&report.can_be_branch)))
        .map(|(name, (what, way))| format!("{name}: {what}; {way}"))
        .collect();
    if let Some(refused) = refused {
        let way = refused.help().unwrap_or("write to one of them in a transaction");
        ways.push(format!("{}; {way}", refused.message()));
    }
    Some(Problem {
        connections: reports.iter().map(|report| report.name.to_string()).collect(),
        what:
            "each of these can only be the home, and a transaction has one: it can write to one of them only"
                .to_owned(),
        help: ways.join(". "),
    })
}

/// What a copy of a database brings with it.
fn copies(reports: &[ConnectionReport]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, report) in reports.iter().enumerate() {
        let Some(id) = &report.resource else { continue };
        let same = |other: &&ConnectionReport| other.resource.as_ref() == Some(id);
        // Two names for one address are one database, and fine.
        let other = reports
            .iter()
            .skip(index + 1)
            .filter(same)
            .find(|other| other.address != report.address);
        if let Some(other) = other {
            problems.push(Problem {
                connections: vec![report.name.to_string(), other.name.to_string()],
                what: format!("both databases have the id {id}, as if one were a copy of the other"),
                help: "if it is a copy, empty its table manybase_resource: it then gets an id of its own. If both \
                       lead to the same database, use one of them"
                    .to_owned(),
            });
        }
    }
    problems
}

fn hard(readiness: &Readiness) -> (String, String) {
    let first = readiness.obstacles.iter().find(|obstacle| obstacle.hard);
    first.map_or_else(Default::default, |obstacle| {
        (obstacle.what.clone(), obstacle.help.clone())
    })
}
