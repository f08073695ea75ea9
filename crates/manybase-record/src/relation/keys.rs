//! The keys of many records, asked for in as few statements as there can be.

use super::link::Ends;
use super::stitch::{Kind, Reader, Stitch};
use crate::{ColumnMeta, Cond, Model, ModelMeta, Query, Rec};
use foldhash::fast::RandomState;
use manybase_db::Executor;
use manybase_driver::{Dialect, Error, ErrorKind, Result};
use manybase_sql::{Expr, ListBind, Value};
use std::collections::HashMap;

type Places = HashMap<Stitch, usize, RandomState>;

/// Whole numbers among keys, which are found without being brought into the form that all have in common.
type Wholes = HashMap<i64, usize, RandomState>;

/// Bytes of keys in one statement, roughly: servers have a limit on what they take at once.
const BYTES: usize = 4 << 20;
/// Rows of a composite key in one statement.
const ROWS: usize = 1_000;

/// The keys of records, each once.
pub(super) struct Keys {
    /// For each record the place of its key; `None` if it points to nothing.
    pub(super) of: Vec<Option<usize>>,
    wanted: Vec<Stitch>,
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
    fn rounds(&mut self, ends: &Ends) -> Vec<Round> {
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
struct Round {
    /// Their places among all.
    places: Vec<usize>,
    /// Where each stands in `places`, by its folded form.
    found: Places,
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

/// What came of it.
pub(super) struct Fetched {
    /// How many statements it took: the order of the query holds within each.
    pub(super) statements: usize,
    /// The page is still to be cut.
    pub(super) uncut: bool,
}

/// Loads the records with these keys, and hands each on with its key's place and about how many there are for each.
pub(super) async fn fetch<T: Model>(
    keys: &mut Keys,
    ends: &Ends,
    query: Query<T>,
    page: Page,
    on: &dyn Executor,
    mut each: impl FnMut(usize, Rec<T>, usize) + Send,
) -> Result<Fetched> {
    let meta = T::meta();
    let columns: Vec<_> = ends.there.iter().map(|&at| &meta.columns[at]).collect();
    let dialect = query.dialect(on)?;
    let mut reader = Reader::there(ends);
    let mut fetched = Fetched {
        statements: 0,
        uncut: false,
    };
    let rounds = keys.rounds(ends);
    // With several forms of a key, its records are several groups to the database.
    let has_forms = |key: &Stitch| {
        let mut parts = key.parts().iter().zip(&columns);
        parts.any(|(part, column)| part.has_forms(column.data_type))
    };
    fetched.uncut = !page.is_whole() && keys.wanted.iter().any(has_forms);
    let query = match page {
        page if page.is_whole() => query,
        _ if fetched.uncut => query.order_by_key(),
        page => query.limit_per(&ends.there, page.limit, page.offset),
    };
    for round in rounds {
        let mut from = 0;
        while from < round.places.len() {
            let mut asked = Asked::default();
            let mut to = from;
            let at_most = at_most(dialect, ends, &keys.wanted[round.places[from]]);
            while to < round.places.len() && asked.count < at_most && asked.bytes < BYTES {
                asked.add(&keys.wanted[round.places[to]], &columns);
                to += 1;
            }
            let batch = from..to;
            from = to;
            if asked.count == 0 {
                continue;
            }
            fetched.statements += 1;
            let found = query
                .clone()
                .filter(|_| asked.condition(meta, &ends.there))
                .all(on)
                .await?;
            let share = found.len().div_ceil(batch.len());
            let wholes: Wholes = round.places[batch.clone()]
                .iter()
                .filter_map(|&place| Some((keys.wanted[place].whole()?, place)))
                .collect();
            // Records of one key mostly come one after another.
            let mut last: Option<(Stitch, usize)> = None;
            for record in found {
                if !wholes.is_empty()
                    && let Some(number) = reader.whole::<T>(&record)?
                    && let Some(&place) = wholes.get(&number)
                {
                    each(place, record, share);
                    continue;
                }
                let Some(key) = reader.read::<T>(&record)? else {
                    continue;
                };
                let place = match &last {
                    Some((before, place)) if *before == key => *place,
                    _ => {
                        let at = round.found.get(&*key.folded()).filter(|at| batch.contains(*at));
                        let at = at.ok_or_else(|| not_asked_for::<T>(ends))?;
                        last.insert((key, round.places[*at])).1
                    }
                };
                each(place, record, share);
            }
        }
    }
    Ok(fetched)
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
struct Asked {
    /// Of a key of one column.
    values: Vec<Value>,
    /// Of several columns.
    rows: Vec<Vec<Value>>,
    count: usize,
    bytes: usize,
}

impl Asked {
    fn add(&mut self, key: &Stitch, columns: &[&ColumnMeta]) {
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

    fn condition(self, meta: &ModelMeta, at: &[usize]) -> Cond {
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
fn at_most(dialect: &dyn Dialect, ends: &Ends, example: &Stitch) -> usize {
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
