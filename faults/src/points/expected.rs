//! Which places have to be on the way of which mix.

use super::Stage;
use crate::mix::{Kind, Mix, Role};

/// Where a client that is killed leaves a transfer that has to be aborted, or one that has to be committed. The
/// first that is on its way.
pub(super) const UNDECIDED: &[&str] = &["decision-before", "prepare-after"];
pub(super) const DECIDED: &[&str] = &["finish-before", "commit-after", "decision-after"];

const TRANSFER: &[&str] = &[
    "work-before",
    "work-after",
    "receipt-before",
    "prepare-before",
    "prepare-after",
    "decision-before",
    "decision-after",
    "commit-before",
    "commit-after",
    "finish-before",
    "finish-after",
    "redirect-before",
    "redirect-after",
];

const RECOVERY: &[&str] = &[
    "recover-listed",
    "recover-fence-before",
    "recover-fence-after",
    "recover-finish-before",
    "recover-finish-after",
];

const PRUNING: &[&str] = &["prune-before", "prune-after"];

/// All there are.
pub(super) fn all(stage: Stage) -> impl Iterator<Item = &'static str> {
    let list = match stage {
        Stage::Transfer => TRANSFER,
        Stage::Abort | Stage::Commit => RECOVERY,
        Stage::Prune => PRUNING,
    };
    list.iter().copied()
}

/// Those that must be reached, or something is not tested that seems to be.
pub(super) fn at(mix: &Mix, stage: Stage) -> impl Iterator<Item = &'static str> {
    let mix = mix.clone();
    // The predicted home takes part and is only read.
    let elsewhere = mix
        .parts
        .iter()
        .any(|part| part.role == Role::Reads && part.kind == Kind::Sqlite);
    // Branches that were begun with their names can't be the home.
    let named = mix.writers().all(|part| part.kind == Kind::Mariadb);
    all(stage).filter(move |name| match (stage, *name) {
        _ if !mix.is_distributed() => false,
        (Stage::Transfer, "redirect-before" | "redirect-after") => elsewhere && !named,
        (Stage::Transfer, "commit-before") => !(elsewhere && named),
        _ => true,
    })
}
