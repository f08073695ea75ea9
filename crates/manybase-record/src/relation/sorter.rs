//! Puts each record to the key that it was asked for by.

use super::found::Found;
use super::keys::Round;
use super::link::Ends;
use super::stitch::{Reader, Stitch};
use crate::rows::Rows;
use crate::{Model, Rec};
use foldhash::fast::RandomState;
use manybase_driver::{Columns, Error, ErrorKind, Flow, Result, Row, Sink};
use std::collections::HashMap;
use std::ops::Range;

/// Whole numbers among keys, which are found without being brought into the form that all have in common.
type Wholes = HashMap<i64, usize, RandomState>;

/// Knows which keys a statement asks for.
pub(super) struct Sorter<T> {
    ends: Ends,
    reader: Reader,
    round: Round,
    /// Those of the statement, in the round.
    batch: Range<usize>,
    wholes: Wholes,
    /// Records of one key mostly come one after another.
    last: Option<(Stitch, usize)>,
    last_whole: Option<(i64, usize)>,
    pub(super) found: Found<Rec<T>>,
    /// How many were found before the statement.
    before: usize,
}

impl<T: Model> Sorter<T> {
    pub(super) fn new(ends: &Ends) -> Self {
        Self {
            ends: ends.clone(),
            reader: Reader::there(ends),
            round: Round::default(),
            batch: 0..0,
            wholes: Wholes::default(),
            last: None,
            last_whole: None,
            found: Found::default(),
            before: 0,
        }
    }

    /// Other keys, none of which was asked for before.
    pub(super) fn turn_to(&mut self, round: Round) {
        self.round = round;
    }

    /// The round's keys, as places among all.
    pub(super) fn places(&self) -> &[usize] {
        &self.round.places
    }

    /// A statement asks for these of the round, of which `wanted` tells each.
    pub(super) fn begin(&mut self, batch: Range<usize>, wanted: &[Stitch]) {
        let places = &self.round.places[batch.clone()];
        let whole = |&place: &usize| Some((wanted[place].whole()?, place));
        self.wholes.clear();
        self.wholes.extend(places.iter().filter_map(whole));
        self.batch = batch;
        self.before = self.found.len();
        self.last = None;
        self.last_whole = None;
    }

    /// The statement begins once more.
    fn restart(&mut self) {
        self.found.truncate(self.before);
    }

    pub(super) fn sort(&mut self, record: Rec<T>) -> Result<()> {
        let whole = match self.wholes.is_empty() {
            true => None,
            false => self.reader.whole::<T>(&record),
        };
        let place = match whole.and_then(|number| self.place_of(number)) {
            Some(place) => Some(place),
            None => self.look_up(&record)?,
        };
        if let Some(place) = place {
            self.found.push(place, record);
        }
        Ok(())
    }

    fn place_of(&mut self, number: i64) -> Option<usize> {
        if let Some((last, place)) = self.last_whole
            && last == number
        {
            return Some(place);
        }
        let place = *self.wholes.get(&number)?;
        self.last_whole = Some((number, place));
        Some(place)
    }

    /// By the key in its common form; `None` for a record that points to nothing.
    fn look_up(&mut self, record: &T) -> Result<Option<usize>> {
        let Some(key) = self.reader.read(record)? else {
            return Ok(None);
        };
        if let Some((last, place)) = &self.last
            && *last == key
        {
            return Ok(Some(*place));
        }
        let at = self.round.found.get(&*key.folded());
        let at = at.filter(|at| self.batch.contains(*at));
        let Some(at) = at else {
            return Err(not_asked_for::<T>(&self.ends));
        };
        let place = self.round.places[*at];
        self.last = Some((key, place));
        Ok(Some(place))
    }
}

/// Sorts records as they come.
pub(super) struct Sorting<T> {
    pub(super) rows: Rows<Rec<T>>,
    pub(super) sorter: Sorter<T>,
}

impl<T: Model> Sink for Sorting<T> {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.rows.columns(columns)
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.sorter.sort(self.rows.decoded(row)?)?;
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        self.sorter.restart();
        true
    }
}

/// A row that matches no key which was asked for, as we see it.
fn not_asked_for<T: Model>(ends: &Ends) -> Error {
    let columns: Vec<&str> = ends
        .there
        .iter()
        .map(|&at| &*T::meta().columns[at].name)
        .collect();
    let message = format!(
        "relation {}: the database takes a text in {} for equal to another one, and it can't be told to which it belongs",
        ends.field,
        columns.join(", ")
    );
    Error::new(ErrorKind::Unsupported, message)
        .with_help(
            "give the column a collation that tells texts apart by more than case, such as utf8mb4_bin",
        )
        .with_model(T::meta().name)
}
