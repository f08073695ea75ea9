//! Rust models from what is in a database.

mod enums;
mod fields;
mod names;
mod plan;
mod relations;
mod words;
mod write;

use crate::pattern::wants;
use crate::{Column, ColumnKind, Database, Table};
use manybase_db::Result;
use plan::{Plan, plan};
use words::ident;

/// The first line of each file, by which it is known again.
pub const HEADER: &str = "//! Written by `manybase models`: changes are lost when it runs again.";

/// Which models, and how. What is written depends on the database's structure alone: the same structure gives the same
/// bytes.
///
/// ```
/// # use manybase_schema::{Introspect, models::Models};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # use manybase_db::{Access, Executor, Route};
/// # let db = manybase_db::Db::builder().connect("legacy", "sqlite::memory:").open().await?;
/// # let mut lease = db.lease(Route::default(), Access::Write).await?;
/// lease.script("CREATE TABLE CUSTOMERS (CUST_NO INTEGER PRIMARY KEY, \"Full Name\" TEXT)".into()).await?;
/// # drop(lease);
/// let found = Introspect::of("legacy").read(&db).await?;
/// let source = Models::new().only("CUST*").file(&found)?;
/// assert!(source.text.contains("pub struct Customer {"));
/// assert!(source.text.contains("#[model(column = \"Full Name\")]\n    pub full_name: Option<String>,"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is written until `file` or `directory`"]
pub struct Models {
    only: Vec<String>,
    except: Vec<String>,
    unbound: bool,
    unknown: Unknown,
    trim_keys: bool,
}

/// Which enums get a variant `Unknown(String)` for values that were not in the list when they were written. Without it
/// such a value is an error when it is read.
///
/// ```
/// use manybase_schema::models::{Models, Unknown};
/// let models = Models::new().unknown(Unknown::None);
/// # let _ = models;
/// assert_eq!(Unknown::default(), Unknown::Checks);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// Those of a check constraint: its list grows with the next release of some program, and on rows that were there
    /// before, it need not hold at all.
    #[default]
    Checks,
    /// Those of the database's own enum types too.
    All,
    /// None: all values are known, for good.
    None,
}

/// A file's text.
///
/// ```
/// let source = manybase_schema::models::Source { name: "models.rs".into(), text: String::new() };
/// assert!(source.text.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it stands, from where the first one does.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

impl Models {
    /// All tables and views, bound to the connection they came from.
    ///
    /// ```
    /// let models = manybase_schema::models::Models::new();
    /// # let _ = models;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Only tables whose names fit: `*` stands for any letters, `?` for one. May be said several times. With a dot in it,
    /// the pattern is for `schema.table`.
    ///
    /// ```
    /// let models = manybase_schema::models::Models::new().only("film*").only("actor");
    /// # let _ = models;
    /// ```
    pub fn only(mut self, pattern: impl Into<String>) -> Self {
        self.only.push(pattern.into());
        self
    }

    /// Not these. May be said several times.
    ///
    /// ```
    /// let models = manybase_schema::models::Models::new().except("tmp_*");
    /// # let _ = models;
    /// ```
    pub fn except(mut self, pattern: impl Into<String>) -> Self {
        self.except.push(pattern.into());
        self
    }

    /// Bound to no connection.
    ///
    /// ```
    /// let models = manybase_schema::models::Models::new().unbound();
    /// # let _ = models;
    /// ```
    pub fn unbound(mut self) -> Self {
        self.unbound = true;
        self
    }

    /// Which enums take values that are not in their list.
    ///
    /// ```
    /// use manybase_schema::models::{Models, Unknown};
    /// let models = Models::new().unknown(Unknown::All);
    /// # let _ = models;
    /// ```
    pub fn unknown(mut self, which: Unknown) -> Self {
        self.unknown = which;
        self
    }

    /// Takes the padding off keys and indexed columns too. Without it they are read with the spaces that the database
    /// pads them with, since `RTRIM(column)` can't use the index.
    ///
    /// ```
    /// let models = manybase_schema::models::Models::new().trim_keys();
    /// # let _ = models;
    /// ```
    pub fn trim_keys(mut self) -> Self {
        self.trim_keys = true;
        self
    }

    /// All in one file.
    ///
    /// # Errors
    /// Text that is no Rust, which would be a mistake of ours.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("legacy", "sqlite::memory:").open().await?;
    /// let found = manybase_schema::Introspect::of("legacy").read(&db).await?;
    /// let source = manybase_schema::models::Models::new().file(&found)?;
    /// assert!(source.text.starts_with(manybase_schema::models::HEADER));
    /// # Ok(())
    /// # }
    /// ```
    pub fn file(&self, database: &Database) -> Result<Source> {
        let plan = plan(database, self);
        let mut items = vec![head(database), "use manybase::prelude::*;\n".to_owned()];
        for model in &plan.models {
            items.push(self.model(&plan, model, database)?);
        }
        for shared in plan.enums.shared() {
            items.push(write::list(shared)?);
        }
        Ok(Source {
            name: "models.rs".to_owned(),
            text: items.join("\n"),
        })
    }

    /// A file for each model in a directory of this name, and beside it the module's own file, which shows all of them.
    ///
    /// # Errors
    /// As [`Models::file`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("legacy", "sqlite::memory:").open().await?;
    /// let found = manybase_schema::Introspect::of("legacy").read(&db).await?;
    /// let files = manybase_schema::models::Models::new().directory(&found, "crm")?;
    /// assert_eq!(files[0].name, "crm.rs"); // and crm/customer.rs, if there were a table `customer`
    /// # Ok(())
    /// # }
    /// ```
    pub fn directory(&self, database: &Database, name: &str) -> Result<Vec<Source>> {
        let plan = plan(database, self);
        let mut modules = Vec::new();
        let mut files = Vec::new();
        let mut add = |module: &str, items: &[String]| {
            modules.push(module.to_owned());
            files.push(file(&format!("{name}/{module}"), items));
        };
        for model in &plan.models {
            let imports: Vec<String> = write::imports(&plan, model).into_iter().collect();
            let mut uses = match imports.as_slice() {
                [] => String::new(),
                [one] => format!("use super::{one};\n"),
                several => used(several),
            };
            uses.push_str("use manybase::prelude::*;\n");
            let items = [head(database), uses, self.model(&plan, model, database)?];
            add(&model.module, &items);
        }
        for shared in plan.enums.shared() {
            let items = [
                head(database),
                "use manybase::prelude::*;\n".to_owned(),
                write::list(shared)?,
            ];
            add(&shared.module, &items);
        }
        modules.sort();
        let declared = modules.iter().map(|module| format!("mod {};\n", ident(module)));
        let shown = modules
            .iter()
            .map(|module| format!("pub use {}::*;\n", ident(module)));
        let items = [head(database), declared.collect(), shown.collect()];
        files.insert(0, file(name, &items));
        Ok(files)
    }

    /// What is left out, and why: one line for each.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Executor, Route};
    /// # let db = manybase_db::Db::builder().connect("legacy", "sqlite::memory:").open().await?;
    /// # let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE place (id INTEGER PRIMARY KEY, at POINT)".into()).await?;
    /// # drop(lease);
    /// let found = manybase_schema::Introspect::of("legacy").read(&db).await?;
    /// let notes = manybase_schema::models::Models::new().notes(&found);
    /// assert_eq!(notes, ["`place`.`at` is left out: POINT"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn notes(&self, database: &Database) -> Vec<String> {
        plan(database, self).notes
    }

    /// How many models there are.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("legacy", "sqlite::memory:").open().await?;
    /// let found = manybase_schema::Introspect::of("legacy").read(&db).await?;
    /// assert_eq!(manybase_schema::models::Models::new().count(&found), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn count(&self, database: &Database) -> usize {
        plan(database, self).models.len()
    }

    fn model(&self, plan: &Plan<'_>, model: &plan::Model<'_>, database: &Database) -> Result<String> {
        let connection = (!self.unbound).then_some(database.connection.as_str());
        write::model(plan, model, connection, &database.current_schema)
    }

    /// Whether the enum of a column takes values that are not in its list.
    fn opens(&self, column: &Column) -> bool {
        match self.unknown {
            Unknown::None => false,
            Unknown::All => true,
            Unknown::Checks => column.kind != ColumnKind::Enum,
        }
    }

    fn wants(&self, table: &Table) -> bool {
        wants(&self.only, &self.except, table)
    }
}

fn head(database: &Database) -> String {
    let (connection, product) = (&database.connection, &database.product);
    format!("{HEADER}\n//!\n//! The tables of connection `{connection}` ({product}).\n")
}

fn file(module: &str, items: &[String]) -> Source {
    Source {
        name: format!("{module}.rs"),
        text: items.join("\n"),
    }
}

/// As rustfmt breaks the line.
fn used(names: &[String]) -> String {
    let line = format!("use super::{{{}}};\n", names.join(", "));
    if line.len() <= 101 {
        return line;
    }
    let mut text = "use super::{\n".to_owned();
    let mut row = "   ".to_owned();
    for name in names {
        if row.len() + name.len() + 2 > 100 {
            text.push_str(&row);
            text.push('\n');
            row = "   ".to_owned();
        }
        row.push_str(&format!(" {name},"));
    }
    text.push_str(&row);
    text.push_str("\n};\n");
    text
}
