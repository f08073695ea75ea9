//! What the files say against what the database says.

use crate::history::{Applied, State};
use crate::{Direction, Line, Migration, Plan, Problem, Target};
use manybase_db::Result;
use manybase_sql::Dialect;
use std::collections::BTreeMap;

/// The rows of the history, by name.
pub(crate) type Rows = BTreeMap<String, Applied>;

/// Files and history side by side.
#[derive(Default)]
pub(crate) struct Survey<'l> {
    pub(crate) problems: Vec<Problem>,
    /// To be applied, in order; one that was begun is the first.
    pub(crate) pending: Vec<&'l Migration>,
    /// Applied, in order.
    pub(crate) applied: Vec<&'l Migration>,
    /// Being applied, or taken back.
    pub(crate) unfinished: Option<(&'l Migration, State)>,
    /// Applied under the names that they stand for.
    pub(crate) folds: Vec<&'l Migration>,
}

impl<'l> Survey<'l> {
    pub(crate) fn of(line: &'l Line, rows: &Rows, dialect: &dyn Dialect) -> Self {
        let mut survey = Self::default();
        let mut folded: Vec<&str> = Vec::new();
        for migration in line.migrations() {
            let Some(row) = rows.get(migration.name()) else {
                survey.lacking(migration, rows, &mut folded);
                continue;
            };
            folded.extend(migration.plan().replaces.iter().map(String::as_str));
            let same = row.checksum == migration.checksum(dialect);
            match row.state {
                State::Applied => survey.applied.push(migration),
                state => {
                    survey.unfinished = Some((migration, state));
                    if state == State::Applying {
                        survey.pending.insert(0, migration);
                    } else {
                        survey.applied.push(migration);
                    }
                }
            }
            // What is not finished may be put right; the steps that are done are looked at one by one.
            if !same && row.state == State::Applied {
                survey.problems.push(Problem::Edited {
                    migration: migration.name().to_owned(),
                });
            }
        }
        for name in rows.keys() {
            let known = line.migrations().iter().any(|migration| migration.name() == name);
            if !known && !folded.contains(&name.as_str()) {
                survey.problems.push(Problem::Missing {
                    migration: name.clone(),
                });
            }
        }
        survey
    }

    /// Why nothing can run in this direction, if there is a reason. It is taken out.
    pub(crate) fn in_the_way(&mut self, direction: Direction) -> Option<Problem> {
        if !self.problems.is_empty() {
            return Some(self.problems.remove(0));
        }
        let (migration, state) = self.unfinished?;
        let reverting = state == State::Reverting;
        let contrary = reverting == (direction == Direction::Up);
        contrary.then(|| Problem::Unfinished {
            migration: migration.name().to_owned(),
            reverting,
            done: 0,
        })
    }

    /// What runs, in order.
    pub(crate) fn queue(
        &self,
        line: &Line,
        direction: Direction,
        target: &Target,
    ) -> Result<Vec<&'l Migration>> {
        let mut queue: Vec<_> = match direction {
            Direction::Up => self.pending.clone(),
            Direction::Down => self.applied.iter().rev().copied().collect(),
        };
        queue.truncate(match target {
            Target::All => usize::MAX,
            Target::Steps(steps) => *steps,
            Target::To(name) => {
                let name = line.find(name)?.name();
                let meant = |one: &&&Migration| (one.name() <= name) == (direction == Direction::Up);
                queue.iter().filter(meant).count()
            }
        });
        Ok(queue)
    }

    /// One that is not in the history under its own name.
    fn lacking(&mut self, migration: &'l Migration, rows: &Rows, folded: &mut Vec<&'l str>) {
        let plan = migration.plan();
        let had = plan.replaces.iter().filter(|name| rows.contains_key(*name));
        let had: Vec<_> = had.collect();
        let lacking = plan
            .replaced()
            .find(|name| !has(plan, name, rows, plan.squashed.len()));
        match (had.is_empty(), lacking) {
            (true, _) => self.pending.push(migration),
            (false, None) => {
                folded.extend(had.into_iter().map(String::as_str));
                self.folds.push(migration);
            }
            (false, Some(lacking)) => {
                folded.extend(had.into_iter().map(String::as_str));
                self.problems.push(Problem::HalfSquashed {
                    migration: migration.name().to_owned(),
                    lacking: lacking.clone(),
                });
            }
        }
    }
}

/// Whether the database has had one of those that a migration stands for, or all that this one stood for.
/// So deep at most, should the file say that one stood for itself.
fn has(plan: &Plan, name: &String, rows: &Rows, depth: usize) -> bool {
    let all = |parts: &Vec<String>| parts.iter().all(|part| has(plan, part, rows, depth - 1));
    let parts = || {
        plan.squashed
            .get(name)
            .filter(|parts| depth > 0 && !parts.is_empty())
    };
    rows.contains_key(name) || parts().is_some_and(all)
}
