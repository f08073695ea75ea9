//! What a definition must be like.

use super::Definition;
use crate::tables::StepRow;
use manybase_db::{Db, Error, ErrorKind, Result};
use std::collections::HashSet;
use std::time::Duration;

/// As long as the columns of the log.
const NAME: usize = 100;

impl Definition {
    /// Names that the log can hold, that occur once, and connections that there are.
    pub(crate) fn check(&self, db: &Db) -> Result<()> {
        check_name(&self.name, "a saga")?;
        let mut seen = HashSet::new();
        for step in &self.steps {
            check_name(&step.name, &format!("a step of saga {:?}", self.name))?;
            if !seen.insert(&step.name) {
                let twice = format!(
                    "saga {:?} has two steps that are called {:?}",
                    self.name, step.name
                );
                return Err(Error::config(twice).with_help("give each step a name of its own"));
            }
            if let Some(connection) = step.connection() {
                db.connection(connection)?;
            }
        }
        Ok(())
    }

    /// Whether a saga that has begun consists of the same steps.
    pub(crate) fn check_same(&self, rows: &[StepRow]) -> Result<()> {
        let same = self.steps.len() == rows.len()
            && self.steps.iter().zip(rows).all(|(step, row)| {
                *step.name == *row.step
                    && step.kind() == row.kind
                    && step.connection().map(|name| &**name) == row.connection.as_deref()
                    && step.pivot == row.pivot
                    && step.is_compensable() == row.compensable
            });
        if same {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Config,
            format!(
                "saga {:?} began with other steps than version {} has in this program",
                self.name, self.version
            ),
        )
        .with_help("raise the version when steps change, and keep the old version registered"))
    }

    /// How long an attempt at a step may take.
    pub(crate) fn timeout(&self, step: Option<&str>) -> Duration {
        let step = self.steps.iter().find(|one| Some(&*one.name) == step);
        step.map(|step| step.limits.timeout).unwrap_or_default()
    }
}

fn check_name(name: &str, what: &str) -> Result<()> {
    let wrong = if name.trim().is_empty() {
        "has no name"
    } else if name.chars().count() > NAME {
        "has a name of more than 100 characters"
    } else if name.contains('\0') {
        "has a name with NUL in it"
    } else {
        return Ok(());
    };
    Err(Error::config(format!("{what} {wrong}")))
}
