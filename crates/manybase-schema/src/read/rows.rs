//! The catalog's rows, of which each cell is a text, a number or a truth value.

use manybase_driver::{Error, ErrorKind, Flow, Result, Row, Sink};
use std::collections::VecDeque;

/// One row's cells, taken from the front.
#[derive(Debug)]
pub(crate) struct Texts(VecDeque<Option<String>>);

impl Texts {
    /// The first cell is a place in this list of names and comments, which take the first and the last cell.
    pub(crate) fn named(mut self, names: &[(String, Option<String>)]) -> Option<Self> {
        let at: usize = self.number()?;
        let (name, comment) = names.get(at)?;
        self.0.push_front(Some(name.clone()));
        if let Some(last) = self.0.back_mut() {
            last.clone_from(comment);
        }
        Some(self)
    }

    /// The next cell as a list; empty where it is NULL.
    pub(crate) fn list(&mut self) -> Vec<String> {
        let list = self
            .text()
            .and_then(|json| serde_json::from_str::<Vec<Option<String>>>(&json).ok());
        list.unwrap_or_default().into_iter().flatten().collect()
    }

    /// The next cell; an empty text where it is NULL.
    pub(crate) fn name(&mut self) -> String {
        self.text().unwrap_or_default()
    }

    pub(crate) fn text(&mut self) -> Option<String> {
        self.0.pop_front().flatten()
    }

    pub(crate) fn number<N: std::str::FromStr>(&mut self) -> Option<N> {
        self.text().and_then(|text| text.parse().ok())
    }

    pub(crate) fn truth(&mut self) -> bool {
        self.text().is_some_and(|text| text == "1" || text == "true")
    }
}

/// Takes rows of so many cells.
pub(crate) struct Taken {
    columns: usize,
    pub(crate) rows: Vec<Texts>,
}

impl Taken {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }
}

impl Sink for Taken {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        let cells = (0..self.columns).map(|index| cell(row, index));
        self.rows.push(Texts(cells.collect::<Result<_>>()?));
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        self.rows.clear();
        true
    }
}

/// Catalogs mix texts, numbers of several widths and truth values, and versions of one database differ.
fn cell(row: &dyn Row, index: usize) -> Result<Option<String>> {
    if row.is_null(index) {
        return Ok(None);
    }
    if let Ok(text) = row.str(index) {
        return Ok(text.map(str::to_owned));
    }
    if let Ok(number) = row.i64(index) {
        return Ok(number.map(|number| number.to_string()));
    }
    if let Ok(number) = row.u64(index) {
        return Ok(number.map(|number| number.to_string()));
    }
    if let Ok(truth) = row.bool(index) {
        return Ok(truth.map(|truth| truth.to_string()));
    }
    // Some catalogs keep their texts as bytes.
    match row.bytes(index).ok().flatten().map(std::str::from_utf8) {
        Some(Ok(text)) => Ok(Some(text.to_owned())),
        _ => Err(Error::new(
            ErrorKind::Decode,
            format!("column {} of the catalog is no text and no number", index + 1),
        )),
    }
}
