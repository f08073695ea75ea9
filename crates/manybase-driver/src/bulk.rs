//! Many rows for one table, on the fastest road that a database has.

mod inserts;
mod source;

pub use inserts::Inserts;
pub use source::RowSource;

use crate::sink::returned;
use crate::{Access, Connection, Error, Flow, Result, Row, Sink, Statement};
use manybase_sql::{Dialect, Expr, Insert, Name, OnConflict, Rendered, Select, SqlWriter, TableName, Value};
use std::ops::Range;
use std::sync::Arc;

/// Rows of one insert, at most.
const ROWS: usize = 500;
/// Bytes of one insert, roughly: servers have a limit on what they take at once.
const BYTES: usize = 1 << 20;
/// Keys of one look at what is there.
const KEYS: usize = 500;

/// Where rows go, and what becomes of those that are there already.
#[derive(Clone)]
pub struct BulkTarget {
    /// The table.
    pub table: TableName,
    /// Its columns that the rows have values for.
    pub columns: Vec<Name>,
    /// What to do about rows that are there already; without it they are an error. The columns of its key are among
    /// [`BulkTarget::columns`], and no two rows of one load have the same.
    pub on_conflict: Option<OnConflict>,
    /// How names are written.
    pub dialect: &'static dyn Dialect,
}

impl BulkTarget {
    /// An insert into it, without rows.
    ///
    /// ```
    /// use manybase_driver::BulkTarget;
    /// let dialect = manybase_sql::dialect::sqlite();
    /// let target = BulkTarget { table: "t".into(), columns: vec!["a".into()], on_conflict: None, dialect };
    /// assert_eq!(target.insert().columns.len(), 1);
    /// ```
    pub fn insert(&self) -> Insert {
        let mut insert = Insert::into(self.table.clone(), self.columns.iter().cloned());
        insert.on_conflict = self.on_conflict.clone();
        insert
    }
}

/// Rows for one table, or a part of them. A clone is another look at the same rows.
#[derive(Clone)]
pub struct BulkRows {
    target: Arc<BulkTarget>,
    values: Arc<Vec<Value>>,
    rows: Range<usize>,
}

/// What a bulk load did.
///
/// ```
/// assert_eq!(manybase_driver::BulkDone::default().inserted, 0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BulkDone {
    /// Rows that were not there.
    pub inserted: u64,
    /// Rows that were there, and were updated or left as they are. Counted just before the write, so that somebody who
    /// writes the same rows at the same time may shift rows between the two numbers.
    pub found: u64,
}

impl BulkRows {
    /// Rows with these values, one row after another.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Driver`] when the values do not make whole rows.
    ///
    /// ```
    /// use manybase_driver::{BulkRows, BulkTarget};
    /// use manybase_sql::dialect;
    /// let target = BulkTarget {
    ///     table: "t".into(),
    ///     columns: vec!["a".into(), "b".into()],
    ///     on_conflict: None,
    ///     dialect: dialect::sqlite(),
    /// };
    /// let rows = BulkRows::new(target.into(), vec![1.into(), 2.into(), 3.into(), 4.into()])?;
    /// assert_eq!((rows.len(), rows.part(1..2).rows().next().map(<[_]>::len)), (2, Some(2)));
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn new(target: Arc<BulkTarget>, values: Vec<Value>) -> Result<Self> {
        let width = target.columns.len();
        if width == 0 || !values.len().is_multiple_of(width) {
            return Err(Error::driver(format!(
                "{} values do not make rows of {width}",
                values.len()
            )));
        }
        let rows = 0..values.len() / width;
        Ok(Self {
            target,
            values: Arc::new(values),
            rows,
        })
    }

    /// Where they go.
    pub fn target(&self) -> &BulkTarget {
        &self.target
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The values, row by row.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[Value]> {
        let width = self.target.columns.len();
        let values = self.rows.start * width..self.rows.end * width;
        self.values.get(values).unwrap_or_default().chunks_exact(width)
    }

    /// The values, one row after another. Where nobody else has them they are not copied.
    ///
    /// ```
    /// # use manybase_driver::{BulkRows, BulkTarget};
    /// # let dialect = manybase_sql::dialect::sqlite();
    /// # let target = BulkTarget { table: "t".into(), columns: vec!["a".into()], on_conflict: None, dialect };
    /// let rows = BulkRows::new(target.into(), vec![1.into(), 2.into(), 3.into()])?;
    /// assert_eq!(rows.part(1..3).into_values(), [2.into(), 3.into()]);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn into_values(self) -> Vec<Value> {
        match self.rows.len() * self.target.columns.len() == self.values.len() {
            true => Arc::unwrap_or_clone(self.values),
            false => self.rows().flatten().cloned().collect(),
        }
    }

    /// Some of them, counted from 0; those that do not exist are left out.
    #[must_use]
    pub fn part(&self, rows: Range<usize>) -> Self {
        let start = self.rows.start.saturating_add(rows.start).min(self.rows.end);
        let end = self
            .rows
            .start
            .saturating_add(rows.end)
            .clamp(start, self.rows.end);
        Self {
            target: self.target.clone(),
            values: self.values.clone(),
            rows: start..end,
        }
    }

    /// All of them in parts of so many rows and about so many bytes at most.
    ///
    /// ```
    /// use manybase_driver::{BulkRows, BulkTarget, Value};
    /// use manybase_sql::dialect;
    /// let dialect = dialect::postgres();
    /// let target = BulkTarget { table: "t".into(), columns: vec!["a".into()], on_conflict: None, dialect };
    /// let rows = BulkRows::new(target.into(), (0..5).map(Value::from).collect())?;
    /// let lengths: Vec<usize> = rows.parts(2, 1 << 20).iter().map(BulkRows::len).collect();
    /// assert_eq!(lengths, [2, 2, 1]);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn parts(&self, at_most: usize, bytes: usize) -> Vec<Self> {
        let mut parts = Vec::new();
        let (mut begin, mut size) = (0, 0);
        for (at, row) in self.rows().enumerate() {
            size += row.iter().map(roughly).sum::<usize>();
            let end = at + 1;
            if end - begin >= at_most || size >= bytes || end == self.len() {
                parts.push(self.part(begin..end));
                (begin, size) = (end, 0);
            }
        }
        parts
    }

    /// Inserts of several rows each, of about so many bytes at most: the road that every database has.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    pub fn inserts(&self, bytes: usize) -> Result<Vec<Statement>> {
        let target = &*self.target;
        let fit = target.dialect.capability().max_parameters / target.columns.len();
        let at_most = fit.clamp(1, ROWS);
        let mut statements = Vec::new();
        let mut inserts = Inserts::new(target.insert(), target.dialect);
        for part in self.parts(at_most, bytes) {
            statements.push(inserts.of(part.len(), part.into_values())?);
        }
        Ok(statements)
    }

    /// Questions how many of the rows are there already, by the columns of the conflict; each gives one number. None
    /// without a conflict to look for.
    ///
    /// # Errors
    /// As [`BulkRows::inserts`].
    pub fn counts(&self) -> Result<Vec<Statement>> {
        let target = &*self.target;
        let Some(keys) = self.keys() else {
            return Ok(Vec::new());
        };
        let rows: Vec<&[Value]> = self.rows().collect();
        let mut statements = Vec::new();
        for rows in rows.chunks(KEYS) {
            let mut select = Select::from(target.table.clone()).item(Expr::count_all());
            let column = |at: usize| Expr::column(target.columns[at].clone());
            select.filter = match keys[..] {
                [key] => Some(column(key).in_list(rows.iter().map(|row| row[key].clone()))),
                _ => any(rows.iter().map(|row| {
                    let mut same = None;
                    for &key in &keys {
                        Expr::and_into(&mut same, column(key).eq(Expr::Value(row[key].clone())));
                    }
                    same
                })),
            };
            let rendered = select.render(target.dialect)?;
            // As many different texts as there are different numbers of rows.
            statements.push(Statement::rendered(rendered, Access::Write));
        }
        Ok(statements)
    }

    /// Positions of the conflict's columns among the rows' own; `None` without a conflict.
    pub fn keys(&self) -> Option<Vec<usize>> {
        let target = &*self.target;
        let conflict = target.on_conflict.as_ref()?;
        let at = |key: &Name| target.columns.iter().position(|column| column == key);
        conflict.keys.iter().map(at).collect()
    }

    /// The insert of one row.
    ///
    /// # Errors
    /// As [`BulkRows::inserts`].
    pub fn insert_one(&self) -> Result<Rendered> {
        let target = &*self.target;
        let mut insert = target.insert();
        insert.rows = 1;
        insert.values = self.rows().next().unwrap_or_default().to_vec();
        Ok(insert.render(target.dialect)?)
    }

    /// Text of the table and of all columns in parentheses, as `INSERT INTO` and `COPY` have them.
    ///
    /// # Errors
    /// As [`BulkRows::inserts`].
    pub fn table_and_columns(&self) -> Result<String> {
        let target = &*self.target;
        let rendered = SqlWriter::render(target.dialect, |w| {
            w.table(&target.table)?;
            w.push(" (");
            w.comma_separated(&target.columns, |w, column| w.identifier(column))?;
            w.push(")");
            Ok(())
        })?;
        Ok(rendered.sql)
    }

    /// What was done, once it is known how many rows were there.
    pub fn done(&self, found: u64) -> BulkDone {
        BulkDone {
            inserted: (self.len() as u64).saturating_sub(found),
            found,
        }
    }
}

/// The values stay out: they are the users' data.
impl std::fmt::Debug for BulkRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BulkRows")
            .field("table", &self.target.table)
            .field("columns", &self.target.columns)
            .field("rows", &self.len())
            .finish_non_exhaustive()
    }
}

/// Bytes of a value on its way.
fn roughly(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len() + 4,
        Value::Bytes(bytes) => bytes.len() + 4,
        // A document's size is not known before it is written; this makes large ones travel few at a time.
        Value::Json(_) => 4_096,
        _ => 16,
    }
}

/// Halves, so that the tree is not as deep as there are conditions.
fn any(conditions: impl Iterator<Item = Option<Expr>>) -> Option<Expr> {
    let mut level: Vec<Expr> = conditions.flatten().collect();
    while level.len() > 1 {
        let mut pairs = Vec::with_capacity(level.len().div_ceil(2));
        let mut left = level.into_iter();
        while let Some(one) = left.next() {
            pairs.push(match left.next() {
                Some(other) => one.or(other),
                None => one,
            });
        }
        level = pairs;
    }
    level.pop()
}

/// Adds up the first cells of rows, for [`BulkRows::counts`].
///
/// ```
/// assert_eq!(manybase_driver::SumSink::default().0, 0);
/// ```
#[derive(Debug, Default)]
pub struct SumSink(pub u64);

impl Sink for SumSink {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.0 += row.u64(0)?.unwrap_or_default();
        Ok(Flow::Continue)
    }
}

/// Rows as inserts of several rows each: what [`Connection::bulk_load`] does unless the driver knows better.
pub(crate) async fn by_inserts<C: Connection + ?Sized>(
    connection: &mut C,
    rows: BulkRows,
) -> Result<BulkDone> {
    let mut found = 0;
    for statement in rows.counts()? {
        let sum = connection.query(statement, Box::new(SumSink::default())).await?;
        found += returned::<SumSink>(sum)?.0;
    }
    connection.batch(rows.inserts(BYTES)?, true).await?;
    Ok(rows.done(found))
}

/// Rows by `INSERT`, made all at once: what [`Connection::bulk_insert`] does unless the driver knows better.
pub(crate) async fn insert<C: Connection + ?Sized>(
    connection: &mut C,
    mut source: Box<dyn RowSource>,
) -> Result<BulkDone> {
    let rows = source.rows(0..source.len())?;
    connection.batch(rows.inserts(BYTES)?, true).await?;
    Ok(rows.done(0))
}
