//! What an operation makes of a schema.

use super::Operation;
use super::inverse::unknown;
use crate::schema::{ObjectName, Schema, Table, words};
use manybase_db::{Error, ErrorKind, Result};

impl Schema {
    /// Makes of this what the operation makes of a database.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is not what it is about, [`ErrorKind::Statement`] when there is already what it
    /// brings.
    ///
    /// ```
    /// use manybase_migrate::{operation::Operation, schema::{Schema, Table}};
    /// let mut schema = Schema::of_tables([Table::new("person").auto_key("id")]);
    /// schema.apply(&Operation::RenameTable { from: "person".into(), to: "customer".into() })?;
    /// assert!(schema.table(&"customer".into()).is_some());
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn apply(&mut self, operation: &Operation) -> Result<()> {
        match operation {
            Operation::CreateTable { table } => {
                if self.table(&table.name).is_some() {
                    return Err(taken("table", &table.name));
                }
                let mut table = table.clone();
                table.renamed_from = None;
                for column in &mut table.columns {
                    column.renamed_from = None;
                }
                self.tables.push(table);
            }
            Operation::DropTable { table } => {
                self.one(table)?;
                self.tables.retain(|one| one.name != *table);
            }
            Operation::RenameTable { from, to } => self.rename_table(from, to)?,
            Operation::RenameColumn { table, from, to } => self.rename_column(table, from, to)?,
            Operation::AddColumn { table, column, .. } => {
                let found = self.one(table)?;
                if found.find(&column.name).is_some() {
                    return Err(taken("column", &format!("{table}.{}", column.name)));
                }
                found.columns.push(column.plain());
            }
            Operation::DropColumn { table, column } => {
                let found = self.one(table)?;
                let Some(at) = found.columns.iter().position(|one| one.name == *column) else {
                    return Err(unknown("column", &format!("{table}.{column}")));
                };
                found.columns.remove(at);
            }
            Operation::AlterColumn { table, column, .. } => {
                let found = self.one(table)?.find_mut(&column.name);
                let found = found.ok_or_else(|| unknown("column", &format!("{table}.{}", column.name)))?;
                *found = column.plain();
            }
            Operation::AddIndex { table, index, .. } => self.one(table)?.indexes.push(index.clone()),
            Operation::DropIndex { table, index } => {
                let found = self.one(table)?;
                let named = |name: &Option<String>| name.is_some() && *name == index.name;
                let at = (found.indexes.iter().position(|one| named(&one.name)))
                    .or_else(|| found.indexes.iter().position(|one| one.same_content(index)))
                    .ok_or_else(|| unknown("index", &of(index.name.as_deref(), table)))?;
                found.indexes.remove(at);
            }
            Operation::AddForeignKey { table, key, .. } => self.one(table)?.foreign_keys.push(key.clone()),
            Operation::DropForeignKey { table, key } => {
                let found = self.one(table)?;
                let named = |name: &Option<String>| name.is_some() && *name == key.name;
                let at = (found.foreign_keys.iter().position(|one| named(&one.name)))
                    .or_else(|| found.foreign_keys.iter().position(|one| one.same_content(key)))
                    .ok_or_else(|| unknown("foreign key", &of(key.name.as_deref(), table)))?;
                found.foreign_keys.remove(at);
            }
            Operation::AddCheck { table, check } => self.one(table)?.checks.push(check.clone()),
            Operation::DropCheck { table, check } => {
                let found = self.one(table)?;
                let named = |name: &Option<String>| name.is_some() && *name == check.name;
                let at = (found.checks.iter().position(|one| named(&one.name)))
                    .or_else(|| {
                        found
                            .checks
                            .iter()
                            .position(|one| one.expression == check.expression)
                    })
                    .ok_or_else(|| unknown("check", &of(check.name.as_deref(), table)))?;
                found.checks.remove(at);
            }
            Operation::ChangePrimaryKey { table, key } => self.one(table)?.primary_key.clone_from(key),
            Operation::CommentTable { table, comment } => self.one(table)?.comment.clone_from(comment),
            Operation::CreateView { view } => {
                if self.view(&view.name).is_some() {
                    return Err(taken("view", &view.name));
                }
                self.views.push(view.clone());
            }
            Operation::DropView { view } => {
                let at = self.views.iter().position(|one| one.name == *view);
                self.views.remove(at.ok_or_else(|| unknown("view", view))?);
            }
            Operation::ReplaceView { view } => {
                let found = self.views.iter_mut().find(|one| one.name == view.name);
                *found.ok_or_else(|| unknown("view", &view.name))? = view.clone();
            }
            Operation::CreateSequence { sequence } => {
                if self.sequence(&sequence.name).is_some() {
                    return Err(taken("sequence", &sequence.name));
                }
                self.sequences.push(sequence.clone());
            }
            Operation::DropSequence { sequence } => {
                let at = self.sequences.iter().position(|one| one.name == *sequence);
                self.sequences
                    .remove(at.ok_or_else(|| unknown("sequence", sequence))?);
            }
            Operation::AlterSequence { sequence } => {
                let found = self.sequences.iter_mut().find(|one| one.name == sequence.name);
                *found.ok_or_else(|| unknown("sequence", &sequence.name))? = sequence.clone();
            }
            Operation::Raw { .. } => {}
        }
        Ok(())
    }

    fn one(&mut self, table: &ObjectName) -> Result<&mut Table> {
        self.table_mut(table).ok_or_else(|| unknown("table", table))
    }

    fn rename_table(&mut self, from: &ObjectName, to: &ObjectName) -> Result<()> {
        if self.table(to).is_some() {
            return Err(taken("table", to));
        }
        self.one(from)?.name = to.clone();
        for table in &mut self.tables {
            for key in table
                .foreign_keys
                .iter_mut()
                .filter(|key| key.references == *from)
            {
                key.references = to.clone();
            }
        }
        Ok(())
    }

    fn rename_column(&mut self, table: &ObjectName, from: &str, to: &str) -> Result<()> {
        let found = self.one(table)?;
        if found.find(to).is_some() {
            return Err(taken("column", &format!("{table}.{to}")));
        }
        let column = found
            .find_mut(from)
            .ok_or_else(|| unknown("column", &format!("{table}.{from}")))?;
        to.clone_into(&mut column.name);
        let rename = |name: &mut String| {
            if name == from {
                to.clone_into(name);
            }
        };
        let rewrite = |sql: &mut String| *sql = words::rename(sql, from, to);
        found
            .columns
            .iter_mut()
            .filter_map(|one| one.generated.as_mut())
            .for_each(|one| rewrite(&mut one.expression));
        found
            .primary_key
            .iter_mut()
            .flat_map(|key| &mut key.columns)
            .for_each(rename);
        for index in &mut found.indexes {
            index.condition.iter_mut().for_each(rewrite);
            for column in &mut index.columns {
                column.column.iter_mut().for_each(rename);
                column.expression.iter_mut().for_each(rewrite);
            }
        }
        found
            .checks
            .iter_mut()
            .chain(&mut found.exclusions)
            .for_each(|check| rewrite(&mut check.expression));
        found
            .foreign_keys
            .iter_mut()
            .flat_map(|key| &mut key.columns)
            .for_each(rename);
        for other in &mut self.tables {
            for key in other
                .foreign_keys
                .iter_mut()
                .filter(|key| key.references == *table)
            {
                key.referenced_columns.iter_mut().for_each(rename);
            }
        }
        Ok(())
    }
}

fn of(name: Option<&str>, table: &ObjectName) -> String {
    format!("{} of {table}", name.unwrap_or("without a name"))
}

fn taken(what: &str, name: &dyn std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::Statement,
        format!("there is a {what} {name} already at this point of the plan"),
    )
    .with_help("the plan does not fit the migrations before it: generate it again")
}
