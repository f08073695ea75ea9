//! Which tables the columns of an expression can belong to.

use crate::expr::ColumnRef;
use crate::{Error, Name, Result};

/// The sources of the queries around what is being written.
#[derive(Default)]
pub(super) struct Scopes {
    levels: Vec<Level>,
    /// Names of result columns are written, which belong to no table.
    pub(super) bare: bool,
}

enum Level {
    /// A query's sources, the first first.
    Query(Vec<Name>),
    /// Nothing outside can be seen from inside.
    Wall,
}

impl Scopes {
    /// A query begins.
    pub(super) fn enter(&mut self, names: Vec<Name>) -> Result<()> {
        for (at, name) in names.iter().enumerate() {
            let twice = names[..at].contains(name) || self.visible().any(|other| other == name);
            if twice {
                return Err(Error::Statement(format!(
                    "{name} is read twice in one query, and its columns can't be told apart: give one an alias"
                )));
            }
        }
        self.levels.push(Level::Query(names));
        Ok(())
    }

    pub(super) fn wall(&mut self) {
        self.levels.push(Level::Wall);
    }

    pub(super) fn leave(&mut self) {
        self.levels.pop();
    }

    /// The sources that can be named, the nearest first.
    fn visible(&self) -> impl Iterator<Item = &Name> {
        let levels = self.levels.iter().rev();
        levels
            .map_while(|level| match level {
                Level::Query(names) => Some(names),
                Level::Wall => None,
            })
            .flatten()
    }

    /// What stands before the column, if anything: with one table in all there is no need.
    pub(super) fn qualifier(&self, column: &ColumnRef) -> Result<Option<Name>> {
        if self.bare {
            return Ok(None);
        }
        let Some(Level::Query(here)) = self.levels.last() else {
            return Ok(column.table.clone());
        };
        let alone = here.len() == 1 && self.levels.len() == 1;
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
