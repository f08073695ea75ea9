//! The sink that makes users' values of rows.

use crate::{Cells, ModelMeta, cells::Layout, rec::Origin};
use manybase_driver::{Columns, Error, ErrorKind, Flow, Result, Row, Sink};
use manybase_sql::Name;

/// A struct that a row of raw SQL or of `select_into` becomes, matched by column name. Derive it. Models have it
/// too, and tuples take the columns in order.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Debug, FromRow)]
/// struct Line {
///     name: String,
///     #[row(column = "n")]
///     orders: i64,
/// }
///
/// let query = sql("SELECT name, COUNT(*) AS n FROM orders GROUP BY name").rows::<Line>();
/// ```
#[diagnostic::on_unimplemented(
    message = "a row can't become `{Self}`",
    label = "this type is no row",
    note = "write #[derive(FromRow)] before the struct, or take a tuple of up to twelve column types: a single one is `(i64,)`"
)]
pub trait FromRow: Sized + Send + 'static {
    /// Names of the columns, in the order of the fields; `None` to take the row's columns as they come.
    fn columns() -> Option<Vec<Name>>;

    /// Reads a row.
    ///
    /// # Errors
    /// A cell that does not fit its field.
    fn from_row(cells: &mut Cells<'_>) -> Result<Self>;
}

/// How the columns of a result find their fields.
pub(crate) enum Match {
    /// The statement was made for the decoder: they stand in order, and there are so many.
    InOrder(usize),
    /// By name.
    ByName(Vec<Name>),
    /// In order, whatever there is.
    AsTheyCome,
}

/// Collects decoded rows.
pub(crate) struct Rows<T> {
    decode: fn(&mut Cells<'_>) -> Result<T>,
    columns: Match,
    layout: Layout,
    limit: usize,
    pub(crate) rows: Vec<T>,
}

impl<T: Send + 'static> Rows<T> {
    pub(crate) fn new(decode: fn(&mut Cells<'_>) -> Result<T>, columns: Match) -> Self {
        Self {
            decode,
            columns,
            layout: Layout::default(),
            limit: usize::MAX,
            rows: Vec::new(),
        }
    }

    /// Names the model in errors, and where rows are whole records its fields.
    pub(crate) fn of(mut self, model: &'static ModelMeta, whole: bool) -> Self {
        self.layout.model = Some(model);
        self.layout.whole = whole;
        self
    }

    /// Records remember the connection they came from.
    pub(crate) fn from(mut self, origin: Option<Origin>) -> Self {
        self.layout.origin = origin;
        self
    }

    /// A row on its own, of which nothing is kept.
    pub(crate) fn decoded(&self, row: &dyn Row) -> Result<T> {
        (self.decode)(&mut Cells::new(row, &self.layout))
    }

    /// Wants no more than so many rows.
    pub(crate) fn at_most(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

impl<T: Send + 'static> Sink for Rows<T> {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        match &self.columns {
            Match::InOrder(width) if columns.len() != *width => {
                let found = columns.len();
                Err(Error::driver(format!(
                    "the result has {found} columns, the statement asked for {width}"
                )))
            }
            Match::InOrder(_) if self.layout.whole => Ok(()),
            Match::InOrder(_) => {
                let named = |i| format!("{} of the result ({})", i + 1, columns.name(i));
                self.layout.names = (0..columns.len()).map(named).collect();
                Ok(())
            }
            Match::AsTheyCome => {
                self.layout.names = (0..columns.len()).map(|i| columns.name(i).to_owned()).collect();
                Ok(())
            }
            Match::ByName(wanted) => {
                let found = wanted
                    .iter()
                    .map(|name| position(columns, name))
                    .collect::<Result<_>>();
                let found = found.map_err(|error| match self.layout.model {
                    Some(model) => error.with_model(model.name),
                    None => error,
                })?;
                self.layout.positions = Some(found);
                self.layout.names = wanted.iter().map(|name| name.clone().into_owned()).collect();
                Ok(())
            }
        }
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        let mut cells = Cells::new(row, &self.layout);
        self.rows.push((self.decode)(&mut cells)?);
        Ok(if self.rows.len() < self.limit {
            Flow::Continue
        } else {
            Flow::Stop
        })
    }

    fn restart(&mut self) -> bool {
        self.rows.clear();
        true
    }
}

/// Hands decoded rows to a closure and keeps none.
pub(crate) struct Each<T, F> {
    rows: Rows<T>,
    each: F,
    pub(crate) count: u64,
}

impl<T: Send + 'static, F: FnMut(T) -> Result<()>> Each<T, F> {
    pub(crate) fn new(rows: Rows<T>, each: F) -> Self {
        Self { rows, each, count: 0 }
    }
}

impl<T: Send + 'static, F: FnMut(T) -> Result<()> + Send + 'static> Sink for Each<T, F> {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.rows.columns(columns)
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        let decoded = self.rows.decoded(row)?;
        (self.each)(decoded)?;
        self.count += 1;
        Ok(Flow::Continue)
    }
}

/// By exact name, else by name without regard to case, since databases fold names that are not quoted.
fn position(columns: &dyn Columns, wanted: &str) -> Result<usize> {
    let find = |same: &dyn Fn(&str) -> bool| (0..columns.len()).find(|&i| same(columns.name(i)));
    find(&|name| name == wanted)
        .or_else(|| find(&|name| name.eq_ignore_ascii_case(wanted)))
        .ok_or_else(|| {
            let have: Vec<_> = (0..columns.len()).map(|i| columns.name(i)).collect();
            Error::new(
                ErrorKind::Decode,
                format!("the result has no column {wanted}, it has {}", have.join(", ")),
            )
            .with_help("give the column this name with AS, or name another in the struct's attribute")
        })
}
