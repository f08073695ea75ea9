//! What came of it.

use serde::Serialize;

/// What came of one check.
///
/// ```
/// # fn look(checked: &manybase_migrate::Checked) {
/// println!("{}: {}", checked.check, checked.findings.len());
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// What was looked at.
    pub check: &'static str,
    /// What is wrong; nothing when it is fine.
    pub findings: Vec<String>,
    /// What could not be looked at, or not wholly; nothing that is wrong.
    pub notes: Vec<String>,
    /// Why it was not looked at.
    pub skipped: Option<String>,
}

/// What came of the checks of one connection.
///
/// ```
/// # fn look(verified: &manybase_migrate::Verified) {
/// println!("{} {}", verified.connection, verified.is_fine());
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// The connection.
    pub connection: String,
    /// The checks.
    pub checks: Vec<Checked>,
}

impl Verified {
    /// Whether nothing is wrong.
    ///
    /// ```
    /// # fn look(verified: &manybase_migrate::Verified) {
    /// assert!(verified.is_fine());
    /// # }
    /// ```
    pub fn is_fine(&self) -> bool {
        self.checks.iter().all(|check| check.findings.is_empty())
    }

    pub(super) fn add(&mut self, check: &'static str, findings: Vec<String>) {
        self.add_with(check, findings, Vec::new());
    }

    pub(super) fn add_with(&mut self, check: &'static str, findings: Vec<String>, notes: Vec<String>) {
        self.checks.push(Checked {
            check,
            findings,
            notes,
            skipped: None,
        });
    }

    pub(super) fn skip(&mut self, check: &'static str, why: impl Into<String>) {
        self.checks.push(Checked {
            check,
            findings: Vec::new(),
            notes: Vec::new(),
            skipped: Some(why.into()),
        });
    }
}
