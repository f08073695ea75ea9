//! One migration for several.

mod anew;

use crate::operation::Operation;
use crate::set::write;
use crate::{Line, Migration, Plan, Set};
use manybase_db::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Writes one migration in the place of the first ones of a connection, up to and with `last`, and removes their
/// directories. Its statements are theirs, one after another. A database that has had them all is told so at its next
/// `up`, and runs nothing; a new one runs the one. Gives the new migration's name. [`Migrator::squash`](crate::Migrator::squash)
/// writes fewer statements.
///
/// ```
/// use manybase_migrate::{Set, squash};
/// let directory = tempfile::tempdir().expect("a directory");
/// for (name, sql) in [("20250101000000_a", "CREATE TABLE a (b INTEGER);"), ("20250102000000_b", "DROP TABLE a;")] {
///     let place = directory.path().join("main").join(name);
///     std::fs::create_dir_all(&place).expect("made");
///     std::fs::write(place.join("up.sql"), sql).expect("written");
/// }
/// let name = squash(&Set::read(directory.path())?, "main", "20250102000000_b", "start")?;
/// assert_eq!(name, "20250102000000_start");
/// let set = Set::read(directory.path())?;
/// assert_eq!(set.line("main").unwrap().migrations().len(), 1);
/// set.check()?;
/// # Ok::<(), manybase_db::Error>(())
/// ```
///
/// # Errors
/// Migrations with steps in Rust, or with files for other databases than the rest: they can't be joined. What goes wrong in
/// reading and writing.
pub fn squash(set: &Set, connection: &str, last: &str, word: &str) -> Result<String> {
    let chosen = Chosen::of(set, connection, last, word)?;
    let several = &chosen.several;
    let ups: BTreeSet<&str> = names(several[0], "up.");
    for one in several {
        if names(one, "up.") != ups {
            return Err(chosen.refused(
                format!(
                    "{} has files for other databases than {}",
                    one.name(),
                    several[0].name()
                ),
                "squash up to the one before it",
            ));
        }
        chosen.refuse_step(one)?;
    }
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for file in ups {
        files.insert(file.to_owned(), joined(several.iter().copied(), file));
        let down = file.replacen("up", "down", 1);
        // Without one of them there is no way back.
        if several.iter().all(|one| one.files().contains_key(&down)) {
            files.insert(down.clone(), joined(several.iter().rev().copied(), &down));
        }
    }
    let operations = several
        .iter()
        .flat_map(|one| one.plan().operations.iter().cloned())
        .collect();
    chosen.write(files, operations)
}

/// The first migrations of a connection, and what stands for them.
struct Chosen<'s> {
    directory: &'s Path,
    line: &'s Line,
    several: Vec<&'s Migration>,
    name: String,
}

impl<'s> Chosen<'s> {
    fn of(set: &'s Set, connection: &str, last: &str, word: &str) -> Result<Self> {
        let refused =
            |what: String, help: &str| Error::config(what).with_help(help).with_connection(connection);
        let (Some(directory), Some(line)) = (set.directory(), set.line(connection)) else {
            return Err(refused(
                format!("there are no migrations for {connection:?} in a directory"),
                "look with `manybase migrate status`",
            ));
        };
        let last = line.find(last)?.name();
        let several: Vec<_> = line
            .migrations()
            .iter()
            .filter(|one| one.name() <= last)
            .collect();
        if several.len() < 2 {
            return Err(refused(
                "there is one migration only".to_owned(),
                "name a later one with --to",
            ));
        }
        let (time, _) = last.split_once('_').unwrap_or((last, ""));
        let name = format!("{time}_{word}");
        if line.migrations().iter().any(|one| one.name() == name) {
            return Err(refused(
                format!("there is a migration {name}"),
                "give the new one another name",
            ));
        }
        Ok(Self {
            directory,
            line,
            several,
            name,
        })
    }

    fn refused(&self, what: String, help: &str) -> Error {
        Error::config(what)
            .with_help(help)
            .with_connection(self.line.connection().clone())
    }

    fn refuse_step(&self, one: &Migration) -> Result<()> {
        let step = |text: &String| text.lines().any(|line| line.trim() == "-- manybase: step");
        match one.files().values().any(step) {
            true => Err(self.refused(
                format!("{} has a step in Rust, which has a place in it", one.name()),
                "squash up to the one before it",
            )),
            false => Ok(()),
        }
    }

    /// Puts the one in the place of the others.
    fn write(&self, mut files: BTreeMap<String, String>, operations: Vec<Operation>) -> Result<String> {
        let (directory, connection) = (self.directory, &**self.line.connection());
        let replaces = self.several.iter().flat_map(|one| {
            let earlier = one.plan().replaces.iter().cloned();
            earlier.chain([one.name().to_owned()])
        });
        let mut squashed = BTreeMap::new();
        for one in &self.several {
            let plan = one.plan();
            squashed.extend(plan.squashed.clone());
            if !plan.replaces.is_empty() {
                squashed.insert(one.name().to_owned(), plan.replaced().cloned().collect());
            }
        }
        let plan = Plan {
            parents: Some(Vec::new()),
            replaces: replaces.collect(),
            squashed,
            requires: self
                .several
                .iter()
                .flat_map(|one| one.plan().requires.iter().cloned())
                .collect(),
            operations,
        };
        let plan = serde_json::to_string_pretty(&plan)
            .map_err(|error| Error::config(format!("plan.json can't be written: {error}")))?;
        files.insert("plan.json".to_owned(), format!("{plan}\n"));
        let place = directory.join(connection).join(&self.name);
        for (file, text) in &files {
            write(&place.join(file), text)?;
        }
        for one in &self.several {
            let gone = directory.join(connection).join(one.name());
            std::fs::remove_dir_all(&gone)
                .map_err(|error| Error::config(format!("{} can't be removed: {error}", gone.display())))?;
        }
        let set = Set::read(directory)?;
        if let Some(line) = set.line(connection) {
            Line::seal(line, directory)?;
        }
        Ok(self.name.clone())
    }
}

fn names<'m>(migration: &'m crate::Migration, prefix: &str) -> BTreeSet<&'m str> {
    let files = migration.files().keys().map(String::as_str);
    files.filter(|file| file.starts_with(prefix)).collect()
}

fn joined<'m>(several: impl Iterator<Item = &'m crate::Migration>, file: &str) -> String {
    let mut text = String::new();
    for one in several {
        let part = one.files().get(file).map_or("", String::as_str).trim();
        let end = if part.is_empty() || part.ends_with(';') {
            ""
        } else {
            "\n;"
        };
        text.push_str(&format!("-- {}\n{part}{end}\n\n", one.name()));
    }
    text
}
