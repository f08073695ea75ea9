//! `plan.json`: what is known of a migration besides its statements.

use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `plan.json` says.
///
/// ```
/// use manybase_migrate::Plan;
/// let plan: Plan = serde_json::from_str(r#"{"parents": ["20250101000000_customer"]}"#)?;
/// assert!(plan.requires.is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Plan {
    /// The migrations that it was written after: one, or several that it joins. Where nothing is said, the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parents: Option<Vec<String>>,
    /// Migrations of other connections that have to be there first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Requirement>,
    /// Migrations that it stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// Those of them that stood for others, and for which: a database has had either the one or the others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub squashed: BTreeMap<String, Vec<String>>,
    /// What it does, for databases of every kind; empty when only the statements tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Operation>,
}

impl Plan {
    /// Those that it stands for itself, without those that one of them stood for.
    pub(crate) fn replaced(&self) -> impl Iterator<Item = &String> {
        let earlier = |name: &&String| !self.squashed.values().flatten().any(|one| one == *name);
        self.replaces.iter().filter(earlier)
    }
}

/// A migration on another connection.
///
/// ```
/// use manybase_migrate::Requirement;
/// let needs: Requirement = "crm/20250101000000_person".parse()?;
/// assert_eq!((needs.connection.as_str(), needs.migration.as_str()), ("crm", "20250101000000_person"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The connection.
    pub connection: String,
    /// The migration's name.
    pub migration: String,
}

impl std::str::FromStr for Requirement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((connection, migration)) if !connection.is_empty() && !migration.is_empty() => Ok(Self {
                connection: connection.to_owned(),
                migration: migration.to_owned(),
            }),
            _ => Err("write CONNECTION/MIGRATION".to_owned()),
        }
    }
}
