//! From what is in a database.

use super::{
    Action, Check, Column, ColumnType, DefaultValue, ForeignKey, Generated, Index, IndexColumn, ObjectName,
    PrimaryKey, Schema, Sequence, Table, Trigger, View,
};
use manybase_schema as found;
use manybase_schema::{Database, TableKind};
use manybase_sql::DataType;

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
                    query: query(table),
                    materialized: table.kind == TableKind::MaterializedView,
                }),
                // What lies elsewhere, or belongs to a module, is not ours to change.
                _ => {}
            }
        }
        for sequence in database
            .sequences
            .iter()
            .filter(|sequence| sequence.owner.is_none())
        {
            let number = |number: i128| i64::try_from(number).ok();
            schema.sequences.push(Sequence {
                name: name(&sequence.schema, &sequence.name, database),
                start: number(sequence.start).unwrap_or(1),
                increment: number(sequence.increment).unwrap_or(1),
                minimum: number(sequence.min),
                maximum: number(sequence.max),
                cycle: sequence.cycle,
            });
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

/// One database writes its own name before each table.
fn query(table: &found::Table) -> String {
    let text = table.query.as_deref().unwrap_or_default();
    text.replace(&format!("`{}`.", table.schema.replace('`', "``")), "")
}

fn table_of(table: &found::Table, database: &Database) -> Table {
    let foreign_keys = table.foreign_keys.iter().map(|key| ForeignKey {
        name: key.name.clone(),
        columns: key.columns.clone(),
        references: name(&key.referenced_schema, &key.referenced_table, database),
        referenced_columns: key.referenced_columns.clone(),
        on_delete: Action::of_sql(&key.on_delete),
        on_update: Action::of_sql(&key.on_update),
        deferrable: key.deferrable,
        deferred: key.deferred,
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
            .filter(|index| !serves_a_key(index) && !index.is_full_text())
            .map(index)
            .collect(),
        foreign_keys,
        checks: (table.checks.iter().filter(|check| json_of(check).is_none()))
            .map(|check| Check {
                name: check.name.clone(),
                expression: check.expression.clone(),
            })
            .collect(),
        exclusions: (table.exclusions.iter())
            .map(|one| Check {
                name: Some(one.name.clone()),
                expression: one.definition.clone(),
            })
            .collect(),
        comment: table.comment.clone(),
        options: table.options.clone(),
        triggers: (table.triggers.iter())
            .map(|trigger| Trigger {
                name: trigger.name.clone(),
                definition: trigger.definition.clone(),
            })
            .collect(),
        renamed_from: None,
    }
}

/// The column whose check this is, where JSON is a text that is checked. The check keeps the name that the column had when
/// it was made.
fn json_of(check: &found::Check) -> Option<String> {
    check.column.as_ref()?;
    let name = check
        .expression
        .trim()
        .strip_prefix("json_valid(`")?
        .strip_suffix("`)")?;
    Some(name.replace("``", "`"))
}

fn column(column: &found::Column, table: &found::Table) -> Column {
    let checked = |check: &found::Check| json_of(check).as_deref() == Some(&column.name);
    let json = table.checks.iter().any(checked);
    let native = if json { "json" } else { &column.native_type };
    Column {
        name: column.name.clone(),
        data_type: ColumnType::Native(native.to_owned()),
        nullable: column.nullable,
        // A sequence of its own numbers the column; that is what `auto` says.
        default: (column.default.clone())
            .filter(|_| !column.auto)
            .map(DefaultValue::Sql),
        auto: column.auto,
        always: column.auto && column.identity == Some(found::Identity::Always),
        generated: column.generated.as_ref().map(|generated| Generated {
            expression: generated.expression.clone().unwrap_or_default(),
            stored: generated.stored,
        }),
        collation: column.collation.clone().filter(|_| !json),
        on_update: column.on_update.clone(),
        comment: column.comment.clone(),
        holds: if json {
            Some(DataType::Json)
        } else {
            column.kind.data_type()
        },
        renamed_from: None,
    }
}

fn index(index: &found::Index) -> Index {
    let columns = index.columns.iter().map(|column| {
        let length = column.length.map(|length| format!("({length})"));
        let collation = column
            .collation
            .as_ref()
            .map(|collation| format!(" COLLATE \"{collation}\""));
        let class = column.operator_class.as_ref().map(|class| format!(" {class}"));
        // The usual order is that of a database where NULL is greater than all else.
        let nulls = match (column.nulls_first, column.descending) {
            (true, false) => Some(" NULLS FIRST".to_owned()),
            (false, true) => Some(" NULLS LAST".to_owned()),
            _ => None,
        };
        let suffix: String = [length, collation, class, nulls].into_iter().flatten().collect();
        IndexColumn {
            column: column.name.clone(),
            expression: (column.expression.as_deref())
                .filter(|_| column.name.is_none())
                .map(bare),
            descending: column.descending,
            suffix: Some(suffix).filter(|suffix| !suffix.is_empty()),
        }
    });
    Index {
        name: Some(index.name.clone()),
        unique: index.unique,
        columns: columns.collect(),
        condition: index.condition.clone(),
        constraint: index.constraint,
        method: index.method.clone().filter(|method| method != "btree"),
        include: index.include.clone(),
        nulls_equal: index.nulls_equal,
    }
}

/// Without parentheses around the whole: the text is written with some.
fn bare(expression: &str) -> String {
    let mut text = expression.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        if !is_whole(inner) {
            break;
        }
        text = inner.trim();
    }
    text.to_owned()
}

/// Whether no parenthesis is closed that is not opened in it.
fn is_whole(text: &str) -> bool {
    let (mut depth, mut quote) = (0_i32, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn parentheses_around_the_whole() {
        assert_eq!(bare("((lower(a)))"), "lower(a)");
        assert_eq!(bare("(a) || (b)"), "(a) || (b)");
        assert_eq!(bare("(a = ')')"), "a = ')'");
    }
}
