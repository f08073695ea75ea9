//! From operations to the statements of one database.
//!
//! Nothing is run here, and no database is asked: the same plan gives the same text.

mod anew;
mod create;
mod each;
mod refuse;
mod script;
mod spec;
mod together;

pub use refuse::{Refusal, refusals};
pub use script::{Script, Step};

use crate::operation::Operation;
use crate::schema::Schema;
use manybase_db::{Error, ErrorKind, Result};
use manybase_sql::Dialect;
use manybase_sql::ddl::{Alter, Ddl};
use spec::Writer;

/// The statements that do these operations on a database that looks like `before`.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for what the database lacks, and for changes of types of which nobody can tell what becomes
/// of the values; those of [`Schema::apply`].
///
/// ```
/// use manybase_migrate::{ddl, operation::Operation, schema::{Column, Schema, Table}};
/// use manybase_sql::{dialect, DataType};
/// let before = Schema::of_tables([Table::new("person").auto_key("id")]);
/// let column = Column::new("born", DataType::Date).nullable();
/// let add = Operation::AddColumn { table: "person".into(), column, fill: None };
/// let script = ddl::render(&[add], &before, dialect::mariadb())?;
/// assert_eq!(script.steps[0].sql, "ALTER TABLE `person` ADD COLUMN `born` date NULL");
/// # Ok::<(), manybase_db::Error>(())
/// ```
pub fn render(operations: &[Operation], before: &Schema, dialect: &dyn Dialect) -> Result<Script> {
    let writer = Writer::new(dialect, ddl_of(dialect)?);
    let mut script = Script::new(dialect.capability().transactional_ddl);
    match writer.ddl.style().alter {
        Alter::Each => each::render(operations, before, &writer, &mut script)?,
        Alter::Together => together::render(operations, before, &writer, &mut script)?,
        Alter::Anew => anew::render(operations, before, &writer, &mut script)?,
    }
    Ok(script)
}

pub(crate) fn ddl_of(dialect: &dyn Dialect) -> Result<&dyn Ddl> {
    dialect.ddl().ok_or_else(|| {
        let what = format!("how {} changes tables is not known here", dialect.name());
        Error::new(ErrorKind::Unsupported, what)
            .with_help("SQLite, PostgreSQL, MariaDB and MySQL can be migrated")
    })
}
