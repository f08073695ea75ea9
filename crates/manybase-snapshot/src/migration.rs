//! How far the schema is migrated.

use crate::manifest::MigrationHead;
use manybase_driver::{Access, Columns, Driver, ErrorKind, Flow, Result, Row, Sink, Statement, returned};

/// The table of migrations.
const TABLE: &str = "manybase_migration";
/// What may say which migration a row is about, the best first.
const COLUMNS: [&str; 4] = ["version", "migration", "id", "name"];

/// The migration that comes last.
#[derive(Default)]
struct Last {
    column: Option<usize>,
    last: Option<String>,
    rows: u64,
}

impl Sink for Last {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.column = COLUMNS.iter().find_map(|wanted| {
            (0..columns.len()).find(|index| columns.name(*index).eq_ignore_ascii_case(wanted))
        });
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.rows += 1;
        let Some(column) = self.column else {
            return Ok(Flow::Continue);
        };
        let text = match row.str(column) {
            Ok(text) => text.map(str::to_owned),
            Err(_) => row.i64(column)?.map(|number| number.to_string()),
        };
        // Numbers by their size, the rest by their letters.
        let rank = |text: &String| {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            (digits > 0, if digits > 0 { digits } else { 0 }, text.clone())
        };
        if self.last.as_ref().map(rank) < text.as_ref().map(rank) {
            self.last = text;
        }
        Ok(Flow::Continue)
    }
}

/// What the table of migrations says; `None` without one.
pub(crate) async fn head(driver: &dyn Driver) -> Result<Option<MigrationHead>> {
    let mut connection = driver.connect(Access::Read).await?;
    let statement = Statement::read(format!("SELECT * FROM {TABLE}"), vec![]).once();
    let found = connection.query(statement, Box::new(Last::default())).await;
    let found = match found {
        Ok(sink) => {
            let last = returned::<Last>(sink)?;
            last.last.map(|version| MigrationHead {
                version,
                applied: last.rows,
            })
        }
        Err(error) if error.kind() == ErrorKind::UnknownTable => None,
        Err(error) => return Err(error),
    };
    // The answer is there; that saying goodbye fails changes nothing.
    let _ = connection.close().await;
    Ok(found)
}
