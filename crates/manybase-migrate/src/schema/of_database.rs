//! From what is in a database.

use super::{
    Action, Check, Column, ColumnType, DefaultValue, ForeignKey, Generated, Index, IndexColumn, ObjectName,
    PrimaryKey, Schema, Table, View,
};
use manybase_schema as found;
use manybase_schema::{ColumnKind, Database, TableKind};

impl Schema {
    /// What is in a database, in its own words: types, defaults and checks as it writes them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_migrate::schema::{ColumnType, Schema};
    /// # use manybase_db::{Access, Executor, Route};
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL)".into()).await?;
    /// # drop(lease);
    /// let schema = Schema::of_database(&manybase_schema::Introspect::of("main").read(&db).await?);
    /// assert_eq!(schema.tables[0].columns[1].data_type, ColumnType::Native("VARCHAR(40)".into()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn of_database(database: &Database) -> Self {
        let mut schema = Self::default();
        for table in &database.tables {
            match table.kind {
                TableKind::Table => schema.tables.push(table_of(table, database)),
                TableKind::View | TableKind::MaterializedView => schema.views.push(View {
                    name: name(&table.schema, &table.name, database),
                    query: query(table.definition.as_deref().unwrap_or_default(), &table.schema),
                    materialized: table.kind == TableKind::MaterializedView,
                }),
                // What lies elsewhere, or belongs to a module, is not ours to change.
                _ => {}
            }
        }
        schema
    }
}

fn name(schema: &str, name: &str, database: &Database) -> ObjectName {
    ObjectName {
        schema: (schema != database.current_schema).then(|| schema.to_owned()),
        name: name.to_owned(),
    }
}

/// The query alone: one database keeps the whole statement, another writes its own name before each table.
fn query(definition: &str, schema: &str) -> String {
    let text = definition.trim().trim_end_matches(';').trim_end();
    let begins = |at: usize| {
        text.get(..at)
            .is_some_and(|start| start.eq_ignore_ascii_case("create"))
    };
    let body = match begins(6).then(|| find_as(text)).flatten() {
        Some(at) => text[at..].trim_start(),
        None => text,
    };
    body.replace(&format!("`{}`.", schema.replace('`', "``")), "")
}

/// Behind the first `AS` outside of quotes.
fn find_as(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '`' | '\'') => quote = Some(c),
            None if c == '[' => quote = Some(']'),
            None if before.is_whitespace() || matches!(before, '"' | '`' | ']' | ')') => {
                let behind = text.get(at + 2..).and_then(|rest| rest.chars().next());
                let word = text
                    .get(at..at + 2)
                    .is_some_and(|word| word.eq_ignore_ascii_case("as"));
                if word && behind.is_none_or(|c| !c.is_alphanumeric() && c != '_') {
                    return Some(at + 2);
                }
            }
            None => {}
        }
        before = c;
    }
    None
}

fn table_of(table: &found::Table, database: &Database) -> Table {
    let foreign_keys = table.foreign_keys.iter().map(|key| ForeignKey {
        name: key.name.clone(),
        columns: key.columns.clone(),
        references: name(&key.referenced_schema, &key.referenced_table, database),
        referenced_columns: key.referenced_columns.clone(),
        on_delete: Action::of_sql(&key.on_delete),
        on_update: Action::of_sql(&key.on_update),
    });
    let foreign_keys: Vec<ForeignKey> = foreign_keys.collect();
    // An index that has the name and the columns of a foreign key was made for it, and goes with it.
    let serves_a_key = |index: &found::Index| {
        !index.unique
            && foreign_keys.iter().any(|key| {
                key.name.as_deref() == Some(&index.name)
                    && index.names().is_some_and(|names| names == key.columns)
            })
    };
    Table {
        name: name(&table.schema, &table.name, database),
        columns: table.columns.iter().map(|one| column(one, table)).collect(),
        primary_key: table.primary_key.as_ref().map(|key| PrimaryKey {
            name: Some(key.name.clone()),
            columns: key.columns.clone(),
        }),
        indexes: table
            .indexes
            .iter()
            .filter(|index| !serves_a_key(index))
            .map(index)
            .collect(),
        foreign_keys,
        checks: (table.checks.iter().filter(|check| !belongs_to_json(check, table)))
            .map(|check| Check {
                name: check.name.clone(),
                expression: check.expression.clone(),
            })
            .collect(),
        comment: table.comment.clone(),
        options: None,
        triggers: Vec::new(),
        renamed_from: None,
    }
}

/// A check that a column of JSON brings with it, where JSON is a text that is checked.
fn belongs_to_json(check: &found::Check, table: &found::Table) -> bool {
    let of = check.name.as_deref().and_then(|name| table.column(name));
    of.is_some_and(|column| column.kind == ColumnKind::Json)
        && check.expression.to_ascii_lowercase().contains("json_valid(")
}

fn column(column: &found::Column, table: &found::Table) -> Column {
    let checked =
        |check: &found::Check| check.name.as_deref() == Some(&column.name) && belongs_to_json(check, table);
    let native = match table.checks.iter().any(checked) {
        true => "json",
        false => &column.native_type,
    };
    Column {
        name: column.name.clone(),
        data_type: ColumnType::Native(native.to_owned()),
        nullable: column.nullable,
        // A sequence of its own numbers the column; that is what `auto` says.
        default: (column.default.clone())
            .filter(|_| !column.auto)
            .map(DefaultValue::Sql),
        auto: column.auto,
        generated: column.generated.as_ref().map(|generated| Generated {
            expression: generated.expression.clone().unwrap_or_default(),
            stored: generated.stored,
        }),
        collation: None,
        comment: column.comment.clone(),
        holds: column.kind.data_type(),
        renamed_from: None,
    }
}

fn index(index: &found::Index) -> Index {
    let columns = index.columns.iter().map(|column| IndexColumn {
        column: column.name.clone(),
        expression: (column.expression.clone()).filter(|_| column.name.is_none()),
        descending: column.descending,
    });
    Index {
        name: Some(index.name.clone()),
        unique: index.unique,
        columns: columns.collect(),
        condition: index.condition.clone(),
        constraint: index.name.starts_with("sqlite_autoindex_"),
    }
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn the_query_of_a_view() {
        assert_eq!(
            query("CREATE VIEW \"as is\" AS SELECT 1 AS a;", "main"),
            "SELECT 1 AS a"
        );
        assert_eq!(query(" SELECT a.id FROM a;", "public"), "SELECT a.id FROM a");
        assert_eq!(
            query("select `crm`.`t`.`a` AS `a` from `crm`.`t`", "crm"),
            "select `t`.`a` AS `a` from `t`"
        );
    }
}
