//! How far the schema is migrated.

use crate::manifest::MigrationHead;
use manybase_driver::{Access, Columns, Driver, ErrorKind, Flow, Result, Row, Sink, Statement, returned};

/// The table of migrations.
const TABLE: &str = "manybase_migration";
/// Of a migration that the database has had, wholly.
const APPLIED: &str = "applied";

/// The migrations.
#[derive(Default)]
struct Names {
    name: Option<usize>,
    state: Option<usize>,
    applied: Vec<String>,
    unfinished: Vec<String>,
}

impl Sink for Names {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        let find =
            |wanted: &str| (0..columns.len()).find(|index| columns.name(*index).eq_ignore_ascii_case(wanted));
        (self.name, self.state) = (find("name"), find("state"));
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        // A table of the same name that is somebody else's.
        let Some(name) = self.name else {
            return Ok(Flow::Stop);
        };
        let text = |index: usize| -> Result<String> { Ok(row.str(index)?.unwrap_or_default().to_owned()) };
        let name = text(name)?;
        match self.state.map(text).transpose()? {
            Some(state) if state != APPLIED => self.unfinished.push(name),
            _ => self.applied.push(name),
        }
        Ok(Flow::Continue)
    }
}

/// What the table of migrations says; `None` without one.
pub(crate) async fn head(driver: &dyn Driver) -> Result<Option<MigrationHead>> {
    let mut connection = driver.connect(Access::Read).await?;
    let statement = Statement::read(format!("SELECT * FROM {TABLE}"), vec![]).once();
    let found = connection.query(statement, Box::new(Names::default())).await;
    let found = match found {
        Ok(sink) => {
            let mut names = returned::<Names>(sink)?;
            names.unfinished.sort();
            names.name.map(|_| MigrationHead {
                applied: names.applied.len() as u64,
                last: names.applied.into_iter().max(),
                unfinished: names.unfinished,
            })
        }
        Err(error) if error.kind() == ErrorKind::UnknownTable => None,
        Err(error) => return Err(error),
    };
    // The answer is there; that saying goodbye fails changes nothing.
    let _ = connection.close().await;
    Ok(found)
}
