//! Walks over the cells of a row, and says in which column something is wrong.

mod trimmed;

use crate::rec::Origin;
use crate::{CellResult, ColumnType, ModelMeta};
use manybase_driver::{CellError, Error, ErrorKind, Result, Row};
use trimmed::Trimmed;

/// The cells of one row, taken one after another in the order of the fields.
///
/// ```
/// use manybase_record::{Cells, ColumnType};
/// use manybase_driver::Result;
///
/// fn name_and_age(cells: &mut Cells<'_>) -> Result<(String, Option<i32>)> {
///     Ok((cells.take()?, cells.take()?))
/// }
/// ```
pub struct Cells<'r> {
    row: &'r dyn Row,
    at: usize,
    layout: &'r Layout,
}

/// What is the same for all rows of a result.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Where the nth field stands, when columns are found by name.
    pub(crate) positions: Option<Vec<usize>>,
    /// Which of the model's fields the nth cell is, when they are not all there.
    pub(crate) fields: Option<&'static [usize]>,
    /// Names of the fields' columns, for messages.
    pub(crate) names: Vec<String>,
    /// The model, for messages.
    pub(crate) model: Option<&'static ModelMeta>,
    /// The fields are the model's own, not those of a selection.
    pub(crate) whole: bool,
    /// The connection that records remember, when it is not the model's own.
    pub(crate) origin: Option<Origin>,
}

impl<'r> Cells<'r> {
    pub(crate) fn new(row: &'r dyn Row, layout: &'r Layout) -> Self {
        Self { row, at: 0, layout }
    }

    /// The next cell as a value of this type.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`], naming column and model.
    ///
    /// ```
    /// use manybase_driver::Result;
    /// use manybase_record::{Cells, FromRow};
    ///
    /// struct Pair(i64, Option<String>);
    ///
    /// impl FromRow for Pair {
    ///     fn columns() -> Option<Vec<manybase_sql::Name>> {
    ///         None
    ///     }
    ///
    ///     fn from_row(cells: &mut Cells<'_>) -> Result<Self> {
    ///         Ok(Self(cells.take()?, cells.take()?))
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let pair: Pair = manybase_record::sql("SELECT 7, 'a'").rows().one(&db).await?;
    /// assert_eq!((pair.0, pair.1.as_deref()), (7, Some("a")));
    /// # Ok(())
    /// # }
    /// ```
    pub fn take<T: ColumnType>(&mut self) -> Result<T> {
        let row = self.row;
        self.take_from(row)
    }

    /// The next cell as a value of this type, without spaces at the end of a text.
    ///
    /// ```
    /// use manybase_record::Cells;
    /// fn code(cells: &mut Cells<'_>) -> manybase_driver::Result<String> {
    ///     cells.take_trimmed()
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Cells::take`].
    pub fn take_trimmed<T: ColumnType>(&mut self) -> Result<T> {
        let row = self.row;
        self.take_from(&Trimmed(row))
    }

    fn take_from<T: ColumnType>(&mut self, row: &dyn Row) -> Result<T> {
        let field = self.at;
        self.at += 1;
        let index = match &self.layout.positions {
            Some(positions) => positions.get(field).copied().unwrap_or(usize::MAX),
            None => field,
        };
        T::decode(row, index).map_err(|error| self.failed(field, &error))
    }

    pub(crate) fn origin(&self) -> Option<Origin> {
        self.layout.origin
    }

    #[cold]
    fn failed(&self, field: usize, error: &CellError) -> Error {
        let whole = self.layout.model.filter(|_| self.layout.whole);
        let of_model = match self.layout.fields {
            Some(fields) => fields.get(field).copied(),
            None => Some(field),
        };
        let of_model = of_model.and_then(|field| whole?.columns.get(field));
        let column = match of_model {
            Some(column) => format!("column {} (field {})", column.name, column.field),
            None => match self.layout.names.get(field) {
                Some(name) => format!("column {name}"),
                None => format!("column {} of the result", field + 1),
            },
        };
        let error = Error::new(ErrorKind::Decode, format!("{column}: {error}"));
        match self.layout.model {
            Some(meta) => error.with_model(meta.name),
            None => error,
        }
    }
}

/// Collects the values of a record's fields; the first that can't be written is the error.
///
/// ```
/// use manybase_record::Values;
/// let mut values = Values::default();
/// values.put(&7i32);
/// assert_eq!(values.finish().unwrap().len(), 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Values {
    values: Vec<manybase_sql::Value>,
    error: Option<(usize, Box<CellError>)>,
    wanted: Wanted,
}

/// What is taken of a record. The number is of fields that are still to be passed over.
#[derive(Debug, Clone, Copy, Default)]
enum Wanted {
    /// All fields.
    #[default]
    All,
    /// One field.
    Only(usize),
    /// One field, as a whole number if it is one.
    Whole(usize, Option<i64>),
}

/// Whether it is this field's turn.
#[inline]
fn is_turn(left: &mut usize) -> bool {
    let is_turn = *left == 0;
    *left = left.wrapping_sub(1);
    is_turn
}

impl Values {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            values: Vec::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// Takes one field's value, and passes over the others.
    pub(crate) fn only(field: usize) -> Self {
        Self {
            wanted: Wanted::Only(field),
            ..Self::default()
        }
    }

    /// A record's field, where that is a whole number of the usual width.
    #[inline]
    pub(crate) fn whole<M: crate::Model>(record: &M, field: usize) -> Option<i64> {
        let mut values = Self {
            wanted: Wanted::Whole(field, None),
            ..Self::default()
        };
        record.encode(&mut values);
        match values.wanted {
            Wanted::Whole(_, number) => number,
            _ => None,
        }
    }

    /// The same for another record.
    pub(crate) fn start_again(&mut self, only: usize) {
        self.values.clear();
        self.error = None;
        self.wanted = Wanted::Only(only);
    }

    /// Adds a field's value.
    ///
    /// ```
    /// use manybase_record::Values;
    /// let mut values = Values::default();
    /// values.put(&7i32);
    /// values.put(&"text".to_owned());
    /// assert_eq!(values.finish().unwrap(), [7.into(), "text".into()]);
    /// ```
    #[inline]
    pub fn put<T: ColumnType>(&mut self, field: &T) {
        match &mut self.wanted {
            Wanted::All => self.add(field.encode()),
            Wanted::Only(left) => {
                if is_turn(left) {
                    self.add(field.encode());
                }
            }
            Wanted::Whole(left, number) => {
                if is_turn(left) {
                    *number = field.whole();
                }
            }
        }
    }

    /// Adds a value that may have failed.
    ///
    /// ```
    /// use manybase_record::{Json, Values};
    /// let mut values = Values::default();
    /// values.put_result(Json::encode_ref(&vec![1, 2]));
    /// assert!(values.finish().is_ok());
    /// ```
    pub fn put_result(&mut self, value: CellResult<manybase_sql::Value>) {
        match &mut self.wanted {
            Wanted::All => self.add(value),
            Wanted::Only(left) => {
                if is_turn(left) {
                    self.add(value);
                }
            }
            // No document is a number.
            Wanted::Whole(left, _) => {
                is_turn(left);
            }
        }
    }

    fn add(&mut self, value: CellResult<manybase_sql::Value>) {
        match value {
            Ok(value) => self.values.push(value),
            Err(error) => {
                self.error.get_or_insert((self.values.len(), error));
                self.values.push(manybase_sql::Value::Null);
            }
        }
    }

    /// The values of a model's columns; the error names column and field.
    pub(crate) fn finish_for(self, meta: &ModelMeta) -> Result<Vec<manybase_sql::Value>> {
        match self.error {
            None => Ok(self.values),
            Some((at, error)) => {
                let what = match meta.columns.get(at) {
                    Some(column) => format!("column {} (field {})", column.name, column.field),
                    None => format!("field {}", at + 1),
                };
                Err(Error::new(ErrorKind::Value, format!("{what}: {error}")).with_model(meta.name))
            }
        }
    }

    /// Adds a whole record behind those before, without the columns at `unwritten`, which are in falling order.
    pub(crate) fn record<M: crate::Model>(&mut self, record: &M, unwritten: &[usize]) -> Result<()> {
        let begin = self.values.len();
        record.encode(self);
        if let Some((at, error)) = self.error.take() {
            let record = Self {
                error: Some((at - begin, error)),
                ..Self::default()
            };
            return record.finish_for(M::meta()).map(drop);
        }
        for &at in unwritten {
            self.values.remove(begin + at);
        }
        Ok(())
    }

    /// Another value in the place of one.
    pub(crate) fn replace(&mut self, at: usize, value: manybase_sql::Value) {
        if let Some(place) = self.values.get_mut(at) {
            *place = value;
        }
    }

    /// The values, to look at.
    #[inline]
    pub(crate) fn values(&self) -> Result<&[manybase_sql::Value]> {
        match self.error {
            None => Ok(&self.values),
            Some(_) => self.clone().finish().map(|_| [].as_slice()),
        }
    }

    /// The values.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] when a field could not be written.
    ///
    /// ```
    /// use manybase_record::Values;
    /// let mut values = Values::default();
    /// values.put(&None::<i32>);
    /// assert_eq!(values.finish().unwrap(), [manybase_sql::Value::Null]);
    /// ```
    pub fn finish(self) -> Result<Vec<manybase_sql::Value>> {
        match self.error {
            None => Ok(self.values),
            Some((field, error)) => Err(Error::new(
                ErrorKind::Value,
                format!("field {}: {error}", field + 1),
            )),
        }
    }
}
