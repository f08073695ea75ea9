//! `migrations.sum`: a line for each migration, whose hash has that of the line before in it.

use super::Migration;
use super::migration::hash;
use crate::Problem;

/// The first line, which says how the others are to be read.
const HEADER: &str = "manybase-migrations 1";

/// Name and hash of each migration, in order.
pub(super) fn parse(text: &str) -> Result<Vec<(&str, &str)>, Problem> {
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    match lines.next() {
        None => return Ok(Vec::new()),
        Some((_, HEADER)) => {}
        Some(_) => return Err(Problem::Sum { line: 1 }),
    }
    lines
        .map(|(number, line)| match line.split_once(' ') {
            Some((name, hash)) if hash.len() == 64 => Ok((name, hash)),
            _ => Err(Problem::Sum { line: number + 1 }),
        })
        .collect()
}

fn link(before: &str, migration: &Migration) -> String {
    hash([before, migration.name(), &migration.digest()])
}

/// The file for these migrations.
pub(super) fn write(migrations: &[Migration]) -> String {
    let (mut text, mut before) = (format!("{HEADER}\n"), String::new());
    for migration in migrations {
        before = link(&before, migration);
        text.push_str(&format!("{} {before}\n", migration.name()));
    }
    text
}

/// What does not fit. With `all`, new ones behind the last are problems too.
pub(super) fn compare(text: Option<&str>, migrations: &[Migration], all: bool) -> Vec<Problem> {
    let known = match parse(text.unwrap_or_default()) {
        Ok(known) => known,
        Err(problem) => return vec![problem],
    };
    let mut problems = Vec::new();
    let mut before = "";
    for (name, hash) in &known {
        match migrations.iter().find(|migration| migration.name() == *name) {
            None => problems.push(Problem::Removed {
                migration: (*name).to_owned(),
            }),
            Some(migration) if link(before, migration) != *hash => problems.push(Problem::Changed {
                migration: (*name).to_owned(),
            }),
            Some(_) => {}
        }
        before = hash;
    }
    let last = known.last().map(|(name, _)| *name);
    for migration in migrations {
        if known.iter().any(|(name, _)| *name == migration.name()) {
            continue;
        }
        let migration = migration.name().to_owned();
        match known.iter().find(|(name, _)| **name > *migration) {
            Some((before, _)) if last.is_some() => problems.push(Problem::Inserted {
                migration,
                before: (*before).to_owned(),
            }),
            _ if all => problems.push(Problem::Unsealed { migration }),
            _ => {}
        }
    }
    problems
}
