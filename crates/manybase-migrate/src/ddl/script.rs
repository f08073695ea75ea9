//! Statements to run, in their order.

use serde::{Deserialize, Serialize};

/// One statement.
///
/// ```
/// use manybase_migrate::{ddl, operation::Operation, schema::Schema};
/// let operations = [Operation::DropTable { table: "person".into() }];
/// let before = Schema::of_tables([manybase_migrate::schema::Table::new("person").auto_key("id")]);
/// let script = ddl::render(&operations, &before, manybase_sql::dialect::postgres())?;
/// assert_eq!(script.steps[0].description, "drop table person");
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its text, without a semicolon at the end.
    pub sql: String,
    /// What it is for.
    pub description: String,
    /// Whether a transaction that it runs in can take it back.
    pub transactional: bool,
    /// Why it must not run inside of a transaction, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_transaction: Option<String>,
}

/// All statements of a plan.
///
/// ```
/// use manybase_migrate::{ddl, schema::Schema};
/// let script = ddl::render(&[], &Schema::default(), manybase_sql::dialect::sqlite())?;
/// assert!(script.steps.is_empty() && !script.foreign_keys_off);
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// In their order.
    pub steps: Vec<Step>,
    /// Foreign keys must not be enforced while it runs, and be looked at before it is committed: SQLite's
    /// `PRAGMA foreign_keys = OFF` before `BEGIN`, which has no effect later, and `PRAGMA foreign_key_check`. Otherwise a
    /// table that is made anew takes the rows along that refer to it with ON DELETE CASCADE.
    pub foreign_keys_off: bool,
    #[serde(skip)]
    transactional: bool,
}

impl Script {
    pub(super) fn new(transactional: bool) -> Self {
        Self {
            steps: Vec::new(),
            foreign_keys_off: false,
            transactional,
        }
    }

    pub(super) fn push(&mut self, description: impl Into<String>, sql: impl Into<String>) {
        self.steps.push(Step {
            sql: sql.into(),
            description: description.into(),
            transactional: self.transactional,
            outside_transaction: None,
        });
    }

    pub(super) fn push_outside(&mut self, description: impl Into<String>, sql: impl Into<String>, why: &str) {
        self.steps.push(Step {
            sql: sql.into(),
            description: description.into(),
            transactional: false,
            outside_transaction: Some(why.to_owned()),
        });
    }

    /// The statements as a file.
    ///
    /// ```
    /// use manybase_migrate::{ddl, operation::Operation, schema::{Schema, Table}};
    /// let create = Operation::CreateTable { table: Table::new("person").auto_key("id") };
    /// let text = ddl::render(&[create], &Schema::default(), manybase_sql::dialect::sqlite())?.to_sql();
    /// assert!(text.starts_with("-- create table person\nCREATE TABLE") && text.ends_with(";\n"));
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn to_sql(&self) -> String {
        let mut text = String::new();
        let mut before = "";
        for step in &self.steps {
            if step.description != before {
                if !before.is_empty() {
                    text.push('\n');
                }
                text.push_str(&format!("-- {}\n", step.description.replace('\n', " ")));
                before = &step.description;
            }
            text.push_str(&step.sql);
            text.push_str(";\n");
        }
        text
    }
}
