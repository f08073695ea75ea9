//! What is the same everywhere: tables that come and go, views, sequences, SQL of one's own.

use super::script::Script;
use super::spec::Writer;
use crate::operation::Operation;
use crate::schema::{Index, ObjectName, Sequence, Table, View};
use manybase_db::{Error, ErrorKind, Result};
use manybase_sql::Comments;

impl Writer<'_> {
    /// `CREATE TABLE`, without the indexes that come behind it.
    pub(super) fn create_table(&self, table: &Table, as_name: &ObjectName) -> Result<String> {
        if table.columns.is_empty() {
            return Err(Error::new(
                ErrorKind::Statement,
                format!("table {} has no columns", table.name),
            ));
        }
        let mut parts = Vec::new();
        for column in &table.columns {
            parts.push(self.column(table, column)?);
        }
        let auto = table.columns.iter().find(|column| column.auto);
        let said = auto.filter(|_| self.dialect.auto_key_is_primary());
        if let Some(column) = said.filter(|column| !table.is_key(&column.name)) {
            let what = format!(
                "numbered column beside other columns of the key ({}.{})",
                table.name, column.name
            );
            return Err(self.lacks(
                &what,
                "make the numbered column the whole key and the others a unique index",
            ));
        }
        if let Some(key) = table.primary_key.as_ref().filter(|_| said.is_none()) {
            parts.push(self.primary_key(key.name.as_deref(), &key.columns)?);
        }
        for index in table.indexes.iter().filter(|index| self.is_inside(index)) {
            let columns = self.index_columns(index)?;
            parts.push(match &index.name {
                Some(name) if self.dialect.capability().index_in_table => {
                    let unique = if index.unique { "UNIQUE " } else { "" };
                    format!("{unique}INDEX {} {columns}", self.name(name)?)
                }
                _ => format!("UNIQUE {columns}"),
            });
        }
        for check in &table.checks {
            parts.push(self.check(check)?);
        }
        for exclusion in &table.exclusions {
            parts.push(self.exclusion(table, exclusion)?);
        }
        for key in &table.foreign_keys {
            parts.push(self.foreign_key(&table.name, key)?);
        }
        let (first, last) = match table.options.as_slice() {
            [] => (String::new(), self.dialect.table_options().to_owned()),
            options => self.ddl.options(options),
        };
        let mut sql = format!(
            "CREATE {first}TABLE {} ({}){last}",
            self.table(as_name)?,
            parts.join(", ")
        );
        if let Some(comment) = table
            .comment
            .as_ref()
            .filter(|_| self.comments() == Comments::InTable)
        {
            sql.push_str(" COMMENT=");
            sql.push_str(&self.text(comment));
        }
        Ok(sql)
    }

    /// Whether an index stands inside of `CREATE TABLE`: a foreign key might need it, or it belongs to a constraint.
    pub(super) fn is_inside(&self, index: &Index) -> bool {
        self.dialect.capability().index_in_table || (index.constraint && self.dialect.auto_key_is_primary())
    }

    pub(super) fn create_index(
        &self,
        table: &ObjectName,
        index: &Index,
        concurrently: bool,
    ) -> Result<String> {
        let unique = if index.unique { "UNIQUE " } else { "" };
        let how = if concurrently { "CONCURRENTLY " } else { "" };
        let name = index.name.as_deref().unwrap_or_default();
        let (name, on) = (self.name(name)?, self.table(table)?);
        let using = index
            .method
            .as_ref()
            .map(|method| format!(" USING {method}"))
            .unwrap_or_default();
        let mut sql = format!(
            "CREATE {unique}INDEX {how}{name} ON {on}{using} {}",
            self.index_columns(index)?
        );
        if !index.include.is_empty() {
            sql.push_str(&format!(" INCLUDE ({})", self.names(&index.include)?));
        }
        if index.nulls_equal {
            sql.push_str(" NULLS NOT DISTINCT");
        }
        if let Some(condition) = &index.condition {
            if !self.dialect.capability().index_filter {
                return Err(self.lacks(
                    "index with a condition",
                    "leave the condition out, or make a generated column of it",
                ));
            }
            sql.push_str(&format!(" WHERE {condition}"));
        }
        Ok(sql)
    }

    /// The statements of a new table.
    pub(super) fn new_table(&self, table: &Table, script: &mut Script) -> Result<()> {
        let what = format!("create table {}", table.name);
        script.push(&what, self.create_table(table, &table.name)?);
        for index in &table.indexes {
            if !self.is_inside(index) {
                script.push(&what, self.create_index(&table.name, index, false)?);
            } else if index.condition.is_some() {
                return Err(self.lacks(
                    "index with a condition",
                    "leave the condition out, or make a generated column of it",
                ));
            }
        }
        if self.comments() == Comments::Statement {
            if table.comment.is_some() {
                script.push(&what, self.comment_table(&table.name, table.comment.as_deref())?);
            }
            for column in table.columns.iter().filter(|column| column.comment.is_some()) {
                script.push(
                    &what,
                    self.comment_column(&table.name, &column.name, column.comment.as_deref())?,
                );
            }
        }
        Ok(())
    }

    pub(super) fn comment_table(&self, table: &ObjectName, comment: Option<&str>) -> Result<String> {
        self.sql(|w| self.dialect.comment_on(w, &table.table(), None, comment))
    }

    pub(super) fn comment_column(
        &self,
        table: &ObjectName,
        column: &str,
        comment: Option<&str>,
    ) -> Result<String> {
        self.sql(|w| self.dialect.comment_on(w, &table.table(), Some(column), comment))
    }

    pub(super) fn drop_table(&self, table: &ObjectName) -> Result<String> {
        Ok(format!("DROP TABLE {}", self.table(table)?))
    }

    pub(super) fn rename_table(&self, from: &ObjectName, to: &ObjectName) -> Result<String> {
        if from.schema != to.schema {
            let what = format!("way to take table {from} into another schema");
            return Err(self.lacks(
                &what,
                "make a new table there, copy the rows, and drop the old one later",
            ));
        }
        self.sql(|w| self.ddl.rename_table(w, &from.table(), &to.table()))
    }

    pub(super) fn rename_column(&self, table: &ObjectName, from: &str, to: &str) -> Result<String> {
        Ok(format!(
            "ALTER TABLE {} RENAME COLUMN {} TO {}",
            self.table(table)?,
            self.name(from)?,
            self.name(to)?
        ))
    }

    /// What belongs to no table. `false` for everything else.
    pub(super) fn apart(
        &self,
        operation: &Operation,
        schema: &crate::schema::Schema,
        script: &mut Script,
    ) -> Result<bool> {
        let what = operation.to_string();
        match operation {
            Operation::CreateView { view } => script.push(what, self.create_view(view)?),
            Operation::DropView { view } => {
                let materialized = schema.view(view).is_some_and(|view| view.materialized);
                script.push(what, self.drop_view(view, materialized)?);
            }
            Operation::ReplaceView { view } => {
                let materialized = schema.view(&view.name).is_some_and(|view| view.materialized);
                script.push(&what, self.drop_view(&view.name, materialized)?);
                script.push(what, self.create_view(view)?);
            }
            Operation::CreateSequence { sequence } => script.push(what, self.sequence("CREATE", sequence)?),
            Operation::AlterSequence { sequence } => script.push(what, self.sequence("ALTER", sequence)?),
            Operation::DropSequence { sequence } => {
                script.push(what, format!("DROP SEQUENCE {}", self.table(sequence)?));
            }
            Operation::Raw { up, .. } => {
                let sql = (up.get(&self.dialect.name().to_lowercase())).or_else(|| up.get("any"));
                let sql = sql.ok_or_else(|| {
                    let what = format!(
                        "the plan has SQL of its own, and none for {}",
                        self.dialect.name()
                    );
                    Error::new(ErrorKind::Unsupported, what)
                        .with_help("write it under the database's name in lower case, or under `any`")
                })?;
                script.push(what, sql.trim().trim_end_matches(';'));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn create_view(&self, view: &View) -> Result<String> {
        if view.materialized && !self.ddl.style().materialized_views {
            return Err(self.lacks(
                "materialized views",
                "make it a view, or a table that is filled by the program",
            ));
        }
        let kind = if view.materialized {
            "MATERIALIZED VIEW"
        } else {
            "VIEW"
        };
        Ok(format!(
            "CREATE {kind} {} AS {}",
            self.table(&view.name)?,
            view.query
        ))
    }

    fn drop_view(&self, view: &ObjectName, materialized: bool) -> Result<String> {
        let kind = if materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        Ok(format!("DROP {kind} {}", self.table(view)?))
    }

    fn sequence(&self, word: &str, sequence: &Sequence) -> Result<String> {
        if !self.ddl.style().sequences {
            return Err(self.lacks("sequences", "number the rows of a table of its own"));
        }
        let bound = |word: &str, value: Option<i64>| match value {
            Some(value) => format!(" {word} {value}"),
            None => format!(" NO {word}"),
        };
        Ok(format!(
            "{word} SEQUENCE {} START WITH {} INCREMENT BY {}{}{}{}",
            self.table(&sequence.name)?,
            sequence.start,
            sequence.increment,
            bound("MINVALUE", sequence.minimum),
            bound("MAXVALUE", sequence.maximum),
            if sequence.cycle {
                " CYCLE"
            } else {
                self.ddl.style().no_cycle
            },
        ))
    }
}
