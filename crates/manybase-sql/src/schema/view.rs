//! Views.

use crate::{Dialect, Name, Rendered, Result, SqlWriter, TableName};

/// `CREATE VIEW`.
///
/// ```
/// use manybase_sql::{dialect, schema::CreateView};
/// let create = CreateView { view: "v".into(), query: "SELECT 1 AS a".into(), replace: false };
/// assert_eq!(create.statements(dialect::postgres())?[0].sql, r#"CREATE VIEW "v" AS SELECT 1 AS a"#);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateView {
    /// Its name.
    pub view: TableName,
    /// What it shows, in the database's own SQL.
    pub query: Name,
    /// Takes the place of a view of that name.
    pub replace: bool,
}

impl CreateView {
    /// SQL text for one dialect: two statements where a view can't take the place of another in one.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    ///
    /// ```
    /// use manybase_sql::{dialect, schema::CreateView};
    /// let create = CreateView { view: "v".into(), query: "SELECT 1 AS a".into(), replace: true };
    /// assert_eq!(create.statements(dialect::mysql())?[0].sql, "CREATE OR REPLACE VIEW `v` AS SELECT 1 AS a");
    /// assert_eq!(create.statements(dialect::sqlite())?[0].sql, r#"DROP VIEW IF EXISTS "v""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn statements(&self, dialect: &dyn Dialect) -> Result<Vec<Rendered>> {
        let mut statements = Vec::new();
        let at_once = self.replace && dialect.capability().replace_view;
        if self.replace && !at_once {
            let drop = DropView {
                view: self.view.clone(),
                if_exists: true,
            };
            statements.push(drop.render(dialect)?);
        }
        statements.push(SqlWriter::render(dialect, |w| {
            w.push(if at_once {
                "CREATE OR REPLACE VIEW "
            } else {
                "CREATE VIEW "
            });
            w.table(&self.view)?;
            w.push(" AS ");
            w.push(&self.query);
            Ok(())
        })?);
        Ok(statements)
    }
}

/// `DROP VIEW`.
///
/// ```
/// use manybase_sql::{dialect, schema::DropView};
/// let drop = DropView { view: "v".into(), if_exists: true };
/// assert_eq!(drop.render(dialect::mysql())?.sql, "DROP VIEW IF EXISTS `v`");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropView {
    /// Its name.
    pub view: TableName,
    /// Does nothing when there is no such view.
    pub if_exists: bool,
}

impl DropView {
    /// SQL text for one dialect.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    ///
    /// ```
    /// use manybase_sql::{dialect, schema::DropView};
    /// let drop = DropView { view: "v".into(), if_exists: false };
    /// assert_eq!(drop.render(dialect::sqlite())?.sql, r#"DROP VIEW "v""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| {
            w.push(if self.if_exists {
                "DROP VIEW IF EXISTS "
            } else {
                "DROP VIEW "
            });
            w.table(&self.view)
        })
    }
}
