//! Asking a database about itself.

use crate::{Connection, Flow, Result, Row, Sink, Statement, Value, returned};

/// Rows of texts.
#[derive(Default)]
struct Texts(Vec<Vec<Option<String>>>);

impl Sink for Texts {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        let cells = (0..row.len()).map(|cell| match row.str(cell) {
            Ok(text) => Ok(text.map(str::to_owned)),
            Err(error) => match row.i64(cell) {
                Ok(number) => Ok(number.map(|number| number.to_string())),
                // What a server takes for bytes, although it is a name.
                Err(_) => match row.bytes(cell) {
                    Ok(bytes) => Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned())),
                    Err(_) => Err(crate::Error::from(error)),
                },
            },
        });
        self.0.push(cells.collect::<Result<_>>()?);
        Ok(Flow::Continue)
    }
}

/// All rows of a query whose cells are texts, whole numbers or names as bytes.
///
/// # Errors
/// Those of the database; a cell that is no text.
pub async fn text_rows(
    connection: &mut dyn Connection,
    sql: impl Into<String>,
    binds: Vec<Value>,
) -> Result<Vec<Vec<Option<String>>>> {
    let statement = Statement::read(sql.into(), binds).once();
    let sink = connection.query(statement, Box::new(Texts::default())).await?;
    Ok(returned::<Texts>(sink)?.0)
}

/// `"a", "b" and 3 more`
///
/// ```
/// use manybase_driver::backup::quoted_list;
/// assert_eq!(quoted_list(&["a".into(), "b".into()]), "\"a\", \"b\"");
/// ```
pub fn quoted_list(names: &[String]) -> String {
    const TOLD: usize = 5;
    let told: Vec<_> = names.iter().take(TOLD).map(|name| format!("{name:?}")).collect();
    match names.len().saturating_sub(TOLD) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}
