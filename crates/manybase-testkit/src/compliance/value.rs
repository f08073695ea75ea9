//! Cells as values, so that answers can be compared.

use manybase_driver::{Columns, Error, Flow, Result, Row, Sink};
use manybase_sql::{DataType, Value};

/// A cell through the getter that belongs to a type.
pub(super) fn read(row: &dyn Row, index: usize, data_type: DataType) -> Result<Value> {
    Ok(match data_type {
        DataType::Bool => row.bool(index)?.into(),
        DataType::I16 | DataType::I32 | DataType::I64 => row.i64(index)?.into(),
        DataType::U64 => row.u64(index)?.into(),
        DataType::F32 | DataType::F64 => row.f64(index)?.into(),
        DataType::Decimal { .. } => row.decimal(index)?.into(),
        DataType::Text { .. } | DataType::Char(_) => row.str(index)?.into(),
        DataType::Bytes => row.bytes(index)?.into(),
        DataType::Date => row.date(index)?.into(),
        DataType::Time => row.time(index)?.into(),
        DataType::DateTime => row.date_time(index)?.into(),
        DataType::Timestamp => row.timestamp(index)?.into(),
        DataType::Uuid => row.uuid(index)?.into(),
        DataType::Json => match row.json(index)? {
            Some(text) => serde_json::from_str::<serde_json::Value>(text)
                .map_err(|error| Error::driver(format!("no JSON: {error}: {text}")))?
                .into(),
            None => Value::Null,
        },
        other => return Err(Error::driver(format!("the suite can't read {other:?}"))),
    })
}

/// What a value of a type reads back as: numbers in their widest form.
pub(super) fn widest(value: &Value) -> Value {
    match value {
        Value::F32(v) => Value::F64(f64::from(*v)),
        Value::U64(v) => Value::from(*v),
        value => value.clone(),
    }
}

/// Collects rows as values.
pub(super) struct ValueSink {
    pub(super) types: Vec<DataType>,
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) names: Vec<String>,
    /// How often [`Sink::columns`] was called.
    pub(super) columns_told: usize,
}

impl ValueSink {
    pub(super) fn new(types: &[DataType]) -> Self {
        Self {
            types: types.to_vec(),
            rows: Vec::new(),
            names: Vec::new(),
            columns_told: 0,
        }
    }
}

impl Sink for ValueSink {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.columns_told += 1;
        self.names = (0..columns.len())
            .map(|index| columns.name(index).to_owned())
            .collect();
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        if row.len() != self.types.len() {
            let (got, asked) = (row.len(), self.types.len());
            return Err(Error::driver(format!("a row of {got} cells, not {asked}")));
        }
        let cells = self.types.iter().enumerate();
        self.rows.push(
            cells
                .map(|(index, data_type)| read(row, index, *data_type))
                .collect::<Result<_>>()?,
        );
        Ok(Flow::Continue)
    }
}

/// Runs a function on each row and stops when it says so.
pub(super) struct EachRow<F>(pub(super) F);

impl<F: FnMut(&dyn Row) -> Result<Flow> + Send + 'static> Sink for EachRow<F> {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        (self.0)(row)
    }
}
