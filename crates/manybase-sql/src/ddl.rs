//! How each database changes what it has: the texts of DDL beyond `CREATE TABLE`, and the roads that a plan can take.
//!
//! The crate `manybase-migrate` makes plans of these pieces.

mod convert;

pub use convert::Conversion;
pub(crate) use convert::by_itself;

use crate::{DataType, Error, Result, SqlWriter, TableName};
use std::fmt::Debug;

/// How a database changes tables.
///
/// ```
/// use manybase_sql::{ddl::Alter, dialect, Dialect};
/// let style = |dialect: &'static dyn Dialect| dialect.ddl().map(|ddl| ddl.style().alter);
/// assert_eq!(style(dialect::sqlite()), Some(Alter::Anew));
/// assert_eq!(style(dialect::mariadb()), Some(Alter::Together));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alter {
    /// One statement for each change.
    Each,
    /// Many changes of one table in one statement, because the table is copied or locked each time.
    Together,
    /// Few changes in place, for all others a new table that takes the rows over.
    Anew,
}

/// Where a schema can be made to look at it, and be gone afterwards.
///
/// ```
/// use manybase_sql::{ddl::Scratch, dialect, Dialect};
/// assert_eq!(dialect::postgres().ddl().expect("it is known").style().scratch, Scratch::Schema);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scratch {
    /// A database of its own at this address.
    Address(&'static str),
    /// A schema in a transaction that is rolled back.
    Schema,
    /// A database beside the other, which is dropped.
    Database,
}

/// What a database's DDL is like.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert!(!dialect::sqlite().ddl().expect("it is known").style().sequences);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct DdlStyle {
    /// How tables are changed.
    pub alter: Alter,
    /// Where a schema can be made to look at it.
    pub scratch: Scratch,
    /// Whether there are sequences.
    pub sequences: bool,
    /// How a sequence that does not begin again says so.
    pub no_cycle: &'static str,
    /// Whether there are views that keep their rows.
    pub materialized_views: bool,
    /// Whether an index can be made while others write.
    pub concurrent_indexes: bool,
    /// Whether a foreign key can be added without a look at the rows that are there.
    pub not_valid: bool,
    /// Whether a foreign key makes an index of its name, where there is none that serves it.
    pub index_for_foreign_key: bool,
    /// Whether an index can say where NULL stands in it.
    pub index_nulls: bool,
    /// Whether a table can have conditions that no two rows keep to together.
    pub exclusions: bool,
}

/// A column, ready to be written.
///
/// ```
/// use manybase_sql::{ddl::ColumnSpec, dialect, DataType, Dialect, SqlWriter};
/// let column = ColumnSpec { name: "born", data_type: Some(DataType::Date), ..ColumnSpec::default() };
/// let dialect = dialect::postgres();
/// let ddl = dialect.ddl().expect("it is known");
/// assert_eq!(SqlWriter::render(dialect, |w| ddl.column(w, &column))?.sql, "\"born\" date NOT NULL");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ColumnSpec<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type in neutral terms.
    pub data_type: Option<DataType>,
    /// Its type as the database writes it, which goes before.
    pub native: Option<&'a str>,
    /// Its collation, where it is not that of the dialect.
    pub collation: Option<&'a str>,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Its default as SQL.
    pub default: Option<&'a str>,
    /// Whether the default is an expression, not a value.
    pub computed_default: bool,
    /// What an update that says nothing puts in, as SQL.
    pub on_update: Option<&'a str>,
    /// The database numbers the rows in it.
    pub auto: bool,
    /// It numbers them whatever an insert says, where a database can do that.
    pub always: bool,
    /// It is the whole primary key.
    pub key: bool,
    /// It stands in a key or another index.
    pub indexed: bool,
    /// How it is calculated, and whether that is kept.
    pub generated: Option<(&'a str, bool)>,
    /// What it is for.
    pub comment: Option<&'a str>,
}

impl ColumnSpec<'_> {
    /// The type's text, as it is: a dialect may need more.
    ///
    /// # Errors
    /// Types that the database lacks.
    pub(crate) fn plain_type(&self, w: &SqlWriter<'_>) -> Result<String> {
        match (self.native, self.data_type) {
            (Some(native), _) => Ok(native.to_owned()),
            (None, Some(data_type)) => w.dialect().type_name(data_type),
            (None, None) => Err(Error::Statement(format!("column {} has no type", self.name))),
        }
    }
}

/// The texts of one database.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert!(dialect::sqlite().ddl().is_some());
/// assert!(dialect::matrixone().ddl().is_none());
/// ```
pub trait Ddl: Debug + Send + Sync {
    /// What it is like.
    fn style(&self) -> &'static DdlStyle;

    /// A column's definition.
    ///
    /// # Errors
    /// Types and identifiers that the database can't have.
    fn column(&self, w: &mut SqlWriter<'_>, column: &ColumnSpec<'_>) -> Result<()>;

    /// What follows `ALTER TABLE t ` when a column becomes another: several changes, with commas between. Nothing, if
    /// there is no difference. `using` says how values become those of the new type.
    ///
    /// # Errors
    /// What the database can't do.
    fn alter_column(
        &self,
        w: &mut SqlWriter<'_>,
        _before: &ColumnSpec<'_>,
        after: &ColumnSpec<'_>,
        _using: Option<&str>,
    ) -> Result<()> {
        w.push("MODIFY COLUMN ");
        self.column(w, after)
    }

    /// How values of one type become those of another, so that no value becomes another one without a word.
    ///
    /// ```
    /// use manybase_sql::{ddl::Conversion, dialect, DataType, Dialect};
    /// let ddl = dialect::postgres().ddl().expect("it is known");
    /// assert_eq!(ddl.convert("\"a\"", DataType::I32, DataType::I64), Conversion::ByItself);
    /// assert_eq!(ddl.convert("\"a\"", DataType::Bytes, DataType::Date), Conversion::Unknown);
    /// ```
    fn convert(&self, column: &str, from: DataType, to: DataType) -> Conversion;

    /// Where a table's options stand that are not those of the dialect: behind `CREATE `, and behind the columns.
    ///
    /// ```
    /// use manybase_sql::{dialect, Dialect};
    /// let options = ["WITHOUT ROWID".to_owned(), "STRICT".to_owned()];
    /// let sqlite = dialect::sqlite().ddl().expect("it is known");
    /// assert_eq!(sqlite.options(&options), (String::new(), " WITHOUT ROWID, STRICT".to_owned()));
    /// ```
    fn options(&self, options: &[String]) -> (String, String) {
        (
            String::new(),
            options.iter().map(|option| format!(" {option}")).collect(),
        )
    }

    /// Whether a column can be added to a table as it is.
    fn adds_in_place(&self, _column: &ColumnSpec<'_>) -> bool {
        true
    }

    /// Statements that let a numbered column go on behind the greatest number that is there.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    fn number_on(&self, _w: &mut SqlWriter<'_>, _table: &TableName, _column: &str) -> Result<bool> {
        Ok(false)
    }

    /// `ALTER TABLE … RENAME TO …`
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    fn rename_table(&self, w: &mut SqlWriter<'_>, from: &TableName, to: &TableName) -> Result<()> {
        w.push("ALTER TABLE ");
        w.table(from)?;
        w.push(" RENAME TO ");
        w.identifier(&to.name)
    }

    /// What drops a foreign key, behind `ALTER TABLE t `.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    fn drop_foreign_key(&self, w: &mut SqlWriter<'_>, name: &str) -> Result<()> {
        w.push("DROP CONSTRAINT ");
        w.identifier(name)
    }

    /// Statements around the steps that make a table anew, of which the first comes before its new name is given to it.
    fn around_rename(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// A statement that fails if there is something on a table that would be lost when it is made anew. `known` are the
    /// names of its indexes and triggers.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    fn guard(&self, _w: &mut SqlWriter<'_>, _table: &TableName, _known: &[&str]) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Statements that carry the counter of a numbered column from one table over to another.
    fn carry_counter(&self, _w: &SqlWriter<'_>, _from: &str, _to: &str) -> Vec<String> {
        Vec::new()
    }
}
