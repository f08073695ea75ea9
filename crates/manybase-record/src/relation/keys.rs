//! The keys of many records, each once, and how they are asked for.

use super::link::Ends;
use super::stitch::{Kind, Reader, Stitch};
use crate::{ColumnMeta, Cond, Model, ModelMeta};
use foldhash::fast::RandomState;
use manybase_driver::{Dialect, Result};
use manybase_sql::{Expr, ListBind, Value};
use std::collections::HashMap;

pub(super) type Places = HashMap<Stitch, usize, RandomState>;

/// Bytes of keys in one statement, roughly: servers have a limit on what they take at once.
pub(super) const BYTES: usize = 4 << 20;
/// Rows of a composite key in one statement.
const ROWS: usize = 1_000;

/// The keys of records, each once.
pub(super) struct Keys {
    /// For each record the place of its key; `None` if it points to nothing.
    pub(super) of: Vec<Option<usize>>,
    pub(super) wanted: Vec<Stitch>,
    places: Places,
}

impl Keys {
    pub(super) fn of<'r, M: Model>(
        records: impl ExactSizeIterator<Item = &'r M>,
        ends: &Ends,
    ) -> Result<Self> {
        let mut reader = Reader::here(ends);
        let count = records.len();
        let mut keys = Self {
            of: Vec::with_capacity(count),
            wanted: Vec::with_capacity(count),
            places: Places::with_capacity_and_hasher(count, RandomState::default()),
        };
        for record in records {
            let key = reader.read(record)?;
            let place = key.map(|key| {
                let next = keys.wanted.len();
                *keys.places.entry(key).or_insert_with_key(|key| {
                    keys.wanted.push(key.clone());
                    next
                })
            });
            keys.of.push(place);
        }
        Ok(keys)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.wanted.len()
    }

    /// Keys that a database may take for equal are never asked for together, so that a row it finds belongs to one of
    /// them, whichever way the database compares.
    pub(super) fn rounds(&mut self, ends: &Ends) -> Vec<Round> {
        if !ends.kinds.contains(&Kind::Text) {
            let places = (0..self.wanted.len()).collect();
            return vec![Round {
                places,
                found: std::mem::take(&mut self.places),
            }];
        }
        let mut rounds: Vec<Round> = Vec::new();
        for (place, key) in self.wanted.iter().enumerate() {
            let folded = key.folded().into_owned();
            let free = rounds.iter().position(|round| !round.found.contains_key(&folded));
            let round = free.unwrap_or_else(|| {
                rounds.push(Round::default());
                rounds.len() - 1
            });
            let round = &mut rounds[round];
            round.found.insert(folded, round.places.len());
            round.places.push(place);
        }
        rounds
    }
}

/// Keys that can be asked for together.
#[derive(Default)]
pub(super) struct Round {
    /// Their places among all.
    pub(super) places: Vec<usize>,
    /// Where each stands in `places`, by its folded form.
    pub(super) found: Places,
}

/// So many of each key's records.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Page {
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
}

impl Page {
    pub(super) fn is_whole(self) -> bool {
        self.limit.is_none() && self.offset.is_none()
    }

    /// Leaves so many.
    pub(super) fn cut<T>(self, all: &mut Vec<T>) {
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let offset = self.offset.map_or(0, number).min(all.len());
        all.drain(..offset);
        all.truncate(self.limit.map_or(usize::MAX, number));
    }
}

impl Keys {
    /// The records of the other end that have these keys, in parts that a statement can bind.
    pub(super) fn conditions<T: Model>(&self, ends: &Ends, dialect: &dyn Dialect) -> Vec<Cond> {
        let meta = T::meta();
        let columns: Vec<_> = ends.there.iter().map(|&at| &meta.columns[at]).collect();
        let mut conditions = Vec::new();
        let mut wanted = self.wanted.iter().peekable();
        while let Some(first) = wanted.peek() {
            let at_most = at_most(dialect, ends, first);
            let mut asked = Asked::default();
            while asked.count < at_most && asked.bytes < BYTES {
                let Some(key) = wanted.next() else { break };
                asked.add(key, &columns);
            }
            if asked.count > 0 {
                conditions.push(asked.condition(meta, &ends.there));
            }
        }
        conditions
    }
}

/// The keys of one statement, as they are bound.
#[derive(Default)]
pub(super) struct Asked {
    /// Of a key of one column.
    values: Vec<Value>,
    /// Of several columns.
    rows: Vec<Vec<Value>>,
    pub(super) count: usize,
    pub(super) bytes: usize,
}

impl Asked {
    pub(super) fn add(&mut self, key: &Stitch, columns: &[&ColumnMeta]) {
        self.bytes += key.size();
        if let [column] = columns {
            key.bind(column.data_type, &mut self.values);
            self.count = self.values.len();
            return;
        }
        // All combinations of the forms that its parts can have.
        let mut rows: Vec<Vec<Value>> = vec![Vec::with_capacity(columns.len())];
        for (part, column) in key.parts().iter().zip(columns) {
            let mut forms = Vec::new();
            part.bind(column.data_type, &mut forms);
            let mut longer = Vec::with_capacity(rows.len() * forms.len());
            for row in &rows {
                longer.extend(
                    forms
                        .iter()
                        .map(|form| row.iter().chain([form]).cloned().collect()),
                );
            }
            rows = longer;
        }
        self.rows.append(&mut rows);
        self.count = self.rows.len();
    }

    pub(super) fn condition(self, meta: &ModelMeta, at: &[usize]) -> Cond {
        Cond::new(match at {
            [at] => meta.expr(*at).in_list(self.values),
            at => Expr::InRows {
                exprs: at.iter().map(|&at| meta.expr(at)).collect(),
                rows: self.rows,
            },
        })
    }
}

/// So many keys fit one statement, with room for the values of the query's own conditions.
pub(super) fn at_most(dialect: &dyn Dialect, ends: &Ends, example: &Stitch) -> usize {
    let capability = dialect.capability();
    let room = capability.max_parameters / 2;
    let width = ends.there.len();
    if width > 1 {
        return ROWS.min(room / width).max(1);
    }
    // Every database that takes lists as JSON takes one of these as a single value, and has it sorted at once.
    let in_one = matches!(example, Stitch::Number(_) | Stitch::Fraction(_));
    match capability.list_bind {
        ListBind::Array => usize::MAX,
        ListBind::Json if in_one => usize::MAX,
        _ => room.max(1),
    }
}
