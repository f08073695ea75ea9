//! Which tables the columns of an expression can belong to.

use crate::expr::ColumnRef;
use crate::{Error, Name, Result};

/// The sources of the queries around what is being written.
#[derive(Default)]
pub(super) struct Scopes {
    /// The statement's own, apart from those inside it: most statements have no others, and need no list so.
    first: Option<Level>,
    more: Vec<Level>,
    /// Names of result columns are written, which belong to no table.
    pub(super) bare: bool,
}

pub(super) enum Level {
    /// The only table of a statement.
    One(Name),
    /// A query's sources, the first first.
    Query(Vec<Name>),
    /// Nothing outside can be seen from inside.
    Wall,
}

impl Level {
    pub(super) fn names(&self) -> &[Name] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Query(names) => names,
            Self::Wall => &[],
        }
    }
}

impl Scopes {
    /// A query begins.
    pub(super) fn enter(&mut self, level: Level) -> Result<()> {
        let names = level.names();
        for (at, name) in names.iter().enumerate() {
            let twice = names[..at].contains(name) || self.visible().any(|other| other == name);
            if twice {
                return Err(Error::Statement(format!(
                    "{name} is read twice in one query, and its columns can't be told apart: give one an alias"
                )));
            }
        }
        self.push(level);
        Ok(())
    }

    fn push(&mut self, level: Level) {
        match self.first {
            None => self.first = Some(level),
            Some(_) => self.more.push(level),
        }
    }

    fn last(&self) -> Option<&Level> {
        self.more.last().or(self.first.as_ref())
    }

    pub(super) fn wall(&mut self) {
        self.push(Level::Wall);
    }

    pub(super) fn leave(&mut self) {
        if self.more.pop().is_none() {
            self.first = None;
        }
    }

    /// The sources that can be named, the nearest first.
    fn visible(&self) -> impl Iterator<Item = &Name> {
        let levels = self.more.iter().rev().chain(&self.first);
        levels
            .take_while(|level| !matches!(level, Level::Wall))
            .flat_map(Level::names)
    }

    /// The first source of the query that is written.
    pub(super) fn first_here(&self) -> Option<Name> {
        self.last()?.names().first().cloned()
    }

    /// What stands before the column, if anything: with one table in all there is no need.
    pub(super) fn qualifier(&self, column: &ColumnRef) -> Result<Option<Name>> {
        if self.bare {
            return Ok(None);
        }
        let here = match self.last() {
            None | Some(Level::Wall) => return Ok(column.table.clone()),
            Some(level) => level.names(),
        };
        let alone = here.len() == 1 && self.more.is_empty();
        match &column.table {
            None if alone => Ok(None),
            // A column of no table is one of the first source.
            None => Ok(here.first().cloned()),
            Some(table) if self.visible().any(|name| name == table) => Ok((!alone).then(|| table.clone())),
            Some(table) => Err(Error::Statement(format!(
                "column {} belongs to {table}, which this query does not read: join it first",
                column.name
            ))),
        }
    }
}
