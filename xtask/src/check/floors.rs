//! A crate imports only from floors strictly below its own (ARCHITECTURE.md, "Floors").

use super::Violation;
use crate::workspace::{Dependency, Member};

/// The floor plan. A new crate gets its line here, and its place in ARCHITECTURE.md.
const FLOORS: &[(&str, u8)] = &[
    ("manybase-sql", 1),
    ("manybase-driver", 2),
    ("manybase-sqlite", 3),
    ("manybase-postgres", 3),
    ("manybase-mysql", 3),
    ("manybase-mssql", 3),
    ("manybase-oracle", 3),
    ("manybase-db", 4),
    ("manybase-record", 5),
    ("manybase-schema", 5),
    (MACROS, 5),
    ("manybase-migrate", 6),
    ("manybase-sync", 6),
    ("manybase-federation", 6),
    ("manybase-snapshot", 6),
    ("manybase-saga", 6),
    ("manybase-axum", 6),
    ("manybase-docs", 6),
    ("manybase-cli", 7),
    ("manybase-test", 7),
    ("manybase", 8),
    ("manybase-console", 8),
];

/// A procedural macro: usable from its own floor, because it is not linked into anything.
const MACROS: &str = "manybase-macros";
/// Throwaway servers and the compliance suite: a dev-dependency of everybody, built on the contract only.
const TESTKIT: &str = "manybase-testkit";
const TESTKIT_REACH: u8 = 2;
/// Gives the kit's servers to tests of users' programs: itself for [dev-dependencies] only, and so it may use the kit.
const TESTS: &str = "manybase-test";
/// The fault harness: a program for development on top of everything, as examples and benchmarks are.
const FAULTS: &str = "manybase-faults";
const XTASK: &str = "xtask";

pub(super) fn check(members: &[Member]) -> Vec<Violation> {
    let mut found: Vec<_> = members.iter().filter_map(unknown).collect();
    for member in members {
        found.extend(
            member
                .dependencies
                .iter()
                .filter_map(|edge| forbidden(member, edge)),
        );
    }
    found
}

fn floor(name: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, floor)| *floor)
}

/// Every crate under `crates/`, and every one that calls itself `manybase…`, has a floor.
fn unknown(member: &Member) -> Option<Violation> {
    let ours = member.dir.starts_with("crates/") || member.name.starts_with("manybase");
    let known = [TESTKIT, FAULTS].contains(&member.name.as_str()) || floor(&member.name).is_some();
    (ours && !known).then(|| {
        Violation::new(
            &member.name,
            "this crate has no floor",
            "add it to the table in xtask/src/check/floors.rs and to ARCHITECTURE.md",
        )
    })
}

fn forbidden(from: &Member, edge: &Dependency) -> Option<Violation> {
    let to = edge.name.as_str();
    if to != TESTKIT && floor(to).is_none() {
        return None; // Somebody else's crate, or an unknown one of ours, which is reported by itself.
    }
    let place = format!("{} -> {to}", from.name);
    let say = |rule: String, way_out: &str| Some(Violation::new(&place, rule, way_out));

    if from.name == XTASK {
        return say(
            "xtask is compiled first on a fresh machine and depends on no crate of ours".into(),
            "run the tool as a process, or move the chore into the crate it is about",
        );
    }
    if from.name == TESTKIT {
        return match floor(to) {
            Some(floor) if floor <= TESTKIT_REACH => None,
            _ => say(
                format!(
                    "the test kit may use floors 1 to {TESTKIT_REACH} only, so that every driver can use it"
                ),
                "take what you need as a trait of manybase-driver, or move the test to the crate it tests",
            ),
        };
    }
    // Examples, benchmarks and the fault harness stand on top of everything, test kit included.
    let own = floor(&from.name)?;
    if to == TESTKIT {
        return if edge.dev || from.name == TESTS {
            None
        } else {
            say(
                "manybase-testkit is for development only".into(),
                "move it to [dev-dependencies]; only examples, benchmarks and the fault harness may depend on it",
            )
        };
    }
    let theirs = floor(to)?;
    let macro_from_its_own_floor = to == MACROS && from.name != MACROS && own == theirs;
    // A crate names itself to turn on features for its own tests.
    let itself_in_tests = to == from.name && edge.dev;
    if theirs < own || macro_from_its_own_floor || itself_in_tests {
        return None;
    }
    let relation = if theirs == own { "beside" } else { "above" };
    say(
        format!("a crate imports only from floors below: floor {own} uses floor {theirs}, {relation} it"),
        "move the shared piece to a lower floor (statements and dialects: manybase-sql; traits, errors and \
         capabilities: manybase-driver), or move the code up to where both are in reach",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, dependencies: &[(&str, bool)]) -> Member {
        let dir = if name == "erp" {
            "examples/erp".into()
        } else {
            format!("crates/{name}")
        };
        let dependencies = dependencies
            .iter()
            .map(|(name, dev)| Dependency {
                name: (*name).into(),
                dev: *dev,
            })
            .collect();
        Member {
            name: name.into(),
            dir,
            dependencies,
        }
    }

    fn rules(name: &str, dependencies: &[(&str, bool)]) -> Vec<String> {
        check(&[member(name, dependencies)])
            .into_iter()
            .map(|v| v.to_string())
            .collect()
    }

    #[test]
    fn lower_floors_and_strangers_are_fine() {
        assert!(rules("manybase-sqlite", &[("manybase-sql", false), ("rusqlite", false)]).is_empty());
        assert!(
            rules(
                "manybase",
                &[("manybase-sqlite", false), ("manybase-macros", false)]
            )
            .is_empty()
        );
        assert!(
            rules(
                "manybase-record",
                &[("manybase-macros", false), ("manybase-db", false)]
            )
            .is_empty()
        );
    }

    #[test]
    fn a_crate_may_turn_on_its_own_features_for_its_tests() {
        assert!(rules("manybase-db", &[("manybase-db", true)]).is_empty());
        assert!(!rules("manybase-db", &[("manybase-db", false)]).is_empty());
    }

    #[test]
    fn an_import_from_above_fails() {
        let found = rules("manybase-sql", &[("manybase-driver", false)]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("manybase-sql -> manybase-driver"),
            "{}",
            found[0]
        );
        assert!(
            found[0].contains("floor 1 uses floor 2, above it"),
            "{}",
            found[0]
        );
        assert!(found[0].contains("way out"), "{}", found[0]);
    }

    #[test]
    fn drivers_do_not_import_each_other() {
        let found = rules("manybase-mysql", &[("manybase-postgres", false)]);
        assert!(
            found[0].contains("floor 3 uses floor 3, beside it"),
            "{}",
            found[0]
        );
    }

    #[test]
    fn dev_dependencies_keep_to_lower_floors_and_the_test_kit() {
        assert!(
            rules(
                "manybase-record",
                &[("manybase-sqlite", true), ("manybase-testkit", true)]
            )
            .is_empty()
        );
        assert!(rules("manybase-sql", &[("manybase-testkit", true)]).is_empty());
        assert_eq!(rules("manybase-db", &[("manybase-record", true)]).len(), 1);
    }

    #[test]
    fn the_test_kit_is_for_development_only() {
        let found = rules("manybase-sqlite", &[("manybase-testkit", false)]);
        assert!(found[0].contains("for development only"), "{}", found[0]);
        assert!(rules("erp", &[("manybase-testkit", false), ("manybase", false)]).is_empty());
        assert!(
            rules(
                "manybase-test",
                &[("manybase-testkit", false), ("manybase-db", false)]
            )
            .is_empty()
        );
    }

    #[test]
    fn the_test_kit_knows_the_contract_only() {
        assert!(
            rules(
                "manybase-testkit",
                &[("manybase-sql", false), ("manybase-driver", false)]
            )
            .is_empty()
        );
        let found = rules("manybase-testkit", &[("manybase-sqlite", true)]);
        assert!(found[0].contains("floors 1 to 2 only"), "{}", found[0]);
    }

    #[test]
    fn macros_use_nothing_beside_or_above_them() {
        assert_eq!(rules("manybase-macros", &[("manybase-record", false)]).len(), 1);
        assert_eq!(rules("manybase-db", &[("manybase-macros", false)]).len(), 1);
    }

    #[test]
    fn a_new_crate_needs_a_floor() {
        let found = rules("manybase-cassandra", &[("manybase-driver", false)]);
        assert!(
            found[0].contains("has no floor") && found[0].contains("floors.rs"),
            "{}",
            found[0]
        );
        assert!(rules("erp", &[]).is_empty());
    }

    #[test]
    fn the_fault_harness_stands_on_top_of_everything() {
        let mut harness = member(FAULTS, &[(TESTKIT, false), ("manybase", false)]);
        harness.dir = "faults".into();
        assert!(check(&[harness]).is_empty());
    }

    #[test]
    fn xtask_stays_alone() {
        let mut xtask = member("xtask", &[("manybase-sql", false), ("clap", false)]);
        xtask.dir = "xtask".into();
        let found = check(&[xtask]);
        assert_eq!(found.len(), 1);
        assert!(found[0].rule.contains("depends on no crate of ours"));
    }
}
